import { lastRun, withRun } from '../command-text.ts';
import type { UnitEvent } from '../type.ts';
import { openPlan } from './open-plan.ts';
import { enterListening, enterSocketStartPost, enterStartOpen, runSocketStartPost, runStartPre } from './start.ts';
import { type SocketMemory, socketControl, type SocketProcess, type SocketResult, type SocketState, type SocketSub } from './state.ts';
import {
  enterSocketDead,
  enterSocketSignal,
  enterStopPost,
  enterStopPostCommands,
  enterStopPre,
  leaveSocket,
  runStopPost,
  runStopPre,
  type SocketEscalation,
} from './stop.ts';
import { deadlineOf, noteSocketResult, type SocketTurn } from './turn.ts';

type Exited = Extract<UnitEvent, { readonly event: 'exited' }>;

/** A process that works for the unit ended. */
export function socketExited(turn: SocketTurn, state: SocketState, event: Exited): SocketState {
  const control = socketControl(state);
  if (control === null || control.child !== event.child) return state;
  if (event.failure !== undefined) {
    const message = `${turn.config.name}: ${control.command.list === 'open' ? notListening(turn, event) : ''}${event.failure}`;
    turn.effects.push({ effect: 'log', priority: 3, message });
  }
  const result = resultOfControl(turn, control, event);
  const memory = noteSocketResult({ ...withEnd(turn, state.memory, control, event), groupEmpty: event.groupEmpty }, result);
  const next = result === 'success' ? followUp(turn, memory, control) : undefined;
  return next ?? afterControl[state.sub](turn, memory, result, state);
}

/** Notes how a command ended. */
function withEnd({ context }: SocketTurn, memory: SocketMemory, { pid, command }: SocketProcess, { how, status }: Exited): SocketMemory {
  if (!('index' in command)) return memory;
  const { runs = [] } = memory;
  const { startRealtimeUsec = 0 } = lastRun(runs, command.list, command.index) ?? {};
  const ended = { ...command, pid: pid ?? 0, startRealtimeUsec, exitRealtimeUsec: context.realtimeUsec, exit: { how, status } };
  return { ...memory, runs: withRun(runs, ended) };
}

/** A process that was to work for the unit could not be made. */
export function socketSpawnFailed(turn: SocketTurn, state: SocketState, child: number, reason: string): SocketState {
  if (socketControl(state)?.child !== child) return state;
  turn.effects.push({ effect: 'log', priority: 4, message: `${turn.config.name}: Failed to make a process: ${reason}` });
  return afterControl[state.sub](turn, noteSocketResult(state.memory, 'resources'), 'resources', state);
}

/** No process of the unit is left. */
export function socketGroupEmptied(turn: SocketTurn, state: SocketState): SocketState {
  if (socketControl(state) !== null) return state;
  const memory = { ...state.memory, groupEmpty: true };
  return onEmpty[state.sub](turn, memory, { ...state, memory });
}

/** The stage took too long. */
export function socketElapsed(turn: SocketTurn, state: SocketState): SocketState {
  const atUsec = deadlineOf(state, 'timeout');
  if (atUsec === 0 || turn.context.now < atUsec) return state;
  turn.elapsed = 'timeout';
  turn.effects.push({ effect: 'log', priority: 4, message: `${turn.config.name}: State '${state.sub}' timed out.` });
  return timedOut[state.sub](turn, state);
}

/** Which address it was that could not be listened on. */
function notListening({ config, socket, context }: SocketTurn, { failedOp = -1 }: Exited): string {
  const opening = openPlan(config, socket, context);
  const index = opening.ok ? opening.value.ends.findIndex((end) => failedOp < end) : -1;
  const listen = socket.Listen[index];
  return listen === undefined ? 'Cannot open the sockets: ' : `Cannot listen on ${listen.text}: `;
}

function resultOfControl({ socket }: SocketTurn, { command }: SocketProcess, event: Exited): SocketResult {
  // Sockets that could not be opened are no failure of a command.
  if (command.list === 'open') return event.how === 'exited' && event.status === 0 ? 'success' : 'resources';
  if (command.list === 'remove') return 'success';
  if (command.list === 'clean') return resultOfEnd(event);
  if (socket[command.list][command.index]?.ignoreFailure === true) return 'success';
  return resultOfEnd(event);
}

function resultOfEnd({ how, status }: Exited): SocketResult {
  if (how === 'exited') return status === 0 ? 'success' : 'exit-code';
  return how === 'killed' ? 'signal' : 'core-dump';
}

/** The next command of the same list, if there is one. */
function followUp(turn: SocketTurn, memory: SocketMemory, { command }: SocketProcess): SocketState | undefined {
  if (command.list === 'open' || command.list === 'clean') return undefined;
  if (command.list === 'remove') return enterStopPostCommands(turn, memory);
  const index = command.index + 1;
  return index < turn.socket[command.list].length ? runs[command.list](turn, memory, index) : undefined;
}

