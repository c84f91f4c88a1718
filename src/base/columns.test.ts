import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eastAsianWidth } from 'get-east-asian-width';
import { columnsOf, fitting } from './columns.ts';

/** Characters whose width is settled another way: parts of Korean syllables are drawn over each other, as wcwidth(3) has it. */
const settledOtherwise = /[\u115f-\u11ff\u3164\ud7b0-\ud7ff\uffa0\t]/;

test('each character that Unicode has takes as many columns as Unicode says; those of marks are none', () => {
  const different: string[] = [];
  for (let code = 0x20; code < 0x32000; code++) {
    const character = String.fromCodePoint(code);
    if (/[\p{Cn}\p{Co}\p{Cs}\p{M}\p{C}]/u.test(character) || settledOtherwise.test(character)) continue;
    if (columnsOf(character) !== eastAsianWidth(code)) different.push(`U+${code.toString(16)}`);
  }
  assert.deepEqual(different, []);
});

test('columns of a text are those of its characters; colours have none, and a tab has the most that it can take', () => {
  const texts = [
    '',
    'plain',
    'Schlägt fehl — 日本語',
    'e\u0301',
    '\x1b[0;1;31mred\x1b[0m',
    '한국',
    'a\tb',
    '\u{1f1e9}\u{1f1ea} \u{1f600}',
    '●○×↻→…├─└─│',
  ];
  assert.deepEqual(texts.map(columnsOf), [0, 5, 21, 1, 3, 4, 10, 5, 11]);
});

test('a text is cut between characters, and never wider than there is room', () => {
  const cuts = [-1, 0, 1, 2, 3, 4].map((columns) => fitting('日本x', columns));
  assert.deepEqual([cuts, fitting('plain', 3), fitting('plain', -2)], [['', '', '', '日', '日', '日本'], 'pla', '']);
});
