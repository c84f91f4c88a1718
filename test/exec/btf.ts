/** A type as BTF has it; a reference to another is its number, counted from 1. */
export type MadeType =
  | { readonly kind: 'int'; readonly name: string; readonly size: number }
  | { readonly kind: 'pointer'; readonly to: number }
  | { readonly kind: 'typedef'; readonly name: string; readonly to: number }
  | { readonly kind: 'function'; readonly name: string; readonly to: number }
  | { readonly kind: 'struct' | 'union'; readonly name: string; readonly members: readonly MadeMember[]; readonly bitFields?: boolean };

interface MadeMember {
  readonly name: string;
  readonly type: number;
  /** In bits. */
  readonly at: number;
  /** How many bits it is wide, of a member that is no whole type. */
  readonly bits?: number;
}

const kinds = { int: 1, pointer: 2, struct: 4, union: 5, typedef: 8, function: 12 } as const;

/** BTF of these types (kernel documentation, "BPF Type Format"). */
export function makeBtf(types: readonly MadeType[]): Uint8Array {
  let strings = '\0';
  const named = (name: string): number => {
    if (name === '') return 0;
    const at = strings.length;
    strings += `${name}\0`;
    return at;
  };
  const words = types.flatMap((type): readonly number[] => {
    const members = type.kind === 'struct' || type.kind === 'union' ? type.members : [];
    const info = ((kinds[type.kind] << 24) | members.length | ('bitFields' in type && type.bitFields ? 1 << 31 : 0)) >>> 0;
    const head = [named('name' in type ? type.name : ''), info, 'to' in type ? type.to : 'size' in type ? type.size : 0];
    const tail =
      type.kind === 'int' ? [8 * type.size] : members.flatMap(({ name, type: of, at, bits = 0 }) => [named(name), of, at | (bits << 24)]);
    return [...head, ...tail];
  });
  const text = new TextEncoder().encode(strings);
  const bytes = new Uint8Array(24 + 4 * words.length + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  for (const [index, word] of [24, 0, 4 * words.length, 4 * words.length, text.length, ...words].entries())
    view.setUint32(4 + 4 * index, word, true);
  bytes.set(text, 24 + 4 * words.length);
  return bytes;
}

/** Types as those of a kernel in which a file can be followed to its file system. */
export const kernelLike: readonly MadeType[] = [
  { kind: 'int', name: 'unsigned int', size: 4 },
  { kind: 'int', name: 'unsigned long', size: 8 },
  {
    kind: 'struct',
    name: 'super_block',
    members: [
      { name: 's_dev', type: 1, at: 0 },
      { name: 's_magic', type: 2, at: 64 },
    ],
  },
  { kind: 'pointer', to: 3 },
  { kind: 'struct', name: 'inode', members: [{ name: 'i_sb', type: 4, at: 320 }] },
  { kind: 'pointer', to: 5 },
  {
    kind: 'union',
    name: '',
    members: [
      { name: 'f_flags', type: 1, at: 0 },
      { name: 'f_iocb_flags', type: 1, at: 0 },
    ],
  },
  {
    kind: 'struct',
    name: 'file',
    members: [
      { name: 'f_inode', type: 6, at: 256 },
      { name: '', type: 7, at: 128 },
    ],
  },
  { kind: 'function', name: 'bpf_lsm_file_open', to: 0 },
  { kind: 'pointer', to: 1 },
  { kind: 'struct', name: 'task_struct', members: [{ name: 'clear_child_tid', type: 10, at: 192 }] },
];
