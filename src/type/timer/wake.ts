import type { Effect } from '../type.ts';
import type { Alarm, TimerClock, TimerState } from './state.ts';
import type { TimerTurn } from './turn.ts';

/** CLOCK_REALTIME_ALARM and CLOCK_BOOTTIME_ALARM of timerfd_create(2): what counts while the machine sleeps, and wakes it. */
const alarmClocks: Readonly<Record<TimerClock, number>> = { realtime: 8, monotonic: 9 };

/**
 * Has the keeper hold an alarm clock of the kernel for each time that the timer waits for (systemd.timer(5), WakeSystem=), and no other. It is there though the
 * manager is not, and it alone knows how long the machine slept: by CLOCK_MONOTONIC the time may not have come when it goes off.
 */
export function settleAlarms(turn: TimerTurn, state: TimerState): TimerState {
  const { wake = none } = state.memory;
  const wanted = turn.settings.WakeSystem ? dueAlarms(state) : none;
  if (wake.length + wanted.length === 0) return state;
  const isWanted = (alarm: Alarm): boolean => wanted.some((each) => isSame(each, alarm));
  // One that is being made is let go when it is there.
  const kept = wake.filter((alarm) => isWanted(alarm) || !alarm.made);
  const missing = wanted.filter((each) => !wake.some((alarm) => isSame(each, alarm)));
  for (const alarm of wake) if (!kept.includes(alarm)) turn.effects.push({ effect: 'close', name: alarm.held });
  if (kept.length === wake.length && missing.length === 0) return state;
  return withAlarms(state, [...kept, ...missing.map((alarm) => make(turn, alarm))]);
}

/** The child that made an alarm has ended; undefined where it was another one. */
export function alarmMade(turn: TimerTurn, state: TimerState, child: number, failure: string | undefined): TimerState | undefined {
  const { wake = none } = state.memory;
  const alarm = wake.find((each) => each.child === child);
  if (alarm === undefined) return undefined;
  const { effects, config } = turn;
  if (failure !== undefined) {
    effects.push({ effect: 'log', priority: 4, message: `${config.name}: the machine will not be woken up: ${failure}` });
    // It stays in the list, so that it is not tried again and again; there is nothing to close.
    return withAlarms(state, replaced(wake, alarm, { ...alarm, made: true }));
  }
  effects.push({ effect: 'poll', name: alarm.held });
  return withAlarms(state, replaced(wake, alarm, { ...alarm, made: true }));
}

/** Whether the descriptor is that of an alarm for what the timer waits for. */
export function isAlarmDue(state: TimerState, name: string): boolean {
  const alarm = (state.memory.wake ?? none).find((each) => each.held === name);
  return alarm !== undefined && dueAlarms(state).some((each) => isSame(each, alarm));
}

/** The names under which the keeper holds them. */
export function alarmNames({ memory: { wake = none } }: TimerState): readonly string[] {
  return wake.map(({ held }) => held);
}

const none: readonly never[] = [];

type Wanted = Pick<Alarm, 'clock' | 'usec'>;

function dueAlarms(state: TimerState): readonly Wanted[] {
  if (state.sub !== 'waiting') return none;
  const { monotonicUsec, realtimeUsec } = state;
  const all: readonly Wanted[] = [
    { clock: 'monotonic', usec: monotonicUsec },
    { clock: 'realtime', usec: realtimeUsec },
  ];
  return all.filter(({ usec }) => usec !== 0 && usec < Number.MAX_SAFE_INTEGER);
}

function make(turn: TimerTurn, { clock, usec }: Wanted): Alarm {
  const child = turn.context.nextChild();
  // Each has a name of its own, so that one that is late does not take the place of a later one.
  const alarm: Alarm = { clock, usec, child, held: `${turn.config.name}/wake/${child}`, made: false };
  const effect: Effect = {
    effect: 'run',
    child: alarm.child,
    outside: true,
    plan: [
      { op: 'wake-timer', slot: 0, clock: alarmClocks[clock], usec: BigInt(usec) },
      { op: 'keep', slot: 0, name: alarm.held },
    ],
  };
  turn.effects.push(effect);
  return alarm;
}

function isSame(a: Wanted, b: Wanted): boolean {
  return a.clock === b.clock && a.usec === b.usec;
}

function replaced(wake: readonly Alarm[], old: Alarm, fresh: Alarm): readonly Alarm[] {
  return wake.map((each) => (each === old ? fresh : each));
}

function withAlarms(state: TimerState, wake: readonly Alarm[]): TimerState {
  return { ...state, memory: { ...state.memory, wake } };
}
