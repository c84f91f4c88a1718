import { count, firstValue, load, r0, r1, set, type Step } from './instruction.ts';

/** Where struct __sk_buff has the length of the packet. */
const lengthOffset = 0;

/**
 * Counts the packet whose context is in the register, which has to be one that survives calls: the first value of the program's map is of
 * two words of 64 bits, the bytes and the packets.
 */
export function countSteps(context: number): readonly Step[] {
  return [...firstValue('counted'), load(r1, context, lengthOffset), count(r0, 0, r1), set(r1, 1), count(r0, 8, r1), { label: 'counted' }];
}
