import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesStatus, resultOfExit } from './clean-exit.ts';

const none = { codes: [], signals: [] };

/** The statuses with which a process may end so without that being a failure. */
function clean(mode: 'daemon' | 'command', how: 'exited' | 'killed' | 'dumped'): readonly number[] {
  const statuses = Array.from({ length: 65 }, (_, status) => status);
  return statuses.filter((status) => resultOfExit({ how, status }, mode, none) === 'success');
}

test('only exit status 0 and the four termination signals of a daemon are clean by themselves', () => {
  assert.deepEqual(clean('daemon', 'exited'), [0]);
  assert.deepEqual(clean('command', 'exited'), [0]);
  assert.deepEqual(clean('daemon', 'killed'), [1, 2, 13, 15]);
  assert.deepEqual(clean('command', 'killed'), []);
  assert.deepEqual(clean('daemon', 'dumped'), []);
});

test('SuccessExitStatus= makes more of them clean, for daemons and commands alike', () => {
  const success = { codes: [75], signals: [9] };
  assert.equal(resultOfExit({ how: 'exited', status: 75 }, 'command', success), 'success');
  assert.equal(resultOfExit({ how: 'killed', status: 9 }, 'command', success), 'success');
  assert.equal(resultOfExit({ how: 'exited', status: 9 }, 'daemon', success), 'exit-code');
  assert.equal(resultOfExit({ how: 'killed', status: 11 }, 'daemon', success), 'signal');
  assert.equal(resultOfExit({ how: 'dumped', status: 11 }, 'daemon', success), 'core-dump');
});

test('a set of statuses tells exit codes from signals', () => {
  const set = { codes: [6], signals: [6] };
  assert.deepEqual(
    (['exited', 'killed', 'dumped'] as const).map((how) => [
      matchesStatus(set, { how, status: 6 }),
      matchesStatus(set, { how, status: 7 }),
    ]),
    [
      [true, false],
      [true, false],
      [true, false],
    ],
  );
});
