import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { shell, startKeeper } from './harness.ts';

const root = join(import.meta.dirname, '../..');
const starved = join(root, 'keeper/build/tysd-keeper-starved');

/** What takes memory of the keeper's own; the tests of its limits say for themselves when there is none. */
const suites = ['descriptors', 'groups', 'journal', 'link', 'replace', 'run', 'stop'];

/** A keeper to which allocations are refused, its own and those of the C library. */
function build(): string {
  const made = spawnSync('make', ['-s', '-C', join(root, 'keeper'), 'starved'], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  return starved;
}

test('each third allocation is refused: the keeper says so, waits, and does all that its tests ask of it', { timeout: 590_000 }, () => {
  const files = suites.map((suite) => join(import.meta.dirname, `${suite}.test.ts`));
  const run = spawnSync(process.execPath, ['test', '--timeout', '120000', ...files], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    env: { ...process.env, NO_COLOR: '1', STARVE: '3', TYSD_TEST_KEEPER: build() },
  });
  const output = `${run.stdout}${run.stderr}`;
  assert.equal(run.status, 0, output.slice(-20_000));
  assert.match(output, /^ *[1-9]\d* pass$/m);
});

test('a list of processes that cannot be read for want of memory is waited for, and not taken for an empty one', async () => {
  await using keeper = await startKeeper([], false, 'export STARVE=2', build());
  const manager = await keeper.manager();
  manager.do(
    { do: 'make-group', group: 'a', path: 'a', mark: 'MARK=a' },
    { do: 'run', child: 1, group: 'a', plan: shell('sleep 1000 & sleep 1000 & wait', ['MARK=a']) },
  );
  for (let round = 2; round < 22; round++) {
    manager.do({ do: 'run', child: round, group: 'a', plan: shell('sleep 1000 & exit 3', ['MARK=a']) });
    await manager.event('exited', ({ child }) => child === round);
  }
  manager.do({ do: 'watch-group', group: 'a' }, { do: 'signal-group', group: 'a', signal: 9, except: [] });
  await manager.event('exited', ({ child }) => child === 1);
  await manager.event('group-empty');
  assert.match(keeper.stderr(), /out of memory \(\d+ bytes wanted to list a directory\); waiting/);
});
