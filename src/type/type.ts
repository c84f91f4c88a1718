import type { TimestampForm } from '../base/timestamp.ts';
import type { ExecRequest } from '../exec/request.ts';
import type { Plan } from '../exec/op.ts';
import type { ActiveState } from '../graph/active-state.ts';
import type { LoadState, UnitConfig, UnitTypeName } from '../unit/config.ts';
import type { Zone } from '../unit/values/time-zone.ts';
import type { JobMode } from '../unit/values/types.ts';
import type { TableEntry, TableName } from './table.ts';

export type { ActiveState };

/** How a state looks from outside: ActiveState=, SubState= and Result=. */
export interface Look {
  readonly active: ActiveState;
  readonly sub: string;
  readonly result: string;
  /** The unit is inactive now but will start again by itself: dependents that stop when it is unneeded must wait. */
  readonly willRestart?: boolean;
  /** It makes a pause before that (RestartSec=). */
  readonly pauses?: boolean;
  /** It failed because it was started too often; `result` keeps what failed before that. */
  readonly startLimitHit?: boolean;
}

/** What can happen to a unit. Times are CLOCK_MONOTONIC microseconds. */
export type UnitEvent =
  | { readonly event: 'spawned'; readonly child: number; readonly pid: number }
  | { readonly event: 'spawn-failed'; readonly child: number; readonly reason: string }
  | { readonly event: 'executed'; readonly child: number }
  | {
      readonly event: 'exited';
      readonly child: number;
      readonly how: 'exited' | 'killed' | 'dumped';
      readonly status: number;
      /** What failed before exec, for people: "Failed at step EXEC spawning /usr/bin/x: No such file or directory". */
      readonly failure?: string;
      /** What the entry about that says beside it. */
      readonly failureFields?: Readonly<Record<string, string>>;
      /** Which op of the plan failed, where `failure` says so. */
      readonly failedOp?: number;
      /** The command's file does not exist: with the prefix `-` that is a success. */
      readonly missing: boolean;
      readonly groupEmpty: boolean;
    }
  | { readonly event: 'group-empty' }
  /** The kernel killed processes of the unit's group for want of memory. */
  | { readonly event: 'oom-kill' }
  /** Answer to the effect `enter`; `failure` says why the process is not in the unit's group. */
  | { readonly event: 'entered'; readonly pid: number; readonly failure?: string }
  | { readonly event: 'elapsed'; readonly timer: string }
  | {
      readonly event: 'notified';
      readonly from: 'main' | 'control' | 'other';
      readonly pid: number;
      readonly uid: number;
      readonly message: Notification;
      /** The process that MAINPID= names is in the unit's group. If false, only uid 0 is believed; absent where it cannot be known. */
      readonly mainPidOwn?: boolean;
    }
  /** Answer to the effect `read-pid-file`; `pid` is absent where the file is missing, unreadable or names no process that may be it. */
  | { readonly event: 'pid-file'; readonly pid?: number; readonly reason?: string }
  /** Answer to the effect `guess-main`: the only process left in the group, if there is just one. */
  | { readonly event: 'guessed'; readonly pid?: number }
  | { readonly event: 'readable'; readonly name: string }
  /** Answer to the effect `read`; nothing and no errno at the end of a pipe. */
  | { readonly event: 'data'; readonly bytes: Uint8Array; readonly errno: number }
  /** Answer to the effect `listen`. */
  | { readonly event: 'listened'; readonly failure?: string }
  | { readonly event: 'hangup'; readonly name: string }
  | ConnectionEvent
  /** The name of BusName= has this owner now, by its unique name and process (0 where that is not known), or none. */
  | { readonly event: 'bus-name'; readonly owner?: string; readonly pid?: number }
  /** The unit that this one triggers changed its state. */
  | { readonly event: 'triggered-changed'; readonly unit: string; readonly look: Look; readonly hasJob: boolean }
  /** The kernel's table that the type follows has another line for the unit than before, or none any more. */
  | { readonly event: 'seen'; readonly entry: TableEntry | null }
  /** The job of an effect `trigger` could not be queued. */
  | { readonly event: 'trigger-refused'; readonly reason: string }
  /** The unit has no job, although it will start again: if the job of its restart was queued, that is gone. */
  | { readonly event: 'jobless' }
  /** CLOCK_REALTIME was set, or the machine slept. Only for types that follow the clock. */
  | { readonly event: 'clock-changed' }
  /** The local time zone is another one. Only for types that follow the clock. */
  | { readonly event: 'zone-changed' }
  | { readonly event: 'reset-failed' };

