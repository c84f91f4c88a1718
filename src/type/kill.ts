import type { KillSettings } from '../unit/settings/kill.ts';
import type { Effect } from './type.ts';

/** Why processes are signalled (systemd.kill(5)). */
export type KillOperation = 'terminate' | 'restart' | 'abort' | 'kill';

/** Who is signalled: every process of the group, the main and control processes, or none. */
export type KillReach = 'group' | 'processes' | 'nothing';

/** A process of a unit; `command` is null where it was found rather than started, so that no child of the keeper stands for it. */
export interface Target {
  readonly child: number;
  readonly pid: number | null;
  readonly command: object | null;
}

/** The known processes of a unit. */
export interface Targets {
  readonly main: Target | null;
  readonly control: Target | null;
}

/** What signalling needs and where its effects go. */
export interface Killing {
  readonly kill: KillSettings;
  readonly effects: Effect[];
  /** It is known that no process is left in the group. */
  readonly groupEmpty: boolean;
}

/** KillMode= × operation → who. */
export const killReach: Readonly<Record<KillSettings['KillMode'], Readonly<Record<KillOperation, KillReach>>>> = {
  'control-group': { terminate: 'group', restart: 'group', abort: 'group', kill: 'group' },
  mixed: { terminate: 'processes', restart: 'processes', abort: 'processes', kill: 'group' },
  process: { terminate: 'processes', restart: 'processes', abort: 'processes', kill: 'processes' },
  none: { terminate: 'nothing', restart: 'nothing', abort: 'nothing', kill: 'nothing' },
};

/** operation → signal. */
export const killSignals: Readonly<Record<KillOperation, (kill: KillSettings) => number>> = {
  terminate: (kill) => kill.KillSignal,
  restart: (kill) => kill.RestartKillSignal ?? kill.KillSignal,
  abort: (kill) => kill.WatchdogSignal,
  kill: (kill) => kill.FinalKillSignal,
};

/** Signals what the operation reaches; tells whether there is anything whose end is worth waiting for. */
export function killProcesses(killing: Killing, targets: Targets, operation: KillOperation): boolean {
  const signals = signalsOf(killing.kill, operation);
  return reaches[killReach[killing.kill.KillMode][operation]](killing, targets, signals);
}

/** Signals one process of the service, and lets it continue if it was stopped. */
export function signalProcess(killing: { readonly effects: Effect[] }, target: Target, signals: readonly number[]): void {
  for (const signal of withContinue(signals)) killing.effects.push(signalEffect(target, signal));
}

const SIGHUP = 1;
const SIGKILL = 9;
const SIGCONT = 18;

function signalsOf(kill: KillSettings, operation: KillOperation): readonly number[] {
  const signal = killSignals[operation](kill);
  return operation === 'terminate' && kill.SendSIGHUP && signal !== SIGHUP ? [signal, SIGHUP] : [signal];
}

/** A stopped process acts on a signal only once it continues; the keeper sees to that for groups. */
function withContinue(signals: readonly number[]): readonly number[] {
  return signals.some((signal) => signal === SIGKILL || signal === SIGCONT) ? signals : [...signals, SIGCONT];
}

type Reaching = (killing: Killing, targets: Targets, signals: readonly number[]) => boolean;

const reaches: Readonly<Record<KillReach, Reaching>> = {
  nothing: () => false,
  processes: (killing, { main, control }, signals) => {
    if (main !== null) signalProcess(killing, main, signals);
    if (control !== null) signalProcess(killing, control, signals);
    return main !== null || control !== null;
  },
  group: (killing, { main, control }, signals) => {
    // A main process that was found rather than started may be outside of the group.
    const found = main !== null && main.command === null ? main : null;
    if (found !== null) signalProcess(killing, found, signals);
    if (!killing.groupEmpty) {
      const except = found === null || found.pid === null ? [] : [found.pid];
      for (const signal of signals) killing.effects.push({ effect: 'signal-group', signal, except });
      if (main === null && control === null) killing.effects.push({ effect: 'watch-group' });
    }
    return !killing.groupEmpty || main !== null || control !== null;
  },
};

function signalEffect(target: Target, signal: number) {
  // Only what was found has no child of the keeper behind it.
  return target.command === null && target.pid !== null
    ? ({ effect: 'signal-pid', pid: target.pid, signal } as const)
    : ({ effect: 'signal', child: target.child, signal } as const);
}
