import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyzeOptionDocs } from '../analyze/option-docs.ts';
import { analyzeOptionRows } from '../analyze/options.ts';
import { optionDocs } from '../option-docs.ts';
import { optionRows } from '../options.ts';
import { verbs } from '../verbs.ts';
import { type Grammar, wantedAt } from './wanted.ts';

const grammar: Grammar = { verbs, options: optionRows };

/** What is wanted, in short. */
function at(...words: readonly string[]): string {
  const { wanted, prefix } = wantedAt(words, grammar);
  const kind = wanted.want === 'units' ? `units ${wanted.choice}` : wanted.want;
  const some =
    wanted.want === 'words'
      ? ` ${wanted.candidates
          .slice(0, 2)
          .map(({ word }) => word)
          .join(' ')}`
      : '';
  return `${prefix}|${kind}${some}`;
}

for (const [words, wanted] of [
  [[''], '|words start stop'],
  [['sta'], '|words start stop'],
  [['start', ''], '|units startable'],
  [['--user', 'stop', 'a.service', ''], '|units active'],
  [['-p', 'Id', 'stop', ''], '|units active'],
  [['isolate', ''], '|units target'],
  [['isolate', 'a.target', ''], '|nothing'],
  [['cancel', ''], '|jobs'],
  [['verify', ''], '|files'],
  [['unset-environment', ''], '|variables'],
  [['explain', ''], '|directives'],
  [['completion', ''], '|words bash zsh'],
  [['--type='], '--type=|words service mount'],
  [['--type=service,so'], '--type=service,|words service mount'],
  [['-t', 'service,so'], 'service,|words service mount'],
  [['list-units', '-at', ''], '|words service mount'],
  [['--root=/e'], '--root=|files'],
  [['start', '--', '-'], '|units startable'],
  [['start', '--n'], '|words --help --version'],
  [['no-such-verb', ''], '|nothing'],
] as const) {
  test(`tysctl ${words.join(' ')}`, () => assert.equal(at(...words), wanted));
}

test('each option has a line about it, and there is none about others', () => {
  const long = new Set(optionRows.flatMap((row) => row.long ?? []));
  assert.deepEqual(Object.keys(optionDocs).toSorted(), [...long].toSorted());
});

test('each option of systemd-analyze has a line about it, and there is none about others', () => {
  assert.deepEqual(Object.keys(analyzeOptionDocs).toSorted(), analyzeOptionRows.flatMap((row) => row.long ?? []).toSorted());
});
