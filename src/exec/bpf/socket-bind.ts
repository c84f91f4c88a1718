import type { SocketBindRule } from '../../unit/values/socket-bind-rule.ts';
import { encode, fromNetwork16, jumpIfGreater, jumpIfLess, jumpUnless, load, r1, r2, r3, result, type Step } from './instruction.ts';

/** Where struct bpf_sock_addr has the port, in the order of the network, and the protocol. */
const portOffset = 24;
const protocolOffset = 36;

const protocols = { tcp: 6, udp: 17 } as const;

/**
 * A program for BPF_CGROUP_INET4_BIND or INET6_BIND that refuses what a rule denies, unless another one allows it
 * (systemd.resource-control(5), SocketBindAllow=).
 */
export function socketBindProgram(
  family: 'ipv4' | 'ipv6',
  allowed: readonly SocketBindRule[],
  denied: readonly SocketBindRule[],
): Uint8Array {
  const rules = [...allowed.map((rule) => ({ rule, verdict: 1 })), ...denied.map((rule) => ({ rule, verdict: 0 }))].filter(
    ({ rule }) => rule.family === undefined || rule.family === family,
  );
  // Behind a rule that everything matches there is nothing to look at, and the kernel refuses what is never reached.
  const last = rules.findIndex(({ rule }) => rule.protocol === undefined && rule.ports === undefined);
  const used = last < 0 ? rules : rules.slice(0, last);
  const otherwise = last < 0 ? 1 : (rules[last]?.verdict ?? 1);
  return encode([
    load(r2, r1, portOffset),
    fromNetwork16(r2),
    load(r3, r1, protocolOffset),
    ...used.flatMap(({ rule, verdict }, index) => matchSteps(rule, verdict, `after ${index}`)),
    ...result(otherwise),
  ]);
}

function matchSteps({ protocol, ports }: SocketBindRule, verdict: number, next: string): readonly Step[] {
  return [
    ...(protocol === undefined ? [] : [jumpUnless(r3, protocols[protocol], next)]),
    ...(ports === undefined ? [] : [jumpIfLess(r2, ports.first, next), jumpIfGreater(r2, ports.last, next)]),
    ...result(verdict),
    { label: next },
  ];
}
