import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, fstatSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { enterCgroup, type Tracking } from './cgroup.ts';
import { commandProperties, findProgram, type NotRunnable } from './command.ts';
import { resolveOptions, type Resolved } from './configuration.ts';
import { gatherFacts } from './facts.ts';
import { checkKeeper } from './keeper-interface.ts';
import { beginSystem } from './first-boot.ts';
import { findKeeper } from './keeper-path.ts';
import { spareFromOomKiller } from './oom-score.ts';
import { help, parseOptions, type Options } from './options.ts';
import { mayAdminister, mayMakeUserNamespaces } from './rights.ts';
import { runtimeTuning } from './runtime-tuning.ts';
import { defaultRuntimeDirectory, isServed, otherRuntimeDirectories, ownDirectoryOr } from './runtime-directory.ts';
import { furnishRun } from './run-directory.ts';
import { isTerminal } from '../port/is-terminal.ts';
import { realFiles } from '../port/files-real.ts';
import type { Property } from '../unit/property.ts';
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
  for (const problem of options.passedOver) process.stderr.write(`tysd: ${problem}; going on without it\n`);
  if (options.scope === 'system' && uid !== 0) return refuse('--system needs root; as another user run tysd --user', 1);

  const resolved = resolveOptions(options, gatherFacts(options.scope, process.env), uid, process.env);
  if (!resolved.ok) return refuse(resolved.error, 1);
  const command = commandOf(options);
  if (!command.ok) return refuse(command.error.message, command.error.status);
  const { scope } = options;
  const wanted = resolved.value.runtimeDirectory;
  const others = wanted === defaultRuntimeDirectory(scope, uid, process.env) ? otherRuntimeDirectories(uid) : [];
  const runtime = ownDirectoryOr(wanted, scope === 'system' ? 0o755 : 0o700, uid, others);
  if (!runtime.ok) return refuse(runtime.error, 1);
  const runtimeDirectory = runtime.value.path;
  if (await isServed(runtimeDirectory))
    return refuse(`another tysd runs with ${runtimeDirectory}; give this one its own --runtime-directory=`, 1);
  // A full or read-only disk must not keep a machine from booting: logs are then as short-lived as the runtime directory.
  const state = ownDirectoryOr(resolved.value.stateDirectory, 0o755, uid, [join(runtimeDirectory, 'state')]);
  const stateDirectory = state.ok ? state.value.path : resolved.value.stateDirectory;
  // A command has the console for itself, and what nobody asked for is not missed.
  const isTold = command.value === undefined || options.stateDirectory !== undefined;
  if (!state.ok) process.stderr.write(`tysd: ${state.error}; logs will not be stored\n`);
  else if (state.value.problem !== undefined && isTold)
    process.stderr.write(`tysd: ${state.value.problem}; logs are kept in ${stateDirectory}, as long as that is there\n`);

  const keeper = findKeeper(self);
  if (keeper === undefined) return refuse('tysd-keeper is not there; it belongs beside tysd (npm run build makes it)', 1);
  const fitting = checkKeeper(realFiles, keeper);
  if (!fitting.ok) return refuse(fitting.error, 1);
  const syslog = init && scope === 'system' ? beSystemd(runtimeDirectory, command.value === undefined) : undefined;
  // A command that runs alone is no system.
  if (syslog !== undefined && (command.value === undefined || options.unit !== undefined))
    await beginSystem({ machineId: options.machineId, cover: (path, other) => spawnSync(keeper, ['--cover', path, other]).status === 0 });
  const tracking = chooseTracking(options.cgroup, init);
  if (!tracking.ok) return refuse(tracking.error, 1);
  const { by, root, home, controllers } = tracking.value;
  return become(
    keeper,
    [
      `--runtime-directory=${runtimeDirectory}`,
      `--tracking=${by}`,
      ...(root === '' ? [] : [`--cgroup=${root}`]),
      ...controllers.map(({ controller, root: own, isGiven }) => `--${isGiven ? 'given-' : ''}controller=${controller}=${own}`),
      `--manager-patience=${resolved.value.managerPatienceMs}`,
      ...childrenScore(spareFromOomKiller()),
      ...(home === '' ? [] : [`--cgroup-home=${home}`]),
      // Only who is in its group passes automount points.
      ...(scope === 'system' && !init && existsSync('/dev/autofs') ? ['--manager-in-group'] : []),
      ...(syslog === undefined ? [] : [`--syslog=${syslog}`, `--native=${join(runtimeDirectory, 'native')}`]),
      ...servant('manager', [...self, '--process=manager']),
      ...servant('journal', [
        ...self,
        '--process=journal',
        ...consoleWish(options),
        ...(resolved.value.handsOver ? ['--hand-over'] : []),
        `--scope=${options.scope}`,
        `--idle=${resolved.value.journalIdleUsec}`,
        `--state-directory=${stateDirectory}`,
      ]),
    ],
    {
      ...resolved.value,
      runtimeDirectory,
      stateDirectory,
      ...(mayAdminister() ? {} : { userNamespaces: mayMakeUserNamespaces(keeper), confined: init }),
      ...(command.value === undefined ? {} : { command: { properties: command.value, alone: options.unit === undefined } }),
    },
  );
}

