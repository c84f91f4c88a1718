import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { err, type Result } from '../base/result.ts';
import { enterCgroup, type Tracking } from './cgroup.ts';
import { resolveOptions, type Resolved } from './configuration.ts';
import { gatherFacts } from './facts.ts';
import { findKeeper } from './keeper-path.ts';
import { help, parseOptions } from './options.ts';
import { runtimeTuning } from './runtime-tuning.ts';
import { isServed, ownDirectory } from './runtime-directory.ts';
import { version } from './version.ts';

/** Starts tysd: prepares its directories and its cgroup, then becomes the keeper, which starts the manager and the journal. */
export async function runTysd(argv: readonly string[], self: readonly string[]): Promise<number> {
  const uid = process.getuid?.() ?? 0;
  const init = process.pid === 1;
  const parsed = parseOptions(argv, init, uid);
  if (!parsed.ok) return refuse(parsed.error, 2);
  const options = parsed.value;
  if (options.print !== undefined) {
    process.stdout.write(options.print === 'help' ? help : `tysd ${version}\n`);
    return 0;
  }
  if (options.scope === 'system' && uid !== 0) return refuse('--system needs root; as another user run tysd --user', 1);

  const resolved = resolveOptions(options, gatherFacts(options.scope, process.env), uid, process.env);
  if (!resolved.ok) return refuse(resolved.error, 1);
  const { runtimeDirectory, stateDirectory } = resolved.value;
  const runtime = ownDirectory(runtimeDirectory, options.scope === 'system' ? 0o755 : 0o700, uid);
  if (!runtime.ok) return refuse(runtime.error, 1);
  if (await isServed(runtimeDirectory))
    return refuse(`another tysd runs with ${runtimeDirectory}; give this one its own --runtime-directory=`, 1);
  const state = ownDirectory(stateDirectory, 0o755, uid);
  // The keeper keeps logs in memory while they cannot be stored: a full or read-only disk must not keep a machine from booting.
  if (!state.ok) process.stderr.write(`tysd: ${state.error}; logs will not be stored\n`);

  const keeper = findKeeper(self);
  if (keeper === undefined) return refuse('tysd-keeper is not there; it belongs beside tysd (npm run build makes it)', 1);
  // sd_booted(3): the scripts of packages look for this directory to know that systemctl is what starts services here.
  if (init) {
    mkdirSync('/run/systemd/system', { recursive: true });
    offerStreams(runtimeDirectory);
  }
  const tracking = chooseTracking(options.cgroup, init);
  if (!tracking.ok) return refuse(tracking.error, 1);
  const { by, root, home } = tracking.value;
  return become(
    keeper,
    [
      `--runtime-directory=${runtimeDirectory}`,
      `--tracking=${by}`,
      ...(root === '' ? [] : [`--cgroup=${root}`]),
      `--manager-patience=${resolved.value.managerPatienceMs}`,
      ...(home === '' ? [] : [`--cgroup-home=${home}`]),
      ...(options.scope === 'system' && init ? ['--syslog=/dev/log'] : []),
      ...[...self, '--process=manager'].flatMap((word) => ['--manager', word]),
      ...[...self, '--process=journal', `--state-directory=${stateDirectory}`].flatMap((word) => ['--journal', word]),
    ],
    resolved.value,
  );
}

/** Where the journal's library looks for the socket of streams (sd_journal_stream_fd(3)). */
function offerStreams(runtimeDirectory: string): void {
  const path = '/run/systemd/journal/stdout';
  try {
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    symlinkSync(join(runtimeDirectory, 'stdout'), path);
  } catch (error) {
    process.stderr.write(`tysd: no ${path}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

/** The manager's side: what runTysd resolved. */
export function resolvedByTysd(environment: NodeJS.ProcessEnv): Resolved {
  const text = environment['TYSD_OPTIONS'];
  if (text === undefined) throw new Error('TYSD_OPTIONS is not set: this process is started by tysd-keeper only');
  // Written by ourselves one exec ago, in an environment that nobody else can write to.
  return JSON.parse(text);
}

/** An init that is told of a cgroup that cannot be had boots without it. */
function chooseTracking(told: string | undefined, init: boolean): Result<Tracking, string> {
  const entered = enterCgroup(told);
  if (entered.ok) return entered;
  const problem = `cannot take over the cgroup ${told}: ${entered.error}`;
  if (!init) return err(problem);
  process.stderr.write(`tysd: ${problem}\n`);
  return enterCgroup(undefined);
}

function refuse(message: string, status: number): number {
  process.stderr.write(`tysd: ${message}\n`);
  return status;
}

function become(keeper: string, argv: readonly string[], options: Resolved): never {
  const environment: Record<string, string> = { ...runtimeTuning, TYSD_OPTIONS: JSON.stringify(options) };
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined && !name.startsWith('TYSD_')) environment[name] = value;
  if (process.execve === undefined) throw new Error('this runtime cannot exec');
  process.execve(keeper, ['tysd-keeper', ...argv], environment);
  throw new Error('exec came back');
}
