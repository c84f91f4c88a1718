import { encode, jumpUnless, load, r1, r2, result, set, store } from './instruction.ts';

/** Where struct bpf_sock has the index of the interface that the socket is bound to. */
const boundOffset = 0;

/**
 * A program for BPF_CGROUP_INET_SOCK_CREATE that binds each new socket of IP to the interface, unless a program of a cgroup below has bound
 * it already. Without an interface no such socket can be made: it would speak over others.
 */
export function bindInterfaceProgram(index: number | undefined): Uint8Array {
  if (index === undefined) return encode(result(0));
  return encode([
    load(r2, r1, boundOffset),
    jumpUnless(r2, 0, 'bound'),
    set(r2, index),
    store(r1, boundOffset, r2),
    { label: 'bound' },
    ...result(1),
  ]);
}
