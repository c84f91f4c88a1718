import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBeside } from '../../src/journal/beside.ts';
import {
  createKeeperDouble,
  createScratch,
  limitedTo,
  messages,
  opened,
  output,
  record,
  type Sent,
  startUsec,
  stored,
  told,
} from './keeper-double.ts';

function syslog(pid: number, text: string): Sent {
  return { kind: 'datagram', source: 'syslog', pid, uid: 0, gid: 0, realtimeUsec: startUsec, bytes: Buffer.from(text) };
}

test('a journal that has ended in order knows afterwards what was admitted of each unit, and what was not', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path, { policy: { rate: limitedTo(2, 1_000_000) } });
  keeper.send(opened(1n, 'a.service'), opened(2n, 'b.service', { RATE: '1000000 3' }), output(1n, '1\n2\n3\n'), output(2n, '1\n2\n'));
  keeper.flush();
  keeper.restart();
  keeper.send(output(1n, '4\n'), output(2n, '3\n4\n'), output(1n, 'later\n', 1_000_001), output(2n, 'later\n', 1_000_001));
  keeper.flush();
  assert.deepEqual(messages(scratch.path, { units: ['a.service'] }), ['1', '2', 'later']);
  assert.deepEqual(messages(scratch.path, { units: ['b.service'] }), ['1', '2', '3', 'later']);
  assert.deepEqual(
    messages(scratch.path).filter((text) => String(text).startsWith('Suppressed')),
    ['Suppressed 2 messages from a.service', 'Suppressed 1 messages from b.service'],
  );
});

test('it knows who writes a stream, and the run of a unit that writes by other ways', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), told(1n, 1, { name: 'daemon' }), output(1n, 'before\n'));
  keeper.send(record({ MESSAGE: 'Started.', UNIT: 'b.service', INVOCATION_ID: 'f'.repeat(32) }));
  keeper.flush();
  keeper.restart();
  keeper.send(output(1n, 'after\n'), told(0n, 9, { cgroup: '0::/system.slice/b.service\n' }), syslog(9, 'by syslog'));
  keeper.flush();
  assert.deepEqual(
    stored(scratch.path).map(({ message, origin: { fields } }) => [message, fields['_COMM'], fields['_SYSTEMD_INVOCATION_ID']]),
    [
      ['before', 'daemon', undefined],
      ['Started.', 'tysd-keeper', undefined],
      ['after', 'daemon', undefined],
      ['by syslog', undefined, 'f'.repeat(32)],
    ],
  );
});

test('what was left counts only if nothing was stored since', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path, { policy: { rate: limitedTo(2, 1_000_000) } });
  keeper.send(opened(1n, 'a.service'), output(1n, '1\n2\n'));
  keeper.flush();
  keeper.restart();
  keeper.send(output(1n, '3\n'));
  keeper.flush();
  keeper.kill();
  keeper.send(output(1n, '4\n'));
  keeper.flush();
  assert.deepEqual(messages(scratch.path, { units: ['a.service'] }), ['1', '2', '4']);
});

test('what is no such knowledge is none', () => {
  const nothing = { units: {}, own: {}, general: {}, processes: {} };
  for (const text of ['', '{', 'null', '[]', '{"units":{}}', JSON.stringify({ ...nothing, own: { a: [{ kept: 'many' }] } })])
    assert.deepEqual(parseBeside(text), nothing, text);
  const known = { ...nothing, units: { 'a.service': { X: '1' } } };
  assert.deepEqual(parseBeside(JSON.stringify(known)), known);
});
