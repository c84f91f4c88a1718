import type { Condition } from './rule.ts';
import type { Clause, Decision, Range } from './combine.ts';
import { type Architecture, auditArchitectures, x32Bit } from './architecture.ts';
import { type Action } from './rule.ts';

/** What is done with the calls of one architecture. */
export interface Program {
  readonly architecture: Architecture;
  readonly ranges: readonly Range[];
}

/**
 * A program of classic BPF (seccomp(2)), as bytes of struct sock_filter. The number of a call is found by binary search over ranges; calls
 * of architectures that are not named get the action `unknown`.
 */
export function assemble(programs: readonly Program[], unknown: Action): Uint8Array {
  const assembler = new Assembler();
  const nativeLast = programs.filter(({ architecture }) => architecture !== 'x32');
  const x32 = programs.find(({ architecture }) => architecture === 'x32');
  let elsewhere = assembler.result(unknown);
  for (const { architecture, ranges } of nativeLast) {
    const search = architecture === 'x86-64' ? withX32(ranges, x32?.ranges, unknown) : ranges;
    assembler.goOnAt(assembler.search(search));
    const entry = assembler.load(number);
    elsewhere = assembler.compare('equal', auditArchitectures[architecture], entry, elsewhere);
  }
  assembler.load(machine);
  return assembler.bytes();
}

/** Where things are in struct seccomp_data. The lower half of each argument comes first on little-endian machines. */
const number = 0;
const machine = 4;
const argumentAt = (index: number): number => 16 + 8 * index;

/** Calls of x32 are told from those of x86-64 by their numbers; -1, which tracers use, is one of x86-64. */
function withX32(own: readonly Range[], x32: readonly Range[] | undefined, unknown: Action): readonly Range[] {
  const others = x32 ?? [{ start: 0, decision: { clauses: [], otherwise: unknown } }];
  const from = [...others].findLast(({ start }) => start <= x32Bit) ?? others[0];
  const last = own.at(-1);
  return [
    ...own,
    ...(from === undefined ? [] : [{ ...from, start: x32Bit }]),
    ...others.filter(({ start }) => start > x32Bit),
    ...(last === undefined ? [] : [{ start: 0xffffffff, decision: last.decision }]),
  ];
}

/** A place in a program that is made from its end: how many instructions there are from it to the end. */
type Label = number;

const codes = { load: 0x20, jump: 0x05, equal: 0x15, 'at-least': 0x35, 'any-bit': 0x45, and: 0x54, return: 0x06 } as const;

/** How far a conditional jump reaches. */
const farthest = 255;

/** All jumps of classic BPF go forward, so a program is made from its end, where each target is known already. */
class Assembler {
  readonly #instructions: { readonly code: number; readonly yes: number; readonly no: number; readonly value: number }[] = [];
  readonly #results = new Map<Action, Label>();
  readonly #decisions = new Map<string, Label>();

  bytes(): Uint8Array {
    const bytes = new Uint8Array(8 * this.#instructions.length);
    const view = new DataView(bytes.buffer);
    for (const [index, { code, yes, no, value }] of this.#instructions.toReversed().entries()) {
      view.setUint16(8 * index, code, true);
      view.setUint8(8 * index + 2, yes);
      view.setUint8(8 * index + 3, no);
      view.setUint32(8 * index + 4, value, true);
    }
    return bytes;
  }

  /** What is put in front next goes on there. */
  goOnAt(label: Label): void {
    if (label !== this.#instructions.length) this.#jump(label);
  }

  load(offset: number): Label {
    return this.#put(codes.load, offset);
  }

  /** The end of a program; one that is in reach is used again. */
  result(action: Action): Label {
    const known = this.#results.get(action);
    if (known !== undefined && this.#reaches(known)) return known;
    const label = this.#put(codes.return, action);
    this.#results.set(action, label);
    return label;
  }

  compare(test: 'equal' | 'at-least' | 'any-bit', value: number, yes: Label, no: Label): Label {
    let [there, here] = [yes, no];
    while (!this.#reaches(there) || !this.#reaches(here)) {
      if (this.#reaches(there)) here = this.#jump(here);
      else there = this.#jump(there);
    }
    return this.#put(codes[test], value, this.#distance(there), this.#distance(here));
  }

  /** Looks for the range that the number in the accumulator is in. */
  search(ranges: readonly Range[]): Label {
    const middle = ranges.length >> 1;
    const pivot = ranges[middle];
    if (pivot === undefined) throw new Error('no ranges to search');
    if (middle === 0) return this.#decision(pivot.decision);
    const right = this.search(ranges.slice(middle));
    const left = this.search(ranges.slice(0, middle));
    return this.compare('at-least', pivot.start, right, left);
  }

  #decision(decision: Decision): Label {
    if (decision.clauses.length === 0) return this.result(decision.otherwise);
    const key = JSON.stringify(decision);
    const known = this.#decisions.get(key);
    if (known !== undefined) return known;
    let label = this.result(decision.otherwise);
    for (const clause of decision.clauses.toReversed()) label = this.#clause(clause, label);
    this.#decisions.set(key, label);
    return label;
  }

  #clause({ conjunctions, negated, action }: Clause, otherwise: Label): Label {
    const result = this.result(action);
    const [held, none] = negated ? [otherwise, result] : [result, otherwise];
    return conjunctions.reduceRight((next, conditions) => this.#conjunction(conditions, held, next), none);
  }

  #conjunction(conditions: readonly Condition[], held: Label, otherwise: Label): Label {
    return conditions.reduceRight((next, condition) => this.#condition(condition, next, otherwise), held);
  }

  #condition({ argument, test, values, mask }: Condition, yes: Label, no: Label): Label {
    const [bits = 0] = values;
    if (test === 'any') {
      this.compare('any-bit', bits, yes, no);
    } else if (test === 'all') {
      this.compare('equal', bits, yes, no);
      this.#mask(bits);
    } else {
      const [found, missing] = test === 'in' ? [yes, no] : [no, yes];
      this.goOnAt(values.reduceRight((next, value) => this.compare('equal', value, found, next), missing));
      this.#mask(mask);
    }
    return this.load(argumentAt(argument));
  }

  #mask(mask: number | undefined): void {
    if (mask !== undefined && mask !== 0xffffffff) this.#put(codes.and, mask);
  }

  #jump(to: Label): Label {
    return this.#put(codes.jump, this.#distance(to));
  }

  #reaches(label: Label): boolean {
    return this.#distance(label) <= farthest;
  }

  #distance(label: Label): number {
    return this.#instructions.length - label;
  }

  #put(code: number, value: number, yes = 0, no = 0): Label {
    this.#instructions.push({ code, yes, no, value: value >>> 0 });
    return this.#instructions.length;
  }
}
