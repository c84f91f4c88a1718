import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseSyslog } from './syslog.ts';

test('a datagram of syslog(3) gives priority, facility, identifier and pid', () => {
  assert.deepEqual(parseSyslog(Buffer.from('<37>Oct  1 12:00:00 su[123]: session opened\n\0')), {
    priority: 5,
    facility: 4,
    identifier: 'su',
    message: 'session opened',
    extra: [
      ['SYSLOG_PID', '123'],
      ['SYSLOG_TIMESTAMP', 'Oct  1 12:00:00 '],
    ],
  });
});

test('a datagram without timestamp or identifier is a message', () => {
  assert.deepEqual(parseSyslog(Buffer.from('<13>hello world')), {
    priority: 5,
    facility: 1,
    identifier: '',
    message: 'hello world',
    extra: [['SYSLOG_RAW', '<13>hello world']],
  });
  assert.deepEqual(parseSyslog(Buffer.from('<300>odd')), {
    priority: 4,
    facility: 37,
    identifier: '',
    message: 'odd',
    extra: [['SYSLOG_RAW', '<300>odd']],
  });
  assert.deepEqual(parseSyslog(Buffer.from('')), { priority: 6, facility: 1, identifier: '', message: '', extra: [['SYSLOG_RAW', '']] });
});

test('a datagram of RFC 5424 gives its header fields and structured data', () => {
  const text = '<165>1 2003-10-11T22:14:15.003Z host.example app 8710 ID47 [ex@1 k="a]\\"b"][two] \uFEFFan event';
  assert.deepEqual(parseSyslog(Buffer.from(text)), {
    priority: 5,
    facility: 20,
    identifier: 'app',
    message: 'an event',
    extra: [
      ['SYSLOG_PID', '8710'],
      ['SYSLOG_TIMESTAMP', '2003-10-11T22:14:15.003Z'],
      ['SYSLOG_MSGID', 'ID47'],
      ['SYSLOG_STRUCTURED_DATA', '[ex@1 k="a]\\"b"][two]'],
    ],
  });
  assert.equal(parseSyslog(Buffer.from('<14>1 - - - - - - nothing known')).message, 'nothing known');
});

test('a datagram that is not text keeps its bytes', () => {
  const datagram = Buffer.from([...Buffer.from('<11>app: '), 0xff, 0x41]);
  assert.deepEqual(parseSyslog(datagram), {
    priority: 3,
    facility: 1,
    identifier: 'app',
    message: new Uint8Array([0xff, 0x41]),
    extra: [['SYSLOG_RAW', new Uint8Array(datagram)]],
  });
});

test('no bytes at all make it throw', () => {
  const piece = fc.oneof(fc.constantFrom('<13>', '<165>1 ', '- ', '[a b="', '\\', '"]', 'Jan  1 00:00:00 ', 'x[1]: '), fc.string());
  fc.assert(fc.property(fc.array(piece), (pieces) => typeof parseSyslog(Buffer.from(pieces.join(''))).identifier === 'string'));
  fc.assert(fc.property(fc.uint8Array(), (bytes) => parseSyslog(bytes).priority <= 7));
});
