import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { debianUnits } from '../../system/debian-units.ts';
import { assertTwins, ours, runs, theirs, whyNoTools } from './twin.ts';

const skip = whyNoTools();

const flag = fc.constantFrom('yes', 'no');
const sets = [
  'swap',
  'obsolete',
  'clock',
  'cpu-emulation',
  'debug',
  'mount',
  'module',
  'raw-io',
  'reboot',
  'privileged',
  'resources',
  'system-service',
  'basic-io',
];
const calls = fc.constantFrom(...sets.map((set) => `@${set}`), 'reboot', 'mount', 'umount2', 'read', 'ptrace', 'chown', 'ioprio_set');
const some = (words: fc.Arbitrary<string>, most = 4) =>
  fc.uniqueArray(words, { minLength: 1, maxLength: most }).map((list) => list.join(' '));
const tilde = fc.constantFrom('', '~');
const inverted = (words: fc.Arbitrary<string>, most = 4) => fc.tuple(tilde, some(words, most)).map(([mark, list]) => mark + list);
const capability = fc
  .constantFrom(
    ...'CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE'.split(
      ' ',
    ),
    ...'SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE'.split(
      ' ',
    ),
    ...'AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ BPF'.split(' '),
  )
  .map((name) => `CAP_${name}`);

/** What each setting that counts may be. */
const values: Readonly<Record<string, fc.Arbitrary<string>>> = {
  ...Object.fromEntries(
    (
      'PrivateDevices PrivateMounts PrivateNetwork PrivateTmp PrivateUsers ProtectControlGroups ProtectKernelModules ProtectKernelTunables ProtectKernelLogs ' +
      'ProtectClock ProtectHostname LockPersonality MemoryDenyWriteExecute NoNewPrivileges RestrictRealtime RestrictSUIDSGID RemoveIPC Delegate'
    )
      .split(' ')
      .map((name) => [name, flag]),
  ),
  DynamicUser: flag,
  User: fc.constantFrom('daemon', 'root', '0', 'nobody', 'www-data'),
  SupplementaryGroups: fc.constantFrom('adm', ''),
  ProtectHome: fc.constantFrom('yes', 'no', 'read-only', 'tmpfs'),
  ProtectSystem: fc.constantFrom('yes', 'no', 'full', 'strict'),
  // systemd 252 has no sentence for noaccess, and the place of the row without one is left to chance.
  ProtectProc: fc.constantFrom('default', 'invisible', 'ptraceable'),
  ProcSubset: fc.constantFrom('all', 'pid'),
  KeyringMode: fc.constantFrom('private', 'shared', 'inherit'),
  NotifyAccess: fc.constantFrom('none', 'main', 'exec', 'all'),
  UMask: fc.constantFrom('0', '0002', '0022', '0027', '0007', '0077', '0057'),
  RootDirectory: fc.constantFrom('/', '/srv'),
  CapabilityBoundingSet: inverted(capability, 12),
  AmbientCapabilities: inverted(capability, 2),
  RestrictNamespaces: fc.oneof(flag, inverted(fc.constantFrom('user', 'mnt', 'ipc', 'pid', 'cgroup', 'net', 'uts'))),
  RestrictAddressFamilies: fc.oneof(
    fc.constant('none'),
    inverted(fc.constantFrom('AF_INET', 'AF_INET6', 'AF_UNIX', 'AF_NETLINK', 'AF_PACKET', 'AF_VSOCK', 'AF_ALG')),
  ),
  SystemCallArchitectures: fc.constantFrom('native', 'native x86', 'x86', ''),
  SystemCallFilter: inverted(calls),
  IPAddressDeny: fc.constantFrom('any', '10.0.0.0/8', '0.0.0.0/0', '::/0', ''),
  IPAddressAllow: fc.constantFrom('localhost', '127.0.0.1', '10.0.0.1', 'any', ''),
  DevicePolicy: fc.constantFrom('auto', 'closed', 'strict'),
  DeviceAllow: fc.constantFrom('/dev/null rw', 'char-tty', 'block-loop r', ''),
};