const runs = { ExecStartPre: runStartPre, ExecStartPost: runSocketStartPost, ExecStopPre: runStopPre, ExecStopPost: runStopPost } as const;

type AfterControl = (turn: SocketTurn, memory: SocketMemory, result: SocketResult, state: SocketState) => SocketState;

const stays: AfterControl = (_turn, _memory, _result, state) => state;
const stopsPost: AfterControl = (turn, memory, result) => enterStopPost(turn, memory, result);
const dies: AfterControl = (turn, memory, result) => enterSocketDead(turn, memory, result);
const isFinished: AfterControl = (turn, memory, result) => enterSocketSignal(turn, memory, null, 'final-sigterm', result);

/** sub → what the end of its last process leads to. */
const afterControl: Readonly<Record<SocketSub, AfterControl>> = {
  dead: stays,
  failed: stays,
  listening: stays,
  deferred: stays,
  running: stays,
  cleaning: (turn, memory, result) => enterSocketDead(turn, { ...memory, cleanResult: result }, result),
  'start-pre': (turn, memory, result, state) =>
    result === 'success' ? enterStartOpen(turn, memory) : isFinished(turn, memory, result, state),
  'start-open': (turn, memory, result) => (result === 'success' ? enterSocketStartPost(turn, memory) : notOpened(turn, memory, result)),
  'start-post': (turn, memory, result) => (result === 'success' ? enterListening(turn, memory) : enterStopPre(turn, memory, result)),
  'stop-pre': stopsPost,
  'stop-pre-sigterm': stopsPost,
  'stop-pre-sigkill': stopsPost,
  'stop-post': isFinished,
  'final-sigterm': dies,
  'final-sigkill': dies,
};

/** The nodes in the file system may be those of somebody else's sockets, so they are left alone. */
function notOpened(turn: SocketTurn, memory: SocketMemory, result: SocketResult): SocketState {
  for (const name of memory.held) turn.effects.push({ effect: 'close', name });
  return enterStopPre(turn, { ...memory, held: [] }, result);
}

type OnEmpty = (turn: SocketTurn, memory: SocketMemory, state: SocketState) => SocketState;

const notes: OnEmpty = (_turn, _memory, state) => state;
const tidiesUp: OnEmpty = (turn, memory, state) => {
  if (!('lingering' in state) || !state.lingering) return state;
  turn.effects.push({ effect: 'remove-group' });
  return { ...state, lingering: false, memory };
};

/** sub → what it leads to that no process is left where none is known. */
const onEmpty: Readonly<Record<SocketSub, OnEmpty>> = {
  dead: tidiesUp,
  failed: tidiesUp,
  listening: notes,
  deferred: notes,
  running: notes,
  cleaning: notes,
  'start-pre': notes,
  'start-open': notes,
  'start-post': notes,
  'stop-pre': notes,
  'stop-pre-sigterm': (turn, memory) => enterStopPost(turn, memory, 'success'),
  'stop-pre-sigkill': (turn, memory) => enterStopPost(turn, memory, 'success'),
  'stop-post': notes,
  'final-sigterm': (turn, memory) => enterSocketDead(turn, memory, 'success'),
  'final-sigkill': (turn, memory) => enterSocketDead(turn, memory, 'success'),
};

type OnElapsed = (turn: SocketTurn, state: SocketState) => SocketState;

const goesOn: OnElapsed = (_turn, state) => state;
const stopsPre: OnElapsed = (turn, state) => enterStopPre(turn, state.memory, 'timeout');

/** sub → what the end of its time limit leads to. */
const timedOut: Readonly<Record<SocketSub, OnElapsed>> = {
  dead: goesOn,
  failed: goesOn,
  listening: goesOn,
  deferred: goesOn,
  running: goesOn,
  cleaning: (turn, { memory, ...state }) => {
    turn.effects.push({ effect: 'log', priority: 4, message: `${turn.config.name}: Cleaning timed out. killing.` });
    return enterSocketSignal(turn, { ...memory, cleanResult: 'timeout' }, socketControl(state), 'final-sigkill', 'success');
  },
  'start-pre': escalatesTo('final-sigterm'),
  'start-open': escalatesTo('stop-pre-sigterm'),
  'start-post': stopsPre,
  'stop-pre': escalatesTo('stop-pre-sigterm'),
  'stop-pre-sigterm': escalatesTo('stop-pre-sigkill', 'stop-post'),
  'stop-pre-sigkill': escalatesTo('stop-post'),
  'stop-post': escalatesTo('final-sigterm'),
  'final-sigterm': escalatesTo('final-sigkill', 'dead'),
  'final-sigkill': escalatesTo('dead'),
};

function escalatesTo(to: SocketEscalation, withoutKill: SocketEscalation = to): OnElapsed {
  return (turn, state) => leaveSocket(turn, state.memory, socketControl(state), turn.kill.SendSIGKILL ? to : withoutKill, 'timeout');
}
