import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { corpus, field, followed, text } from '../../../test/corpus/corpus.ts';
import type { Case } from '../../../test/corpus/corpus.ts';
import { contextOf, taken } from '../../../test/corpus/value-context.ts';
import { decoded, extractWord, nextWord, splitWords, unquoted, words } from './words.ts';
import type { Dialect } from './words.ts';

// word-077 holds for 262 only: there a backslash stays before a blank where 257 and 252 drop it.
const cases = followed(corpus('extract-word'));

// Records that follow a step that ends the text are of another text, which they do not name; so are the last 10 steps of word-043.
const namedSteps = (record: Case): readonly Case[] => {
  const steps = Array.isArray(record['steps']) ? record['steps'] : [];
  const last = steps.findIndex((step) => step.ret === '0');
  return record['id'] === 'word-043' ? steps.slice(0, 6) : last < 0 ? steps : steps.slice(0, last + 1);
};

test('every known word is extracted, and the next one begins where it should', () => {
  assert.equal(corpus('extract-word').length - cases.length, 1);
  const single = cases.filter((record) => record['fn'] !== 'extract_many_words');
  assert.equal(single.length, 32);
  for (const record of single) {
    const extract = record['fn'] === 'extract_first_word' ? extractWord : nextWord;
    const input = text(record, 'input');
    let at = 0;
    for (const step of namedSteps(record)) {
      const word = extract(input, at, dialectOf(step));
      const about = `${text(record, 'id')} ${JSON.stringify(step)}`;
      if (text(step, 'ret').startsWith('-')) {
        assert.equal(word.ok ? 'taken' : word.error.offset, step['rest_offset'], about);
        continue;
      }
      assert.ok(word.ok, about);
      assert.equal(word.value?.text ?? null, step['word'], about);
      at = word.value?.next ?? -1;
      if (step['rest'] === '') assert.ok(at < 0 || at === input.length, about);
      if (typeof step['rest_offset'] === 'number') assert.equal(byteOffset(input, at), step['rest_offset'], about);
    }
  }
});

test('several words are extracted one behind the other', () => {
  const many = cases.filter((record) => record['fn'] === 'extract_many_words');
  assert.equal(many.length, 4);
  for (const record of many) {
    const step = namedSteps(record)[0] ?? {};
    const split = splitWords(text(record, 'input'), dialectOf(step));
    assert.ok(split.ok);
    assert.deepEqual(
      split.value.map((word) => word.text),
      (Array.isArray(step['words']) ? step['words'] : []).filter((word) => word !== null),
    );
  }
});

test('every known list of quoted words divides as it should', () => {
  const quoted = corpus('strv-unquote');
  assert.equal(quoted.length, 11);
  for (const record of quoted) {
    assert.deepEqual(strictWords(text(record, 'input')), record['words'], text(record, 'input'));
  }
  // Two of the 8 records name their words only by a variable of that test; they are spelled out here.
  const split = corpus('strv-split');
  assert.equal(split.length, 8);
  for (const record of split) {
    const found = splitWords(String(field(record, 'args', 0)), dialectOf({ flags: String(field(record, 'args', 2)).split('|') }));
    assert.equal(found.ok ? found.value.length : -1, record['ret'], JSON.stringify(record));
  }
  assert.deepEqual(taken(words, `    'one'  "  two\t three "' four  five'`), ['one', '  two\t three  four  five']);
});

test('an unknown escape is kept with a warning', () => {
  const context = contextOf();
  const split = splitWords(String.raw`a \w+ b`, decoded, context);
  assert.ok(split.ok);
  assert.deepEqual(split.value, [
    { text: 'a', offset: 0, next: 2 },
    { text: String.raw`\w+`, offset: 2, next: 6 },
    { text: 'b', offset: 6, next: -1 },
  ]);
  assert.deepEqual(context.warnings, [{ message: 'unknown escape sequence, taken as it stands', told: true, offset: 3 }]);
});

test('a quote that is not closed is told with the place where it opens', () => {
  assert.deepEqual(splitWords('a "b c', unquoted), {
    ok: false,
    error: { message: 'expected a closing " for the quote that opens at character 3', offset: 6 },
  });
});

test('words that are quoted one by one come back', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (list) => {
      assert.deepEqual(taken(words, list.map(quote).join(' ')), list);
    }),
  );
});

/** The words, or null where there is anything wrong with them. */
function strictWords(input: string): readonly string[] | null {
  const found: string[] = [];
  for (let at = 0; at >= 0;) {
    const word = extractWord(input, at, unquoted);
    if (!word.ok) return null;
    if (word.value !== undefined) found.push(word.value.text);
    at = word.value?.next ?? -1;
  }
  return found;
}

function dialectOf(step: Case): Dialect {
  const flags = new Set(Array.isArray(step['flags']) ? step['flags'] : []);
  const has = (name: string): boolean => flags.has(`EXTRACT_${name}`);
  const escapes = has('RETAIN_ESCAPE')
    ? 'retain'
    : has('CUNESCAPE')
      ? has('UNESCAPE_SEPARATORS')
        ? 'decode-or-separators'
        : 'decode'
      : has('UNESCAPE_SEPARATORS')
        ? 'separators'
        : 'drop';
  return {
    quotes: has('UNQUOTE') ? 'remove' : has('KEEP_QUOTE') ? 'keep' : 'plain',
    escapes,
    lenientEnd: has('RELAX'),
    lenientEscapes: has('UNESCAPE_RELAX'),
    emptyWords: has('DONT_COALESCE_SEPARATORS'),
    ...(typeof step['separators'] === 'string' ? { separators: step['separators'] } : {}),
  };
}

function byteOffset(input: string, at: number): number {
  return new TextEncoder().encode(at < 0 ? input : input.slice(0, at)).length;
}

function quote(word: string): string {
  return `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

test('plain words are taken as they are where the separators are spelled out', () => {
  const lines = fc.string({ unit: fc.constantFrom('a', 'ü', ' ', '\t', '\n', '\\', '"', "'", '=', '-') });
  const dialect = fc.constantFrom<Dialect>(
    { quotes: 'plain', escapes: 'retain' },
    { quotes: 'plain', escapes: 'drop' },
    { quotes: 'remove', escapes: 'drop' },
    { quotes: 'remove', escapes: 'decode', lenientEscapes: true },
    { quotes: 'keep', escapes: 'separators', lenientEnd: true },
  );
  fc.assert(
    fc.property(lines, dialect, fc.nat({ max: 12 }), (line, spoken, start) => {
      assert.deepEqual(extractWord(line, start, spoken), extractWord(line, start, { ...spoken, separators: ' \t\n\r' }));
      assert.deepEqual(splitWords(line, spoken), splitWords(line, { ...spoken, separators: ' \t\n\r' }));
    }),
    { numRuns: 2000 },
  );
});
