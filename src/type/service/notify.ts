import type { Notification, UnitEvent } from '../type.ts';
import { enterReloadByNotify, enterStopByNotify } from './announced.ts';
import { closeStored } from './dead.ts';
import { liveOf, watchdogFailed } from './elapsed.ts';
import { adopt } from './pid-file.ts';
import { enterReloadPost } from './reload.ts';
import { enterStartPost, pingWatchdog } from './start.ts';
import { controlOf, mainOf, type NotifyAccess, type ServiceState, type StoredDescriptor, type TimerName, timersOf } from './state.ts';
import { say, type Turn } from './turn.ts';

export type Notified = Extract<UnitEvent, { readonly event: 'notified' }>;

/** A process of the service has sent a message (sd_notify(3)); what it may not say is dropped. */
export function notified(turn: Turn, state: ServiceState, event: Notified): ServiceState {
  const access = state.memory.notifyAccess ?? turn.service.NotifyAccess;
  if ('lingering' in state || !mayNotify[access][event.from]) {
    if (!('lingering' in state)) refuse(turn, event, access);
    closeFds(turn, event.message.fds);
    return state;
  }
  return fields.reduce<ServiceState>((reached, field) => field(turn, reached, event), state);
}

/** The other end of a stored descriptor is gone: so is what it was kept for. */
export function hungUp(turn: Turn, state: ServiceState, held: string): ServiceState {
  return removeStored(turn, state, (stored) => stored.held === held);
}

/** NotifyAccess= × sender → whether it is listened to. */
export const mayNotify: Readonly<Record<NotifyAccess, Readonly<Record<Notified['from'], boolean>>>> = {
  none: { main: false, control: false, other: false },
  main: { main: true, control: false, other: false },
  exec: { main: true, control: true, other: false },
  all: { main: true, control: true, other: true },
};

type Field = (turn: Turn, state: ServiceState, event: Notified) => ServiceState;

/** The fields of a message, in the order in which they take effect. */
const fields: readonly Field[] = [
  takeMainPid,
  takeAnnouncement,
  takeStatus,
  takeAccess,
  takeExtension,
  takeWatchdog,
  takeStoreRemoval,
  takeDescriptors,
];

function takeMainPid(turn: Turn, state: ServiceState, { message, mainPidOwn, uid }: Notified): ServiceState {
  const pid = message.mainPid;
  if (pid === undefined || !('main' in state) || !acceptsMainPid(state)) return state;
  if (pid === mainOf(state)?.pid || pid === controlOf(state)?.pid) return state;
  if (mainPidOwn === false && uid !== 0) {
    say(turn, 4, `${turn.config.name}: New main PID ${pid} does not belong to service, refusing.`);
    return state;
  }
  const live = adopt(turn, liveOf(state), pid);
  return { ...state, main: live.main, memory: live.memory };
}

function acceptsMainPid(state: ServiceState): boolean {
  return ['start', 'start-post', 'running', 'reload', 'reload-signal', 'reload-notify', 'reload-post'].includes(state.sub);
}

function takeAnnouncement(turn: Turn, state: ServiceState, { message }: Notified): ServiceState {
  // A service that said it stops cannot take that back.
  if (state.memory.announced === 'stopping') return state;
  if (message.stopping) return stopping(turn, announce(state, 'stopping'));
  const reloaded = message.reloading ? reloading(turn, announce(state, 'reloading'), message) : state;
  return message.ready ? ready(turn, announce(reloaded, 'ready')) : reloaded;
}

function announce(state: ServiceState, announced: 'ready' | 'reloading' | 'stopping'): ServiceState {
  return state.memory.announced === announced ? state : { ...state, memory: { ...state.memory, announced } };
}

function stopping(turn: Turn, state: ServiceState): ServiceState {
  return state.sub === 'running' ? enterStopByNotify(turn, liveOf(state)) : state;
}

function reloading(turn: Turn, state: ServiceState, { monotonicUsec }: Notification): ServiceState {
  if (state.sub === 'running') return enterReloadByNotify(turn, liveOf(state));
  if (state.sub !== 'reload-signal' || monotonicUsec === undefined || monotonicUsec < state.beganUsec) return state;
  return { ...state, sub: 'reload-notify' };
}

function ready(turn: Turn, state: ServiceState): ServiceState {
  if (state.sub === 'reload-notify') return enterReloadPost(turn, liveOf(state));
  const waits = turn.service.Type === 'notify' || turn.service.Type === 'notify-reload';
  return state.sub === 'start' && waits ? enterStartPost(turn, liveOf(state)) : state;
}

