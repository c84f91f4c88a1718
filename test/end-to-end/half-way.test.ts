import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRoot, startTysd, type Daemon } from './tysd.ts';

const unit = 'e2e-half-way.service';

/** All that a start makes outside of the process itself. */
const lines = [
  'Type=oneshot',
  'DynamicUser=yes',
  'RuntimeDirectory=e2e-half-way e2e-half-way-2',
  'RuntimeDirectoryMode=0750',
  'SetCredential=secret:word',
  'PrivateTmp=yes',
  'PrivateNetwork=yes',
  'PrivateIPC=yes',
  'PrivateDevices=yes',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'ProtectProc=invisible',
  'ProtectHostname=yes',
  'ProtectControlGroups=yes',
  'ProtectKernelTunables=yes',
  'TemporaryFileSystem=/srv',
  'BindPaths=/usr/share:/mnt',
  'InaccessiblePaths=-/boot',
  'MemoryMax=100M',
  'TasksMax=50',
  'DevicePolicy=closed',
  'SystemCallFilter=@system-service',
  'RestrictNamespaces=yes',
  'CapabilityBoundingSet=CAP_CHOWN',
  'Nice=3',
  'LimitNOFILE=512',
  'ExecStart=/bin/true',
];

function why(): string | false {
  if (!isRoot) return 'needs root';
  try {
    execFileSync('unshare', ['--mount', '--net', 'true'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'needs the right to make namespaces';
  }
}

test('a start that fails at any op of its plan leaves nothing behind', { skip: why(), timeout: 240_000 }, async () => {
  await using daemon = await startTysd({
    units: { 'default.target': '[Unit]\n', [unit]: `[Unit]\nStartLimitIntervalSec=0\n[Service]\n${lines.join('\n')}\n` },
    options: ['--system'],
    environment: { BUN_OPTIONS: `--preload=${join(import.meta.dirname, 'failing-op.ts')}` },
  });
  const { controllers } = await daemon.ask('manager.info', {});
  const roots = [daemon.cgroup, ...Object.values(controllers)].filter((root) => root !== '');
  assert.equal(await failingAt(daemon, Infinity), 'done', daemon.console);
  const before = look(daemon);
  const count = Number(readFileSync(daemon.path('length'), 'utf8'));
  assert.ok(count > 60, `${count} ops`);
  for (let position = 0; position < count; position++) {
    assert.equal(await failingAt(daemon, position), 'failed', `op ${position}`);
    const [properties] = await daemon.ask('units.properties', { units: [unit] });
    assert.equal(properties?.['ExecMainStatus'], '99', `op ${position}`);
    // A job of the unit waits until what the run left is removed.
    assert.equal(await daemon.job('stop', unit), 'done', `op ${position}`);
    assert.deepEqual({ position, ...look(daemon) }, { position, ...before });
  }
  assert.equal(await failingAt(daemon, Infinity), 'done', daemon.console);
  await daemon.job('stop', unit);
  // A cgroup is removed a moment after its last process has gone.
  for (const root of roots)
    execFileSync('timeout', ['20', 'sh', '-c', `while find '${root}' -name '${unit}' 2>/dev/null | grep -q .; do sleep 0.02; done`]);
});

async function failingAt(daemon: Daemon, position: number): Promise<string> {
  writeFileSync(daemon.path('fails'), `${unit} ${position}\n`);
  return daemon.job('start', unit);
}

function named(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory).filter((name) => name.includes('e2e-half-way')) : [];
}

/** What of a start would be seen outside: mounts, directories, dynamic users, and what the keeper holds. */
function look(daemon: Daemon): object {
  const mine = (text: string): readonly string[] =>
    text.split('\n').filter((line) => line.includes('half-way') || line.includes(daemon.directory));
  return {
    mounts: mine(readFileSync('/proc/self/mountinfo', 'utf8')),
    keepersMounts: mine(readFileSync(`/proc/${daemon.pid}/mountinfo`, 'utf8')),
    directories: ['/run', '/tmp', '/var/tmp', '/run/private', '/var/lib/private'].map(named),
    runtime: tree(daemon.runtimeDirectory),
    held: descriptorsOf(daemon.pid),
  };
}

function tree(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** How many descriptors of each kind the keeper has, but for those of a moment. */
function descriptorsOf(pid: number): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const kind = kindOf(`/proc/${pid}/fd/${fd}`);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

function kindOf(path: string): string {
  try {
    return readlinkSync(path).replace(/\[\d+\]$/, '');
  } catch {
    return 'gone';
  }
}