function childrenScore(score: string | undefined): readonly string[] {
  return score === undefined ? [] : [`--children-oom-score=${score}`];
}

function consoleWish({ logToConsole, logFormat }: Options): readonly string[] {
  return [...(logToConsole === true ? ['--console'] : []), ...(logFormat === undefined ? [] : [`--console-format=${logFormat}`])];
}

/** How the keeper is told to start the manager or the journal. */
function servant(name: keyof typeof runtimeTuning, command: readonly string[]): readonly string[] {
  const variables = Object.entries(runtimeTuning[name]).map(([variable, value]) => `${variable}=${value}`);
  return [...variables, ...command].flatMap((word) => [`--${name}`, word]);
}

/** What follows `--`, made a unit's properties. */
function commandOf({ command, unit }: Options): Result<readonly Property[] | undefined, NotRunnable> {
  if (command === undefined) return ok(undefined);
  const directory = process.cwd();
  const path = findProgram(command[0], process.env['PATH'], directory);
  if (!path.ok) return path;
  const terminal = ownTerminal();
  return ok(
    commandProperties({
      path: path.value,
      argv: command,
      directory,
      environment: process.env,
      ...(unit === undefined ? {} : { beside: unit }),
      ...(terminal === undefined ? {} : { terminal }),
    }),
  );
}

/** The terminal that standard input is, by a name that is good here. Only process 1 gives it away: to others it belongs with all their session. */
function ownTerminal(): string | undefined {
  if (process.pid !== 1 || !isTerminal(0)) return undefined;
  const { rdev } = fstatSync(0);
  return [realFiles.readLink('/proc/self/fd/0'), '/dev/console'].find(
    (path) => path !== undefined && statSync(path, { throwIfNoEntry: false })?.rdev === rdev,
  );
}

/**
 * Makes what programs look for that know systemd, and gives the path of the socket of syslog(3): the directory by which the scripts of packages know that
 * systemctl is what starts services here (sd_booted(3)); and where the journal's library looks for the sockets of streams and of messages
 * (sd_journal_stream_fd(3)), and syslog(3) for its own, which a private /dev has a link to as well. The first two are links to ours, which tells them from
 * those of another journal. On a root that cannot be written to, syslog(3) alone has its socket, as /dev can be another file system.
 */
function beSystemd(runtimeDirectory: string, isTold: boolean): string {
  try {
    for (const path of ['/run/systemd/system', dirname(syslogSocket)]) mkdirSync(path, { recursive: true });
    accessSync(dirname(syslogSocket), constants.W_OK);
  } catch (error) {
    if (isTold) process.stderr.write(`tysd: no /run/systemd: ${messageOf(error)}\n`);
    return '/dev/log';
  }
  furnishRun(process.env['container'], tellMissing);
  const links = [
    ['/run/systemd/journal/stdout', join(runtimeDirectory, 'stdout')],
    ['/run/systemd/journal/socket', join(runtimeDirectory, 'native')],
    ['/dev/log', syslogSocket],
  ] as const;
  for (const [path, target] of links) {
    try {
      rmSync(path, { force: true });
      symlinkSync(target, path);
    } catch (error) {
      tellMissing(path, error);
    }
  }
  return syslogSocket;
}

function tellMissing(path: string, error: unknown): void {
  process.stderr.write(`tysd: no ${path}: ${messageOf(error)}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const syslogSocket = '/run/systemd/journal/dev-log';

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
  const environment: Record<string, string> = { TYSD_OPTIONS: JSON.stringify(options) };
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined && !name.startsWith('TYSD_')) environment[name] = value;
  if (process.execve === undefined) throw new Error('this runtime cannot exec');
  process.execve(keeper, ['tysd-keeper', ...argv], environment);
  throw new Error('exec came back');
}
