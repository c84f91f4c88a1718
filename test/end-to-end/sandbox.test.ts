import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isRoot, startTysd } from './tysd.ts';

const skip = isRoot && canUnshare() ? false : 'needs root and the right to make namespaces';

function tool(name: string, argv: readonly string[]): void {
  execFileSync(name, argv, { stdio: 'ignore' });
}

function canUnshare(): boolean {
  try {
    for (const kind of ['--mount', '--net']) tool('unshare', [kind, 'true']);
    return true;
  } catch {
    return false;
  }
}

const service = (...lines: readonly string[]) => `[Service]\n${lines.join('\n')}\n`;

/** The private directories of a unit that are there. */
function privateDirectories(unit: string): readonly string[] {
  return ['/tmp', '/var/tmp'].flatMap((directory) => readdirSync(directory).filter((name) => name.includes(`-${unit}-`)));
}

// Not in /tmp, which the services have one of their own of.
const place = skip === false ? mkdtempSync('/run/tysd-e2e-') : '/nonexistent';
after(() => rmSync(place, { recursive: true, force: true }));

const read = (name: string): string => readFileSync(join(place, name), 'utf8').trim();

const units = {
  'default.target': '[Unit]\n',
  'e2e-space.service': service(
    'PrivateTmp=yes',
    'PrivateNetwork=yes',
    // No process is left that would hold the namespace.
    'Type=oneshot',
    'RemainAfterExit=yes',
    `ExecStart=/bin/sh -c "echo kept >/tmp/file; readlink /proc/self/ns/net >${place}/main"`,
    `ExecStop=/bin/sh -c "cat /tmp/file >${place}/file; readlink /proc/self/ns/net >${place}/stop"`,
  ),
  'e2e-joins.service': `[Unit]\nJoinsNamespaceOf=e2e-space.service\n${service(
    'PrivateTmp=yes',
    'PrivateNetwork=yes',
    'Type=oneshot',
    `ExecStart=/bin/sh -c "cat /tmp/file >${place}/joined; readlink /proc/self/ns/net >${place}/joins"`,
  )}`,
  'e2e-broken.service': service('PrivateTmp=yes', 'RuntimeDirectory=e2e-broken', 'BindPaths=/nonexistent', 'ExecStart=/bin/true'),
};

test(
  'what the processes of a run share outlives the manager, is shared with who joins, and goes with the last of them',
  { skip },
  async () => {
    await using daemon = await startTysd({ units, options: ['--system'] });
    assert.equal(await daemon.job('start', 'e2e-space.service'), 'done', daemon.console);
    await daemon.killManager();
    assert.equal(await daemon.job('start', 'e2e-joins.service'), 'done', daemon.console);
    assert.equal(privateDirectories('e2e-space.service').length, 2);
    assert.equal(await daemon.job('stop', 'e2e-space.service'), 'done', daemon.console);
    assert.deepEqual([read('file'), read('stop'), read('joined'), read('joins')], ['kept', read('main'), 'kept', read('main')]);
    assert.notEqual(read('main'), readlinkSync('/proc/self/ns/net'));
    await daemon.until('the private directories to be gone', () => privateDirectories('e2e-space.service').length === 0 || undefined);
    assert.deepEqual(privateDirectories('e2e-joins.service'), []);
  },
);

test('a start that fails half-way leaves nothing behind', { skip }, async () => {
  await using daemon = await startTysd({ units, options: ['--system'] });
  assert.equal(await daemon.job('start', 'e2e-broken.service'), 'done', daemon.console);
  await daemon.untilUnit('e2e-broken.service', ({ active }) => active === 'failed');
  // A job of the unit waits until what the run left is removed.
  assert.equal(await daemon.job('stop', 'e2e-broken.service'), 'done', daemon.console);
  assert.deepEqual(privateDirectories('e2e-broken.service'), []);
  assert.match(daemon.console, /Failed to set up mount namespacing: \/nonexistent: No such file or directory/);
});
