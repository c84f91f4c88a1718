import type { KillSettings } from '../../unit/settings/kill.ts';
import type { Process } from './state.ts';
import type { Live, Turn } from './turn.ts';

/** Why processes are signalled (systemd.kill(5)). */
export type KillOperation = 'terminate' | 'restart' | 'abort' | 'kill';

/** Who is signalled: every process of the group, the main and control processes, or none. */
export type KillReach = 'group' | 'processes' | 'nothing';

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
export function killProcesses(turn: Turn, live: Live, operation: KillOperation): boolean {
  const signals = signalsOf(turn.kill, operation);
  return reaches[killReach[turn.kill.KillMode][operation]](turn, live, signals);
}

/** Signals one process of the service, and lets it continue if it was stopped. */
export function signalProcess(turn: Turn, process: Process, signals: readonly number[]): void {
  for (const signal of withContinue(signals)) turn.effects.push(signalEffect(process, signal));
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

type Reaching = (turn: Turn, live: Live, signals: readonly number[]) => boolean;

const reaches: Readonly<Record<KillReach, Reaching>> = {
  nothing: () => false,
  processes: (turn, { main, control }, signals) => {
    if (main !== null) signalProcess(turn, main, signals);
    if (control !== null) signalProcess(turn, control, signals);
    return main !== null || control !== null;
  },
  group: (turn, { main, control }, signals) => {
    // A main process that was found rather than started may be outside of the group.
    const found = main !== null && main.command === null ? main : null;
    if (found !== null) signalProcess(turn, found, signals);
    if (!turn.groupEmpty) {
      const except = found === null || found.pid === null ? [] : [found.pid];
      for (const signal of signals) turn.effects.push({ effect: 'signal-group', signal, except });
      if (main === null && control === null) turn.effects.push({ effect: 'watch-group' });
    }
    return !turn.groupEmpty || main !== null || control !== null;
  },
};

function signalEffect(process: Process, signal: number) {
  // Only what was found has no child of the keeper behind it.
  return process.command === null && process.pid !== null
    ? ({ effect: 'signal-pid', pid: process.pid, signal } as const)
    : ({ effect: 'signal', child: process.child, signal } as const);
}
