import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { decodeJournalFrames, encodeJournalAck, encodeJournalHello } from './journal-wire.ts';
import { FrameWriter } from './wire.ts';

function frame(kind: number, fields: (writer: FrameWriter) => void): Uint8Array {
  const writer = new FrameWriter(16);
  writer.u32(0);
  writer.u8(kind);
  fields(writer);
  writer.patch(0, writer.length - 4);
  return writer.take();
}

const raw = (writer: FrameWriter, text: string) => Buffer.from(text).forEach((byte) => writer.u8(byte));

test('each kind of frame is read', () => {
  const stream = Buffer.concat([
    frame(1, (w) => (w.u32(1), w.bigint(2n ** 63n))),
    frame(2, (w) => (w.u64(1), w.bigint(7n), w.u32(99), raw(w, 'meta'))),
    frame(3, (w) => (w.u64(2), w.bigint(7n), w.u64(1000), raw(w, 'line\n'))),
    frame(4, (w) => (w.u64(3), w.bigint(7n))),
    frame(5, (w) => (w.u64(4), w.u64(1001), raw(w, '{}'))),
    frame(6, (w) => (w.u64(5), w.u64(1002), w.u32(1), w.u32(2), w.u32(3), w.u8(6), raw(w, 'syslog<1>x'))),
    frame(7, (w) => (w.u64(6), w.u64(12))),
    frame(
      8,
      (w) => (
        w.u64(7),
        w.bigint(0n),
        w.u32(9),
        w.u64(55),
        ['sh', '/bin/sh', '', 'Uid:', '0::/', '1', '2'].forEach((text) => (w.u32(text.length), raw(w, text)))
      ),
    ),
    frame(8, (w) => (w.u64(8), w.bigint(7n), w.u32(9), w.u64(0))),
  ]);
  const decoded = decodeJournalFrames(Buffer.concat([stream, Buffer.from([9, 0])]));
  assert.ok(decoded.ok);
  assert.deepEqual(
    decoded.value.frames.map((one) => ('bytes' in one ? { ...one, bytes: Buffer.from(one.bytes).toString() } : one)),
    [
      { kind: 'hello', version: 1, instance: 2n ** 63n },
      { kind: 'stream-open', sequence: 1, stream: 7n, pid: 99, meta: 'meta' },
      { kind: 'stream-data', sequence: 2, stream: 7n, realtimeUsec: 1000, bytes: 'line\n' },
      { kind: 'stream-close', sequence: 3, stream: 7n },
      { kind: 'record', sequence: 4, realtimeUsec: 1001, record: '{}' },
      { kind: 'datagram', sequence: 5, source: 'syslog', pid: 1, uid: 2, gid: 3, realtimeUsec: 1002, bytes: '<1>x' },
      { kind: 'dropped', sequence: 6, count: 12 },
      {
        kind: 'process',
        sequence: 7,
        stream: 0n,
        pid: 9,
        facts: { start: 55, name: 'sh', exe: '/bin/sh', cmdline: '', status: 'Uid:', cgroup: '0::/', loginuid: '1', sessionid: '2' },
      },
      { kind: 'process', sequence: 8, stream: 7n, pid: 9, facts: undefined },
    ],
  );
  assert.deepEqual([...decoded.value.rest], [9, 0]);
});

test('what the journal says', () => {
  assert.deepEqual([...encodeJournalHello(258)], [13, 0, 0, 0, 1, 2, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([...encodeJournalAck(3)], [9, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0]);
});

test('nonsense is an error or waits for more; it never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(9), (bytes, kind) => {
      decodeJournalFrames(bytes);
      decodeJournalFrames(frame(kind, (writer) => bytes.forEach((byte) => writer.u8(byte))));
    }),
  );
});
