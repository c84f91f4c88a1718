import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** One boot of a service manager as PID 1 of a throw-away container. */
export interface Boot {
  readonly rootfs: string;
  /** Files to put into /etc/systemd/system, by path below it. */
  readonly units?: Readonly<Record<string, string>>;
  readonly target: string;
  /** What becomes tysd, in place of its own program. */
  readonly init?: string;
  /** Shell script that runs inside once the target is reached; its output is the answer. */
  readonly script: string;
  /** Shell script that runs outside after that, with PID1 and CGROUP in its environment; its output is added. */
  readonly hook?: string;
  readonly manager: 'tysd' | 'systemd';
  readonly timeoutSec?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Files of this machine to copy into the container, and to where. */
  readonly copies?: Readonly<Record<string, string>>;
  /** Shell script that runs in the new root directory before the manager starts. */
  readonly setup?: string;
  /** What systemd starts beside the target, see run-systemd; tysd starts nothing else. */
  readonly profile?: 'bare' | 'journal' | 'dbus' | 'sysinit';
  /** With the controllers of cgroup v1 that this machine has. */
  readonly hybrid?: boolean;
  /** The script brings the manager to its end; the status with which process 1 ends is the last line of the output. */
  readonly ends?: boolean;
}

export interface Booted {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
  /** What the manager said on its console. */
  readonly console: string;
}

/** Boots, runs the script, tears everything down again. */
export function boot(request: Boot): Booted {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-boot-'));
  try {
    const argv = layOut(request, directory);
    const run = spawnSync('bash', argv, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    return { status: run.status, output: run.stdout, errors: run.stderr, console: readOr(join(directory, consoleLog)) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const consoleLog = 'console';

/** Writes what the boot needs into a directory, and gives the words of run-systemd for it, with paths as seen from `seenFrom`. */
export function layOut(request: Boot, directory: string, seenFrom = directory): readonly string[] {
  const write = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text, { mode: 0o755 });
    return join(seenFrom, name);
  };
  const units = join(directory, 'units');
  mkdirSync(units, { recursive: true });
  // Services of other users have scripts there.
  chmodSync(units, 0o755);
  for (const [name, text] of Object.entries(request.units ?? {})) {
    mkdirSync(dirname(join(units, name)), { recursive: true });
    writeFileSync(join(units, name), text);
  }
  return [
    join(root, 'test/oracle/run-systemd'),
    '--rootfs',
    request.rootfs,
    '--timeout',
    String(request.timeoutSec ?? 120),
    '--console-log',
    join(seenFrom, consoleLog),
    ...Object.entries(request.environment ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...(request.hybrid === true ? ['--hybrid'] : []),
    ...(request.ends === true ? ['--ends'] : []),
    ...(request.manager === 'tysd'
      ? ['--init', request.init ?? '/opt/tysd/tysd --system', '--bind', `${join(root, 'dist')}:/opt/tysd`, '--profile', 'bare']
      : ['--profile', request.profile ?? 'sysinit']),
    ...Object.entries(request.copies ?? {}).flatMap(([from, to]) => ['--copy', `${from}:${to}`]),
    ...(request.setup === undefined ? [] : ['--setup', write('setup', request.setup)]),
    ...(request.hook === undefined ? [] : ['--hook', write('hook', request.hook)]),
    join(seenFrom, 'units'),
    request.target,
    write('script', request.script),
  ];
}

function readOr(path: string): string {
  const read = spawnSync('cat', [path], { encoding: 'utf8' });
  return read.status === 0 ? read.stdout : '';
}
