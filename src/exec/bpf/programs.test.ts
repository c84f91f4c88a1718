import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isAllReached, runProgram } from '../../../test/exec/ebpf.ts';
import { type IpPrefix, parseIpPrefix } from '../../unit/values/ip-address.ts';
import type { SocketBindRule } from '../../unit/values/socket-bind-rule.ts';
import { addressProgram } from './address.ts';
import { bindInterfaceProgram } from './bind-interface.ts';
import { deviceProgram, type DeviceNumbers } from './device.ts';
import { interfaceProgram } from './interface.ts';
import { socketBindProgram } from './socket-bind.ts';

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(4 * index, value, true);
  return bytes;
}

const texts = [
  '10.0.0.0/8',
  '10.1.2.3',
  '0.0.0.0/0',
  '::/0',
  '128.0.0.0/1',
  '10.1.2.0/23',
  'fe80::/64',
  '2001:db8::/33',
  '2001:db8::1',
  '::1',
];
const prefixes = fc.array(fc.constantFrom(...texts), { maxLength: 4 }).map((all) => all.map(prefixOf));
const addresses = [
  '10.1.2.3',
  '10.1.3.255',
  '10.1.4.0',
  '127.0.0.1',
  '192.168.0.1',
  '::1',
  'fe80::1',
  'fe80:0:0:1::1',
  '2001:db8::1',
  '2001:db8:8000::1',
];

function prefixOf(text: string): IpPrefix {
  const prefix = parseIpPrefix(text);
  assert.ok(prefix !== undefined, text);
  return prefix;
}

function bit(bytes: Uint8Array, index: number): number {
  return ((bytes[index >> 3] ?? 0) >> (7 - (index & 7))) & 1;
}

function isIn(address: IpPrefix, { family, bytes, length }: IpPrefix): boolean {
  return (
    family === address.family &&
    Array.from({ length }, (_, index) => index).every((index) => bit(bytes, index) === bit(address.bytes, index))
  );
}

test('packets are dropped whose other end is denied and not allowed', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(
      prefixes,
      prefixes,
      fc.constantFrom(...addresses),
      fc.constantFrom('ingress' as const, 'egress' as const),
      (allowed, denied, text, direction) => {
        const address = prefixOf(text);
        const program = addressProgram(direction, allowed, denied);
        assert.ok(isAllReached(program));
        const packet = new Uint8Array(40);
        const offset = address.family === 'inet' ? { ingress: 12, egress: 16 } : { ingress: 8, egress: 24 };
        packet.set(address.bytes, offset[direction]);
        const context = words(0, 0, 0, 0, address.family === 'inet' ? 0x0008 : 0xdd86, 0, 0, 0, 0, 0, 1);
        const meant = allowed.some((prefix) => isIn(address, prefix)) || !denied.some((prefix) => isIn(address, prefix)) ? 1 : 0;
        assert.equal(runProgram(program, { context, packet }), meant);
      },
    ),
    { numRuns: 150 },
  );
});

test('packets that pass are counted with their bytes, and those that are dropped are not', () => {
  const all = [prefixOf('10.0.0.0/8'), prefixOf('::/0')];
  const run = (program: Uint8Array, map: Uint8Array | undefined, text: string, length: number): number => {
    assert.ok(isAllReached(program));
    const address = prefixOf(text);
    const packet = new Uint8Array(40);
    packet.set(address.bytes, address.family === 'inet' ? 12 : 8);
    const context = words(length, 0, 0, 0, address.family === 'inet' ? 0x0008 : 0xdd86);
    return runProgram(program, map === undefined ? { context, packet } : { context, packet, map });
  };
  const map = new Uint8Array(16);
  const filtered = addressProgram('ingress', [prefixOf('10.1.2.3')], all, true);
  const verdicts = [
    run(filtered, map, '10.1.2.3', 100),
    run(filtered, map, '10.1.2.4', 1000),
    run(filtered, map, '::1', 1000),
    run(filtered, map, '192.168.0.1', 20),
    run(addressProgram('ingress', [], [], true), map, '::1', 3),
    // A kernel that finds no value lets the packet pass all the same.
    run(addressProgram('ingress', [], [], true), undefined, '::1', 3),
  ];
  const counted = new DataView(map.buffer);
  assert.deepEqual([verdicts, counted.getBigUint64(0, true), counted.getBigUint64(8, true)], [[1, 0, 0, 1, 1, 1], 123n, 3n]);
});

test('what is no packet of the internet protocol passes, and one without an address does not', () => {
  const program = addressProgram('ingress', [], [prefixOf('10.0.0.0/8')]);
  assert.equal(runProgram(program, { context: words(0, 0, 0, 0, 0x0608), packet: new Uint8Array(4) }), 1);
  assert.equal(runProgram(program, { context: words(0, 0, 0, 0, 0x0008), packet: new Uint8Array(4) }), 0);
});

