import type { IpPrefix } from '../../unit/values/ip-address.ts';
import { countSteps } from './traffic.ts';
import {
  add,
  and,
  copy,
  encode,
  jump,
  jumpUnless,
  load,
  loadPacket,
  r0,
  r1,
  r2,
  r3,
  r4,
  r6,
  r7,
  result,
  set,
  stack,
  type Step,
} from './instruction.ts';

/** Which way packets go: the address of the other end is the source of those that come in. */
export type Direction = 'ingress' | 'egress';

/** Where struct __sk_buff has the protocol, in the order of the network. */
const protocolOffset = 16;

const families = {
  inet: { protocol: 0x0008, bytes: 4, offset: { ingress: 12, egress: 16 } },
  inet6: { protocol: 0xdd86, bytes: 16, offset: { ingress: 8, egress: 24 } },
} as const;

/**
 * A program for BPF_CGROUP_INET_INGRESS or EGRESS that drops what comes from or goes to the denied addresses, unless they are allowed too
 * (systemd.resource-control(5), IPAddressAllow=). If asked to it counts what it lets through.
 */
export function addressProgram(
  direction: Direction,
  allowed: readonly IpPrefix[],
  denied: readonly IpPrefix[],
  counts = false,
): Uint8Array {
  const inet = familySteps('inet', direction, allowed, denied);
  const inet6 = familySteps('inet6', direction, allowed, denied);
  const passed = [{ label: 'passed' }, ...(counts ? countSteps(r6) : []), ...result(1)];
  return encode([copy(r6, r1), load(r7, r6, protocolOffset), ...inet, ...inet6, ...passed]);
}

function familySteps(
  family: IpPrefix['family'],
  direction: Direction,
  allowed: readonly IpPrefix[],
  denied: readonly IpPrefix[],
): readonly Step[] {
  const rules = [...allowed.map((prefix) => ({ prefix, verdict: 1 })), ...denied.map((prefix) => ({ prefix, verdict: 0 }))].filter(
    ({ prefix }) => prefix.family === family,
  );
  // Behind one that all addresses match there is nothing to look at, and the kernel refuses what is never reached.
  const last = rules.findIndex(({ prefix }) => prefix.length === 0);
  const used = last < 0 ? rules : rules.slice(0, last);
  const otherwise = last < 0 ? 1 : (rules[last]?.verdict ?? 1);
  if (used.every(({ verdict }) => verdict === otherwise)) return otherwise === 1 ? [] : onlyOf(family, result(otherwise));
  const { bytes, offset } = families[family];
  return onlyOf(family, [
    copy(r1, r6),
    set(r2, offset[direction]),
    copy(r3, stack),
    add(r3, -16),
    set(r4, bytes),
    loadPacket,
    // A packet without an address is not to be let through on the strength of having none.
    jumpUnless(r0, 0, `${family} bad`),
    ...used.flatMap(({ prefix, verdict }, index) => matchSteps(prefix, verdict, `${family} after ${index}`)),
    ...(otherwise === 0 ? [] : [jump('passed')]),
    { label: `${family} bad` },
    ...result(0),
  ]);
}

function onlyOf(family: IpPrefix['family'], steps: readonly Step[]): readonly Step[] {
  return [jumpUnless(r7, families[family].protocol, `not ${family}`), ...steps, { label: `not ${family}` }];
}

function matchSteps({ bytes, length }: IpPrefix, verdict: number, next: string): readonly Step[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const steps: Step[] = [];
  for (let at = 0; at < bytes.length && 8 * at < length; at += 4) {
    const mask = swapped(Math.min(length - 8 * at, 32));
    steps.push(load(r1, stack, at - 16));
    if (mask !== 0xffffffff) steps.push(and(r1, mask));
    steps.push(jumpUnless(r1, view.getUint32(at, true), next));
  }
  return [...steps, ...(verdict === 1 ? [jump('passed')] : result(verdict)), { label: next }];
}

/** A mask of so many bits, as a word in memory is loaded by a little-endian machine. */
function swapped(bits: number): number {
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, mask);
  return view.getUint32(0, true);
}
