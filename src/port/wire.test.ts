import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { FrameWriter, decodeKeeperFrames, encodeBatch, encodeHello, opCode } from './wire.ts';
import { wireVersion } from './wire-version.ts';
import { opsHash } from '../exec/ops-hash.ts';

/** Frames as the keeper makes them. */
function frame(kind: number, fields: (writer: FrameWriter) => void): Uint8Array {
  const writer = new FrameWriter(16);
  writer.u32(0);
  writer.u8(kind);
  fields(writer);
  writer.patch(0, writer.length - 4);
  return writer.take();
}

const stamp = { monotonicUsec: 2 ** 40 + 5, realtimeUsec: 1_763_800_000_000_000 };

function event(sequence: number, kind: number, fields: (writer: FrameWriter) => void): Uint8Array {
  return frame(7, (writer) => {
    writer.u64(sequence);
    writer.u64(stamp.monotonicUsec);
    writer.u64(stamp.realtimeUsec);
    writer.u8(kind);
    fields(writer);
  });
}

test('the greeting carries version and op table hash', () => {
  const writer = new FrameWriter();
  encodeHello(writer);
  const bytes = writer.take();
  assert.deepEqual(decodeKeeperFrames(bytes), {
    ok: true,
    value: { frames: [{ kind: 'hello', version: wireVersion, opsHash }], rest: new Uint8Array(0) },
  });
});

test('a batch is one frame: acknowledgement, count, commands, plan with its length', () => {
  const writer = new FrameWriter(8);
  encodeBatch(writer, {
    acknowledge: 2 ** 33,
    commands: [
      {
        do: 'run',
        child: 7,
        group: 'g',
        reportExec: true,
        plan: [
          { op: 'umask', mask: 18 },
          { op: 'chdir', path: 'ä', tolerate: true, exit: 3 },
        ],
      },
      { do: 'put', key: 'k', bytes: new Uint8Array([9]) },
      { do: 'put', key: 'k', bytes: 'ä' },
    ],
  });
  assert.deepEqual(
    [...writer.take()],
    [
      [79, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0],
      [1, 7, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 103, 0, 1],
      [21, 0, 0, 0, 2, 0, 0, 0],
      [opCode('umask'), 0, 0, 18, 0, 0, 0],
      [opCode('chdir'), 3, 3, 2, 0, 0, 0, 195, 164, 0],
      [15, 1, 0, 0, 0, 107, 0, 1, 0, 0, 0, 9],
      [15, 1, 0, 0, 0, 107, 0, 2, 0, 0, 0, 195, 164],
    ].flat(),
  );
});

test('events are read with their stamps, however the stream is cut', () => {
  const stream = Buffer.concat([
    frame(5, (w) => (w.string('key'), w.bytes(new Uint8Array([1, 2])))),
    event(1, 1, (w) => (w.u64(5), w.u32(99))),
    event(2, 4, (w) => (w.u64(5), w.u8(1), w.u32(9), w.u32(0xffff_ffff), w.u32(0), w.u8(1), w.u64(10), w.u64(20), w.u64(30), w.u64(40))),
    event(
      3,
      9,
      (w) => (w.string('a.service'), w.u32(1), w.u32(2), w.u32(3), w.string('READY=1'), w.u32(1), w.string('notify/1'), w.u32(4), w.u64(5)),
    ),
  ]);
  const exit = {
    how: 'killed',
    status: 9,
    failedOp: -1,
    errno: 0,
    groupEmpty: true,
    userUsec: 10,
    systemUsec: 20,
    maxRssKib: 30,
    groupUsec: 40,
  };
  const expected = [
    { kind: 'blob', key: 'key', bytes: new Uint8Array([1, 2]) },
    { kind: 'event', event: { sequence: 1, at: stamp, event: 'spawned', child: 5, pid: 99 } },
    { kind: 'event', event: { sequence: 2, at: stamp, event: 'exited', child: 5, exit } },
    {
      kind: 'event',
      event: {
        sequence: 3,
        at: stamp,
        event: 'notified',
        group: 'a.service',
        pid: 1,
        uid: 2,
        gid: 3,
        text: 'READY=1',
        fds: ['notify/1'],
        pidOfFd: 4,
        mainPidFdId: 5,
      },
    },
  ];
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 5 }), (cuts) => {
      const frames: unknown[] = [];
      let rest: Uint8Array = new Uint8Array(0);
      let from = 0;
      for (const cut of [...cuts.toSorted((a, b) => a - b), stream.length]) {
        const decoded = decodeKeeperFrames(Buffer.concat([rest, stream.subarray(from, cut)]));
        assert.ok(decoded.ok);
        frames.push(...decoded.value.frames.map((one) => (one.kind === 'blob' ? { ...one, bytes: new Uint8Array(one.bytes) } : one)));
        rest = decoded.value.rest;
        from = cut;
      }
      assert.deepEqual(frames, expected);
    }),
  );
});

test('nonsense is an error or waits for more; it never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(8), (bytes, kind) => {
      decodeKeeperFrames(bytes);
      const framed = decodeKeeperFrames(frame(kind, (writer) => bytes.forEach((byte) => writer.u8(byte))));
      if (framed.ok) assert.equal(framed.value.frames.length, 1);
    }),
  );
});

test('any text survives the wire', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary-ascii' }), (a, b) => {
      const decoded = decodeKeeperFrames(Buffer.concat([frame(3, (w) => w.string(a)), frame(4, (w) => w.string(b))]));
      assert.deepEqual(decoded.ok && decoded.value.frames, [
        { kind: 'group', group: a },
        { kind: 'descriptor', name: b },
      ]);
    }),
  );
});