/** What becomes of connections that a socket unit with Accept=yes takes. */
export type ConnectionEvent =
  /** To the socket: the keeper took one. */
  | { readonly event: 'connection'; readonly is: 'offered'; readonly offer: ConnectionOffer }
  /** To the service that is to serve it, which has not been started yet. */
  | { readonly event: 'connection'; readonly is: 'given'; readonly connection: Connection }
  /** To the service: it is not going to be started. */
  | { readonly event: 'connection'; readonly is: 'withdrawn' }
  /** To the socket: the service has let go of it. */
  | { readonly event: 'connection'; readonly is: 'over'; readonly source: string }
  /** To the socket: there is no service that could serve it. */
  | { readonly event: 'connection'; readonly is: 'unserved' };

/** A connection as the keeper holds it. */
export interface ConnectionOffer {
  /** The listening descriptor that it came to. */
  readonly name: string;
  readonly held: string;
  /** Why there is no connection, where accept(2) failed for good. */
  readonly failure?: string;
  /** `1.2.3.4:80`, `[::1]:80`, `/path`, `@abstract`, `vsock:CID:PORT`, or empty for what has no name. */
  readonly peer: string;
  readonly local: string;
  /** Who connected to a unix socket, as far as is known. */
  readonly credentials?: { readonly pid: number; readonly uid: number };
  readonly cookie: number;
}

/** A connection and the service that serves it. */
export interface Connection {
  /** The socket unit that it came to. */
  readonly socket: string;
  readonly held: string;
  /** The other end, for people. */
  readonly peer: string;
  /** What the service's processes are told of the other end, as NAME=value. */
  readonly environment: readonly string[];
  /** What MaxConnectionsPerSource= counts; empty where nothing is counted. */
  readonly source: string;
  /** Extended attributes that it gets, as user.NAME=value. */
  readonly attributes: readonly string[];
}

/** A datagram of sd_notify(3), parsed. Durations in microseconds. */
export interface Notification {
  readonly ready: boolean;
  readonly reloading: boolean;
  readonly stopping: boolean;
  readonly monotonicUsec?: number;
  readonly status?: string;
  readonly errno?: number;
  readonly busError?: string;
  readonly mainPid?: number;
  readonly watchdog?: 'ping' | 'trigger';
  readonly watchdogUsec?: number;
  readonly extendTimeoutUsec?: number;
  readonly notifyAccess?: 'none' | 'main' | 'exec' | 'all';
  readonly fdStore: boolean;
  readonly fdStoreRemove: boolean;
  readonly fdName?: string;
  readonly fdPoll: boolean;
  readonly barrier: boolean;
  /** Names under which the keeper holds the descriptors that came along. */
  readonly fds: readonly string[];
}

