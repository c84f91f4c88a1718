import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitStatusName } from '../unit/values/exit-status.ts';
import { describeFailure, exitStatusText } from './exit-status.ts';
import { ops } from './op.ts';

test('a status is told with its name where it has one', () => {
  assert.deepEqual([exitStatusText(203), exitStatusText(1), exitStatusText(42)], ['203/EXEC', '1/FAILURE', '42']);
});

test('every op fails with a status that has a name', () => {
  for (const [name, row] of Object.entries(ops)) assert.notEqual(exitStatusName(row.exit), undefined, name);
});

test('a failure before exec is told by step, program and reason', () => {
  assert.equal(
    describeFailure({ status: 203, errno: 2 }, '/usr/bin/x'),
    'Failed at step EXEC spawning /usr/bin/x: No such file or directory',
  );
  assert.equal(describeFailure({ status: 209, errno: 13 }, '/bin/a'), 'Failed at step STDOUT spawning /bin/a: Permission denied');
  assert.equal(describeFailure({ status: 202, errno: 98 }, ''), 'Address already in use (step FDS)');
  assert.equal(
    describeFailure({ status: 233, errno: 40 }, '/bin/a'),
    'Failed at step RUNTIME_DIRECTORY spawning /bin/a: Too many levels of symbolic links; ' +
      'a symlink that others than root could have put there is not followed',
  );
  assert.equal(
    describeFailure({ status: 203, errno: 40 }, '/bin/a'),
    'Failed at step EXEC spawning /bin/a: Too many levels of symbolic links',
  );
});
