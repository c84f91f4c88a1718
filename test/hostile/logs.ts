import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { usualLineMax } from '../../src/journal/lines.ts';
import { createIntake } from '../../src/journal/intake.ts';
import { type Field, decodeFields, encodeFields } from '../../src/journal/record.ts';
import type { JournalFrame } from '../../src/port/journal-wire.ts';
import { unlimited } from '../journal/keeper-double.ts';
import { target } from './target.ts';
import { bytesOf, hostileText, mutated } from './text.ts';

const texts = [
  '<13>Nov 28 12:00:00 box app[12]: a line\n',
  '<999>2026-11-28T12:00:00.5+01:00 x: y',
  'MESSAGE=hello\nPRIORITY=3\n_PID=1\n\nMESSAGE\n\u0003\0\0\0\0\0\0\0a\nb\n',
  'MESSAGE\n\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007fx\n',
  'app\na.service\n6\n1\n1\n0\n0\n<3>text\nmore\n',
  '{"HEADER":"","UNIT":"a.service","_UID":"0"}',
  '{"HEADER":1,"UNIT":null,"__proto__":{"a":"b"}}',
];

const words = fc.oneof({ weight: 3, arbitrary: mutated(texts) }, { weight: 1, arbitrary: hostileText });
const stream = fc.constantFrom('1', '2', '4503599627370497');
const input = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('stream-open' as const), stream, meta: words, pid: fc.constantFrom(0, 1, 4_194_304) }),
    fc.record({ kind: fc.constant('stream-data' as const), stream, text: words }),
    fc.record({ kind: fc.constant('stream-close' as const), stream }),
    fc.record({ kind: fc.constant('record' as const), text: words }),
    fc.record({
      kind: fc.constant('datagram' as const),
      source: fc.constantFrom('syslog', 'native', 'x'),
      text: words,
      pid: fc.constantFrom(0, 1, 4_194_304),
    }),
  ),
  { maxLength: 10 },
);

type Item = typeof input extends fc.Arbitrary<readonly (infer One)[]> ? One : never;

function frame(item: Item, sequence: number): JournalFrame {
  const realtimeUsec = 1_700_000_000_000_000;
  switch (item.kind) {
    case 'stream-open':
      return { kind: item.kind, sequence, stream: BigInt(item.stream), pid: item.pid, meta: item.meta };
    case 'stream-data':
      return { kind: item.kind, sequence, stream: BigInt(item.stream), realtimeUsec, bytes: bytesOf(item.text) };
    case 'stream-close':
      return { kind: item.kind, sequence, stream: BigInt(item.stream) };
    case 'record':
      return { kind: item.kind, sequence, realtimeUsec, record: item.text };
    default:
      return {
        kind: item.kind,
        sequence,
        source: item.source,
        pid: item.pid,
        uid: 1000,
        gid: 1000,
        realtimeUsec,
        bytes: bytesOf(item.text),
      };
  }
}

const ownStamp = '_SOURCE_REALTIME_TIMESTAMP';

/** Fields that can be compared: there are several kinds of byte arrays. */
function plain(fields: readonly Field[]): readonly unknown[] {
  return fields.map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]);
}

/** What programs write to their output, to /dev/log and to the journal: entries come of it that can be stored and read back, with an origin that only we know. */
export const logsTarget = target('logs', input, (items) => {
  const intake = createIntake(
    {
      host: { bootId: 'b', machineId: 'm', hostname: 'h' },
      now: () => ({ monotonicUsec: 1, realtimeUsec: 2 }),
      processFields: (pid) => ({ _COMM: `p${pid}` }),
      commandLine: () => '',
      policy: { maximumStored: 7, rate: unlimited, lineMax: usualLineMax, forward: () => undefined },
      manager: { _PID: '1' },
    },
    { position: { instance: '1', sequence: 0 }, streams: new Map(), kernelSequence: -1, beside: '' },
  );
  intake.begin('1');
  items.forEach((item, index) => intake.receive(frame(item, index + 1)));
  const { rows, position } = intake.batch();
  assert.equal(position.sequence, items.length);
  for (const { extra, origin, priority, realtimeUsec } of rows) {
    assert.deepEqual(plain(decodeFields(encodeFields(extra))), plain(extra));
    assert.ok(priority === null || (priority >= 0 && priority <= 7));
    // What the manager says of itself it may name as it likes.
    const untrusted = items.some(({ kind }) => kind === 'record')
      ? []
      : extra.filter(([name]) => name !== '_LINE_BREAK' && name !== ownStamp);
    assert.ok(extra.every(([name, value]) => name !== ownStamp || value === String(realtimeUsec)));
    for (const [name] of untrusted) assert.match(name, /^[A-Z][A-Z0-9_]*$/, 'a process set a field that only the journal may set');
    for (const value of Object.values(origin.fields)) assert.equal(typeof value, 'string');
  }
  intake.settle();
});
