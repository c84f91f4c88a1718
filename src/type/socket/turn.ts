import { invariant, unreachable } from '../../base/assert.ts';
import type { Plan } from '../../exec/op.ts';
import type { UnitConfig } from '../../unit/config.ts';
import type { KillSettings } from '../../unit/settings/kill.ts';
import type { SocketSettings } from '../../unit/settings/socket.ts';
import type { Effect, Step, StepContext } from '../type.ts';
import { nodesOf } from './open-plan.ts';
import { withRun } from '../command-text.ts';
import { isOpen, isTimed, type SocketList, type SocketMemory, type SocketProcess, type SocketResult, type SocketState } from './state.ts';

/** One call of the socket's state machine while it is being worked out. */
export interface SocketTurn {
  readonly config: UnitConfig;
  readonly socket: SocketSettings;
  readonly kill: KillSettings;
  readonly context: StepContext;
  readonly effects: Effect[];
  /** The timer whose end is being handled, so that it runs no more. */
  elapsed: SocketTimer | null;
}

/** Begins a turn. */
export function openSocketTurn(config: UnitConfig, context: StepContext): SocketTurn {
  invariant(config.socket !== undefined && config.kill !== undefined, `${config.name} has no socket settings`);
  return { config, socket: config.socket, kill: config.kill, context, effects: [], elapsed: null };
}

/** Ends a turn: closes the sockets where they are no longer wanted, and sets the timer. */
export function concludeSocket(turn: SocketTurn, before: SocketState, reached: SocketState): Step<SocketState> {
  const after = isOpen[reached.sub] ? reached : { ...reached, memory: closeSockets(turn, reached.memory) };
  for (const timer of socketTimers) setTimer(turn, timer, deadlineOf(before, timer), deadlineOf(after, timer));
  return { state: after, effects: turn.effects };
}

function setTimer({ effects, elapsed }: SocketTurn, timer: SocketTimer, old: number, now: number): void {
  const isOver = elapsed === timer;
  if (now !== 0 && (isOver || now !== old)) effects.push({ effect: 'arm', timer, atUsec: now });
  if (now === 0 && old !== 0 && !isOver) effects.push({ effect: 'disarm', timer });
}

/** What limits a stage, ends a time without polling, and ends the wait for a quiet moment. */
const socketTimers = ['timeout', 'poll', 'defer'] as const;
export type SocketTimer = (typeof socketTimers)[number];

/** When a timer elapses in a state; 0 if it does not run. */
export function deadlineOf({ sub, memory }: SocketState, timer: SocketTimer): number {
  switch (timer) {
    case 'timeout':
      return isTimed[sub] ? memory.deadlineUsec : 0;
    case 'poll':
      return sub === 'listening' ? memory.deafUntilUsec : 0;
    case 'defer':
      return sub === 'deferred' ? memory.deadlineUsec : 0;
    default:
      return unreachable(timer);
  }
}

/** Starts one of the unit's commands. */
export function runCommand(turn: SocketTurn, memory: SocketMemory, list: SocketList, index: number): Started {
  const { config, socket, context } = turn;
  const command = socket[list][index];
  invariant(command !== undefined, `${config.name} has no ${list} command ${index}`);
  const child = context.nextChild();
  const descriptors = socket.PassFileDescriptorsToExec ? namedSockets(config, socket, memory) : [];
  const request = {
    config,
    command,
    list,
    main: descriptors.length > 0,
    invocationId: context.invocationId,
    environment: [],
    descriptors,
    notify: false,
    idle: false,
  };
  turn.effects.push({ effect: 'spawn', child, request });
  const began = { list, index, pid: 0, startRealtimeUsec: context.realtimeUsec, exitRealtimeUsec: 0, exit: null };
  return {
    control: { child, pid: null, command: { list, index } },
    memory: timed(turn, { ...memory, groupEmpty: false, runs: withRun(memory.runs ?? [], began) }),
  };
}

