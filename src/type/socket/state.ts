import type { ActiveState } from '../../graph/active-state.ts';
import type { ListedRun } from '../command-text.ts';

/**
 * The state of a socket unit (systemd.socket(5)), a union by `sub`. The descriptors are the keeper's; the state has the
 * names under which it holds them.
 */
export type SocketState = { readonly memory: SocketMemory } & SocketBody;

export type SocketBody =
  | { readonly sub: 'dead' | 'failed'; readonly lingering: boolean }
  | { readonly sub: 'listening' | 'deferred' | 'running' }
  | { readonly sub: ControlledSub; readonly control: SocketProcess }
  | { readonly sub: SocketKillPhase; readonly control: SocketProcess | null };

export type ControlledSub = 'cleaning' | 'start-pre' | 'start-open' | 'start-post' | 'stop-pre' | 'stop-post';
export type SocketKillPhase = 'stop-pre-sigterm' | 'stop-pre-sigkill' | 'final-sigterm' | 'final-sigkill';
export type SocketSub = SocketState['sub'];
export type SocketList = 'ExecStartPre' | 'ExecStartPost' | 'ExecStopPre' | 'ExecStopPost';

/** A control process: one of the unit's commands, or a child that opens the sockets, or removes message queues or the unit's directories. */
export interface SocketProcess {
  readonly child: number;
  readonly pid: number | null;
  readonly command:
    | { readonly list: SocketList; readonly index: number }
    | { readonly list: 'open' }
    | { readonly list: 'remove' }
    | { readonly list: 'clean' };
}

export type SocketResult =
  | 'success'
  | 'resources'
  | 'timeout'
  | 'exit-code'
  | 'signal'
  | 'core-dump'
  | 'start-limit-hit'
  | 'trigger-limit-hit'
  | 'service-start-limit-hit';

/** When a limited time began, and how often something happened since. */
export interface RateWindow {
  readonly beganUsec: number;
  readonly count: number;
}

/** What a socket unit knows besides its stage. */
export interface SocketMemory {
  readonly result: SocketResult;
  /** How the latest removal of its directories ended; absent where none was made. */
  readonly cleanResult?: SocketResult;
  /** Names of the descriptors that the keeper holds for it, in the order of Listen*=. */
  readonly held: readonly string[];
  /** What each of them listens on (`listenKey`); absent where none is held, and in a state of a tysd that did not note it. */
  readonly listens?: readonly string[];
  /** They are polled for connections (Accept=yes). */
  readonly accepting?: boolean;
  /** Those of them that the keeper polls. */
  readonly polled: readonly string[];
  /** When the stage takes too long; 0 for never. */
  readonly deadlineUsec: number;
  /** No process of the unit is left. */
  readonly groupEmpty: boolean;
  /** The window of TriggerLimitIntervalSec=: when it began, and how often the service was triggered since. */
  readonly window: RateWindow;
  /** The window of PollLimitIntervalSec=, in the same way. */
  readonly polls: RateWindow;
  /** No traffic is heard of until then, because there was too much; 0 for now. */
  readonly deafUntilUsec: number;
  readonly startLimitHit: boolean;
  /** Accept=yes: how many connections it took and refused since it was loaded. */
  readonly accepted: number;
  readonly refused: number;
  /** How many of them are being served. */
  readonly connections: number;
  /** The same by source, where MaxConnectionsPerSource= has it counted. */
  readonly sources: Readonly<Record<string, number>>;
  /** The last runs of its commands since it was started; absent where none was run. */
  readonly runs?: readonly ListedRun<SocketList>[];
}

/** A socket that was never started. */
export const initialSocketState: SocketState = {
  sub: 'dead',
  lingering: false,
  memory: {
    result: 'success',
    held: [],
    polled: [],
    deadlineUsec: 0,
    groupEmpty: true,
    window: { beganUsec: 0, count: 0 },
    polls: { beganUsec: 0, count: 0 },
    deafUntilUsec: 0,
    startLimitHit: false,
    accepted: 0,
    refused: 0,
    connections: 0,
    sources: {},
  },
};

/** sub → ActiveState=. */
export const socketActiveStates: Readonly<Record<SocketSub, ActiveState>> = {
  dead: 'inactive',
  failed: 'failed',
  cleaning: 'maintenance',
  'start-pre': 'activating',
  'start-open': 'activating',
  'start-post': 'activating',
  listening: 'active',
  deferred: 'active',
  running: 'active',
  'stop-pre': 'deactivating',
  'stop-pre-sigterm': 'deactivating',
  'stop-pre-sigkill': 'deactivating',
  'stop-post': 'deactivating',
  'final-sigterm': 'deactivating',
  'final-sigkill': 'deactivating',
};

/** The stages that a timer limits. */
export const isTimed: Readonly<Record<SocketSub, boolean>> = {
  dead: false,
  failed: false,
  cleaning: true,
  'start-pre': true,
  'start-open': true,
  'start-post': true,
  listening: false,
  deferred: false,
  running: false,
  'stop-pre': true,
  'stop-pre-sigterm': true,
  'stop-pre-sigkill': true,
  'stop-post': true,
  'final-sigterm': true,
  'final-sigkill': true,
};

/** The stages in which the keeper may hold the sockets; whoever leaves them has them closed. */
export const isOpen: Readonly<Record<SocketSub, boolean>> = {
  dead: false,
  failed: false,
  cleaning: false,
  'start-pre': false,
  'start-open': true,
  'start-post': true,
  listening: true,
  deferred: true,
  running: true,
  'stop-pre': true,
  'stop-pre-sigterm': true,
  'stop-pre-sigkill': true,
  'stop-post': false,
  'final-sigterm': false,
  'final-sigkill': false,
};

/** The process that works for the unit now, if any. */
export function socketControl(state: SocketBody): SocketProcess | null {
  return 'control' in state ? state.control : null;
}
