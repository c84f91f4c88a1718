import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { OpName } from '../../src/exec/op.ts';
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
/** What a start makes that gives namespaces away, opens a session, and is on record as a login. */
const givenLines = [
  'Type=oneshot',
  'User=daemon',
  'PAMName=other',
  'UtmpIdentifier=e2eh',
  'DelegateNamespaces=yes',
  'PrivateNetwork=yes',
  'PrivateIPC=yes',
  'PrivateBPF=yes',
  'BPFDelegateCommands=any',
  'ProtectSystem=full',
  'RootDirectory=/',
  'MountAPIVFS=yes',
  'NoExecPaths=/srv',
  'ExtensionDirectories=@dir@/content',
  'RuntimeDirectory=e2e-half-way',
  'ExecStart=/bin/true',
];

/** What a start makes that has an image as its root, and a directory below others that are made for it. */
const imagedLines = [
  'Type=oneshot',
  'RootImage=@dir@/system',
  'User=daemon',
  'RuntimeDirectory=e2e-half-way/deep/down',
  'RuntimeDirectoryMode=0700',
  'TemporaryFileSystem=/mounted:size=1M',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectHostname=yes',
  'AmbientCapabilities=CAP_CHOWN',
  'SecureBits=noroot',
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
  for (const name of ['image', 'content']) writeFileSync(daemon.path(`content/${release}/extension-release.${name}`), 'ID=_any\n');
  if (!images) return;
  for (const name of ['proc', 'sys', 'dev', 'run', 'tmp', 'var/tmp', 'mounted'])
    mkdirSync(daemon.path(`system-content/${name}`), { recursive: true });
  copyFileSync(act.path, daemon.path('system-content/act'));
  assert.ok(runs('mke2fs', ['-q', '-d', daemon.path('system-content'), daemon.path('system'), '8M']));
  assert.ok(runs('mke2fs', ['-q', '-d', daemon.path('content'), daemon.path('image'), '4M']));
  assert.ok(runs('mke2fs', ['-q', daemon.path('plain'), '4M']));
}

function why(): string | false {
  if (!isRoot) return 'needs root';
  return runs('unshare', ['--mount', '--net', 'true']) ? false : 'needs the right to make namespaces';
}

test('a start that fails at any op of its plan leaves nothing behind', { skip: why(), timeout: 240_000 }, () => failsAnywhere(lines, 60));

test('neither does one with another root, its copy, images and a cgroup to give away', { skip: why(), timeout: 240_000 }, () =>
  failsAnywhere([...rootLines, ...(images ? imageLines : [])], 50),
);

test('neither does one whose root is an image', { skip: why() || (!images && 'needs loop devices'), timeout: 240_000 }, () =>
  failsAnywhere(imagedLines, 40),
);

test('neither does one that gives namespaces away, opens a session and is on record as a login', { skip: why(), timeout: 240_000 }, () =>
  failsAnywhere(givenLines, 50),
);

/** Ops that make what could outlive the process, or others could see. */
const makers: readonly OpName[] = [
  'cgroup-filter',
  'mkdir',
  'directory',
  'own-directory',
  'copy-once',
  'lock',
  'symlink',
  'data',
  'credentials-open',
  'credential-data',
  'credential-file',
  'credentials-close',
  'keyring',
  'utmp',
  'namespace',
  'owned-namespace',
  'user-namespace',
  'outside',
  'private-pids',
  'mount-namespace',
  'root',
  'mount-point',
  'bind-mount',
  'mask',
  'file-system',
  'devices',
  'overlay',
  ...(images ? (['root-image', 'mount-image', 'extension-image'] as const) : []),
  'enter-root',
  'session',
];

test('each kind of op that makes something was among those that failed', { skip: why() }, () => {
  assert.deepEqual(
    makers.filter((name) => !failed.has(name)),
    [],
  );
});

/** Units whose start fails in the middle of what one op does, and with which status. */
const middles: Readonly<Record<string, readonly [lines: readonly string[], status: number]>> = {
  'the second credential cannot be read': [['SetCredential=one:word', 'LoadCredential=two:@dir@/nowhere/two'], 243],
  'the second directory is a file': [['RuntimeDirectory=e2e-half-way e2e-half-way-blocked', 'PrivateTmp=yes'], 233],
  'what is to be mounted is not there': [['DynamicUser=yes', 'TemporaryFileSystem=/srv', 'BindPaths=/nonexistent:/mnt'], 226],
  'a file system cannot be mounted with its options': [['PrivateNetwork=yes', 'TemporaryFileSystem=/srv:nonsense=1'], 226],
  ...(images ? { 'an image is none': [['MountImages=@dir@/secret:/mnt', 'PrivateTmp=yes'], 226] as const } : {}),
  ...(images ? { 'an image is no extension': [['ExtensionImages=@dir@/image @dir@/plain'], 226] as const } : {}),
  'the program is not there': [
    ['DynamicUser=yes', 'PrivateTmp=yes', 'SetCredential=one:word', 'ExecStart=', 'ExecStart=/nonexistent/program'],
    203,
  ],
};

