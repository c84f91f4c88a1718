import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const oracle = join(import.meta.dirname, '../oracle');

/** Why tests that boot a root directory cannot run here, or undefined where they can. */
export function whyNoImage(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root to make namespaces and mounts';
  for (const program of ['mmdebstrap', 'unshare', 'nsenter', 'setpriv']) {
    if (!process.env['PATH']?.split(':').some((directory) => existsSync(join(directory, program))))
      return `needs ${program} (apt-get install mmdebstrap util-linux)`;
  }
  return undefined;
}

/** A small root directory with the real systemd, the judge of the differential tests. */
export function systemdImage(): string {
  return process.env['ORACLE_ROOTFS'] ?? debianImage(['dbus'], { systemd: true });
}

/** A Debian root directory with these packages, their unit files untouched; made once and kept in the cache directory. */
export function debianImage(packages: readonly string[], also: { readonly systemd: boolean }): string {
  return cached('debian', [packages, also.systemd], (partial) => {
    const command = also.systemd
      ? [join(oracle, 'make-rootfs'), `--include=${packages.join(',')}`, partial]
      : [join(oracle, 'make-rootfs'), '--bare', `--include=${packages.join(',')}`, partial];
    const made = spawnSync('bash', command, { encoding: 'utf8' });
    return made.status === 0 ? undefined : made.stderr;
  });
}

/** What `make` puts at the path that it is given, unless it gives an error, under a name that says what it is made of. */
export function cached(kind: string, of: readonly unknown[], make: (partial: string) => string | undefined): string {
  const suite = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'bookworm';
  const key = createHash('sha256')
    .update(JSON.stringify([suite, ...of]))
    .digest('hex')
    .slice(0, 12);
  const cache = process.env['TYSD_TEST_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'tysd-test');
  const made = join(cache, `${kind}-${key}`);
  if (existsSync(made)) return made;

  mkdirSync(cache, { recursive: true });
  const partial = `${made}.${process.pid}`;
  const error = make(partial);
  if (error !== undefined) {
    rmSync(partial, { recursive: true, force: true });
    throw new Error(`no ${made}: ${error.split('\n').slice(-12).join('\n')}`);
  }
  // Another run may have been faster; then what it made serves.
  if (existsSync(made)) rmSync(partial, { recursive: true, force: true });
  else renameSync(partial, made);
  return made;
}
