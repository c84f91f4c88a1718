import { enterDead } from './dead.ts';
import { liveOf } from './elapsed.ts';
import { enterRunning, enterStartPost } from './start.ts';
import { controlOf, mainOf, questionOf, type ServiceState, type ServiceSub } from './state.ts';
import { enterStopPost } from './stop.ts';
import type { Turn } from './turn.ts';

/** No process is left in the service's group. */
export function groupEmptied(turn: Turn, state: ServiceState): ServiceState {
  // The end of a known process says more than this does, so it is waited for.
  if (mainOf(state) !== null || controlOf(state) !== null) return state;
  turn.groupEmpty = true;
  return onEmpty[state.sub](turn, state);
}

type OnEmpty = (turn: Turn, state: ServiceState) => ServiceState;

const stays: OnEmpty = (_turn, state) => state;

const tidiesUp: OnEmpty = (turn, state) => {
  if (!('lingering' in state) || !state.lingering) return state;
  turn.effects.push({ effect: 'remove-group' });
  return { ...state, lingering: false };
};

const entersStopPost: OnEmpty = (turn, state) => enterStopPost(turn, liveOf(state), 'success');
const entersDead: OnEmpty = (turn, state) => enterDead(turn, liveOf(state), 'success', { mayRestart: true });

/** The daemon that was to write the PID file is gone. */
const givesUpPidFile: OnEmpty = (turn, state) => {
  const question = questionOf(state);
  return question?.about === 'pid-file' && question.demanded ? enterStopPost(turn, liveOf(state), 'protocol') : state;
};

/** sub → what an empty group leads to where no process is known. */
const onEmpty: Readonly<Record<ServiceSub, OnEmpty>> = {
  dead: tidiesUp,
  failed: tidiesUp,
  'dead-before-auto-restart': tidiesUp,
  'failed-before-auto-restart': tidiesUp,
  'auto-restart': tidiesUp,
  'auto-restart-queued': tidiesUp,
  cleaning: stays,
  condition: stays,
  'start-pre': stays,
  start: (turn, state) => {
    // Nobody is left who could say READY=1.
    if (turn.service.Type === 'notify' || turn.service.Type === 'notify-reload') return enterStopPost(turn, liveOf(state), 'protocol');
    if (turn.service.ExitType === 'cgroup' && questionOf(state) === null) return enterStartPost(turn, liveOf(state));
    return givesUpPidFile(turn, state);
  },
  'start-post': givesUpPidFile,
  running: (turn, state) => {
    const question = questionOf(state);
    // How the main process ended counts more, once it is known to have no successor.
    if (question !== null && 'question' in state) return { ...state, question: { ...question, groupEmpty: true } };
    return enterRunning(turn, liveOf(state), 'success');
  },
  exited: (turn, state) => {
    turn.effects.push({ effect: 'remove-group' });
    return { sub: 'exited', groupEmpty: true, memory: state.memory };
  },
  reload: stays,
  'reload-signal': stays,
  'reload-notify': stays,
  'reload-post': stays,
  stop: stays,
  'stop-watchdog': entersStopPost,
  'stop-sigterm': entersStopPost,
  'stop-sigkill': entersStopPost,
  'stop-post': entersDead,
  'final-watchdog': entersDead,
  'final-sigterm': entersDead,
  'final-sigkill': entersDead,
};
