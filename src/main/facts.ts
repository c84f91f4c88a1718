import { readFileSync } from 'node:fs';
import { arch, hostname, release, tmpdir } from 'node:os';
import { homeDirectory } from '../cli/home.ts';
import type { SpecifierFacts } from '../unit/specifiers.ts';

/** Gathers what the specifiers stand for on this machine, for this user (systemd.unit(5), "Specifiers"). */
export function gatherFacts(scope: 'system' | 'user', environment: NodeJS.ProcessEnv): SpecifierFacts {
  const osRelease = keyValues(firstOf('/etc/os-release', '/usr/lib/os-release'));
  return {
    scope,
    directories: scope === 'system' ? systemDirectories(environment) : userDirectories(environment),
    user: currentUser(environment),
    hostName: hostname(),
    prettyHostName: keyValues(firstOf('/etc/machine-info'))['PRETTY_HOSTNAME'] ?? hostname(),
    machineId: firstOf('/etc/machine-id', '/var/lib/dbus/machine-id').trim(),
    bootId: firstOf('/proc/sys/kernel/random/boot_id').trim().replaceAll('-', ''),
    kernelRelease: release(),
    architecture: architectures[arch()] ?? arch(),
    osRelease,
  };
}

/** Node's names of architectures to systemd's (systemd.unit(5), ConditionArchitecture=). */
const architectures: Readonly<Record<string, string>> = {
  x64: 'x86-64',
  ia32: 'x86',
  arm64: 'arm64',
  arm: 'arm',
  riscv64: 'riscv64',
  ppc64: 'ppc64-le',
  s390x: 's390x',
  loong64: 'loongarch64',
  mips: 'mips',
  mipsel: 'mips-le',
};

function systemDirectories(environment: NodeJS.ProcessEnv): SpecifierFacts['directories'] {
  return {
    runtime: '/run',
    state: '/var/lib',
    cache: '/var/cache',
    logs: '/var/log',
    configuration: '/etc',
    data: '/usr/share',
    temporary: temporary(environment) ?? '/tmp',
    variableTemporary: temporary(environment) ?? '/var/tmp',
  };
}

function userDirectories(environment: NodeJS.ProcessEnv): SpecifierFacts['directories'] {
  const home = homeDirectory(environment);
  const state = environment['XDG_STATE_HOME'] ?? `${home}/.local/state`;
  return {
    runtime: environment['XDG_RUNTIME_DIR'] ?? tmpdir(),
    state,
    cache: environment['XDG_CACHE_HOME'] ?? `${home}/.cache`,
    logs: `${state}/log`,
    configuration: environment['XDG_CONFIG_HOME'] ?? `${home}/.config`,
    data: environment['XDG_DATA_HOME'] ?? `${home}/.local/share`,
    temporary: temporary(environment) ?? '/tmp',
    variableTemporary: temporary(environment) ?? '/var/tmp',
  };
}

function temporary(environment: NodeJS.ProcessEnv): string | undefined {
  return [environment['TMPDIR'], environment['TEMP'], environment['TMP']].find((path) => path?.startsWith('/'));
}

/** By passwd(5) and group(5): what the runtime says of the user comes from $USER and $SHELL, which process 1 does not have. */
function currentUser(environment: NodeJS.ProcessEnv): SpecifierFacts['user'] {
  const uid = process.geteuid?.() ?? 0;
  const account = entry('/etc/passwd', uid);
  const gid = account === undefined ? (process.getegid?.() ?? 0) : Number(account[3]);
  return {
    // A container may run us under a uid that no file knows.
    name: account?.[0] ?? String(uid),
    uid,
    group: entry('/etc/group', gid)?.[0] ?? String(gid),
    gid,
    home: account?.[5] ?? environment['HOME'] ?? '/',
    shell: account?.[6] || '/bin/sh',
  };
}

/** The line about a number in passwd(5) or group(5), as its fields. */
function entry(path: string, number: number): readonly string[] | undefined {
  const lines = firstOf(path).split('\n');
  return lines.map((line) => line.split(':')).find((fields) => fields[2] === String(number));
}

function firstOf(...paths: readonly string[]): string {
  for (const path of paths) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // The next one may be there.
    }
  }
  return '';
}

/** os-release(5) and machine-info(5): KEY=value lines with shell quotes. */
function keyValues(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Z0-9_]+)=(.*)$/.exec(line);
    if (match?.[1] !== undefined)
      values[match[1]] = (match[2] ?? '')
        .trim()
        .replace(/^(["'])(.*)\1$/, '$2')
        .replace(/\\(.)/g, '$1');
  }
  return values;
}