const device: fc.Arbitrary<DeviceNumbers> = fc.oneof(
  fc.record({ kind: fc.constantFrom('block' as const, 'char' as const), access: fc.constantFrom('r', 'w', 'm', 'rw', 'rwm') }),
  fc.record({
    kind: fc.constantFrom('block' as const, 'char' as const),
    major: fc.integer({ min: 0, max: 2 }),
    access: fc.constantFrom('r', 'rw', 'rwm'),
  }),
  fc.record({
    kind: fc.constantFrom('block' as const, 'char' as const),
    major: fc.integer({ min: 0, max: 2 }),
    minor: fc.integer({ min: 0, max: 2 }),
    access: fc.constantFrom('m', 'rw', 'rwm'),
  }),
);

test('a device may be used as far as one rule for it says', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.array(device, { maxLength: 5 }), (rules) => {
      const program = deviceProgram(rules);
      assert.ok(isAllReached(program));
      for (const kind of ['block', 'char'] as const) {
        for (const [major, minor] of [
          [0, 0],
          [1, 2],
          [2, 1],
          [3, 0],
        ] as const) {
          for (const access of ['r', 'w', 'm', 'rw', 'rwm']) {
            const bits = access.split('').reduce((all, letter) => all | ({ m: 1, r: 2, w: 4 }[letter] ?? 0), 0);
            const meant = rules.some(
              (rule) =>
                rule.kind === kind &&
                (rule.major ?? major) === major &&
                (rule.minor ?? minor) === minor &&
                access.split('').every((letter) => rule.access.includes(letter)),
            );
            const context = words((bits << 16) | (kind === 'block' ? 1 : 2), major, minor);
            assert.equal(runProgram(program, { context }), meant ? 1 : 0);
          }
        }
      }
    }),
  );
});

const bindRule: fc.Arbitrary<SocketBindRule> = fc.record(
  {
    family: fc.constantFrom('ipv4' as const, 'ipv6' as const),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    ports: fc.constantFrom({ first: 80, last: 80 }, { first: 1024, last: 65_535 }, { first: 256, last: 512 }),
  },
  { requiredKeys: [] },
);

test('bind(2) is refused where a rule denies it and none allows it', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(fc.array(bindRule, { maxLength: 3 }), fc.array(bindRule, { maxLength: 3 }), (allowed, denied) => {
      for (const family of ['ipv4', 'ipv6'] as const) {
        const program = socketBindProgram(family, allowed, denied);
        assert.ok(isAllReached(program));
        for (const [protocol, number] of [
          ['tcp', 6],
          ['udp', 17],
          ['other', 1],
        ] as const) {
          for (const port of [0, 80, 300, 443, 1023, 1024, 65_535]) {
            const matches = (rule: SocketBindRule): boolean =>
              (rule.family ?? family) === family &&
              (rule.protocol ?? protocol) === protocol &&
              (rule.ports === undefined || (rule.ports.first <= port && port <= rule.ports.last));
            const swapped = ((port & 0xff) << 8) | (port >> 8);
            const context = words(0, 0, 0, 0, 0, 0, swapped, 0, 0, number);
            assert.equal(runProgram(program, { context }), allowed.some(matches) || !denied.some(matches) ? 1 : 0);
          }
        }
      }
    }),
  );
});

/** Whether a packet over the interface passes. */
function over(index: number, listed: readonly number[], inverted: boolean): number {
  const program = interfaceProgram(listed, inverted);
  assert.ok(isAllReached(program));
  return runProgram(program, { context: words(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, index) });
}

test('packets go over the interfaces that are listed, or over all others', () => {
  assert.deepEqual([over(2, [1, 2], false), over(3, [1, 2], false), over(2, [1, 2], true), over(3, [1, 2], true)], [1, 0, 0, 1]);
  assert.deepEqual([over(1, [], false), over(1, [], true)], [0, 1]);
});

/** What the program answers about a new socket that is bound to this interface already, and what it is bound to then. */
function bound(index: number | undefined, before: number): readonly [result: number, bound: number] {
  const program = bindInterfaceProgram(index);
  assert.ok(isAllReached(program));
  const context = words(before, 2);
  return [runProgram(program, { context }), new DataView(context.buffer).getUint32(0, true)];
}

test('a new socket is bound to the interface unless it is bound already, and there is none without the interface', () => {
  assert.deepEqual(
    [bound(3, 0), bound(3, 5), bound(undefined, 0)],
    [
      [1, 3],
      [1, 5],
      [0, 0],
    ],
  );
});
