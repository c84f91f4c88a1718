import type { KeeperEvent } from '../port/keeper.ts';
import type { JobMode } from '../unit/values/types.ts';
import { endManager, startShutdown, takeEmergencyAction } from './emergency.ts';
import { setLogLevel } from './log-level.ts';
import { count } from './rate-limit.ts';
import { log } from './records.ts';
import { showStatus } from './show-status.ts';
import type { World } from './world.ts';

const SIGHUP = 1;
const SIGINT = 2;
const SIGUSR1 = 10;
const SIGUSR2 = 12;
const SIGTERM = 15;
const SIGWINCH = 28;
const SIGPWR = 30;
/** SIGRTMIN as programs of the GNU C library and Go count it, whatever our own C library says. */
const RTMIN = 34;

type Reaction = (world: World) => void;

/** Acts on a signal that was sent to the keeper (semantics 24.2). */
export function handleSignal(world: World, { signal, pid, uid }: Extract<KeeperEvent, { readonly event: 'signalled' }>): void {
  if (passOn(world, signal)) return;
  const reaction = (world.options.scope === 'system' ? systemReactions : userReactions)[signal] ?? commonReactions[signal];
  log(
    world,
    6,
    `Received signal ${signal} from process ${pid} of user ${uid}${reaction === undefined ? ', which means nothing here' : ''}.`,
    undefined,
  );
  reaction?.(world);
}

/** Signals by which whoever runs a container wants it to end; they stop the command and all that is beside it. */
const stopping: ReadonlySet<number> = new Set([SIGTERM, SIGPWR, RTMIN + 3, RTMIN + 4]);

/** With a command on tysd's command line, other signals are for that. */
function passOn(world: World, signal: number): boolean {
  const { command } = world.options;
  const unit = command === undefined ? undefined : world.peek(command.unit);
  if (unit === undefined || stopping.has(signal)) return false;
  const { main } = unit.type.pids(unit.state);
  if (main !== undefined) world.command({ do: 'signal-pid', group: unit.group, pid: main, signal });
  return true;
}

const commonReactions: Readonly<Record<number, Reaction>> = {
  [SIGHUP]: (world) => {
    world.reloadWanted = true;
  },
  [SIGINT]: interrupt,
  [SIGUSR1]: (world) => world.busNames.recheck(),
  [SIGUSR2]: dump,
  [SIGTERM]: terminate,
  [RTMIN + 20]: (world) => showStatus(world, true),
  [RTMIN + 21]: (world) => showStatus(world, false),
  [RTMIN + 22]: (world) => setLogLevel(world, 'debug'),
  [RTMIN + 23]: (world) => setLogLevel(world, undefined),
  // There is but one place where the log goes.
  [RTMIN + 26]: nothing,
  [RTMIN + 27]: nothing,
  [RTMIN + 28]: nothing,
  [RTMIN + 29]: nothing,
};

const systemReactions: Readonly<Record<number, Reaction>> = {
  [SIGWINCH]: starting('kbrequest.target', 'replace'),
  [SIGPWR]: starting('sigpwr.target', 'replace'),
  [RTMIN]: starting('default.target', 'isolate'),
  [RTMIN + 1]: starting('rescue.target', 'isolate'),
  [RTMIN + 2]: starting('emergency.target', 'isolate'),
  [RTMIN + 3]: shuttingDown('halt.target'),
  [RTMIN + 4]: shuttingDown('poweroff.target'),
  [RTMIN + 5]: shuttingDown('reboot.target'),
  [RTMIN + 6]: shuttingDown('kexec.target'),
  [RTMIN + 7]: shuttingDown('soft-reboot.target'),
  [RTMIN + 13]: (world) => endManager(world, 'halt'),
  [RTMIN + 14]: (world) => endManager(world, 'poweroff'),
  [RTMIN + 15]: (world) => endManager(world, 'reboot'),
  [RTMIN + 16]: (world) => endManager(world, 'kexec'),
  [RTMIN + 17]: (world) => endManager(world, 'reboot'),
  [RTMIN + 25]: (world) => {
    world.reloadWanted = true;
  },
};

const userReactions: Readonly<Record<number, Reaction>> = {
  [RTMIN + 3]: shuttingDown('exit.target'),
  [RTMIN + 4]: shuttingDown('exit.target'),
  [RTMIN + 24]: (world) => endManager(world, 'exit'),
  [RTMIN + 25]: (world) => {
    world.reloadWanted = true;
  },
};

function nothing(): void {}

function starting(unit: string, mode: JobMode): Reaction {
  return (world) => world.wanted.push({ request: 'start', unit, mode, cause: 'a signal' });
}

function shuttingDown(target: string): Reaction {
  return (world) => startShutdown(world, target, 'a signal');
}

/** Process 1 of a machine takes SIGTERM as the wish for a new manager; but container runtimes send it to process 1 to stop the container. */
function terminate(world: World): void {
  if (world.options.init && !world.options.container) world.reloadWanted = true;
  else startShutdown(world, 'exit.target', 'SIGTERM');
}

/** Ctrl-Alt-Del of a machine, Ctrl-C of a terminal; who presses often wants out at once. */
function interrupt(world: World): void {
  const isMachine = world.options.init && !world.options.container;
  const action = world.options.config.controlAltDeleteBurst ?? 'reboot-force';
  const { window, allowed } = count(world.interrupts, world.now.monotonicUsec, { intervalUsec: 2_000_000, burst: isMachine ? 7 : 1 });
  world.interrupts = window;
  if (!allowed && !isMachine) return endManager(world, 'exit');
  if (!allowed && action !== 'none') return takeEmergencyAction(world, action, 'Ctrl-Alt-Del was pressed more than 7 times within 2s', {});
  startShutdown(world, isMachine ? 'ctrl-alt-del.target' : 'exit.target', 'SIGINT');
}

function dump(world: World): void {
  for (const unit of world.units.values()) {
    if (unit.look.active !== 'inactive') log(world, 6, `${unit.name}: ${unit.look.active} (${unit.look.sub})`, undefined);
  }
  for (const job of world.jobs.values()) {
    const waitsFor = world.runQueue.around(job.unit).waitsFor.map(({ unit }) => unit);
    log(
      world,
      6,
      `job ${job.id}: ${job.type} ${job.unit} ${job.state}${waitsFor.length > 0 ? `, after ${waitsFor.join(' ')}` : ''}`,
      undefined,
    );
  }
}
