import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseNative } from './native.ts';

function binary(name: string, value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')]);
}

test('fields come as lines or with a length before them, and an empty line divides entries', () => {
  const datagram = Buffer.concat([Buffer.from('MESSAGE=one\nPRIORITY=3\n'), binary('TEXT', 'a\nb'), Buffer.from('\nMESSAGE=two\n')]);
  assert.deepEqual(parseNative(datagram), [
    [
      ['MESSAGE', 'one'],
      ['PRIORITY', '3'],
      ['TEXT', 'a\nb'],
    ],
    [['MESSAGE', 'two']],
  ]);
});

test('fields that only the journal may set, and invalid names, are left out', () => {
  assert.deepEqual(parseNative(Buffer.from('_PID=1\nmessage=x\n1A=y\nMESSAGE=kept\n')), [[['MESSAGE', 'kept']]]);
});

test('a length that goes beyond the datagram ends the entry', () => {
  const datagram = Buffer.concat([Buffer.from('MESSAGE=kept\nX\n'), Buffer.alloc(8, 0xff), Buffer.from('rest')]);
  assert.deepEqual(parseNative(datagram), [[['MESSAGE', 'kept']]]);
  assert.deepEqual(parseNative(Buffer.from('X\n123')), []);
});

test('a field without its newline is left out', () => {
  assert.deepEqual(parseNative(Buffer.from('MESSAGE=kept\nX=cut')), [[['MESSAGE', 'kept']]]);
  assert.deepEqual(parseNative(Buffer.concat([Buffer.from('MESSAGE=kept\n'), binary('X', 'cut').subarray(0, -1)])), [
    [['MESSAGE', 'kept']],
  ]);
});

test('no bytes at all make it throw', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => Array.isArray(parseNative(bytes))));
});
