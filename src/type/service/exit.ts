import { messageIds } from '../../graph/message-ids.ts';
import { unreachable } from '../../base/assert.ts';
import type { UnitEvent } from '../type.ts';
import { type CleanMode, resultOfExit } from './clean-exit.ts';
import { enterCleaned } from './clean.ts';
import { enterDead } from './dead.ts';
import { askAfterStarter, askAfterStartPost, askForSuccessor } from './pid-file.ts';
import { recordControlExit, recordMainExit } from './record.ts';
import { enterReloadSignal, endReload, runReload } from './reload.ts';
import { commandOf, nextCommand } from './spawn.ts';
import { enterRunning, enterStart, enterStartPost, enterStartPre, runBefore, runMain, runStartPost } from './start.ts';
import {
  type CommandReference,
  controlOf,
  isEnding,
  mainOf,
  type Process,
  type ProcessExit,
  type ServiceResult,
  type ServiceState,
  type ServiceSub,
} from './state.ts';
import { enterSignal, enterStop, enterStopPost, runStop, runStopPost } from './stop.ts';
import { type Live, noteResult, say, type Turn } from './turn.ts';
import { describeExit } from './describe.ts';

export type Exited = Extract<UnitEvent, { readonly event: 'exited' }>;

/** A process of the service ended. */
export function exited(turn: Turn, state: ServiceState, event: Exited): ServiceState {
  turn.groupEmpty = event.groupEmpty;
  const main = mainOf(state);
  const control = controlOf(state);
  if (main?.child === event.child) return mainExited(turn, state, main, event);
  if (control?.child === event.child) return controlExited(turn, state, control, event);
  return state;
}

/** The main process is gone for good: what that means to the stage the service is in. */
export function mainGone(turn: Turn, state: ServiceState, main: Process, exit: ProcessExit): ServiceState {
  const result = resultOf(turn, main, exit, turn.service.Type === 'oneshot' ? 'command' : 'daemon');
  if (result !== 'success') sayExit(turn, 'Main', main, exit);
  const live: Live = {
    main: null,
    control: controlOf(state),
    memory: noteResult(recordMainExit(turn, state.memory, main, exit), result),
  };
  if (state.sub === 'start' && result === 'success' && turn.service.Type === 'oneshot') {
    const next = nextCommand(turn.service, main);
    if (next !== null) return runMain(turn, live, next);
  }
  if (turn.service.ExitType === 'cgroup' && !turn.groupEmpty) return waitForGroup(turn, state, live);
  return afterMain[state.sub](turn, live, result, state);
}

function mainExited(turn: Turn, state: ServiceState, main: Process, event: Exited): ServiceState {
  const exit = effectiveExit(turn, main, event);
  if (turn.service.PIDFile !== '' && state.sub === 'running') return askForSuccessor(turn, state.memory, main, exit);
  return mainGone(turn, state, main, exit);
}

function controlExited(turn: Turn, state: ServiceState, control: Process, event: Exited): ServiceState {
  const exit = effectiveExit(turn, control, event);
  const mode = control.command?.list === 'ExecStart' ? 'daemon' : 'command';
  const plain =
    state.sub === 'cleaning' ? resultOfExit(exit, 'command', turn.service.SuccessExitStatus) : resultOf(turn, control, exit, mode);
  const result = state.sub === 'condition' && plain === 'exit-code' && exit.status < 255 ? 'exec-condition' : plain;
  if (result === 'exec-condition') turn.effects.push({ effect: 'condition-unmet' });
  else if (result !== 'success') sayExit(turn, 'Control', control, exit);
  const recorded = recordControlExit(turn, state.memory, control, exit);
  // A reload that fails leaves the service as it is.
  const memory = isReload(state.sub) ? recorded : noteResult(recorded, result);
  const live: Live = { main: mainOf(state), control: null, memory };
  const next = result === 'success' ? nextCommand(turn.service, control) : null;
  const goOn = next === null ? undefined : runNext[state.sub];
  return next === null || goOn === undefined ? afterControl[state.sub](turn, live, result, state) : goOn(turn, live, next);
}