const line = fc.constantFrom(...Object.keys(values)).chain((name) => (values[name] ?? fc.constant('')).map((value) => `${name}=${value}`));
const unit = fc
  .tuple(fc.constantFrom('', '[Unit]\nDefaultDependencies=no\n'), fc.array(line, { maxLength: 30 }))
  .map(([early, lines]) => `${early}[Service]\nExecStart=/bin/true\n${lines.join('\n')}\n`);

/** A directory with a service in it, as long as it is used. */
function place(text: string, name = 'a.service'): { readonly path: string } & Disposable {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-security-'));
  const path = join(directory, name);
  writeFileSync(path, text);
  return { path, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}

/** What differs on purpose: systemd 252 complains of the user nobody, and of what it cannot do here, on standard error. */
const withoutErrors = { err: '' };

test('services with random settings are as exposed as systemd says, on each point', { skip, timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(unit, async (text) => {
      using file = place(text);
      const call = { program: 'systemd-analyze', argv: ['security', '--offline=true', '--json=short', file.path] };
      const [mine, judge] = [await ours(call), theirs(call)];
      assert.deepEqual({ ...mine, ...withoutErrors }, { ...judge, ...withoutErrors }, text);
    }),
    runs(60),
  );
});

test('the overall exposure, the table and the threshold are those of systemd', { skip, timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(unit, fc.integer({ min: 0, max: 100 }), async (text, threshold) => {
      using file = place(text);
      const call = {
        program: 'systemd-analyze',
        argv: ['security', '--offline=true', `--threshold=${threshold}`, '--no-pager', file.path],
      };
      const [mine, judge] = [await ours(call), theirs(call)];
      assert.deepEqual({ ...mine, ...withoutErrors }, { ...judge, ...withoutErrors }, text);
    }),
    runs(20),
  );
});

test('JSON that is pretty is written as systemd does', { skip }, async () => {
  using file = place('[Service]\nExecStart=/bin/true\nPrivateTmp=yes\n');
  await assertTwins({ program: 'systemd-analyze', argv: ['security', '--offline=true', '--json=pretty', file.path] });
});

test('a template, another name of a unit, and a file that is masked or missing are called as systemd calls them', { skip }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'security-'));
  try {
    writeFileSync(join(directory, 'a@.service'), '[Service]\nExecStart=/bin/true\n');
    symlinkSync('a@.service', join(directory, 'other@.service'));
    symlinkSync('/dev/null', join(directory, 'masked.service'));
    writeFileSync(join(directory, 'a.target'), '[Unit]\n');
    for (const name of ['a@.service', 'a@b.service', 'other@.service', 'other@b.service', 'masked.service', 'none.service'])
      await assertTwins({ program: 'systemd-analyze', argv: ['security', '--offline=true', '--no-pager', join(directory, name)] });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('a threshold that is none is refused in the words of systemd', { skip }, () =>
  assertTwins({ program: 'systemd-analyze', argv: ['security', '--threshold=x', 'a.service'] }),
);

/** Where packages put units: of this machine, and of many others. */
function unitDirectories(): readonly string[] {
  return [...['/usr/lib/systemd/system', '/lib/systemd/system'].filter(existsSync), ...debianUnits()];
}

/** The services of packages, each text once; instances of templates take their place. */
function packagedServices(): ReadonlyMap<string, string> {
  const services = new Map<string, string>();
  for (const directory of unitDirectories()) {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isFile() && entry.name.endsWith('.service'))
        services.set(readFileSync(join(directory, entry.name), 'utf8'), entry.name.replace('@.', '@a.'));
    }
  }
  return services;
}

test(
  'services of packages are as exposed as systemd says, on each point, over all and with a threshold',
  { skip, timeout: 600_000 },
  async () => {
    let count = 0;
    for (const [text, name] of packagedServices()) {
      using file = place(text, name);
      for (const argv of [['--json=short'], ['--threshold=50'], ['--no-pager']]) {
        const call = { program: 'systemd-analyze', argv: ['security', '--offline=true', ...argv, file.path] };
        const [mine, judge] = [await ours(call), theirs(call)];
        assert.deepEqual({ name, ...mine, ...withoutErrors }, { name, ...judge, ...withoutErrors });
      }
      count += 1;
    }
    assert.ok(count >= 120, `${count} services`);
  },
);