function takeStatus(_turn: Turn, state: ServiceState, { message }: Notified): ServiceState {
  const { status, errno, busError } = message;
  if (status === undefined && errno === undefined && busError === undefined) return state;
  const { memory } = state;
  return {
    ...state,
    memory: {
      ...memory,
      statusText: status ?? memory.statusText,
      statusErrno: errno ?? memory.statusErrno,
      statusBusError: busError ?? memory.statusBusError,
    },
  };
}

function takeAccess(_turn: Turn, state: ServiceState, { message }: Notified): ServiceState {
  return message.notifyAccess === undefined ? state : { ...state, memory: { ...state.memory, notifyAccess: message.notifyAccess } };
}

const extendable: readonly TimerName[] = ['timeout', 'watchdog', 'runtime'];

function takeExtension(turn: Turn, state: ServiceState, { message }: Notified): ServiceState {
  if (message.extendTimeoutUsec === undefined) return state;
  const atUsec = turn.context.now + message.extendTimeoutUsec;
  const deadlines = { ...state.memory.deadlines };
  for (const timer of extendable) {
    if (timersOf[state.sub].includes(timer) && deadlines[timer] !== 0) deadlines[timer] = Math.max(deadlines[timer], atUsec);
  }
  return { ...state, memory: { ...state.memory, deadlines } };
}

function takeWatchdog(turn: Turn, state: ServiceState, { message }: Notified): ServiceState {
  const changed =
    message.watchdogUsec === undefined ? state : { ...state, memory: { ...state.memory, watchdogUsec: message.watchdogUsec } };
  if (!timersOf[changed.sub].includes('watchdog')) return changed;
  if (message.watchdog === 'trigger') return watchdogFailed(turn, changed);
  if (message.watchdog === undefined && message.watchdogUsec === undefined) return changed;
  return { ...changed, memory: pingWatchdog(turn, changed.memory) };
}

function takeStoreRemoval(turn: Turn, state: ServiceState, { message }: Notified): ServiceState {
  const { fdName } = message;
  return message.fdStoreRemove && fdName !== undefined ? removeStored(turn, state, ({ name }) => name === fdName) : state;
}

/** Stores the descriptors that came along, as far as there is room; whatever is not stored is closed. */
function takeDescriptors(turn: Turn, state: ServiceState, { message }: Notified): ServiceState {
  const { memory } = state;
  const room = message.fdStore ? Math.max(0, turn.service.FileDescriptorStoreMax - memory.stored.length) : 0;
  closeFds(turn, message.fds.slice(room));
  const taken = message.fds.slice(0, room);
  if (message.fdStore && taken.length < message.fds.length) {
    say(
      turn,
      4,
      `${turn.config.name}: Descriptors were dropped: FileDescriptorStoreMax=${turn.service.FileDescriptorStoreMax} is reached.`,
    );
  }
  if (taken.length === 0) return state;
  const name = message.fdName !== undefined && isFileDescriptorName(message.fdName) ? message.fdName : 'stored';
  const added = taken.map((_, index): StoredDescriptor => ({ held: `store/${turn.config.name}/${memory.nextStored + index}`, name }));
  taken.forEach((held, index) => {
    const to = `store/${turn.config.name}/${memory.nextStored + index}`;
    turn.effects.push({ effect: 'rename', name: held, to });
    if (message.fdPoll) turn.effects.push({ effect: 'watch-hangup', name: to });
  });
  return { ...state, memory: { ...memory, stored: [...memory.stored, ...added], nextStored: memory.nextStored + taken.length } };
}

function removeStored(turn: Turn, state: ServiceState, matches: (stored: StoredDescriptor) => boolean): ServiceState {
  const gone = state.memory.stored.filter(matches);
  if (gone.length === 0) return state;
  closeStored(turn, gone);
  return { ...state, memory: { ...state.memory, stored: state.memory.stored.filter((stored) => !gone.includes(stored)) } };
}

function closeFds(turn: Turn, fds: readonly string[]): void {
  for (const name of fds) turn.effects.push({ effect: 'close', name });
}

/** FDNAME= must not break the list in $LISTEN_FDNAMES (sd_pid_notify_with_fds(3)). */
function isFileDescriptorName(name: string): boolean {
  return /^[\x20-\x39\x3b-\x7e]{1,255}$/.test(name);
}

const permitted: Readonly<Record<NotifyAccess, string>> = {
  none: 'NotifyAccess=none permits none',
  main: 'only its main process may send any',
  exec: 'only its main and control processes may send any',
  all: 'it may',
};

function refuse(turn: Turn, { pid }: Notified, access: NotifyAccess): void {
  say(turn, 4, `${turn.config.name}: Notification of process ${pid} dropped: ${permitted[access]}.`);
}
