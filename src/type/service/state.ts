import type { CommandList } from '../../exec/request.ts';
import type { ActiveState } from '../../graph/active-state.ts';
import type { Connection } from '../type.ts';

/**
 * The state of a service (systemd.service(5)) is a union by `sub`: each member has the processes that can exist in it and
 * no others. What all members share, `memory`, is what one run of the service has gathered; which timers run in a member
 * says the table `timersOf`.
 */
export type ServiceState = { readonly memory: Memory } & StateBody;

export type StateBody =
  /** `lingering`: processes of the last run may still be in the group. */
  | { readonly sub: 'dead' | 'failed'; readonly lingering: boolean }
  | {
      readonly sub: 'dead-before-auto-restart' | 'failed-before-auto-restart' | 'auto-restart' | 'auto-restart-queued';
      readonly lingering: boolean;
    }
  | { readonly sub: 'condition' | 'start-pre'; readonly control: Process }
  /** A child removes the directories of the service (systemctl clean). */
  | { readonly sub: 'cleaning'; readonly control: Process }
  | {
      readonly sub: 'start' | 'start-post';
      readonly main: Process | null;
      readonly control: Process | null;
      readonly question: Question | null;
    }
  | { readonly sub: 'running'; readonly main: Process | null; readonly question: Question | null }
  /** `groupEmpty`: nothing is left that a stop would have to wait for. */
  | { readonly sub: 'exited'; readonly groupEmpty: boolean }
  | { readonly sub: 'reload'; readonly main: Process | null; readonly control: Process }
  /** `beganUsec`: a RELOADING=1 that is older does not answer this reload. */
  | { readonly sub: 'reload-signal' | 'reload-notify'; readonly main: Process | null; readonly beganUsec: number }
  | { readonly sub: 'reload-post'; readonly main: Process | null; readonly control: Process }
  | { readonly sub: 'stop'; readonly main: Process | null; readonly control: Process }
  | Ending;

/** The stages in which main and control process end in any order. */
export interface Ending {
  readonly sub: KillPhase | 'stop-post';
  readonly main: Process | null;
  readonly control: Process | null;
}

export type KillPhase = 'stop-watchdog' | 'stop-sigterm' | 'stop-sigkill' | 'final-watchdog' | 'final-sigterm' | 'final-sigkill';

export type ServiceSub = ServiceState['sub'];

/** A child that runs, or is being forked as long as its pid is not known. */
export interface Process {
  readonly child: number;
  readonly pid: number | null;
  /** Its command; null for a process that was found rather than started (PIDFile=, MAINPID=). */
  readonly command: CommandReference | null;
  /** What it carries out, where another command may follow: by that its place is found when the files have changed meanwhile. */
  readonly line?: string;
  readonly startUsec: number;
  readonly startRealtimeUsec: number;
}

/** One command of the unit's Exec*= lists. */
export interface CommandReference {
  readonly list: ServiceList;
  readonly index: number;
}

/** The lists that services have: all but that of sockets. */
export type ServiceList = Exclude<CommandList, 'ExecStopPre'>;

/** What the manager was asked and has not answered for good yet. */
export type Question =
  | { readonly about: 'guess'; readonly groupEmpty: boolean }
  /** `watching`: another answer follows whenever the file changes; `demanded`: it was missing once, and is waited for. */
  | { readonly about: 'pid-file'; readonly groupEmpty: boolean; readonly watching: boolean; readonly demanded: boolean }
  /** The main process `ended`, but the PID file may name its successor; `exit` counts if it does not. */
  | { readonly about: 'successor'; readonly groupEmpty: boolean; readonly ended: Process; readonly exit: ProcessExit };

/** How a process ended; `command` and times are those of the process. */
export interface ProcessExit {
  readonly how: 'exited' | 'killed' | 'dumped';
  readonly status: number;
}

/** The record of a command that ran or runs, as `systemctl status` shows it. */
export interface CommandRecord extends CommandReference {
  readonly pid: number;
  readonly startRealtimeUsec: number;
  readonly exitRealtimeUsec: number;
  readonly exit: ProcessExit | null;
}

/** The record of the main process of this run. */
export interface MainRecord {
  readonly pid: number;
  readonly startUsec: number;
  readonly startRealtimeUsec: number;
  readonly exitUsec: number;
  readonly exitRealtimeUsec: number;
  readonly exit: ProcessExit | null;
}

/** Result=: why the service is where it is; the first failure of a run counts. */
export type ServiceResult =
  | 'success'
  | 'resources'
  | 'protocol'
  | 'timeout'
  | 'exit-code'
  | 'signal'
  | 'core-dump'
  | 'watchdog'
  | 'start-limit-hit'
  | 'oom-kill'
  | 'exec-condition';

export type NotifyAccess = 'none' | 'main' | 'exec' | 'all';

