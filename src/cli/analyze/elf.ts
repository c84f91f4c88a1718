/** What an ELF file says of itself, as far as inspect-elf tells it. */
export interface ElfFacts {
  readonly type: 'executable' | 'library' | 'coredump';
  /** Undefined for machines without a name here. */
  readonly architecture: string | undefined;
  /** The note that a packager left (https://systemd.io/ELF_PACKAGE_METADATA), in its order. */
  readonly package: Readonly<Record<string, unknown>> | undefined;
  readonly buildId: string | undefined;
}

/** Gives bytes of the file from an offset, fewer where it ends. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/** Reads the header and the notes of an ELF file; the error is what libelf says of what is none. */
export function readElf(read: ReadAt): ElfFacts | string {
  const head = read(0, longestHeader);
  const [magic, bits, order] = [String.fromCharCode(...head.subarray(0, 4)), head[4], head[5]];
  if (magic !== '\x7fELF' || (bits !== 1 && bits !== 2) || (order !== 1 && order !== 2))
    return "gelf_getehdr() failed: invalid `Elf' handle";
  const shape = bits === 2 ? wide : narrow;
  if (head.length < shape.header) return 'elf_begin() failed: invalid ELF file data';
  const file: ElfFile = { shape, littleEndian: order === 1, read };
  const view = viewOf(head);
  const segments = [...segmentsOf(file, view)];
  const isCore = view.getUint16(16, file.littleEndian) === ET_CORE;
  const notes = segments.filter(({ type }) => type === PT_NOTE).flatMap((segment) => [...notesOf(file, segment)]);
  const told = notes.find(isPackage);
  const id = notes.find(({ name, type }) => name === 'GNU' && type === NT_GNU_BUILD_ID);
  // As systemd 252, which looks no further when it has found the package; linkers put the interpreter first.
  const last = segments.findIndex((segment) => segment.type === PT_NOTE && notesOf(file, segment).some(isPackage));
  const isProgram = segments.slice(0, last === -1 ? segments.length : last).some(({ type }) => type === PT_INTERP);
  return {
    type: isCore ? 'coredump' : isProgram ? 'executable' : 'library',
    architecture: machines[view.getUint16(18, file.littleEndian)],
    package: told === undefined ? undefined : packageOf(told.bytes),
    buildId: id === undefined ? undefined : Buffer.from(id.bytes).toString('hex'),
  };
}

interface ElfFile {
  readonly shape: Shape;
  readonly littleEndian: boolean;
  readonly read: ReadAt;
}

/** Where things are in files of one width: of the header, and of an entry of the table of segments. */
interface Shape {
  readonly header: number;
  readonly tableOffset: number;
  readonly entrySize: number;
  readonly entryCount: number;
  readonly entry: { readonly size: number; readonly offset: number; readonly length: number; readonly align: number };
  number(view: DataView, at: number, littleEndian: boolean): number;
}

const narrow: Shape = {
  header: 52,
  tableOffset: 28,
  entrySize: 42,
  entryCount: 44,
  entry: { size: 32, offset: 4, length: 16, align: 28 },
  number: (view, at, littleEndian) => view.getUint32(at, littleEndian),
};

const wide: Shape = {
  header: 64,
  tableOffset: 32,
  entrySize: 54,
  entryCount: 56,
  entry: { size: 56, offset: 8, length: 32, align: 48 },
  number: (view, at, littleEndian) => Number(view.getBigUint64(at, littleEndian)),
};

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly length: number;
  readonly align: number;
}

function* segmentsOf({ shape, littleEndian, read }: ElfFile, head: DataView): Generator<Segment> {
  const table = shape.number(head, shape.tableOffset, littleEndian);
  const [size, count] = [head.getUint16(shape.entrySize, littleEndian), head.getUint16(shape.entryCount, littleEndian)];
  if (size !== shape.entry.size || table === 0 || table > Number.MAX_SAFE_INTEGER) return;
  const view = viewOf(read(table, Math.min(count, mostSegments) * size));
  const { offset, length, align } = shape.entry;
  for (let at = 0; at + size <= view.byteLength; at += size)
    yield {
      type: view.getUint32(at, littleEndian),
      offset: shape.number(view, at + offset, littleEndian),
      length: shape.number(view, at + length, littleEndian),
      align: shape.number(view, at + align, littleEndian),
    };
}

function isPackage({ name, type }: Note): boolean {
  return name === 'FDO' && type === NT_FDO_PACKAGING_METADATA;
}

interface Note {
  readonly name: string;
  readonly type: number;
  readonly bytes: Uint8Array;
}

function* notesOf({ littleEndian, read }: ElfFile, { offset, length, align }: Segment): Generator<Note> {
  if (offset > Number.MAX_SAFE_INTEGER) return;
  const bytes = read(offset, Math.min(length, mostNotes));
  // Of a segment that is not all there libelf reads nothing.
  if (bytes.length < Math.min(length, mostNotes)) return;
  const view = viewOf(bytes);
  const step = align === 8 ? 8 : 4;
  const rounded = (size: number): number => Math.ceil(size / step) * step;
  for (let at = 0; at + 12 <= bytes.length;) {
    const [nameLength, size, type] = [0, 4, 8].map((field) => view.getUint32(at + field, littleEndian));
    if (nameLength === undefined || size === undefined || type === undefined) return;
    const content = at + rounded(12 + nameLength);
    if (content + size > bytes.length) return;
    yield { name: textOf(bytes.subarray(at + 12, at + 12 + nameLength)), type, bytes: bytes.subarray(content, content + size) };
    at = content + rounded(size);
  }
}

function packageOf(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(textOf(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\0.*$/s, '');
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const longestHeader = 64;
const mostSegments = 4096;
const mostNotes = 1 << 20;

const ET_CORE = 4;
const PT_INTERP = 3;
const PT_NOTE = 4;
const NT_GNU_BUILD_ID = 3;
const NT_FDO_PACKAGING_METADATA = 0xcafe1a7e;

/** Machines by e_machine, with the names of libdw. */
const machines: Readonly<Record<number, string>> = {
  0: 'None',
  2: 'SPARC',
  3: 'Intel 80386',
  4: 'M68K',
  8: 'MIPS R3000',
  15: 'HPPA',
  18: 'SPARC v8+',
  20: 'PowerPC',
  21: 'PowerPC64',
  22: 'IBM S/390',
  40: 'ARM',
  41: 'Digital Alpha',
  42: 'SH',
  43: 'SPARC v9',
  50: 'Intel IA-64',
  62: 'AMD x86-64',
  183: 'AARCH64',
  243: 'RISC-V',
  247: 'BPF',
  252: 'C-SKY',
  258: 'LoongArch',
  0x9026: 'Alpha',
};
