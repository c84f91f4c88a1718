import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Probe } from './probe.ts';

const root = join(import.meta.dirname, '..');

/** One boot of anything as PID 1 of a throw-away container. */
export interface Boot {
  readonly image: string;
  readonly init: string;
  /** Whether it takes `--unit=`, as systemd and tysd do. */
  readonly takesUnit: boolean;
  readonly profile: 'bare' | 'journal';
  /** Directories to see inside, as [outside, inside]. */
  readonly binds: readonly (readonly [string, string])[];
  readonly units: ReadonlyMap<string, string>;
  readonly target: string;
  /** Shell script that prepares the root directory, which it runs in, before PID 1 starts. */
  readonly setup?: string;
  /** Shell script that runs inside once the target is up. */
  readonly script?: string;
  readonly timeoutSec: number;
}

export interface Booted {
  readonly output: string;
  readonly probe: Probe;
}

/** Boots once and tears everything down; the string says why it failed. */
export function boot(request: Boot): Booted | string {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-bench-'));
  try {
    const write = (name: string, text: string): string => {
      const path = join(directory, name);
      writeFileSync(path, text, { mode: 0o755 });
      return path;
    };
    mkdirSync(join(directory, 'units'));
    for (const [name, text] of request.units) writeFileSync(join(directory, 'units', name), text);
    const probe = join(directory, 'probe.json');
    // Long enough for what a manager does after the target is up, and for its garbage collector.
    const hook = `sleep 1\nexec ${process.execPath} ${join(import.meta.dirname, 'probe.ts')}\n`;
    const options: readonly (readonly [string, string])[] = [
      ['--rootfs', request.image],
      ['--timeout', String(request.timeoutSec)],
      ['--profile', request.profile],
      ['--init', `/bench/stamp /run/host/exec ${request.init}`],
      ...request.binds.map(([outside, inside]) => ['--bind', `${outside}:${inside}`] as const),
      ...(request.setup === undefined ? [] : [['--setup', write('setup', request.setup)] as const]),
      ['--hook', write('hook', hook)],
    ];
    const argv = [
      join(root, 'test/oracle/run-systemd'),
      ...options.flat(),
      ...(request.takesUnit ? [] : ['--no-unit-arg']),
      join(directory, 'units'),
      request.target,
      ...(request.script === undefined ? [] : [write('script', request.script)]),
    ];
    const run = spawnSync('bash', argv, { encoding: 'utf8', env: { ...process.env, BENCH_PROBE: probe }, maxBuffer: 64 * 1024 * 1024 });
    if (!existsSync(probe))
      return `status ${run.status}: ${/^error: .*$/m.exec(run.stderr)?.[0] ?? run.stderr.trim().split('\n').slice(-3).join(' / ')}`;
    // Written by probe.ts.
    const probed: Probe = JSON.parse(readFileSync(probe, 'utf8'));
    return { output: run.stdout, probe: probed };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
