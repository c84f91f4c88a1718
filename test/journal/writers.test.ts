import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Entry } from '../../src/journal/record.ts';
import { createKeeperDouble, createScratch, opened, output, record, type Sent, startUsec, stored, told } from './keeper-double.ts';

const inUnit = (unit: string): { readonly cgroup: string } => ({ cgroup: `0::/system.slice/${unit}\n` });

function syslog(pid: number, text: string, uid = 0): Sent {
  return { kind: 'datagram', source: 'syslog', pid, uid, gid: 0, realtimeUsec: startUsec, bytes: Buffer.from(text) };
}

function native(pid: number, text: string, uid = 0): Sent {
  return { kind: 'datagram', source: 'journal', pid, uid, gid: 0, realtimeUsec: startUsec, bytes: Buffer.from(text) };
}

/** The values of some fields of each entry. */
function fieldsOf(entries: readonly Entry[], ...names: readonly string[]): readonly unknown[] {
  return entries.map(({ message, origin, extra }) => [
    message,
    ...names.map((name) => origin.fields[name] ?? extra.find(([known]) => known === name)?.[1]),
  ]);
}

/** The entries that a journal makes of frames. */
function made(...frames: readonly Sent[]): readonly Entry[] {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(...frames);
  keeper.flush();
  return stored(scratch.path);
}

test('a datagram is of the process that the keeper told of, and of its unit', () => {
  const entries = made(
    told(0n, 9, { ...inUnit('a.service'), name: 'logger', cmdline: 'logger\0x\0' }),
    syslog(9, '<11>tag[9]: by syslog'),
    native(9, 'MESSAGE=native\nPRIORITY=2\nX=1\n'),
  );
  assert.deepEqual(
    fieldsOf(entries, '_SYSTEMD_UNIT', '_COMM', '_CMDLINE', '_TRANSPORT', 'SYSLOG_IDENTIFIER', '_SOURCE_REALTIME_TIMESTAMP'),
    [
      ['by syslog', 'a.service', 'logger', 'logger x', 'syslog', 'tag', String(startUsec)],
      ['native', 'a.service', 'logger', 'logger x', 'journal', undefined, String(startUsec)],
    ],
  );
});

test('a pid that is used again is another process, and one that is gone is none', () => {
  const entries = made(
    told(0n, 9, inUnit('a.service')),
    syslog(9, 'first'),
    told(0n, 9, { ...inUnit('b.service'), start: 2 }),
    syslog(9, 'second'),
    told(0n, 9, undefined),
    syslog(9, 'third'),
  );
  assert.deepEqual(fieldsOf(entries, '_SYSTEMD_UNIT', '_PID'), [
    ['first', 'a.service', '9'],
    ['second', 'b.service', '9'],
    ['third', undefined, '9'],
  ]);
});

test('without cgroups a sender is of the unit whose stream its process has, but not if it only has that one’s pid', () => {
  const entries = made(
    opened(1n, 'a.service', { INVOCATION_ID: 'e'.repeat(32) }),
    told(1n, 1, { start: 5 }),
    told(0n, 1, { start: 5 }),
    native(1, 'MESSAGE=same\n'),
    told(0n, 1, { start: 6 }),
    native(1, 'MESSAGE=later\n'),
  );
  assert.deepEqual(fieldsOf(entries, '_SYSTEMD_UNIT', '_SYSTEMD_INVOCATION_ID'), [
    ['same', 'a.service', 'e'.repeat(32)],
    ['later', undefined, undefined],
  ]);
});

test('what a unit’s processes send is of its present run, and has the fields that its settings add', () => {
  const entries = made(
    record({ MESSAGE: 'Started', UNIT: 'a.service', INVOCATION_ID: 'd'.repeat(32) }),
    told(0n, 9, inUnit('a.service')),
    native(9, 'MESSAGE=run\n'),
    opened(1n, 'a.service', { INVOCATION_ID: 'e'.repeat(32), '+ROLE': 'db', SYSLOG_FACILITY: '3' }),
    native(9, 'MESSAGE=next\n'),
    record({ MESSAGE: 'Started', UNIT: 'a.service', INVOCATION_ID: 'f'.repeat(32) }),
    native(9, 'MESSAGE=last\n'),
  );
  assert.deepEqual(
    fieldsOf(
      entries.filter(({ message }) => message !== 'Started'),
      '_SYSTEMD_INVOCATION_ID',
      'ROLE',
      'SYSLOG_FACILITY',
    ),
    [
      ['run', 'd'.repeat(32), undefined, undefined],
      ['next', 'e'.repeat(32), 'db', undefined],
      ['last', 'f'.repeat(32), 'db', undefined],
    ],
  );
});

test('a stream’s entries are of the process as it is when they come', () => {
  const entries = made(
    opened(1n, 'a.service'),
    told(1n, 1, { name: 'sh', exe: '/bin/sh' }),
    output(1n, 'before\n'),
    told(1n, 1, { name: 'daemon', exe: '/usr/bin/daemon' }),
    output(1n, 'after\n'),
  );
  assert.deepEqual(fieldsOf(entries, '_COMM', '_EXE', '_PID'), [
    ['before', 'sh', '/bin/sh', '1'],
    ['after', 'daemon', '/usr/bin/daemon', '1'],
  ]);
});

test('no sender can say who it is, or speak for another unit but as root', () => {
  const text = 'MESSAGE=x\n_UID=0\n_SYSTEMD_UNIT=b.service\n__CURSOR=1\nUNIT=b.service\nOBJECT_SYSTEMD_UNIT=c.service\nlower=1\n';
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(told(0n, 9, inUnit('a.service')), native(9, text, 7), native(9, text, 0));
  keeper.flush();
  assert.deepEqual(fieldsOf(stored(scratch.path), '_UID', '_SYSTEMD_UNIT', '__CURSOR', 'lower'), [
    ['x', '7', 'a.service', undefined, undefined],
    ['x', '0', 'a.service', undefined, undefined],
  ]);
  const found = (unit: string) => fieldsOf(stored(scratch.path, { units: [unit] }), '_UID');
  assert.deepEqual([found('a.service'), found('b.service'), found('c.service')], [[['x', '7']], [], [['x', '0']]]);
});

test('the manager’s messages are process 1’s, under the name of systemd', () => {
  const entries = made(record({ MESSAGE: 'Started a.service.', UNIT: 'a.service' }));
  assert.deepEqual(fieldsOf(entries, 'SYSLOG_IDENTIFIER', 'SYSLOG_FACILITY', '_TRANSPORT', '_PID', '_COMM', 'UNIT'), [
    ['Started a.service.', 'systemd', '3', 'journal', '1', 'tysd-keeper', 'a.service'],
  ]);
});
