import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { builtProbe } from '../differential/sandbox/compare.ts';
import { compiledAct } from '../differential/run/both.ts';
import { isRoot, startTysd, type Daemon } from './tysd.ts';

// What systemd has since 253 to 260, or what its Debian build leaves out (SocketBindDeny= and its kin), so that the systemd of the differential tests cannot be asked.

function why(): string | false {
  if (!isRoot) return 'needs root';
  try {
    for (const kind of ['--mount', '--net', '--user', '--pid']) execFileSync('unshare', [kind, 'true'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'needs the right to make namespaces';
  }
}

const probe = '/run/tysd-e2e-newer/probe';
const act = '/run/tysd-e2e-newer/act';
const login = `ExecStart=${probe} @environment HOME LOGNAME USER SHELL`;
const binds = 'ipv4 tcp 80, ipv4 tcp 1024, ipv4 udp 80, ipv6 tcp 80';
const bindsOf = `ExecStart=/bin/sh -c '${act} binds | grep -E "^(${binds.replaceAll(', ', '|')}):"'`;
const packets = `ExecStart=/bin/sh -c '${act} packets | grep -F 127.0.0.1'`;
const kernel = `ExecStart=/bin/sh -c '${probe} @scheduling | grep -E "^(same-page-merging|huge-pages-off) "'`;
const users = 'ExecStart=/bin/sh -c "tr -s \\" \\" </proc/self/uid_map"';

/** A service, what it says, and whether that is so only where the kernel has what it takes. */
interface Case {
  readonly unit: string;
  readonly said: readonly string[];
  readonly ifApplied?: boolean;
}

const cases: Readonly<Record<string, Case>> = {
  'SetLoginEnvironment=yes without User=': {
    unit: `SetLoginEnvironment=yes\n${login}`,
    said: ['# environment', 'variable HOME=/root', 'variable LOGNAME=root', 'variable SHELL=SHELL', 'variable USER=root'],
  },
  'without SetLoginEnvironment= and User=': { unit: login, said: ['# environment'] },
  'SetLoginEnvironment=no with User=': {
    unit: `User=nobody\nSetLoginEnvironment=no\n${login}`,
    said: ['# environment', 'variable USER=nobody'],
  },
  'ImportCredential= of a name, of a pattern, and under another name': {
    unit: `ImportCredential=plain\nImportCredential=app.*\nImportCredential=old.*:new.\nImportCredential=missing*\nExecStart=/bin/sh -c 'cd $\${CREDENTIALS_DIRECTORY} && for each in *; do echo "$$each $$(cat $$each)"; done'`,
    said: ['app.one 1', 'app.two 2', 'new.name 3', 'plain 4'],
  },
  'PrivatePIDs=': {
    unit: "PrivatePIDs=yes\nExecStart=/bin/sh -c 'echo $$$$; test -d /proc/2 && echo more || echo alone'",
    said: ['1', 'alone'],
  },
  'PrivatePIDs= of a user, with mounts': {
    unit: "PrivatePIDs=yes\nUser=nobody\nProtectSystem=strict\nExecStart=/bin/sh -c 'echo $$$$; readlink /proc/self/cwd'",
    said: ['1', '/'],
  },
  'PrivateTmp=disconnected': {
    unit: "PrivateTmp=disconnected\nExecStart=/bin/sh -c 'stat -f -c %%T /tmp /var/tmp; ls -A /tmp | wc -l; stat -c %%a /tmp'",
    said: ['tmpfs', 'tmpfs', '0', '1777'],
  },
  'PrivateUsers=identity': { unit: `PrivateUsers=identity\n${users}`, said: ['0 0 65536'] },
  'PrivateUsers=full': { unit: `PrivateUsers=full\n${users}`, said: ['0 0 4294967295'] },
  'ProtectControlGroups=private': {
    unit: "ProtectControlGroups=private\nExecStart=/bin/sh -c 'grep ^0:: /proc/self/cgroup'",
    said: ['0::/'],
  },
  'ProtectControlGroups=strict': {
    unit: "ProtectControlGroups=strict\nExecStart=/bin/sh -c 'grep ^0:: /proc/self/cgroup; mkdir /sys/fs/cgroup/e2e-newer 2>/dev/null || echo read-only'",
    said: ['0::/', 'read-only'],
  },
  'MemoryKSM=': { unit: `MemoryKSM=yes\n${kernel}`, said: ['same-page-merging 1', 'huge-pages-off 0'], ifApplied: true },
  'MemoryTHP=': { unit: `MemoryTHP=disable\n${kernel}`, said: ['same-page-merging 0', 'huge-pages-off 1'] },
  'SocketBindDeny= of all': {
    unit: `SocketBindDeny=any\n${bindsOf}`,
    said: ['ipv4 tcp 80: 1', 'ipv4 tcp 1024: 1', 'ipv4 udp 80: 1', 'ipv6 tcp 80: 1'],
    ifApplied: true,
  },
  'SocketBindAllow= of a port': {
    unit: `SocketBindDeny=any\nSocketBindAllow=ipv4:tcp:80\n${bindsOf}`,
    said: ['ipv4 tcp 80: 0', 'ipv4 tcp 1024: 1', 'ipv4 udp 80: 1', 'ipv6 tcp 80: 1'],
    ifApplied: true,
  },
  'SocketBindDeny= of some': {
    unit: `SocketBindDeny=tcp:1000-2000\nSocketBindDeny=ipv6:80\n${bindsOf}`,
    said: ['ipv4 tcp 80: 0', 'ipv4 tcp 1024: 1', 'ipv4 udp 80: 0', 'ipv6 tcp 80: 1'],
    ifApplied: true,
  },
  'RestrictNetworkInterfaces= with the one that is used': {
    unit: `RestrictNetworkInterfaces=lo\n${packets}`,
    said: ['127.0.0.1: sent 0, came 1'],
    ifApplied: true,
  },
  'RestrictNetworkInterfaces= with all others': {
    unit: `RestrictNetworkInterfaces=~lo\n${packets}`,
    said: ['127.0.0.1: sent 1, came 0'],
    ifApplied: true,
  },
  'BPFDelegateCommands= and its kin': {
    unit: [
      'DelegateNamespaces=mnt\nPrivateMounts=yes\nPrivateBPF=yes\nBPFDelegateCommands=BPFMapCreate,BPFProgLoad\nBPFDelegateMaps=BPFMapTypeArray',
      'BPFDelegatePrograms=BPFProgTypeXdp\nBPFDelegateAttachments=BPFXdp',
      "ExecStart=/bin/sh -c \"sed -nE 's/.* - bpf .* rw,//p' /proc/self/mountinfo | tr , '\\\\n' | grep delegate_\"",
    ].join('\n'),
    said: ['delegate_cmds=map_create:prog_load', 'delegate_maps=array', 'delegate_progs=xdp', 'delegate_attachs=xdp'],
    ifApplied: true,
  },
};

function unitOf(title: string): string {
  return `e2e-newer-${Object.keys(cases).indexOf(title)}.service`;
}

describe('settings that are newer', { skip: why() }, () => {
  let daemon: Daemon;
  before(async () => {
    execFileSync('mkdir', ['-p', '/run/tysd-e2e-newer']);
    using tells = builtProbe();
    using acts = compiledAct();
    copyFileSync(tells.path, probe);
    copyFileSync(acts.path, act);
    const units = Object.entries(cases).map(([title, { unit }]) => [
      unitOf(title),
      `[Service]\nType=oneshot\nStandardOutput=append:@dir@/${unitOf(title)}.said\n${unit}\n`,
    ]);
    daemon = await startTysd({
      options: ['--system'],
      // Credentials that the manager was given, and ports of its own.
      before: `mkdir given; printf 1 >given/app.one; printf 2 >given/app.two; printf 3 >given/old.name; printf 4 >given/plain
        export CREDENTIALS_DIRECTORY=$PWD/given; set -- unshare --net sh -c 'ip link set lo up; exec "$@"' sh "$@"`,
      units: {
        'default.target': '[Unit]\n',
        'e2e-newer-managed.service': `[Service]\nType=oneshot\nPrivateUsers=managed\nStandardOutput=append:@dir@/managed\n${users}\n`,
        // The first process of a namespace gets no SIGTERM that it does not ask for.
        'e2e-newer-owner.service':
          '[Service]\nPrivatePIDs=yes\nDelegateNamespaces=pid\nKillSignal=SIGKILL\nExecStart=/bin/sleep infinity\n',
        ...Object.fromEntries(units),
      },
    });
  });
  after(async () => {
    await daemon[Symbol.asyncDispose]();
    execFileSync('rm', ['-r', '/run/tysd-e2e-newer']);
  });

  test('PrivateUsers=managed', async () => {
    assert.equal(await daemon.job('start', 'e2e-newer-managed.service'), 'done', daemon.console);
    const [reason = ''] = await daemon.ask('unit.not-applied', { unit: 'e2e-newer-managed.service' });
    assert.match(reason, /^PrivateUsers= is not applied: no range of users is allocated/);
    assert.match(await daemon.untilFile('managed'), /^ ?0 0 1$/m);
  });

  test('the namespace of processes is not delegated, which is said', async () => {
    assert.equal(await daemon.job('start', 'e2e-newer-owner.service'), 'done', daemon.console);
    const [reason = ''] = await daemon.ask('unit.not-applied', { unit: 'e2e-newer-owner.service' });
    assert.match(reason, /^DelegateNamespaces= is not applied: the namespace of processes is made before the user namespace/);
    const status = await daemon.tysctl('status', 'e2e-newer-owner.service');
    const plan = await daemon.tysctl('plan', 'e2e-newer-owner.service');
    assert.match(status.out, /^Not applied: DelegateNamespaces=$/m);
    assert.match(plan.out, /DelegateNamespaces= is not applied: the namespace of processes is made before/);
  });

  for (const [title, { said, ifApplied = false }] of Object.entries(cases)) {
    test(title, async (context) => {
      const unit = unitOf(title);
      const result = await daemon.job('start', unit);
      const notApplied = await daemon.ask('unit.not-applied', { unit });
      if (ifApplied && notApplied.length > 0) {
        // What is said must be about what the case asks for.
        const settings = new Set([...`\n${unit}`.matchAll(/\n(\w+)=/g)].map(([, name]) => name));
        for (const reason of notApplied) assert.ok(settings.has(/^(\w+)= is not applied: \S/.exec(reason)?.[1]), reason);
        return context.skip(notApplied.join('; '));
      }
      assert.deepEqual([result, notApplied], ['done', []], daemon.console);
      const text = await daemon.untilFile(`${unit}.said`);
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => line.trim().replace(/(SHELL=).*/, '$1SHELL'));
      assert.deepEqual(lines, said);
    });
  }
});
