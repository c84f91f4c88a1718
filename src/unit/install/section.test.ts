import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus, field, followed, text } from '../../../test/corpus/corpus.ts';
import { facts } from '../../../test/unit/facts.ts';
import { specifiersOf } from '../specifiers.ts';

/** What the cases mean by the words for facts of the machine. */
const symbols: Readonly<Record<string, string>> = {
  bid: facts.bootId,
  mid: facts.machineId,
  host: facts.hostName,
  user: facts.user.name,
  uid: String(facts.user.uid),
  group: facts.user.group,
  gid: String(facts.user.gid),
};

test('the specifiers of [Install] expand as in the known cases', () => {
  const wrong: string[] = [];
  let skipped = 0;
  for (const record of followed(corpus('install-specifiers'))) {
    const symbol = field(record, 'expected_symbolic');
    const expected = field(record, 'expected') ?? (typeof symbol === 'string' ? symbols[symbol] : undefined);
    if (typeof expected !== 'string') skipped += 1;
    else {
      const found = specifiersOf(text(record, 'unit'), facts).expand(text(record, 'pattern'), 'install');
      if (!found.ok || found.value !== expected) wrong.push(`${text(record, 'unit')} ${text(record, 'pattern')}: ${JSON.stringify(found)}`);
    }
  }
  assert.deepEqual(wrong, []);
  // Two records, of --global, have no value.
  assert.equal(skipped, 2);
});
