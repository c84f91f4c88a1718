import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineFormOf, RedrawnLine } from './redrawn-line.ts';

test('a line takes the place of the one before it, is cut before it would wrap, and goes', () => {
  const line = new RedrawnLine({ sequences: true, redraws: true });
  assert.deepEqual(
    [line.clear(), line.show('a long line', 11), line.show('b', 11), line.show(undefined, 11), line.clear()],
    ['', '\r\x1b[Ka lon...', '\r\x1b[Kb', '\r\x1b[K', ''],
  );
});

test('without control sequences blanks take away what was longer', () => {
  const line = new RedrawnLine({ sequences: false, redraws: true });
  assert.deepEqual(
    [line.show('abcd', 80), line.show('ef', 80), line.show('ghi', 80), line.show(undefined, 80)],
    ['\rabcd', '\ref  \ref', '\rghi', '\r   \r'],
  );
});

test('where nothing can be redrawn each line stays', () => {
  const line = new RedrawnLine({ sequences: false, redraws: false });
  assert.deepEqual([line.show('abcd', 3), line.show(undefined, 3), line.clear()], ['abcd\n', '', '']);
});

test('the environment tells what a terminal can do', () => {
  assert.deepEqual(
    [{ TERM: 'xterm' }, { TERM: 'xterm', NO_COLOR: '1' }, { TERM: 'xterm', NO_COLOR: '' }, { TERM: 'dumb' }, {}].map(lineFormOf),
    [
      { sequences: true, redraws: true },
      { sequences: false, redraws: true },
      { sequences: true, redraws: true },
      { sequences: false, redraws: false },
      { sequences: false, redraws: false },
    ],
  );
});
