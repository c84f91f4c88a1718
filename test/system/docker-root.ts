import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const project = join(import.meta.dirname, '../..');

/** What Docker lets root of a container keep. */
const capabilities =
  'CAP_CHOWN CAP_DAC_OVERRIDE CAP_FSETID CAP_FOWNER CAP_MKNOD CAP_NET_RAW CAP_SETGID CAP_SETUID CAP_SETFCAP CAP_SETPCAP CAP_NET_BIND_SERVICE CAP_SYS_CHROOT CAP_KILL CAP_AUDIT_WRITE';

/** What a service needs to be a container with Docker's defaults: capabilities, filter of system calls, masked paths, read-only cgroups. */
export const dockerDefaults = `MountAPIVFS=yes
PrivatePIDs=yes
PrivateIPC=yes
PrivateNetwork=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
InaccessiblePaths=-+/proc/kcore -+/proc/keys -+/proc/timer_list -+/sys/firmware
CapabilityBoundingSet=${capabilities}
SystemCallFilter=~@mount @swap @reboot @module @raw-io @clock @cpu-emulation bpf keyctl add_key request_key setns unshare perf_event_open
SystemCallErrorNumber=EPERM
RestrictNamespaces=yes
Environment=PATH=/usr/lib/tysd:/usr/sbin:/usr/bin:/sbin:/bin`;

/** Runs a bash script, which has to succeed; gives what it printed. */
export function shell(script: string): string {
  const ran = spawnSync('bash', ['-c', script], { encoding: 'utf8', timeout: 600_000 });
  assert.equal(ran.status, 0, `${script}\n${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

/** A copy of an image that can be written to, with tysd in /usr/lib/tysd and what says that it is a container of Docker's; it goes with the object. */
export class DockerRoot implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'tysd-root-'));
  readonly path = join(this.directory, 'root');

  constructor(image: string) {
    shell(`mount -t tmpfs -o mode=755 tmpfs ${this.directory} && cd ${this.directory} && mkdir upper work root &&
      mount -t overlay -o lowerdir=${image},upperdir=upper,workdir=work overlay root && touch root/.dockerenv &&
      cd ${project} && node_modules/.bin/bun build/build.ts ${this.path}/usr/lib/tysd`);
  }

  [Symbol.dispose](): void {
    spawnSync('umount', ['-l', this.path]);
    spawnSync('umount', ['-l', this.directory]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