/** What a unit wants done; data, carried out by manager/effects.ts in order. */
export type Effect =
  /** Fork a process in the unit's group; `child` is from context.nextChild(). */
  | { readonly effect: 'spawn'; readonly child: number; readonly request: ExecRequest; readonly reportExec?: boolean }
  /**
   * Carry out a plan of the type's own in a child, as sockets are opened; its exit comes as `exited`. `outside` of the unit's group, where it is no
   * process of the unit. `inKeeper`: without a child, where that is as good.
   */
  | { readonly effect: 'run'; readonly child: number; readonly plan: Plan; readonly outside?: boolean; readonly inKeeper?: boolean }
  | { readonly effect: 'signal'; readonly child: number; readonly signal: number }
  /** Signal a main process that is no child of the keeper. */
  | { readonly effect: 'signal-pid'; readonly pid: number; readonly signal: number }
  /** Signal every process of the unit's group, except these pids; the keeper lets each continue (SIGCONT) after it, but after one that stops. */
  | { readonly effect: 'signal-group'; readonly signal: number; readonly except: readonly number[] }
  /** Ask for `group-empty`. */
  | { readonly effect: 'watch-group' }
  /** Make a group that holds those of other units, where it has limits to carry out. */
  | { readonly effect: 'make-group' }
  | { readonly effect: 'remove-group' }
  /** Move a process of somebody else into the unit's group. */
  | { readonly effect: 'enter'; readonly pid: number }
  /** Watch a process that is no child of the keeper; its end comes as `exited` with this child id (status 0, since nobody can know it). */
  | { readonly effect: 'adopt'; readonly child: number; readonly pid: number }
  /** Ask for `elapsed` at a time, or up to `accuracyUsec` later, together with others; arming an armed timer moves it. Timers survive the manager. */
  | { readonly effect: 'arm'; readonly timer: string; readonly atUsec: number; readonly accuracyUsec?: number }
  | { readonly effect: 'disarm'; readonly timer: string }
  | { readonly effect: 'poll'; readonly name: string }
  /** As `poll`, of a descriptor that only says that something happened: what is in it is thrown away. */
  | { readonly effect: 'poll-drain'; readonly name: string }
  | { readonly effect: 'unpoll'; readonly name: string }
  /** Read what waits on a held descriptor, at most so much; `data` follows. */
  | { readonly effect: 'read'; readonly name: string; readonly most: number }
  /** Drop what waits to be read on a held descriptor, or to be accepted. */
  | { readonly effect: 'flush'; readonly name: string }
  /** Ask for `elapsed` of the timer `quiet` once no job is queued; asked for then, the answer comes when something has happened again. */
  | { readonly effect: 'watch-quiet' }
  /** Have the keeper take so many more connections from a listening descriptor; `unpoll` ends it. */
  | { readonly effect: 'accept'; readonly name: string; readonly count: number }
  /** Give a connection that was offered to a service instance, and queue its start. */
  | { readonly effect: 'serve'; readonly unit: string; readonly offered: string; readonly connection: Connection }
  /** A service that has a connection but is off and has no job is not going to serve it. */
  | { readonly effect: 'withdraw'; readonly unit: string }
  /** The service lets go of its connection. */
  | { readonly effect: 'disconnect'; readonly connection: Connection }
  | { readonly effect: 'close'; readonly name: string }
  | { readonly effect: 'rename'; readonly name: string; readonly to: string }
  | { readonly effect: 'watch-hangup'; readonly name: string }
  /** Read and judge the PID file (systemd.service(5), PIDFile=); `watch` asks for another answer whenever it changes, until `unwatch-pid-file`. */
  | { readonly effect: 'read-pid-file'; readonly path: string; readonly watch: boolean }
  | { readonly effect: 'unwatch-pid-file' }
  | { readonly effect: 'unlink'; readonly path: string }
  /** Say so where the directory is not empty, since what is in it will not be seen. */
  | { readonly effect: 'warn-not-empty'; readonly path: string }
  | { readonly effect: 'guess-main' }
  /** Queue a job for another unit, as a socket does for its service; `details` are what that unit's processes are told of it. */
  | {
      readonly effect: 'trigger';
      readonly unit: string;
      readonly job: 'start' | 'stop' | 'restart';
      readonly mode: JobMode;
      readonly details?: TriggerDetails;
    }
  /** Queue the start of this very unit again (Restart=). */
  | { readonly effect: 'restart' }
  /** The unit's own reload ended; without this, leaving `reloading` counts as done. */
  | { readonly effect: 'reload-failed' }
  /** A command said that the unit is not to start now: for who asks, its conditions did not hold. */
  | { readonly effect: 'condition-unmet' }
  /** The service said by itself that it reloads: pass it on to PropagatesReloadTo=. */
  | { readonly effect: 'propagate-reload' }
  | {
      readonly effect: 'log';
      readonly priority: number;
      readonly message: string;
      /** Of the entry, beside those that each message of a unit has. */
      readonly fields?: Readonly<Record<string, string>>;
    };

/** What started a unit, as the $TRIGGER_* of its processes tell it (systemd.exec(5)); timers and paths say it. */
export interface TriggerDetails {
  readonly unit: string;
  /** The path that was found or that changed. */
  readonly path?: string;
  /** When the timer was to elapse. */
  readonly timerRealtimeUsec?: number;
  readonly timerMonotonicUsec?: number;
}

/** The outcome of one event: where the unit is now, and what is to be done. */
export interface Step<State> {
  readonly state: State;
  readonly effects: readonly Effect[];
  /**
   * A state that was passed on the way to `state`, so that the manager acts on both transitions in turn: a service that will
   * restart is first seen as inactive or failed, and one without commands as starting.
   */
  readonly through?: State;
}

/** Why a job is not carried out now. */
export type Refusal =
  /** The unit is where the job wants it: the job is done. */
  | { readonly refused: 'already' }
  /** The unit is on its way elsewhere: ask again when its state has changed. */
  | { readonly refused: 'again' }
  /** The job makes no sense in this state (reload of what is not active). */
  | { readonly refused: 'invalid' }
  | { readonly refused: 'unsupported'; readonly reason?: string }
  | { readonly refused: 'failed'; readonly reason: string };