for (const [name, [service, status]] of Object.entries(middles)) {
  test(`a start that fails half-way through an op, as ${name}, leaves nothing behind`, { skip: why(), timeout: 240_000 }, async () => {
    await using daemon = await startTysd({
      units: { 'default.target': '[Unit]\n', [unit]: `[Service]\nType=oneshot\nExecStart=/bin/true\n${service.join('\n')}\n` },
      options: ['--system'],
    });
    makeRoot(daemon);
    using blocked = blockedDirectory('/run/e2e-half-way-blocked');
    const nothing = look(daemon);
    const fails = async (): Promise<string | undefined> => {
      if (service.some((line) => line.includes('half-way-blocked'))) blocked.block();
      assert.equal(await daemon.job('start', unit), 'failed');
      const [properties] = await daemon.ask('units.properties', { units: [unit] });
      assert.equal(await daemon.job('stop', unit), 'done');
      return properties?.['ExecMainStatus'];
    };
    assert.equal(await fails(), `${status}`, daemon.console);
    await untilNoCgroup(daemon);
    const once = look(daemon);
    // What the keeper holds from its first child on is not of this unit.
    assert.deepEqual({ ...once, held: {} }, { ...nothing, held: {} });
    await fails();
    assert.deepEqual(await leftOf(daemon, once), once);
  });
}

/** A file where a directory is to be; it goes with the unit's other runtime directories, as with systemd 252. */
function blockedDirectory(path: string): { readonly block: () => void } & Disposable {
  return { block: () => writeFileSync(path, ''), [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

/** The names of the ops that have failed. */
const failed = new Set<string>();

async function failsAnywhere(service: readonly string[], least: number): Promise<void> {
  await using daemon = await startTysd({
    units: { 'default.target': '[Unit]\n', [unit]: `[Unit]\nStartLimitIntervalSec=0\n[Service]\n${service.join('\n')}\n` },
    options: ['--system'],
    environment: { BUN_OPTIONS: `--preload=${join(import.meta.dirname, 'failing-op.ts')}` },
  });
  makeRoot(daemon);
  assert.equal(await failingAt(daemon, Infinity), 'done', daemon.console);
  assert.equal(await daemon.job('stop', unit), 'done');
  await untilNoCgroup(daemon);
  const before = look(daemon);
  const ops = readFileSync(daemon.path('ops'), 'utf8').trim().split(' ');
  const count = ops.length;
  assert.ok(count > least, `${count} ops`);
  for (let position = 0; position < count; position++) {
    assert.equal(await failingAt(daemon, position), 'failed', `op ${position}`);
    const [properties] = await daemon.ask('units.properties', { units: [unit] });
    assert.equal(properties?.['ExecMainStatus'], '99', `op ${position}`);
    // A job of the unit waits until what the run left is removed.
    assert.equal(await daemon.job('stop', unit), 'done', `op ${position}`);
    assert.deepEqual({ position, ...(await leftOf(daemon, before)) }, { position, ...before });
    failed.add(ops[position] ?? '');
  }
  assert.equal(await failingAt(daemon, Infinity), 'done', daemon.console);
  await daemon.job('stop', unit);
  await untilNoCgroup(daemon);
}

/** A cgroup is removed a moment after its last process has gone. */
async function untilNoCgroup(daemon: Daemon): Promise<void> {
  const { controllers } = await daemon.ask('manager.info', {});
  const roots = [daemon.cgroup, ...Object.values(controllers)].filter((root) => root !== '');
  for (const root of roots)
    execFileSync('timeout', ['20', 'sh', '-c', `while find '${root}' -name '*half-way*' 2>/dev/null | grep -q .; do sleep 0.02; done`]);
}

/** What is left once it is no more than this, or when it does not become that. */
async function leftOf(daemon: Daemon, expected: object): Promise<object> {
  await untilNoCgroup(daemon);
  // With its cgroup goes what the keeper holds for that, a moment later.
  for (let asked = 0; asked < 500 && !isDeepStrictEqual(look(daemon), expected); asked++) await daemon.ask('manager.info', {});
  return look(daemon);
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
