import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { compiledAct } from '../differential/run/both.ts';
import { isRoot, startTysd, type Daemon } from './tysd.ts';

// RootEphemeral= is of systemd 254, so that the systemd 252 of the differential tests cannot be asked.

const trees = '/var/lib/systemd/ephemeral-trees';

/** Runs a program of the machine; throws where it fails or is missing. */
function quietly(name: string, argv: readonly string[]): void {
  execFileSync(name, argv, { stdio: 'ignore' });
}

function why(): string | false {
  if (!isRoot) return 'needs root';
  try {
    quietly('unshare', ['--mount', 'true']);
    return false;
  } catch {
    return 'needs the right to make namespaces';
  }
}

function whyNoImages(): string | false {
  if (!existsSync('/dev/loop-control')) return 'needs loop devices';
  try {
    quietly('mke2fs', ['-V']);
    return false;
  } catch {
    return 'needs mke2fs (apt-get install e2fsprogs)';
  }
}

function service(lines: string): string {
  return `[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nRemainAfterExit=yes\nRootEphemeral=yes\n${lines}\n`;
}

/** The copies that there are for a unit. */
function copies(unit: string): readonly string[] {
  return existsSync(trees) ? readdirSync(trees).filter((name) => name.startsWith(`${unit}-`)) : [];
}

describe('RootEphemeral=', { skip: why() }, () => {
  let directory = '';
  let daemon: Daemon;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tysd-ephemeral-'));
    const tree = join(directory, 'tree');
    mkdirSync(tree);
    using act = compiledAct();
    copyFileSync(act.path, join(tree, 'act'));
    if (whyNoImages() === false) quietly('mke2fs', ['-q', '-d', tree, join(directory, 'image'), '16M']);
    const root = `RootDirectory=${tree}`;
    const runs = 'ExecStartPre=/act to /noted note before\nExecStart=/act to /noted note main';
    daemon = await startTysd({
      options: ['--system'],
      units: {
        'default.target': '[Unit]\n',
        'e2e-copied.service': service(`${root}\n${runs}\nExecStop=/act to /noted note stop`),
        'e2e-other.service': service(`${root}\n${runs}`).replace('[Unit]', '[Unit]\nJoinsNamespaceOf=e2e-copied.service'),
        'e2e-broken.service': service(`${root}\nExecStart=/missing`),
        'e2e-nowhere.service': service(`RootDirectory=${directory}/nowhere\nExecStart=/act`),
        'e2e-image.service': service(`RootImage=${directory}/image\n${runs}`),
      },
    });
  });
  after(async () => {
    await daemon[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  /** A second job waits until what the run left is removed. */
  async function stopped(unit: string): Promise<readonly string[]> {
    assert.equal(await daemon.job('stop', unit), 'done');
    assert.equal(await daemon.job('stop', unit), 'done');
    return copies(unit);
  }

  test('the processes of a run write to one copy of the root, which goes when the run ends, whatever became of the manager', async () => {
    const units = ['e2e-copied.service', 'e2e-other.service'] as const;
    for (const unit of units) {
      assert.equal(await daemon.job('start', unit), 'done', daemon.console);
      assert.equal(copies(unit).length, 1);
      assert.equal(readFileSync(`${trees}/${copies(unit)[0]}/root/noted`, 'utf8'), 'before\nmain\n');
    }
    await daemon.killManager();
    assert.deepEqual([await stopped(units[0]), copies(units[1]).length], [[], 1]);
    assert.deepEqual(await stopped(units[1]), []);
    assert.deepEqual(readdirSync(join(directory, 'tree')), ['act']);
  });

  test('a start that fails leaves no copy', async () => {
    for (const [unit, status] of [
      ['e2e-broken.service', '203'],
      ['e2e-nowhere.service', '226'],
    ] as const) {
      assert.equal(await daemon.job('start', unit), 'failed');
      assert.equal((await daemon.properties(unit))['ExecMainStatus'], status);
      assert.deepEqual(await stopped(unit), []);
    }
  });

  test('what a machine that crashed has left is removed at the next boot, but not what another tysd uses or what is not its own', async () => {
    const leave = (name: string, mode: number, lock: boolean) => {
      mkdirSync(`${trees}/${name}/root/deep`, { recursive: true });
      chmodSync(`${trees}/${name}`, mode);
      if (lock) writeFileSync(`${trees}/${name}/lock`, '');
      return `${trees}/${name}`;
    };
    assert.equal(await daemon.job('start', 'e2e-copied.service'), 'done', daemon.console);
    const [used = ''] = copies('e2e-copied.service');
    // The killed manager's successor still has the lock.
    await daemon.killManager();
    const gone = leave('e2e-crashed.service-AbCdEf', 0o700, true);
    const others = [leave('e2e-of-systemd.service-0123', 0o700, false), leave('e2e-open', 0o755, true)];
    symlinkSync(others[1] ?? '', `${trees}/e2e-link`);
    {
      await using next = await startTysd({ options: ['--system'], units: { 'default.target': '[Unit]\n' } });
      await next.until('the copy to be gone', () => !existsSync(gone) || undefined);
    }
    assert.deepEqual(
      [existsSync(`${trees}/${used}/root/act`), ...others.map((path) => existsSync(`${path}/root/deep`))],
      [true, true, true],
    );
    for (const path of [...others, `${trees}/e2e-link`]) rmSync(path, { recursive: true });
    assert.deepEqual(await stopped('e2e-copied.service'), []);
  });

  test('an image is copied, too', { skip: whyNoImages() }, async () => {
    const image = readFileSync(join(directory, 'image'));
    assert.equal(await daemon.job('start', 'e2e-image.service'), 'done', daemon.console);
    assert.equal(copies('e2e-image.service').length, 1);
    assert.deepEqual(await stopped('e2e-image.service'), []);
    assert.ok(image.equals(readFileSync(join(directory, 'image'))));
  });
});
