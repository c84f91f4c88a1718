// A container with Docker's defaults (capabilities, filter of system calls, masked paths, read-only cgroups), made by a tysd outside: one
// inside runs the services of examples/container, and the units of their packages as they are.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Daemon, startTysd, wanting } from '../end-to-end/tysd.ts';
import { debianImage, whyNoImage } from './image.ts';

const project = join(import.meta.dirname, '../..');
// The same image as debian.test.ts, so that it is made once.
const packages = ['nginx', 'redis-server', 'cron', 'openssh-server', 'dbus'];
const why = whyNoImage();

/** What Docker lets root of a container keep. */
const capabilities =
  'CAP_CHOWN CAP_DAC_OVERRIDE CAP_FSETID CAP_FOWNER CAP_MKNOD CAP_NET_RAW CAP_SETGID CAP_SETUID CAP_SETFCAP CAP_SETPCAP CAP_NET_BIND_SERVICE CAP_SYS_CHROOT CAP_KILL CAP_AUDIT_WRITE';

function container(root: string, command: string): string {
  return `[Service]
Type=exec
RootDirectory=${root}
MountAPIVFS=yes
PrivatePIDs=yes
PrivateIPC=yes
PrivateNetwork=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
InaccessiblePaths=-/proc/kcore -/proc/keys -/proc/timer_list -/sys/firmware
CapabilityBoundingSet=${capabilities}
SystemCallFilter=~@mount @swap @reboot @module @raw-io @clock @cpu-emulation bpf keyctl add_key request_key setns unshare perf_event_open
SystemCallErrorNumber=EPERM
RestrictNamespaces=yes
Environment=PATH=/usr/lib/tysd:/usr/sbin:/usr/bin:/sbin:/bin
ExecStart=/usr/lib/tysd/tysd ${command}
StandardOutput=append:${root}/console
StandardError=append:${root}/console
`;
}

function shell(script: string): string {
  const ran = spawnSync('bash', ['-c', script], { encoding: 'utf8', timeout: 60_000 });
  assert.equal(ran.status, 0, `${script}\n${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

/** A copy of the image that can be written to, with tysd and the example in it. */
class Root {
  readonly directory = mkdtempSync(join(tmpdir(), 'tysd-docker-'));
  readonly path = join(this.directory, 'root');

  constructor() {
    shell(`mount -t tmpfs tmpfs ${this.directory} && cd ${this.directory} && mkdir upper work root &&
      mount -t overlay -o lowerdir=${debianImage(packages, { systemd: false })},upperdir=upper,workdir=work overlay root &&
      touch root/.dockerenv && (cd ${project} && node_modules/.bin/bun build/build.ts ${this.path}/usr/lib/tysd) &&
      cp -r ${project}/examples/container/units/. root/etc/systemd/system/ && ${project}/bin/tysctl --root=${this.path} --quiet enable counter`);
  }

  [Symbol.dispose](): void {
    spawnSync('umount', ['-l', this.path]);
    spawnSync('umount', ['-l', this.directory]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Runs a shell script inside, where tysd's tools come first. */
async function inside(daemon: Daemon, script: string): Promise<string> {
  const pid = (await daemon.tysctl('show', '-p', 'MainPID', '--value', 'box')).out.trim();
  return shell(`nsenter -t ${pid} -m -p -n -i -u -r sh -c '
    PATH=/usr/lib/tysd:$PATH
    until_ok() { for _ in $(seq 600); do "$@" && return 0; sleep 0.1; done; return 1; }
    ${script}'`);
}

test(
  'packages’ services run in a container with Docker’s defaults, say what of their sandboxes is missing, and stop in order',
  { skip: why ?? false },
  async () => {
    using root = new Root();
    await using daemon = await startTysd({
      units: { 'default.target': wanting(), 'box.service': container(root.path, '--http=/run/http.sock') },
      options: ['--system'],
    });
    assert.equal((await daemon.tysctl('start', 'box')).status, 0);
    const told = await inside(
      daemon,
      `up() { [ "$(systemctl is-system-running)" = running ]; }
     until_ok up; systemctl is-active nginx redis-server counter cron dbus ssh
     counted() { [ "$(redis-cli get visits)" != "" ]; }
     until_ok counted && echo counted
     systemctl status redis-server | grep -o "Not applied:.*PrivateUsers="
     grep CapEff /proc/1/status`,
    );
    assert.deepEqual(told.trim().split('\n').slice(0, 7), ['active', 'active', 'active', 'active', 'active', 'active', 'counted']);
    assert.match(told, /^Not applied:.* PrivateUsers=$/m);
    assert.match(told, /^CapEff:\s*00000000a80425fb$/m);
    assert.equal((await daemon.tysctl('stop', 'box')).status, 0);
    assert.match((await daemon.tysctl('show', '-p', 'Result', '-p', 'ExecMainStatus', 'box')).out, /^Result=success\nExecMainStatus=0$/m);
  },
);

test('a command in such a container has its exit status', { skip: why ?? false }, async () => {
  using root = new Root();
  await using daemon = await startTysd({
    units: {
      'default.target': wanting(),
      'box.service': container(root.path, '-- /bin/sh -c "exit 5"').replace('Type=exec', 'Type=oneshot'),
    },
    options: ['--system'],
  });
  await daemon.tysctl('start', 'box');
  assert.match((await daemon.tysctl('show', '-p', 'ExecMainStatus', 'box')).out, /^ExecMainStatus=5$/m);
});
