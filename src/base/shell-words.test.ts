import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shellWords } from './shell-words.ts';

test('words of a list are quoted where a shell would divide or change them', () => {
  assert.equal(
    shellWords(['A=1', 'B=2 3', 'man:a(8)', 'dev-a\\x2db.device', 'C="x"', '', '$D']),
    'A=1 "B=2 3" "man:a(8)" "dev-a\\\\x2db.device" "C=\\"x\\"" "" "\\$D"',
  );
});
