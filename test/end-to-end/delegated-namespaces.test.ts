import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { compiled } from '../differential/run/both.ts';
import { isRoot, startTysd, type Daemon } from './tysd.ts';

// DelegateNamespaces= and BPFDelegateCommands= are of systemd 258, so that the systemd 252 of the differential tests cannot be asked.

function why(): string | false {
  if (!isRoot) return 'needs root';
  try {
    for (const kind of ['--mount', '--net', '--user']) execFileSync('unshare', [kind, 'true'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'needs the right to make namespaces';
  }
}

/** The kernel that makes tokens of BPF. */
function whyNoTokens(): string | false {
  const [major = 0, minor = 0] = readFileSync('/proc/sys/kernel/osrelease', 'utf8').split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 9) ? false : 'needs Linux 6.9';
}

const every = 'mnt net ipc uts cgroup';
const sandbox = 'PrivateMounts=yes\nPrivateNetwork=yes\nPrivateIPC=yes\nProtectHostname=private\nProtectControlGroups=private\n';
const acts = 'mount network hostname';

/** Services, by what they are for: lines of [Service], and what their process asks for. */
const services: Readonly<Record<string, readonly [lines: string, words: string]>> = {
  none: [`PrivateUsers=self\n${sandbox}`, `${every} ${acts}`],
  all: [`PrivateUsers=self\n${sandbox}DelegateNamespaces=yes`, `${every} ${acts}`],
  implied: [`${sandbox}DelegateNamespaces=yes`, `${every} ${acts}`],
  mounts: [`${sandbox}DelegateNamespaces=mnt`, `${every} ${acts}`],
  network: [`${sandbox}DelegateNamespaces=net`, `${every} ${acts}`],
  others: [`${sandbox}DelegateNamespaces=~mnt net`, `${every} ${acts}`],
  user: [`User=nobody\nAmbientCapabilities=CAP_SYS_ADMIN CAP_NET_ADMIN\n${sandbox}DelegateNamespaces=yes`, `${every} ${acts}`],
  kept: ['DelegateNamespaces=mnt\nReadOnlyPaths=/usr\nInaccessiblePaths=/srv', 'mount write /usr uncover /srv uncover /usr'],
  named: ['ProtectHostname=private:chosen\nProtectKernelTunables=yes', 'name hostname name'],
  rights: [
    'DelegateNamespaces=mnt\nPrivateMounts=yes\nPrivateBPF=yes\nBPFDelegateCommands=BPFMapCreate,BPFTokenCreate\nBPFDelegateMaps=BPFMapTypeArray',
    'rights',
  ],
  'other-map': [
    'DelegateNamespaces=mnt\nPrivateMounts=yes\nPrivateBPF=yes\nBPFDelegateCommands=BPFMapCreate\nBPFDelegateMaps=BPFMapTypeHash',
    'rights',
  ],
  'no-rights': ['DelegateNamespaces=mnt\nPrivateMounts=yes\nPrivateBPF=yes', 'rights'],
  outside: ['PrivateUsers=yes\nPrivateBPF=yes\nBPFDelegateCommands=any', 'rights'],
};

describe('DelegateNamespaces= and BPFDelegateCommands=', { skip: why() }, () => {
  let daemon: Daemon;
  let place = '';
  before(async () => {
    place = mkdtempSync(join(tmpdir(), 'tysd-owner-'));
    chmodSync(place, 0o755);
    using probe = compiled(import.meta.dirname, ['owner.c']);
    copyFileSync(probe.path, join(place, 'owner'));
    const units = Object.entries(services).map(([name, [lines, words]]) => {
      const command = `${place}/owner ${words}`;
      return [
        `e2e-owner-${name}.service`,
        `[Service]\nType=oneshot\nRemainAfterExit=yes\nStandardOutput=append:${place}/${name}\n${lines}\nExecStart=${command}\nExecStop=${command}\n`,
      ] as const;
    });
    const joins = `[Unit]\nJoinsNamespaceOf=e2e-owner-network.service\n[Service]\nType=oneshot\nStandardOutput=append:${place}/joins\nPrivateNetwork=yes\nDelegateNamespaces=net\nExecStart=${place}/owner net network\n`;
    daemon = await startTysd({
      options: ['--system'],
      units: { 'default.target': '[Unit]\n', ...Object.fromEntries(units), 'e2e-owner-joins.service': joins },
    });
  });
  after(async () => {
    await daemon[Symbol.asyncDispose]();
    rmSync(place, { recursive: true, force: true });
  });

  const said = (name: string): readonly string[] => readFileSync(join(place, name), 'utf8').trimEnd().split('\n');

  async function asked(name: string): Promise<readonly string[]> {
    assert.equal(await daemon.job('start', `e2e-owner-${name}.service`), 'done', daemon.console);
    return said(name);
  }

  const owners = (own: string) => every.split(' ').map((kind) => `${kind} ${own.split(' ').includes(kind) ? 'own' : 'another'}`);

  const expected: Readonly<Record<string, readonly string[]>> = {
    none: [...owners(''), 'mount EPERM', 'network EPERM', 'hostname EPERM'],
    all: [...owners(every), 'mount may', 'network may', 'hostname may'],
    implied: [...owners(every), 'mount may', 'network may', 'hostname may'],
    mounts: [...owners('mnt'), 'mount may', 'network EPERM', 'hostname EPERM'],
    network: [...owners('net'), 'mount EPERM', 'network may', 'hostname EPERM'],
    others: [...owners('ipc uts cgroup'), 'mount EPERM', 'network EPERM', 'hostname may'],
    user: [...owners(every), 'mount may', 'network may', 'hostname may'],
    // Without a user namespace root may.
    named: ['name chosen', 'hostname may', 'name changed'],
    kept: ['mount may', 'write EPERM', 'uncover EINVAL', 'uncover EINVAL'],
  };
  for (const [name, lines] of Object.entries(expected)) {
    test(`a service may change what is delegated to it and nothing else: ${name}`, async () => {
      assert.deepEqual(await asked(name), lines);
    });
  }

  test('later processes of a run are in the same namespaces and own them too, and so does who joins', async () => {
    assert.equal(await daemon.job('restart', 'e2e-owner-network.service'), 'done', daemon.console);
    assert.equal(await daemon.job('start', 'e2e-owner-joins.service'), 'done', daemon.console);
    assert.deepEqual(said('joins'), ['net own', 'network may']);
    assert.equal(await daemon.job('stop', 'e2e-owner-network.service'), 'done', daemon.console);
    assert.deepEqual(new Set(said('network')), new Set(expected['network']));
    assert.ok(said('network').length >= 3 * (expected['network']?.length ?? 0));
  });

  test('the BPF file system of a service gives away the rights that are named, and no others', { skip: whyNoTokens() }, async () => {
    assert.deepEqual(await asked('rights'), ['token may', 'map may', 'map without EPERM']);
    assert.deepEqual(await asked('other-map'), ['token may', 'map EPERM', 'map without EPERM']);
    assert.deepEqual(await asked('no-rights'), ['token ENOENT', 'map without EPERM']);
    // The file system belongs to the first user namespace.
    assert.deepEqual(await asked('outside'), ['token EPERM', 'map without EPERM']);
  });

  test('a user’s services own all that is made for them, and implied users are enough for that', async () => {
    const user = mkdtempSync(join(tmpdir(), 'tysd-owner-'));
    chownSync(user, 65_534, 65_534);
    const unit = (lines: string, words: string, to: string) =>
      `[Service]\nType=oneshot\nStandardOutput=append:${user}/${to}\n${lines}\nExecStart=${place}/owner ${words}\n`;
    {
      await using own = await startTysd({
        units: {
          'default.target': '[Unit]\n',
          'owns.service': unit('PrivateMounts=yes\nPrivateNetwork=yes\nDelegateNamespaces=mnt', 'mnt net', 'owns'),
          'alone.service': unit('DelegateNamespaces=mnt', 'user', 'alone'),
          'rights.service': unit('PrivateMounts=yes\nDelegateNamespaces=mnt\nPrivateBPF=yes\nBPFDelegateCommands=any', 'rights', 'rights'),
        },
        before: 'chown -R 65534:65534 .; set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@"',
      });
      for (const name of ['owns', 'alone', 'rights']) assert.equal(await own.job('start', `${name}.service`), 'done', own.console);
      const text = (name: string) => readFileSync(join(user, name), 'utf8');
      assert.equal(text('owns'), 'mnt own\nnet own\n');
      assert.equal(text('rights'), 'token EINVAL\nmap without EPERM\n');
      const notApplied = (await own.properties('rights.service'))['TysdNotApplied'] ?? '';
      assert.match(notApplied, /BPFDelegateCommands=.*CAP_SYS_ADMIN/);
    }
    rmSync(user, { recursive: true });
  });

  test('a service that fails after a child has stayed outside leaves no process', async () => {
    assert.deepEqual(execFileSync('sh', ['-c', `pgrep -f ^${place}/owner || true`], { encoding: 'utf8' }), '');
  });
});
