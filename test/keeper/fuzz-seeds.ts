// Writes inputs for the keeper's fuzz targets (keeper/fuzz), made of real frames: bun test/keeper/fuzz-seeds.ts DIRECTORY
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type FieldType, type Op, type OpRow, type Plan, ops } from '../../src/exec/op.ts';
import type { Command } from '../../src/port/keeper.ts';
import { FrameWriter, encodeBatch, encodeHello } from '../../src/port/wire.ts';
import { stateOfKeeper } from './state-seed.ts';

const session = 1;
const raw = 2;
const endSome = 8;

/** What a field of each type may be. */
const samples: Readonly<Record<FieldType, number | bigint | string | readonly string[] | Uint8Array>> = {
  u32: 1,
  i32: -1,
  u64: 1_000_000n,
  string: '/a/b',
  strings: ['1', '2'],
  bytes: new Uint8Array([1, 0, 47, 97, 0, 0, 0, 0]),
};

/** One op of each kind. Every row of the table is there, so this is an op. */
const allOps: readonly Op[] = Object.entries<OpRow>(ops).map(([op, row]) => {
  const fields = Object.entries(row.fields).map(([field, type]) => [field, samples[type]]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { op, ...Object.fromEntries(fields) } as Op;
});

const output: Plan = [
  { op: 'pipe', readSlot: 0, writeSlot: 1 },
  { op: 'keep', slot: 0, name: 'a' },
  { op: 'output', slot: 2, stream: 1n, meta: '{"UNIT":"a.service"}' },
  { op: 'dup', slot: 2, number: 1 },
  { op: 'exec', paths: ['/bin/sh'], argv: ['sh', '-c', 'exit 3'], env: ['A=1'] },
];

/** Batches as managers send them. */
const batches: Readonly<Record<string, readonly Command[]>> = {
  service: [
    { do: 'make-group', group: 'a.service', path: 'system.slice/a.service', mark: 'INVOCATION_ID=1' },
    { do: 'run', child: 1, group: 'a.service', reportExec: true, plan: output },
    { do: 'put', key: 'a.service', bytes: new Uint8Array([1, 2, 3]) },
    { do: 'journal', record: '{"MESSAGE":"started"}' },
    { do: 'watch-group', group: 'a.service' },
    { do: 'signal-pid', group: 'a.service', pid: 4_194_304, signal: 15 },
    { do: 'signal-group', group: 'a.service', signal: 9, except: [4_194_304, 5] },
    { do: 'signal', child: 1, signal: 15 },
  ],
  adopted: [
    { do: 'make-group', group: 'b.service', path: 'b.service', mark: 'B=1' },
    { do: 'adopt', child: 3, group: 'b.service', pid: 4_194_305 },
    { do: 'enter', group: 'b.service', pid: 4_194_306, uid: 1000 },
    { do: 'make-group', group: 'b.service', path: 'c.slice/b.service', mark: 'B=2' },
    { do: 'remove-group', group: 'b.service' },
  ],
  descriptors: [
    { do: 'poll', name: 'a' },
    { do: 'unpoll', name: 'a' },
    { do: 'accept', name: 'a', as: 'connection', count: 3 },
    { do: 'rename', name: 'a', to: 'b' },
    { do: 'watch-hangup', name: 'b' },
    { do: 'poll-priority', name: 'b' },
    { do: 'read', name: 'b', most: 100 },
    { do: 'flush', name: 'b' },
    { do: 'poll-drain', name: 'b' },
    { do: 'close', name: 'b' },
  ],
  end: [
    { do: 'delete', key: 'a.service' },
    { do: 'end', status: 1, action: 'reboot', argument: 'firmware' },
  ],
  ops: allOps.map((op, i) => ({ do: 'run', child: i + 1, group: '', plan: [op] })),
};

/** Kinds of things that come from outside, in the order of keeper/fuzz/outside.c. */
const outside = { notify: 0, descriptors: 1, stream: 2, syslog: 3, journal: 4, journalGreets: 5 };

const directory = process.argv[2];
if (directory === undefined) throw new Error('usage: bun test/keeper/fuzz-seeds.ts DIRECTORY');
for (const [name, commands] of Object.entries(batches)) {
  write('manager', name, [0, ...part(0, batch(commands))]);
  write('manager', `${name}-twice`, [session, ...part(endSome | 0x10, batch(commands)), ...part(endSome, batch([]))]);
}
const writer = new FrameWriter();
encodeHello(writer);
encodeBatch(writer, { acknowledge: 0, commands: batches['service'] ?? [] });
write('manager', 'raw', [0, ...part(raw, writer.take())]);
for (const op of allOps) write('plan', op.op, plan([op]));
write(
  'plan',
  'all',
  plan(allOps.filter(({ op }) => op !== 'exit' && op !== 'exec').map((op) => Object.assign({}, op, { tolerate: true }))),
);
write('plan', 'output', plan(output));
write('outside', 'notify', [
  0,
  ...part(outside.notify, text('READY=1\nSTATUS=ok\nMAINPID=1')),
  ...part(outside.descriptors, text('FDSTORE=1')),
]);
write('outside', 'streams', [
  1,
  ...part(outside.stream, text('name\nunit\n6\n1\n0\n0\n0\nline\n')),
  ...part(outside.syslog, text('<13>a: b')),
]);
write('outside', 'journal', [
  0,
  ...part(outside.stream, text('a\n')),
  ...part(outside.journalGreets, new Uint8Array([9, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0])),
  ...part(outside.journal, new Uint8Array([13, 0, 0, 0, 1, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])),
]);
const state = await stateOfKeeper({ inGroups: true });
// There are no sessions then, as there are none with cgroups.
const without = await stateOfKeeper({ inGroups: false });
const stateHead = 40;
/** Where the sections tell how processes are tracked, and the number of cgroup2. */
const trackingAt = 4;
const cgroup2 = 0;
write('state', 'raw', [session | raw, ...state]);
write('state', 'session', [session, ...state.subarray(stateHead)]);
write('state', 'cgroup2', [0, ...without.subarray(stateHead).with(trackingAt, cgroup2)]);

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** How it is sent, its length, and the bytes. */
function part(how: number, bytes: Uint8Array): readonly number[] {
  return [how, bytes.length & 0xff, bytes.length >> 8, ...bytes];
}

/** What follows a batch frame's head. */
function batch(commands: readonly Command[]): Uint8Array {
  const own = new FrameWriter();
  encodeBatch(own, { acknowledge: 0, commands });
  return own.take().subarray(5);
}

/** What follows a plan's length. */
function plan(list: Plan): Uint8Array {
  // A `run` of an empty group: command, child, group, report, length.
  return batch([{ do: 'run', child: 1, group: '', plan: list }]).subarray(12 + 1 + 8 + 5 + 1 + 4);
}

function write(target: string, name: string, bytes: Iterable<number>): void {
  const folder = join(directory ?? '', target);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), new Uint8Array(bytes));
}