/** What `clean` is asked to remove (systemctl(1)). */
export interface CleanRequest {
  /** What removes the directories of the wanted kinds; empty where the unit has none of them. */
  readonly plan: Plan;
  /** The kinds that are wanted. */
  readonly what: ReadonlySet<string>;
  /** Stored descriptors are among them. */
  readonly descriptors: boolean;
}

/** Why nothing is removed: the unit is in use, or has nothing of what is wanted. */
export interface CleanRefusal {
  readonly refused: 'busy' | 'nothing';
}

/** What a type may know besides its state and its configuration. */
export interface StepContext {
  /** CLOCK_MONOTONIC, microseconds. */
  readonly now: number;
  /** CLOCK_REALTIME, microseconds: for the calendar, and for stamps that people read. It may jump. */
  readonly realtimeUsec: number;
  /** When the manager of this scope came up first, as CLOCK_MONOTONIC and CLOCK_REALTIME had it then. */
  readonly started: { readonly monotonicUsec: number; readonly realtimeUsec: number };
  /** CLOCK_MONOTONIC when the machine was booted; in a container, which has none of its own, when the manager came up. */
  readonly bootUsec: number;
  /** The local time zone. */
  readonly zone: Zone;
  /** Where the stamp files of timers are. */
  readonly stampDirectory: string;
  /** Why the machine cannot be woken up by its clock; undefined where it can. */
  readonly cannotWake: string | undefined;
  /** When a file was modified, CLOCK_REALTIME microseconds; undefined where there is none. */
  modified(path: string): number | undefined;
  /** A job that this unit wants for the one that it triggers is about to be queued: what is told of that one is older. */
  isTriggering(): boolean;
  /** Whether there is a file, links followed. */
  exists(path: string): boolean;
  /** The first file that a pattern matches, if there is one. */
  firstMatch(pattern: string): string | undefined;
  /** Whether a directory has anything but hidden files and backups in it. */
  hasEntries(path: string): boolean;
  /** What leads to these paths, as far as it is there: another text where a part of it is another file than before. */
  trail(paths: readonly string[]): string;
  /** A number in [0, 1) that is always the same for this unit on this machine. */
  stableRandom(): number;
  readonly invocationId: string;
  /** A fresh child id. */
  nextChild(): number;
  readonly defaults: Defaults;
  /** False where services whose watchdog was not heard are to be left alone. */
  readonly watchdogs?: boolean;
  /** A stop is wanted by a person or a dependency: a queued stop job, or the stop that is being carried out. */
  readonly stopRequested: boolean;
  /** A restart job is queued or running for this unit. */
  readonly restartRequested: boolean;
  /** Held descriptors of the sockets that trigger this service, in the order of Sockets= and of the sockets' names. */
  sockets(): readonly { readonly held: string; readonly name: string }[];
  /** Starting the unit that this one triggers would stop a unit that is on. */
  disturbs(): boolean;
  /** Look of the unit that this one triggers, its LoadState=, and when it last came up and went down. */
  triggered(): Triggered | undefined;
  /** The uid of the manager. */
  readonly uid: number;
  /** The manager is the machine's own, and not one beside another init. */
  readonly ownsMachine: boolean;
  /** Why units of this type cannot be started on this machine, if they cannot. */
  trouble(type: 'automount' | 'swap' | 'device'): string | undefined;
  /** What is mounted at exactly this path, on top of all else: its type and the number of its device. */
  mountAt(where: string): { readonly type: string; readonly device: number } | undefined;
  /** Resolves a user or group to its number for SocketUser= and SocketGroup=; undefined where there is none. */
  resolveUser(name: string): number | undefined;
  resolveGroup(name: string): number | undefined;
  /** The gid of a user's own group, which SocketUser= implies where SocketGroup= is not set. */
  primaryGroup?(user: string): number | undefined;
  /** The machine can make IPv6 sockets. */
  readonly ipv6: boolean;
  /** The number of a network interface; undefined where there is none of that name. */
  interfaceIndex(name: string): number | undefined;
  /** A number in [0, 1), the same for the same seed. */
  random(): number;
}

/** When a timer elapses. */
export interface Schedule {
  readonly next?: { readonly monotonicUsec: number; readonly realtimeUsec: number };
  readonly lastUsec: number;
}

/** What a unit may know of the one that it triggers. */
export interface Triggered extends Look {
  readonly load?: LoadState['state'];
  readonly inactiveExit?: { readonly monotonicUsec: number; readonly realtimeUsec: number };
  readonly inactiveEnter?: { readonly monotonicUsec: number; readonly realtimeUsec: number };
}