/** What one run of a service has gathered. */
export interface Memory {
  readonly result: ServiceResult;
  readonly reloadResult: ServiceResult;
  /** How the latest removal of its directories ended; absent where none was made. */
  readonly cleanResult?: ServiceResult;
  readonly startLimitHit: boolean;
  /** Type=idle counts as active while it starts. */
  readonly idle: boolean;
  /** A stop was asked for, so Restart= is out. */
  readonly forbidRestart: boolean;
  readonly restarts: number;
  /** A stop came while it waited for its restart, so the next start is one more of those. */
  readonly countsOn?: true;
  /** It was started at least once. */
  readonly hasRun: boolean;
  /** The main process is known, or was: its absence means that it ended. */
  readonly mainKnown: boolean;
  readonly mainRecord: MainRecord | null;
  readonly records: readonly CommandRecord[];
  readonly statusText: string;
  readonly statusErrno: number;
  readonly statusBusError: string;
  /** NOTIFYACCESS= of the service; null where the setting counts. */
  readonly notifyAccess: NotifyAccess | null;
  /** WATCHDOG_USEC= of the service; null where the setting counts. */
  readonly watchdogUsec: number | null;
  readonly watchdogPingUsec: number;
  readonly watchdogPingRealtimeUsec: number;
  readonly announced: 'nothing' | 'ready' | 'reloading' | 'stopping';
  /** When each timer would elapse; 0 for never. Which of them run is a matter of `sub`. */
  readonly deadlines: Readonly<Record<TimerName, number>>;
  /** The unique name of the connection that owns BusName=; that outlasts runs. */
  readonly busOwner: string | null;
  readonly stored: readonly StoredDescriptor[];
  /** Number of the next descriptor that is stored. */
  readonly nextStored: number;
  /** The connection that it was made for by a socket with Accept=yes, and whether it still has it. */
  readonly connection: (Connection & { readonly open: boolean }) | null;
}

/** A descriptor that the service has parked (sd_notify(3), FDSTORE=1). */
export interface StoredDescriptor {
  readonly held: string;
  readonly name: string;
}

export type TimerName = 'timeout' | 'watchdog' | 'runtime' | 'restart';

/** The memory of a service that never ran. */
export const blankMemory: Memory = {
  result: 'success',
  reloadResult: 'success',
  startLimitHit: false,
  idle: false,
  forbidRestart: false,
  restarts: 0,
  hasRun: false,
  mainKnown: false,
  mainRecord: null,
  records: [],
  statusText: '',
  statusErrno: 0,
  statusBusError: '',
  notifyAccess: null,
  watchdogUsec: null,
  watchdogPingUsec: 0,
  watchdogPingRealtimeUsec: 0,
  announced: 'nothing',
  deadlines: { timeout: 0, watchdog: 0, runtime: 0, restart: 0 },
  busOwner: null,
  stored: [],
  nextStored: 0,
  connection: null,
};

/** A service that was never started. */
export const initialState: ServiceState = { sub: 'dead', lingering: false, memory: blankMemory };

/** sub → ActiveState=. */
export const activeStates: Readonly<Record<ServiceSub, ActiveState>> = {
  dead: 'inactive',
  failed: 'failed',
  'dead-before-auto-restart': 'inactive',
  'failed-before-auto-restart': 'failed',
  'auto-restart': 'activating',
  'auto-restart-queued': 'activating',
  cleaning: 'maintenance',
  condition: 'activating',
  'start-pre': 'activating',
  start: 'activating',
  'start-post': 'activating',
  running: 'active',
  exited: 'active',
  reload: 'reloading',
  'reload-signal': 'reloading',
  'reload-notify': 'reloading',
  'reload-post': 'reloading',
  stop: 'deactivating',
  'stop-watchdog': 'deactivating',
  'stop-sigterm': 'deactivating',
  'stop-sigkill': 'deactivating',
  'stop-post': 'deactivating',
  'final-watchdog': 'deactivating',
  'final-sigterm': 'deactivating',
  'final-sigkill': 'deactivating',
};

/** Where Type=idle differs from `activeStates`: others need not wait for it. */
export const idleActiveStates: Readonly<Partial<Record<ServiceSub, ActiveState>>> = {
  condition: 'active',
  'start-pre': 'active',
  start: 'active',
  'start-post': 'active',
};

/** sub → the timers that run in it. */
export const timersOf: Readonly<Record<ServiceSub, readonly TimerName[]>> = {
  dead: [],
  failed: [],
  'dead-before-auto-restart': [],
  'failed-before-auto-restart': [],
  'auto-restart': ['restart'],
  'auto-restart-queued': [],
  cleaning: ['timeout'],
  condition: ['timeout'],
  'start-pre': ['timeout'],
  start: ['timeout'],
  'start-post': ['timeout', 'watchdog'],
  running: ['watchdog', 'runtime'],
  exited: [],
  reload: ['timeout', 'watchdog'],
  'reload-signal': ['timeout', 'watchdog'],
  'reload-notify': ['timeout', 'watchdog'],
  'reload-post': ['timeout', 'watchdog'],
  stop: ['timeout'],
  'stop-watchdog': ['timeout'],
  'stop-sigterm': ['timeout'],
  'stop-sigkill': ['timeout'],
  'stop-post': ['timeout'],
  'final-watchdog': ['timeout'],
  'final-sigterm': ['timeout'],
  'final-sigkill': ['timeout'],
};

/** The main process of a state, if there is one. */
export function mainOf(state: StateBody): Process | null {
  return 'main' in state ? state.main : null;
}

/** The control process of a state, if there is one. */
export function controlOf(state: StateBody): Process | null {
  return 'control' in state ? state.control : null;
}

/** Whether main and control process end in any order now. */
export function isEnding(state: ServiceState): state is Ending & { readonly memory: Memory } {
  return endings.has(state.sub);
}

/** What the manager was asked, if anything. */
export function questionOf(state: StateBody): Question | null {
  return 'question' in state ? state.question : null;
}

const endings: ReadonlySet<ServiceSub> = new Set([
  'stop-watchdog',
  'stop-sigterm',
  'stop-sigkill',
  'stop-post',
  'final-watchdog',
  'final-sigterm',
  'final-sigkill',
]);