/** The descriptors of a socket unit, with their name in LISTEN_FDNAMES. */
function namedSockets(
  { name }: UnitConfig,
  socket: SocketSettings,
  memory: SocketMemory,
): readonly { readonly held: string; readonly name: string }[] {
  const called = socket.FileDescriptorName === '' ? name : socket.FileDescriptorName;
  return memory.held.map((held) => ({ held, name: called }));
}

/** Has a child carry out a plan for the unit. */
export function runSocketPlan(turn: SocketTurn, memory: SocketMemory, list: 'open' | 'remove' | 'clean', plan: Plan): Started {
  const child = turn.context.nextChild();
  turn.effects.push({ effect: 'run', child, plan, inKeeper: list === 'open' });
  return { control: { child, pid: null, command: { list } }, memory: timed(turn, { ...memory, groupEmpty: false }) };
}

/** Has a child remove the directories of the unit. */
export function enterSocketCleaning(turn: SocketTurn, given: SocketMemory, plan: Plan): SocketState {
  const { control, memory } = runSocketPlan(turn, { ...given, cleanResult: 'success' }, 'clean', plan);
  const limit = turn.config.exec?.TimeoutCleanSec ?? Infinity;
  return { sub: 'cleaning', control, memory: { ...memory, deadlineUsec: limit === Infinity ? 0 : turn.context.now + limit } };
}

/** A process that works for the unit from now on, and the memory of that. */
export interface Started {
  readonly control: SocketProcess;
  readonly memory: SocketMemory;
}

/** Gives the stage its time limit (systemd.socket(5), TimeoutSec=). */
export function timed({ socket, context }: SocketTurn, memory: SocketMemory): SocketMemory {
  const limit = socket.TimeoutSec ?? context.defaults.timeoutStartUsec;
  return { ...memory, deadlineUsec: limit === Infinity ? 0 : context.now + limit };
}

/** Notes why the unit fails; what failed first stays. */
export function noteSocketResult(memory: SocketMemory, result: SocketResult): SocketMemory {
  return memory.result === 'success' && result !== 'success' ? { ...memory, result } : memory;
}

/** Has the keeper poll every socket that it does not poll yet, unless there was so much traffic that none is heard for a while. */
export function pollAll(turn: SocketTurn, memory: SocketMemory): SocketMemory {
  if (memory.deafUntilUsec > turn.context.now) return pollNone(turn, memory);
  for (const name of memory.held) if (!memory.polled.includes(name)) turn.effects.push(watchOf(turn, name));
  return { ...memory, polled: memory.held, accepting: turn.socket.Accept, deafUntilUsec: 0 };
}

/** How many connections the keeper may have taken that the manager has not acted on yet; the others wait in the kernel's backlog. */
const connectionsAhead = 64;

/** The effect by which the unit hears of traffic: that there is some, or with Accept=yes each connection. */
export function watchOf({ socket }: SocketTurn, name: string): Effect {
  return socket.Accept ? { effect: 'accept', name, count: connectionsAhead } : { effect: 'poll', name };
}

/** Has the keeper poll none of the sockets. */
export function pollNone(turn: SocketTurn, memory: SocketMemory): SocketMemory {
  for (const name of memory.polled) turn.effects.push({ effect: 'unpoll', name });
  return memory.polled.length === 0 ? memory : { ...memory, polled: [] };
}

function closeSockets(turn: SocketTurn, memory: SocketMemory): SocketMemory {
  if (memory.held.length === 0) return memory;
  const silent = pollNone(turn, memory);
  for (const name of memory.held) turn.effects.push({ effect: 'close', name });
  if (turn.socket.RemoveOnStop) for (const path of nodesOf(turn.socket, memory)) turn.effects.push({ effect: 'unlink', path });
  const { listens: _, ...closed } = silent;
  return { ...closed, held: [] };
}
