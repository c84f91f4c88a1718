import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decoded, splitWords } from './words.ts';
import { quoteWord } from '../../base/quote-word.ts';

const context = { scope: 'system', warn: () => undefined, specifiers: { expand: (text: string) => ({ ok: true, value: text }) } } as const;

test('any words, quoted, are read back by the parser of unit files as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''))), (words) => {
      const line = words.map(quoteWord).join(' ');
      const read = splitWords(line, decoded, context);
      assert.deepEqual(read.ok ? read.value.map(({ text }) => text) : read.error, words);
      assert.ok(!/[\n\r]/.test(line));
    }),
  );
});
