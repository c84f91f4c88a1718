/** One instruction of eBPF (kernel documentation, "BPF Instruction Set"), or a place that jumps go to. */
export type Step = Instruction | { readonly label: string };

interface Instruction {
  readonly code: number;
  readonly to: number;
  readonly from: number;
  readonly offset: number;
  readonly value: number;
  readonly target?: string;
}

/** The registers: results, the five arguments of calls, what survives calls, and the end of the stack. */
export const [r0, r1, r2, r3, r4, r5, r6, r7] = [0, 1, 2, 3, 4, 5, 6, 7];
export const stack = 10;

/** Helper functions of the kernel (linux/bpf.h). */
const MAP_LOOKUP = 1;
const SKB_LOAD_BYTES = 26;
const GET_CURRENT_TASK_BTF = 158;

function make(code: number, to: number, more: Partial<Instruction> = {}): Instruction {
  return { code, to, from: 0, offset: 0, value: 0, ...more };
}

/** The 32 bits there. */
export function load(to: number, from: number, offset: number): Step {
  return make(0x61, to, { from, offset });
}

/** The 64 bits there, as of an address. */
export function loadWhole(to: number, from: number, offset: number): Step {
  return make(0x79, to, { from, offset });
}

/** Puts the lower 32 bits of a register there. */
export function store(to: number, offset: number, from: number): Step {
  return make(0x63, to, { from, offset });
}

/** A copy of a whole register. */
export function copy(to: number, from: number): Step {
  return make(0xbf, to, { from });
}

export function set(to: number, value: number): Step {
  return make(0xb7, to, { value });
}

export function add(to: number, value: number): Step {
  return make(0x07, to, { value });
}

/** Of the lower 32 bits; those above become 0. */
export function and(to: number, value: number): Step {
  return make(0x54, to, { value });
}

export function shiftRight(to: number, bits: number): Step {
  return make(0x74, to, { value: bits });
}

/** A number of 16 bits in the order of the network, in the order of the machine. */
export function fromNetwork16(to: number): Step {
  return make(0xdc, to, { value: 16 });
}

export function jump(target: string): Step {
  return make(0x05, 0, { target });
}

/** Jumps with a condition compare the lower 32 bits. */
export function jumpUnless(register: number, value: number, target: string): Step {
  return make(0x56, register, { value, target });
}

export function jumpIf(register: number, value: number, target: string): Step {
  return make(0x16, register, { value, target });
}

export function jumpUnlessSame(register: number, other: number, target: string): Step {
  return make(0x5e, register, { from: other, target });
}

export function jumpIfLess(register: number, value: number, target: string): Step {
  return make(0xa6, register, { value, target });
}

export function jumpIfGreater(register: number, value: number, target: string): Step {
  return make(0x26, register, { value, target });
}

/** Copies bytes of the packet, whose context is in r1, from the offset in r2 to the address in r3; r0 is 0 if they are there. */
export const loadPacket: Step = make(0x85, 0, { value: SKB_LOAD_BYTES });

/** The address of the program's only map (BPF_PSEUDO_MAP_FD), which whoever loads the program makes and names there. */
export function loadMap(to: number): readonly Step[] {
  return [make(0x18, to, { from: 1 }), make(0x00, 0)];
}

/** The address of the value in the map in r1 whose key is at the address in r2, or 0. */
export const lookUp: Step = make(0x85, 0, { value: MAP_LOOKUP });

/** Has r0 be the address of the first value of the program's only map; where there is none, which the kernel's verifier cannot know, it jumps. */
export function firstValue(otherwise: string): readonly Step[] {
  return [set(r2, 0), store(stack, -4, r2), copy(r2, stack), add(r2, -4), ...loadMap(r1), lookUp, jumpIfNull(r0, otherwise)];
}

/** The address of the kernel's struct task_struct of who runs. */
export const currentTask: Step = make(0x85, 0, { value: GET_CURRENT_TASK_BTF });

/** Compares all 64 bits, as of addresses. */
export function jumpUnlessSameWhole(register: number, other: number, target: string): Step {
  return make(0x5d, register, { from: other, target });
}

export function jumpIfNull(register: number, target: string): Step {
  return make(0x15, register, { target });
}

/** Adds a register to the 64 bits there, at once. */
export function count(to: number, offset: number, from: number): Step {
  return make(0xdb, to, { from, offset });
}

/** Ends with a result. */
export function result(value: number): readonly Step[] {
  return [set(r0, value), make(0x95, 0)];
}

/** The bytes of a program, an array of struct bpf_insn. */
export function encode(steps: readonly Step[]): Uint8Array {
  const places = new Map<string, number>();
  const instructions: Instruction[] = [];
  for (const step of steps) {
    if ('label' in step) places.set(step.label, instructions.length);
    else instructions.push(step);
  }
  const bytes = new Uint8Array(8 * instructions.length);
  const view = new DataView(bytes.buffer);
  for (const [index, { code, to, from, offset, value, target }] of instructions.entries()) {
    const place = target === undefined ? undefined : places.get(target);
    if (target !== undefined && place === undefined) throw new Error(`nothing is labelled ${target}`);
    view.setUint8(8 * index, code);
    view.setUint8(8 * index + 1, (from << 4) | to);
    view.setInt16(8 * index + 2, place === undefined ? offset : place - index - 1, true);
    view.setInt32(8 * index + 4, value | 0, true);
  }
  return bytes;
}
