import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { levelPrefix, withoutTrailingBlanks, usualLineMax, takeLines, takeRest, type LineEnd } from './lines.ts';
import type { FieldValue } from './record.ts';

function split(...chunks: readonly (string | Uint8Array)[]): [FieldValue, LineEnd][] {
  const lines: [FieldValue, LineEnd][] = [];
  const sink = (line: FieldValue, end: LineEnd): void => void lines.push([line, end]);
  let pending: Uint8Array = new Uint8Array();
  for (const chunk of chunks) pending = takeLines(pending, Buffer.from(chunk), sink);
  takeRest(pending, sink);
  return lines;
}

test('a stream is cut at newlines wherever its chunks are cut', () => {
  assert.deepEqual(split('one\ntw', 'o\n', '\nthree'), [
    ['one', 'newline'],
    ['two', 'newline'],
    ['', 'newline'],
    ['three', 'eof'],
  ]);
});

test('a NUL ends a line and a carriage return does not', () => {
  assert.deepEqual(split('a\0b\r\nc\0'), [
    ['a', 'nul'],
    ['b\r', 'newline'],
    ['c', 'nul'],
  ]);
});

test('a character that is cut by a chunk is put together again', () => {
  const text = Buffer.from('grün\n');
  assert.deepEqual(split(text.subarray(0, 3), text.subarray(3)), [['grün', 'newline']]);
});

test('a line that is not UTF-8 is kept as bytes and its neighbours as text', () => {
  assert.deepEqual(split(Buffer.from([0x61, 0x0a, 0xff, 0xfe, 0x0a, 0x62, 0x0a])), [
    ['a', 'newline'],
    [new Uint8Array([0xff, 0xfe]), 'newline'],
    ['b', 'newline'],
  ]);
});

test('a line longer than LineMax is cut into pieces that hold whole characters', () => {
  const long = 'ü'.repeat(usualLineMax);
  const lines = split(`x${long}\nend\n`);
  assert.deepEqual(
    lines.map(([line, end]) => [typeof line === 'string' && Buffer.byteLength(line), end]),
    [
      [usualLineMax - 1, 'line-max'],
      [usualLineMax, 'line-max'],
      [2, 'newline'],
      [3, 'newline'],
    ],
  );
  assert.equal(
    lines
      .slice(0, 3)
      .map(([line]) => line)
      .join(''),
    `x${long}`,
  );
});

test('a line without end is held only up to LineMax', () => {
  let pending: Uint8Array = new Uint8Array();
  let pieces = 0;
  for (let count = 0; count < 100; count++) pending = takeLines(pending, Buffer.alloc(4096, 'x'), () => pieces++);
  assert.deepEqual([pieces, pending.length], [8, 100 * 4096 - 8 * usualLineMax]);
});

test('where a stream is cut into chunks never changes its lines', () => {
  const piece = fc.oneof(fc.constantFrom('\n', '\0', 'é', '<3>', 'x'), fc.string(), fc.uint8Array({ maxLength: 5 }));
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat(200)), (pieces, cuts) => {
      const bytes = Buffer.concat(pieces.map((part) => Buffer.from(part)));
      const edges = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
      assert.deepEqual(split(...chunks), split(bytes));
    }),
  );
});

test('a level prefix is a number from 0 to 7 between angle brackets', () => {
  const cases: readonly (readonly [string, number, number])[] = [
    ['<3>bad', 3, 3],
    ['<07>x', 7, 4],
    ['<006>x', 6, 5],
    ['<8>x', 0, 0],
    ['<13>x', 0, 0],
    ['<>x', 0, 0],
    ['<3', 0, 0],
    ['plain', 0, 0],
    ['', 0, 0],
  ];
  for (const [line, priority, length] of cases) {
    assert.deepEqual(levelPrefix(line), { priority, length }, line);
    assert.deepEqual(levelPrefix(Buffer.from(line)), { priority, length }, line);
  }
});

test('blanks at the end of a line go, but a line of blanks alone stays', () => {
  const lines = ['a', ' a \t\r', '  ', '', Buffer.from('\xff \r', 'latin1')];
  assert.deepEqual(lines.map(withoutTrailingBlanks), ['a', ' a', '  ', '', Buffer.from('\xff', 'latin1')]);
});
