import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createTimeText } from '../../src/base/timestamp.ts';
import { createForward } from '../../src/journal/forward.ts';
import { syslogMessages } from '../../src/journal/forward-syslog.ts';
import type { Row } from '../../src/journal/record.ts';
import { parseTerminals, wallMessages, writeToTerminal } from '../../src/journal/wall.ts';

/** A record of utmp(5). */
function login(line: string, { type = 7, user = 'root' } = {}): Buffer {
  const record = Buffer.alloc(process.arch === 'arm64' ? 400 : 384);
  record.writeInt16LE(type, 0);
  record.write(line, 8, 32);
  record.write(user, 44, 32);
  return record;
}

function row(message: string, fields: Readonly<Record<string, string>>, priority: number | null = 0): Row {
  return {
    realtimeUsec: 1_700_000_000_000_000,
    monotonicUsec: 0,
    unit: '',
    priority,
    message,
    extra: [],
    origin: { identifier: '', fields },
  };
}

test('the terminals of who is logged in are told, each once, and nothing that only looks like one', () => {
  const records = [
    login('pts/3'),
    login('/dev/tty1'),
    login('pts/3'),
    login('pts/4', { type: 8 }),
    login('pts/5', { user: '' }),
    login('../etc/passwd'),
    login('pts/../../etc/passwd'),
    login(''),
    login('x'.repeat(32)),
  ];
  assert.deepEqual(parseTerminals(Buffer.concat([...records, Buffer.alloc(100, 7)])), ['pts/3', 'tty1', 'x'.repeat(32)]);
});

test('what is no terminal is not written to', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-wall-'));
  const file = join(directory, 'file');
  writeFileSync(file, 'kept');
  writeToTerminal(`..${file}`, 'a message');
  writeToTerminal('null', 'a message');
  assert.equal(readFileSync(file, 'utf8'), 'kept');
  rmSync(directory, { recursive: true });
});

test('only what is important enough goes to all, without what a terminal would obey', () => {
  const told: string[] = [];
  const time = createTimeText(true);
  const wall = wallMessages({
    hostname: 'box',
    time,
    nowUsec: () => 1_700_000_000_000_000,
    terminals: () => ['tty1'],
    write: (terminal, message) => void told.push(terminal, message),
  });
  const forward = createForward({ wall: { always: true, maximum: 0, pass: wall } });
  forward(row('it \x1b[2J burns', { SYSLOG_IDENTIFIER: 'cry', _PID: '7' }), {});
  forward(row('smoke', { SYSLOG_IDENTIFIER: 'cry' }, 1), {});
  forward(row('the kernel', { _TRANSPORT: 'kernel' }), {});
  assert.deepEqual(told, [
    'tty1',
    '\r\nBroadcast message from systemd-journald@box (Tue 2023-11-14 22:13:20 UTC):\r\n\r\ncry[7]: it  [2J burns\r\n\r\n',
  ]);
});

test('a syslog daemon is given a message of RFC 3164, or the datagram as it came', () => {
  const sent: unknown[] = [];
  const pass = syslogMessages(createTimeText(true), ({ bytes, ...who }) => void sent.push([Buffer.from(bytes).toString(), who]));
  const forward = createForward({ syslog: { always: false, maximum: 6, pass } });
  const fields = { SYSLOG_IDENTIFIER: 'app', SYSLOG_FACILITY: '0', _PID: '7', _UID: '1', _GID: '2' };
  const early = { ...row('first of the month', fields, 4), realtimeUsec: 1_701_388_800_000_000 };
  forward(early, { targets: ['syslog'] });
  forward(early, {});
  forward({ ...early, priority: 7 }, { targets: ['syslog'] });
  forward(row('parsed', { _COMM: 'sh' }, 5), { targets: ['syslog'], datagram: Buffer.from('<13>as it came') });
  // Another journal has it, and passes it on itself.
  forward(early, { targets: ['syslog'], handedOver: true });
  assert.deepEqual(sent, [
    ['<12>Dec  1 00:00:00 app[7]: first of the month', { pid: 7, uid: 1, gid: 2 }],
    ['<13>as it came', { pid: 0, uid: 0, gid: 0 }],
  ]);
});