/** A command that is missing and may fail counts as one that succeeded (systemd.service(5), prefix `-`). */
function effectiveExit(turn: Turn, process: Process, event: Exited): ProcessExit {
  if (event.missing && commandOf(turn.service, process)?.ignoreFailure === true) return { how: 'exited', status: 0 };
  if (event.failure !== undefined) say(turn, 3, `${turn.config.name}: ${event.failure}`, event.failureFields);
  return { how: event.how, status: event.status };
}

function resultOf(turn: Turn, process: Process, exit: ProcessExit, mode: CleanMode): ServiceResult {
  const command = commandOf(turn.service, process) ?? turn.service.ExecStart[0];
  return command?.ignoreFailure === true ? 'success' : resultOfExit(exit, mode, turn.service.SuccessExitStatus);
}

function sayExit(turn: Turn, which: 'Main' | 'Control', { command }: Process, exit: ProcessExit): void {
  say(turn, exit.how === 'exited' ? 5 : 4, `${turn.config.name}: ${which} process exited, ${describeExit(exit)}`, {
    MESSAGE_ID: messageIds.processExit,
    EXIT_CODE: exit.how,
    EXIT_STATUS: String(exit.status),
    COMMAND: command?.list ?? 'ExecStart',
  });
}

function isReload(sub: ServiceSub): boolean {
  return sub === 'reload' || sub === 'reload-post';
}

/** ExitType=cgroup: the service lives on in the other processes of its group. */
function waitForGroup(turn: Turn, state: ServiceState, live: Live): ServiceState {
  turn.effects.push({ effect: 'watch-group' });
  return 'main' in state ? { ...state, main: null, memory: live.memory } : state;
}

/** sub → how the next command of its list is run; in the stages not named here none follows. */
const runNext: Readonly<Partial<Record<ServiceSub, (turn: Turn, live: Live, next: CommandReference) => ServiceState>>> = {
  condition: (turn, live, next) => runBefore(turn, live, 'condition', next),
  'start-pre': (turn, live, next) => runBefore(turn, live, 'start-pre', next),
  'start-post': runStartPost,
  reload: (turn, live, next) => runReload(turn, live, 'reload', next),
  'reload-post': (turn, live, next) => runReload(turn, live, 'reload-post', next),
  stop: runStop,
  'stop-post': runStopPost,
};

type AfterMain = (turn: Turn, live: Live, result: ServiceResult, state: ServiceState) => ServiceState;

const stays: AfterMain = (_turn, live, _result, state) => ('main' in state ? { ...state, main: null, memory: live.memory } : state);

/** While a control process works its end is waited for; without one nothing else could end this stage. */
const stopUnlessControlled: AfterMain = (turn, live, result, state) =>
  live.control === null ? enterStop(turn, live, result) : stays(turn, live, result, state);

const stopPostUnlessControlled: AfterMain = (turn, live, result, state) =>
  live.control === null ? enterStopPost(turn, live, result) : stays(turn, live, result, state);

const deadUnlessControlled: AfterMain = (turn, live, result, state) =>
  live.control === null ? enterDead(turn, live, result, { mayRestart: true }) : stays(turn, live, result, state);

/** sub → what the end of the main process leads to. */
const afterMain: Readonly<Record<ServiceSub, AfterMain>> = {
  dead: stays,
  failed: stays,
  'dead-before-auto-restart': stays,
  'failed-before-auto-restart': stays,
  'auto-restart': stays,
  'auto-restart-queued': stays,
  cleaning: stays,
  condition: stays,
  'start-pre': stays,
  start: mainEndedInStart,
  'start-post': stopUnlessControlled,
  running: (turn, live, result) => enterRunning(turn, live, result),
  exited: stays,
  reload: stopUnlessControlled,
  'reload-signal': stopUnlessControlled,
  'reload-notify': stopUnlessControlled,
  'reload-post': stopUnlessControlled,
  stop: stays,
  'stop-watchdog': stopPostUnlessControlled,
  'stop-sigterm': stopPostUnlessControlled,
  'stop-sigkill': stopPostUnlessControlled,
  'stop-post': (turn, live, result, state) =>
    live.control === null ? enterSignal(turn, live, 'final-sigterm', result) : stays(turn, live, result, state),
  'final-watchdog': deadUnlessControlled,
  'final-sigterm': deadUnlessControlled,
  'final-sigkill': deadUnlessControlled,
};

