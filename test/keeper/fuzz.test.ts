import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');
const corpora = join(root, 'keeper/fuzz/corpus');

/** What the targets read, and who sends it (keeper/fuzz). */
const targets: Readonly<Record<string, string>> = {
  manager: 'frames of the manager',
  outside: 'notifications, log streams and datagrams of any process, and frames of the journal',
  plan: 'exec plans, which children carry out in an empty root directory',
  state: 'what a keeper hands to the program that takes its place',
};

for (const [target, what] of Object.entries(targets)) {
  test(`the sanitizers have nothing to say of ${what}: all that fuzzing has kept, and real ones`, (t) => {
    const made = spawnSync('make', ['-s', '-C', join(root, 'keeper'), `build/replay-${target}`], { encoding: 'utf8' });
    if (made.status !== 0 && /cannot find .*(asan|ubsan)/.test(made.stderr)) return t.skip('this compiler has no sanitizers');
    assert.equal(made.status, 0, made.stderr);
    const seeds = mkdtempSync(join(tmpdir(), 'tysd-fuzz-seeds-'));
    try {
      const seeded = spawnSync(process.execPath, [join(import.meta.dirname, 'fuzz-seeds.ts'), seeds], { encoding: 'utf8' });
      assert.equal(seeded.status, 0, seeded.stderr);
      const kept = join(corpora, target);
      const inputs = [join(seeds, target), ...(existsSync(kept) ? [kept] : [])];
      const count = inputs.reduce((sum, directory) => sum + readdirSync(directory).length, 0);
      const replayed = spawnSync(join(root, `keeper/build/replay-${target}`), inputs, { encoding: 'utf8', timeout: 300_000 });
      assert.equal(replayed.stderr.replace('there are no user namespaces: plans are not carried out\n', ''), '');
      assert.deepEqual([replayed.status, replayed.signal, replayed.stdout], [0, null, `${count} inputs\n`]);
    } finally {
      rmSync(seeds, { recursive: true });
    }
  });
}
