/** What a filter of system calls looks at (struct seccomp_data). */
export interface SeccompData {
  readonly number: number;
  readonly architecture: number;
  readonly arguments: readonly bigint[];
}

/** Runs a program of classic BPF as the kernel does, and gives its result; throws where the kernel would refuse to load it. */
export function runFilter(program: Uint8Array, data: SeccompData): number {
  const input = inputOf(data);
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const length = program.byteLength / 8;
  let accumulator = 0;
  let at = 0;
  while (at < length) {
    const [code, yes, no, value] = [
      view.getUint16(8 * at, true),
      view.getUint8(8 * at + 2),
      view.getUint8(8 * at + 3),
      view.getUint32(8 * at + 4, true),
    ];
    at += 1;
    switch (code) {
      case 0x20:
        accumulator = input.getUint32(value, true);
        break;
      case 0x54:
        accumulator = (accumulator & value) >>> 0;
        break;
      case 0x05:
        at += value;
        break;
      case 0x15:
        at += accumulator === value ? yes : no;
        break;
      case 0x35:
        at += accumulator >= value ? yes : no;
        break;
      case 0x45:
        at += (accumulator & value) === 0 ? no : yes;
        break;
      case 0x06:
        return value;
      default:
        throw new Error(`instruction ${at - 1} has the code ${code}`);
    }
  }
  throw new Error('the program has no end');
}

/** What the kernel demands of a program before it takes it (bpf_check_classic, seccomp_check_filter): undefined, or what is wrong. */
export function refusal(program: Uint8Array): string | undefined {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const length = program.byteLength / 8;
  if (!Number.isInteger(length) || length === 0 || length > 4096) return `${length} instructions`;
  for (let at = 0; at < length; at += 1) {
    const [code, yes, no, value] = [
      view.getUint16(8 * at, true),
      view.getUint8(8 * at + 2),
      view.getUint8(8 * at + 3),
      view.getUint32(8 * at + 4, true),
    ];
    const jumps = code === 0x05 ? [value] : code === 0x15 || code === 0x35 || code === 0x45 ? [yes, no] : [];
    if (![0x20, 0x54, 0x05, 0x15, 0x35, 0x45, 0x06].includes(code)) return `code ${code} at ${at}`;
    if (jumps.some((jump) => at + 1 + jump >= length)) return `jump out of the program at ${at}`;
    if (code === 0x20 && (value % 4 !== 0 || value >= 64)) return `load of ${value} at ${at}`;
  }
  return view.getUint16(8 * (length - 1), true) === 0x06 ? undefined : 'the last instruction is no return';
}

function inputOf({ number, architecture, arguments: values }: SeccompData): DataView {
  const view = new DataView(new ArrayBuffer(64));
  view.setUint32(0, number, true);
  view.setUint32(4, architecture, true);
  for (const [index, value] of values.entries()) view.setBigUint64(16 + 8 * index, value, true);
  return view;
}
