import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compiledAct } from '../differential/run/both.ts';
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

/** What a start makes that has another root, and a cgroup of its own to give away. */
const rootLines = [
  'Type=oneshot',
  'RootDirectory=@dir@/root',
  'RootEphemeral=yes',
  'MountAPIVFS=yes',
  'RuntimeDirectory=e2e-half-way:e2e-half-way-link',
  'RuntimeDirectory=e2e-half-way-3',
  'Delegate=yes',
  'DelegateSubgroup=e2e-half-way-sub',
  'IPAccounting=yes',
  'IPAddressDeny=any',
  'SocketBindDeny=any',
  'KeyringMode=private',
  'PrivateTmp=yes',
  'PrivateUsers=yes',
  'PrivatePIDs=yes',
  'LoadCredential=file:@dir@/secret',
  'StandardInput=data',
  'StandardInputText=text',
  'OpenFile=@dir@/secret:opened:read-only',
  'BindReadOnlyPaths=/usr/share:/bound',
  'ExecStart=/act exit 0',
];
const imageLines = ['MountImages=@dir@/image:/mounted', 'ExtensionImages=@dir@/image'];

const images = existsSync('/dev/loop-control') && runs('mke2fs', ['-V']);

function runs(name: string, argv: readonly string[]): boolean {
  try {
    execFileSync(name, argv, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A root directory with a program in it, and an image that is an extension of every system. */
function makeRoot(daemon: Daemon): void {
  using act = compiledAct();
  const release = 'usr/lib/extension-release.d';
  for (const name of ['root/usr', `content/${release}`]) mkdirSync(daemon.path(name), { recursive: true });
  copyFileSync(act.path, daemon.path('root/act'));
  writeFileSync(daemon.path('secret'), 'word');
  writeFileSync(daemon.path(`content/${release}/extension-release.image`), 'ID=_any\n');
  if (images) assert.ok(runs('mke2fs', ['-q', '-d', daemon.path('content'), daemon.path('image'), '4M']));
}

function why(): string | false {
  if (!isRoot) return 'needs root';
  return runs('unshare', ['--mount', '--net', 'true']) ? false : 'needs the right to make namespaces';
}

test('a start that fails at any op of its plan leaves nothing behind', { skip: why(), timeout: 240_000 }, () => failsAnywhere(lines, 60));

test('neither does one with another root, its copy, images and a cgroup to give away', { skip: why(), timeout: 240_000 }, () =>
  failsAnywhere([...rootLines, ...(images ? imageLines : [])], 50),
);

async function failsAnywhere(service: readonly string[], least: number): Promise<void> {
  await using daemon = await startTysd({
    units: { 'default.target': '[Unit]\n', [unit]: `[Unit]\nStartLimitIntervalSec=0\n[Service]\n${service.join('\n')}\n` },
    options: ['--system'],
    environment: { BUN_OPTIONS: `--preload=${join(import.meta.dirname, 'failing-op.ts')}` },
  });
  makeRoot(daemon);
  const { controllers } = await daemon.ask('manager.info', {});
  const roots = [daemon.cgroup, ...Object.values(controllers)].filter((root) => root !== '');
  assert.equal(await failingAt(daemon, Infinity), 'done', daemon.console);
  assert.equal(await daemon.job('stop', unit), 'done');
  const before = look(daemon);
  const count = Number(readFileSync(daemon.path('length'), 'utf8'));
  assert.ok(count > least, `${count} ops`);
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
    execFileSync('timeout', ['20', 'sh', '-c', `while find '${root}' -name '*half-way*' 2>/dev/null | grep -q .; do sleep 0.02; done`]);
}

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
    directories: ['/run', '/tmp', '/var/tmp', '/run/private', '/var/lib/private', '/var/lib/systemd/ephemeral-trees'].map(named),
    loops: loopsOf(daemon.directory),
    runtime: tree(daemon.runtimeDirectory),
    held: descriptorsOf(daemon.pid),
  };
}

/** Loop devices that hold a file of the directory. */
function loopsOf(directory: string): readonly string[] {
  const files = readdirSync('/sys/block').map((name) => `/sys/block/${name}/loop/backing_file`);
  return files
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .filter((path) => path.startsWith(directory));
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