/** [Manager] defaults that units fall back on. Durations in microseconds. */
export interface Defaults {
  readonly timeoutStartUsec: number;
  readonly timeoutStopUsec: number;
  readonly timeoutAbortUsec: number | undefined;
  readonly deviceTimeoutUsec: number;
  readonly restartUsec: number;
  readonly startLimitIntervalUsec: number;
  readonly startLimitBurst: number;
  readonly timerAccuracyUsec: number;
  readonly oomPolicy: 'continue' | 'stop' | 'kill';
}

/** A unit type: a pure state machine, and what it can do. State is plain JSON data: it is what survives the manager. */
export interface UnitType<State> {
  readonly name: UnitTypeName;
  readonly can: {
    /** Units are there or not, whatever is asked; false for types that nobody can start. */
    readonly start?: false;
    readonly stop: boolean;
    /** May fail, so OnFailure= makes sense. */
    readonly fail: boolean;
    /** Can be started only once in its life. */
    readonly once?: boolean;
    readonly trigger: boolean;
    /** Wants to hear when the wall clock or the time zone changes. */
    readonly followClock?: boolean;
    reload(config: UnitConfig): boolean;
  };
  /** The state of a unit that was never started. */
  readonly initial: State;
  look(state: State): Look;
  /** Carries out a start job. Conditions, asserts and the start limit are checked before, by the manager, for all types alike. */
  start(state: State, config: UnitConfig, context: StepContext): Step<State> | Refusal;
  stop(state: State, config: UnitConfig, context: StepContext): Step<State> | Refusal;
  reload(state: State, config: UnitConfig, context: StepContext): Step<State> | Refusal;
  /** Has the directories of the unit removed, which is inactive; absent for types that have none. */
  clean?(state: State, request: CleanRequest, config: UnitConfig, context: StepContext): Step<State> | CleanRefusal;
  step(state: State, event: UnitEvent, config: UnitConfig, context: StepContext): Step<State>;
  /** The unit's properties for `show`, beyond those of every unit: systemd's property names to their text. */
  properties(state: State, config: UnitConfig, defaults?: Defaults, form?: TimestampForm): Readonly<Record<string, string>>;
  /** The main process's pid and the control process's, if there are any. */
  pids(state: State): { readonly main?: number; readonly control?: number };
  /** The state in which the unit begins with these processes of others, for types that can take them. */
  withProcesses?(pids: readonly number[]): State;
  /** Lets go of the processes that the unit holds, so that its end is not theirs any more; undefined where it holds none. */
  abandon?(state: State): State | undefined;
  /** What the unit says of itself (sd_notify(3), STATUS=), '' for nothing; absent for types that cannot. */
  statusText?(state: State): string;
  /** How the main process of the present or last run ended; undefined while it runs, and for types without one. */
  mainExit?(state: State): { readonly how: 'exited' | 'killed' | 'dumped'; readonly status: number } | undefined;
  /** When it elapses next by each clock and when it did last, in microseconds; 0 for what it does not wait for, absent for never. */
  schedule?(state: State): Schedule;
  /** Puts the unit into `failed` with this result, from an inactive state (start-limit-hit). */
  fail(state: State, result: string): State;
  /** Held descriptors that belong to this state: those that the keeper holds beyond them are closed at recovery. */
  descriptors(state: State): readonly string[];
  /** The connection that a service instance was made for, open or not. */
  connection?(state: State): Connection | undefined;
  /** The commands that units of this type have by themselves. */
  ownCommands?(config: UnitConfig, invocationId: string): readonly ExecRequest[];
  /** Why no unit of this type can be started on this machine, if none can. */
  unsupported?(context: StepContext): string | undefined;
  /** The unit that this one is but another name of; empty for those that stand for themselves. */
  following?(state: State): string;
  /** The table of the kernel whose lines the units of this type are told of by `seen`, before each `exited`. */
  readonly follows?: TableName;
  /** The line of that table that the state knows. */
  entry?(state: State): TableEntry | null;
  /** Questions that only the manager answers (`read-pid-file`, `guess-main`) and that were open in this state: asked again at recovery. */
  resume?(state: State, config: UnitConfig): readonly Effect[];
  /** What becomes of the state when the manager is another one or the unit files were read afresh, as this configuration may be new. */
  recovered?(state: State, config: UnitConfig, context: StepContext): Step<State>;
}
