/** What a program of eBPF is given: its context, for packets their bytes from the network header on, the only value of its map, and memory of the kernel. */
export interface Input {
  readonly context: Uint8Array;
  readonly packet?: Uint8Array;
  readonly map?: Uint8Array;
  /** What is at `kernelAt`; it begins with the task that runs. */
  readonly kernel?: Uint8Array;
}

const stackTop = 0x10000;
const contextAt = 0x20000;
const mapAt = 0x30000;
const valueAt = 0x40000;
export const kernelAt = 0x50000;

/** Runs a program as the kernel does, as far as tysd's programs go, and gives its result. Throws where the kernel would not load it. */
export function runProgram(program: Uint8Array, input: Input): number {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const stack = new Uint8Array(512);
  const registers: number[] = Array.from({ length: 11 }, () => Number.NaN);
  registers[1] = contextAt;
  registers[10] = stackTop;
  const memory: Memory = (address) =>
    address >= kernelAt
      ? { bytes: input.kernel ?? new Uint8Array(), at: address - kernelAt }
      : address >= valueAt
        ? { bytes: input.map ?? new Uint8Array(), at: address - valueAt }
        : address >= contextAt
          ? { bytes: input.context, at: address - contextAt }
          : { bytes: stack, at: address - stackTop + stack.length };
  for (let at = 0; at < program.length / 8; at += 1) {
    const [code, to, from] = [view.getUint8(8 * at), view.getUint8(8 * at + 1) & 15, view.getUint8(8 * at + 1) >> 4];
    const [offset, value] = [view.getInt16(8 * at + 2, true), view.getInt32(8 * at + 4, true)];
    const [left, right] = [registers[to] ?? Number.NaN, registers[from] ?? Number.NaN];
    const jump = (condition: boolean): void => {
      if (offset < 0) throw new Error('jump backwards');
      if (condition) at += offset;
    };
    switch (code) {
      case 0x61: {
        const { bytes, at: place } = memory(right + offset);
        registers[to] = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(place, true);
        break;
      }
      case 0x79: {
        const { bytes, at: place } = memory(right + offset);
        registers[to] = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(place, true));
        break;
      }
      case 0x63: {
        const { bytes, at: place } = memory(left + offset);
        new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).setUint32(place, right, true);
        break;
      }
      case 0xbf:
        registers[to] = right;
        break;
      case 0xb7:
        registers[to] = value;
        break;
      case 0x07:
        registers[to] = left + value;
        break;
      case 0x54:
        registers[to] = (left & value) >>> 0;
        break;
      case 0x74:
        registers[to] = left >>> value;
        break;
      case 0xdc:
        registers[to] = ((left & 0xff) << 8) | ((left >> 8) & 0xff);
        break;
      case 0x56:
        jump(left >>> 0 !== value >>> 0);
        break;
      case 0x16:
        jump(left >>> 0 === value >>> 0);
        break;
      case 0x5e:
        jump(left >>> 0 !== right >>> 0);
        break;
      case 0xa6:
        jump(left >>> 0 < value >>> 0);
        break;
      case 0x26:
        jump(left >>> 0 > value >>> 0);
        break;
      case 0x5d:
        jump(left !== right);
        break;
      case 0x05:
        jump(true);
        break;
      case 0x15:
        jump(left === value);
        break;
      case 0x18:
        if (from !== 1) throw new Error('no map');
        registers[to] = mapAt;
        at += 1;
        break;
      case 0xdb: {
        const { bytes, at: place } = memory(left + offset);
        const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        words.setBigUint64(place, words.getBigUint64(place, true) + BigInt(right), true);
        break;
      }
      case 0x85:
        registers[0] =
          value === 1
            ? lookUp(registers, input, memory)
            : value === 158
              ? kernelAt
              : loadBytes(registers, input.packet ?? new Uint8Array(), memory);
        for (const each of [1, 2, 3, 4, 5]) registers[each] = Number.NaN;
        break;
      case 0x95:
        if (Number.isNaN(registers[0] ?? Number.NaN)) throw new Error('no result');
        return registers[0] ?? 0;
      default:
        throw new Error(`instruction ${at} has the code ${code}`);
    }
  }
  throw new Error('the program has no end');
}

/** Whether each instruction can be reached, as the kernel demands. */
export function isAllReached(program: Uint8Array): boolean {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const count = program.length / 8;
  const reached = new Set<number>();
  const open = [0];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (reached.has(at) || at >= count) continue;
    reached.add(at);
    const code = view.getUint8(8 * at);
    if (code === 0x18) reached.add(at + 1);
    if (code !== 0x95 && code !== 0x05) open.push(code === 0x18 ? at + 2 : at + 1);
    if ([0x05, 0x15, 0x5d, 0x56, 0x16, 0x5e, 0xa6, 0x26].includes(code)) open.push(at + 1 + view.getInt16(8 * at + 2, true));
  }
  return reached.size === count;
}

type Memory = (address: number) => { readonly bytes: Uint8Array; readonly at: number };

/** bpf_map_lookup_elem, in an array of one value. */
function lookUp(registers: readonly number[], { map }: Input, memory: Memory): number {
  const [, from, key = 0] = registers;
  if (from !== mapAt) throw new Error('no map');
  const { bytes, at } = memory(key);
  return map !== undefined && new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true) === 0 ? valueAt : 0;
}

/** bpf_skb_load_bytes. */
function loadBytes(registers: readonly number[], packet: Uint8Array, memory: Memory): number {
  const [, , offset = 0, target = 0, length = 0] = registers;
  if (offset + length > packet.length) return -14;
  const { bytes, at } = memory(target);
  bytes.set(packet.subarray(offset, offset + length), at);
  return 0;
}
