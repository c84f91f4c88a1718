import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { corpus, field } from '../../test/corpus/corpus.ts';
import { bytesToText, joinBytes, textToBytes } from './bytes.ts';
import { decodeEscape } from './c-escape.ts';

// Of the 44 records of escape.json, 31 are about other ways to write text (shell quoting, octal, decimal and hex forms), which nothing here does.
test('every known C escape is decoded', () => {
  const cases = corpus('escape').filter((record) => record['test'] === 'cunescape');
  assert.equal(cases.length, 13);
  for (const record of cases) {
    const flags = String(field(record, 'args', 1));
    const decoded = unescaped(String(field(record, 'args', 0)), {
      relaxed: flags.includes('RELAX'),
      acceptNul: flags.includes('ACCEPT_NUL'),
    });
    assert.equal(decoded !== undefined, record['ok'], JSON.stringify(record));
    const expected = field(record, 'out', 'unescaped');
    if (typeof expected === 'string') assert.equal(decoded, expected);
    const latin1 = field(record, 'out', 'unescaped', 'latin1');
    if (typeof latin1 === 'string')
      assert.deepEqual(
        textToBytes(decoded ?? ''),
        Uint8Array.from(latin1, (character) => character.charCodeAt(0)),
      );
    if (typeof record['ret'] === 'number') assert.equal(decoded?.length, record['ret']);
  }
});

test('escaped bytes that spell a character become that character', () => {
  assert.equal(unescaped('\\xc3\\xbc\\303\\274', {}), 'üü');
});

test('any bytes come back from their text', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.deepEqual(textToBytes(bytesToText(bytes)), bytes)));
});

function unescaped(text: string, options: { readonly relaxed?: boolean; readonly acceptNul?: boolean }): string | undefined {
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const escape = text[at] === '\\' ? decodeEscape(text, at + 1, options) : { text: text[at] ?? '', length: 0 };
    if (escape === undefined && options.relaxed !== true) return undefined;
    result += escape?.text ?? '\\';
    at += escape?.length ?? 0;
  }
  return joinBytes(result);
}
