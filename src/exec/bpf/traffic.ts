import { add, copy, count, jumpIfNull, load, loadMap, lookUp, r0, r1, r2, set, stack, type Step, store } from './instruction.ts';

/** Where struct __sk_buff has the length of the packet. */
const lengthOffset = 0;

/**
 * Counts the packet whose context is in the register, which has to be one that survives calls: the first value of the program's map is of
 * two words of 64 bits, the bytes and the packets.
 */
export function countSteps(context: number): readonly Step[] {
  return [
    set(r2, 0),
    store(stack, -4, r2),
    copy(r2, stack),
    add(r2, -4),
    ...loadMap(r1),
    lookUp,
    jumpIfNull(r0, 'counted'),
    load(r1, context, lengthOffset),
    count(r0, 0, r1),
    set(r1, 1),
    count(r0, 8, r1),
    { label: 'counted' },
  ];
}
