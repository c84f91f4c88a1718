import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');

/** What children do, to themselves and in the ways that the keeper gives them; limits of memory do not go together with the sanitizers. */
const suites = ['cgroup-filter', 'copy', 'descriptors', 'filter', 'hostile-paths', 'mounts', 'plan', 'run', 'terminals', 'watch'];

test('the sanitizers have nothing to say of a keeper and its children in the tests of ops', { timeout: 590_000 }, (t) => {
  const made = spawnSync('make', ['-s', '-C', join(root, 'keeper'), 'asan'], { encoding: 'utf8' });
  if (made.status !== 0 && /cannot find .*(asan|ubsan)/.test(made.stderr)) return t.skip('this compiler has no sanitizers');
  assert.equal(made.status, 0, made.stderr);
  const files = suites.map((suite) => join(import.meta.dirname, `${suite}.test.ts`));
  const run = spawnSync(process.execPath, ['test', '--timeout', '120000', ...files], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      NO_COLOR: '1',
      TYSD_TEST_KEEPER: join(root, 'keeper/build/tysd-keeper-asan'),
      // A child that is found out must not end as if all were well, whatever its plan would have it end with.
      ASAN_OPTIONS: 'abort_on_error=1',
      UBSAN_OPTIONS: 'abort_on_error=1:print_stacktrace=1',
    },
  });
  const output = `${run.stdout}${run.stderr}`;
  assert.equal(run.status, 0, output.slice(-20_000));
  assert.doesNotMatch(output, /Sanitizer|runtime error/);
  assert.match(output, /^ *[1-9]\d* pass$/m);
});
