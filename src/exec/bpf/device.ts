import { and, copy, encode, jumpUnless, jumpUnlessSame, load, r1, r2, r3, r4, r5, result, shiftRight, type Step } from './instruction.ts';

/** Devices that may be used: one, all of a major number, or all of a kind. */
export interface DeviceNumbers {
  readonly kind: 'block' | 'char';
  readonly major?: number;
  readonly minor?: number;
  /** Letters of `rwm`: read, write, make its node. */
  readonly access: string;
}

/** Of linux/bpf.h: what bpf_cgroup_dev_ctx.access_type is made of. */
const kinds = { block: 1, char: 2 } as const;
const accesses: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 };
const everyAccess = 7;

/** A program for BPF_CGROUP_DEVICE that allows these devices and no others. */
export function deviceProgram(devices: readonly DeviceNumbers[]): Uint8Array {
  return encode([
    load(r2, r1, 0),
    copy(r3, r2),
    shiftRight(r3, 16),
    and(r2, 0xffff),
    load(r4, r1, 4),
    load(r5, r1, 8),
    ...devices.flatMap(allow),
    ...result(0),
  ]);
}

function allow({ kind, major, minor, access }: DeviceNumbers, index: number): readonly Step[] {
  const next = `after ${index}`;
  const bits = access.split('').reduce((all, letter) => all | (accesses[letter] ?? 0), 0);
  return [
    jumpUnless(r2, kinds[kind], next),
    // All that is asked for must be among what is allowed.
    ...(bits === everyAccess ? [] : [copy(r1, r3), and(r1, bits), jumpUnlessSame(r1, r3, next)]),
    ...(major === undefined ? [] : [jumpUnless(r4, major, next)]),
    ...(minor === undefined ? [] : [jumpUnless(r5, minor, next)]),
    ...result(1),
    { label: next },
  ];
}
