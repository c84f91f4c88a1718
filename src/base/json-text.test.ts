import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type JsonValue, readJsonText } from './json-text.ts';

/** The value with objects in place of maps. */
function plain(value: JsonValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, each]: [string, JsonValue]) => [name, plain(each)]));
  return Array.isArray(value) ? value.map((each: JsonValue) => plain(each)) : value;
}

test('what JSON.stringify writes is read as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
      const written = JSON.stringify(JSON.parse(text), null, indent);
      fc.pre(!written.includes('\\u0000') && !/\\ud[89a-f]/.test(written) && !written.includes('\x7f') && !written.includes('__proto__'));
      const read = readJsonText(written);
      assert.deepEqual(read.ok ? plain(read.value) : read, JSON.parse(written));
    }),
  );
});

test('of a name that is there twice the first counts', () => {
  assert.deepEqual(readJsonText('{"a":1,"a":2}'), { ok: true, value: new Map([['a', 1]]) });
});

test('a text that is no JSON has a place where it is none', () => {
  const places = Object.fromEntries(
    ['', '{"a":1,}', '{"a" 1}', '[01]', '[1.]', '{} ]', '\n\n{"ä":"😀" x', '['.repeat(9000) + ']'.repeat(9000)].map((text) => {
      const read = readJsonText(text);
      return [text.length > 50 ? 'too deep' : text, read.ok ? 'read' : `${read.error.line}:${read.error.column}`];
    }),
  );
  assert.deepEqual(places, {
    '': '1:1',
    '{"a":1,}': '1:9',
    '{"a" 1}': '1:6',
    '[01]': '1:3',
    '[1.]': '1:2',
    '{} ]': '1:5',
    '\n\n{"ä":"😀" x': '3:10',
    'too deep': '1:2052',
  });
});
