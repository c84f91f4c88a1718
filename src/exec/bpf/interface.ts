import { encode, jumpIf, load, r1, r2, result } from './instruction.ts';

/** Where struct __sk_buff has the index of the interface. */
const interfaceOffset = 40;

/** A program for BPF_CGROUP_INET_INGRESS and EGRESS that drops what goes over other interfaces than these, or, inverted, over these. */
export function interfaceProgram(indexes: readonly number[], inverted: boolean): Uint8Array {
  const [listed, others] = inverted ? [0, 1] : [1, 0];
  if (indexes.length === 0) return encode(result(others));
  return encode([
    load(r2, r1, interfaceOffset),
    ...indexes.map((index) => jumpIf(r2, index, 'listed')),
    ...result(others),
    { label: 'listed' },
    ...result(listed),
  ]);
}
