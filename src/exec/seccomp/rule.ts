import type { Architecture } from './architecture.ts';

/** What the kernel does with a call: the value that a filter returns (seccomp(2)). */
export type Action = number;

export const allow: Action = 0x7fff0000;
export const log: Action = 0x7ffc0000;
export const killThread: Action = 0;
export const killProcess: Action = 0x80000000;

/** The call fails with this error. */
export function fail(errno: number): Action {
  return 0x00050000 + errno;
}

/** How the kernel ranks what several filters say: of two actions the one with the smaller number is done. */
export function severity(action: Action): number {
  return (action & 0xffff0000) | 0;
}

/**
 * A test of the lower 32 bits of an argument. Those above are not looked at: what is tested are ints and flags, of which the kernel
 * too takes no more, so that a caller gains nothing by filling them.
 */
export interface Condition {
  readonly argument: number;
  /** One of the values; none of them; at least one of the bits; all of the bits. */
  readonly test: 'in' | 'not-in' | 'any' | 'all';
  /** Values, or one number that has the bits. */
  readonly values: readonly number[];
  /** Which bits `in` and `not-in` compare; all if left out. */
  readonly mask?: number;
}

/** What is done with a call whose arguments meet all conditions. */
export interface Rule {
  readonly when: readonly Condition[];
  readonly action: Action;
}

/** What one setting says of the calls of one architecture: for some numbers rules, of which any may hold, else one action. */
export interface Verdicts {
  readonly rules: ReadonlyMap<number, readonly Rule[]>;
  readonly otherwise: Action;
}

/** One setting as a filter; undefined for an architecture that it does not touch. */
export type Restriction = (architecture: Architecture) => Verdicts | undefined;