/** What the end of the main process means depends on what the type calls started (systemd.service(5), Type=). */
function mainEndedInStart(turn: Turn, live: Live, result: ServiceResult, state: ServiceState): ServiceState {
  const { Type } = turn.service;
  switch (Type) {
    case 'oneshot':
      return result === 'success' ? enterStartPost(turn, live) : enterSignal(turn, live, 'stop-sigterm', result);
    case 'notify':
    case 'notify-reload':
      if (result !== 'success') return enterSignal(turn, live, 'stop-sigterm', result);
      if (turn.service.RemainAfterExit && (live.memory.notifyAccess ?? turn.service.NotifyAccess) !== 'main') {
        return stays(turn, live, result, state);
      }
      return enterSignal(turn, live, 'stop-sigterm', 'protocol');
    case 'simple':
    case 'exec':
    case 'idle':
    case 'forking':
    case 'dbus':
      return enterRunning(turn, live, result);
    default:
      return unreachable(Type);
  }
}

type AfterControl = (turn: Turn, live: Live, result: ServiceResult, state: ServiceState) => ServiceState;

const impossible: AfterControl = () => {
  throw new Error('this state has no control process');
};

const staysWithMain: AfterControl = (_turn, live, _result, state) =>
  isEnding(state) ? { ...state, control: null, memory: live.memory } : state;

const stopPostUnlessMain: AfterControl = (turn, live, result, state) =>
  live.main === null ? enterStopPost(turn, live, result) : staysWithMain(turn, live, result, state);

const deadUnlessMain: AfterControl = (turn, live, result, state) =>
  live.main === null ? enterDead(turn, live, result, { mayRestart: true }) : staysWithMain(turn, live, result, state);

/** sub → what the end of the last control process leads to. */
const afterControl: Readonly<Record<ServiceSub, AfterControl>> = {
  dead: impossible,
  failed: impossible,
  'dead-before-auto-restart': impossible,
  'failed-before-auto-restart': impossible,
  'auto-restart': impossible,
  'auto-restart-queued': impossible,
  cleaning: (turn, live, result) => enterCleaned(turn, live.memory, result, result),
  running: impossible,
  exited: impossible,
  'reload-signal': impossible,
  'reload-notify': impossible,
  condition: unlessFailed(enterStartPre),
  'start-pre': unlessFailed(enterStart),
  start: unlessFailed(askAfterStarter),
  'start-post': unlessFailed(askAfterStartPost),
  reload: (turn, live, result) => (result === 'success' ? enterReloadSignal(turn, live) : endReload(turn, live, result)),
  'reload-post': (turn, live, result) => endReload(turn, live, result),
  stop: (turn, live, result) => enterSignal(turn, live, 'stop-sigterm', result),
  'stop-watchdog': stopPostUnlessMain,
  'stop-sigterm': stopPostUnlessMain,
  'stop-sigkill': stopPostUnlessMain,
  'stop-post': (turn, live, result, state) =>
    live.main === null ? enterSignal(turn, live, 'final-sigterm', result) : staysWithMain(turn, live, result, state),
  'final-watchdog': deadUnlessMain,
  'final-sigterm': deadUnlessMain,
  'final-sigkill': deadUnlessMain,
};

function unlessFailed(next: (turn: Turn, live: Live) => ServiceState): AfterControl {
  return (turn, live, result) => (result === 'success' ? next(turn, live) : enterSignal(turn, live, 'stop-sigterm', result));
}
