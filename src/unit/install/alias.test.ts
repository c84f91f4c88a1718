import assert from 'node:assert/strict';
import { test } from 'node:test';
import { field, followed, corpus, text } from '../../../test/corpus/corpus.ts';
import { verifyAlias } from './alias.ts';

test('aliases are taken, rewritten and refused as in the known cases', () => {
  const cases = followed(corpus('install-alias-verify'));
  assert.equal(cases.length > 0, true);
  const wrong = cases.flatMap((record) => {
    const [unit, alias] = [text(record, 'unit'), text(record, 'alias')];
    const instance = field(record, 'default_instance');
    const rewritten = field(record, 'rewritten_alias');
    const refusal = field(record, 'ret');
    const found = verifyAlias(unit, typeof instance === 'string' ? instance : '', alias);
    const expected = refusal === 0 ? (rewritten ?? alias) : refusal;
    const actual = found.ok ? found.value : `-${found.error}`;
    return actual === expected ? [] : [`${unit} (${String(instance)}) as ${alias}: ${actual}, not ${String(expected)}`];
  });
  assert.deepEqual(wrong, []);
});
