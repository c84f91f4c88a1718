import type { Change } from '../../src/graph/report.ts';
import type { Batch, Stamp } from '../../src/port/keeper.ts';
import type { FakeProcess } from '../../src/port/keeper-fake.ts';
import { isJobBlob, isUnitBlob, type JobBlob, readBlob, type UnitBlob } from '../../src/manager/state-blob.ts';
import { type Scenario, valuesOf } from './scenario.ts';
import type { Work } from './work.ts';

/** A unit as those see it who only watch what the manager says and sends. */
export interface WatchedUnit {
  readonly name: string;
  active: string;
  sub: string;
  /** What the keeper remembers of it. */
  blob: UnitBlob | undefined;
  /** When the first of its deadlines is to be answered at the latest; Infinity where it has none. */
  dueUsec: number;
  /** Starts as StartLimitBurst= counts them: in the window that began then. */
  starts: { beganUsec: number; count: number } | undefined;
  /** Its ExecStopPost= took too long. */
  gaveUp: boolean;
  /** Since when it waits for its automatic restart, and for how long it has to. */
  pause: { readonly sinceUsec: number; readonly usec: number } | undefined;
  /** Automatic restarts since it was started otherwise, or reset. */
  restarts: number;
  /** It was marked as one that needs a restart, and has neither come up nor gone down since. */
  isMarked: boolean;
  readonly timer: WatchedTimer;
}

/** When a timer unit elapsed, and what that was for. */
export interface WatchedTimer {
  activated: Stamp | undefined;
  /** The CLOCK_REALTIME time after which the calendar counts. */
  calendarFromUsec: number;
  /** Lines that can elapse only once and did. */
  readonly spent: Set<string>;
  lastUsec: number | undefined;
  /** The last period of the calendar that was answered, by line. */
  readonly slots: Map<string, number>;
  /** The wall clock was set since. */
  clockWasSet: boolean;
}

export interface WatchedJob {
  readonly id: number;
  readonly unit: string;
  /** As it was announced, and then as it is remembered: merging changes it. */
  type: string;
}

/** A change of a unit's state, as it was announced. */
export interface Transition {
  readonly unit: WatchedUnit;
  readonly from: { readonly active: string; readonly sub: string };
  readonly to: { readonly active: string; readonly sub: string };
  readonly at: Stamp;
  readonly cause: string;
  /** The job that it carries out. */
  readonly job: { readonly type: string; readonly id: number } | undefined;
}

/** A client marked the unit. */
interface Marking {
  readonly change: 'marked';
  readonly unit: string;
  readonly markers: string;
}

type Entry = { readonly change: Change | Marking; readonly at: Stamp; readonly cause: string };

/** What is known of the manager from outside: only what it has sent counts, since a manager that dies before never said it. */
export class Model {
  readonly scenario: Scenario;
  /** What the machine does besides running programs. */
  readonly work: Work;
  /** Whether the keeper has a unit's own cgroup frozen. */
  readonly isFrozen: (unit: string) => boolean;
  readonly units = new Map<string, WatchedUnit>();
  readonly jobs = new Map<number, WatchedJob>();
  /** Jobs that are over, and how often that was said. */
  readonly ended = new Map<number, number>();
  /** Jobs that clients were told of. */
  readonly tickets = new Set<number>();
  /** All lines that the files of a unit ever had. */
  readonly lines = new Map<string, readonly string[]>();
  /** Units whose files were changed, or that were once asked for without their order. */
  readonly loose = new Set<string>();
  /** Units of which something was sent since they were looked at last. */
  readonly changed = new Set<WatchedUnit>();
  /** How often each command line was run. */
  readonly runs = new Map<string, number>();
  /** Those who looked below an automount point and were answered, with the error. */
  readonly answered = new Set<string>();
  readonly #circles = new Map<string, boolean>();
  readonly #ordered = new Map<string, readonly string[]>();
  /** The calendar has been gone through twice, so nothing can be said of it. */
  clockWentBack = false;
  /** What the keeper has; set before each look. */
  processes: readonly FakeProcess[] = [];
  now: Stamp;
  #groups: ReadonlyMap<string, string> = new Map();
  #log: Entry[] = [];
  readonly #puts = new Map<string, Uint8Array | string>();

  constructor(scenario: Scenario, now: Stamp, work: Work, isFrozen: (unit: string) => boolean) {
    this.scenario = scenario;
    this.work = work;
    this.isFrozen = isFrozen;
    this.now = now;
    for (const [name, lines] of Object.entries(scenario.units)) this.lines.set(name, lines);
  }

  /** The manager says something, but may die before it sends what it has decided. */
  hear(change: Entry['change'], at: Stamp, cause: string): void {
    this.#log.push({ change, at, cause });
  }

  /** The manager died: what it had not sent never was. */
  forgetUnsent(): void {
    this.#log = [];
  }

  /** A batch was sent, so all that was said so far counts; gives the transitions, each as the model is at that moment. */
  commit(batch: Batch, look: (transition: Transition) => void, jobLook: (change: Change) => void): void {
    // Of timers it counts what their services were before.
    if (this.#log.some(({ change }) => change.change === 'unit' && change.unit.endsWith('.timer'))) this.digest();
    for (const { change, at, cause } of this.#log.splice(0)) {
      if (change.change === 'unit') this.#moved(change, at, cause, look);
      else if (change.change === 'marked') this.#marked(change);
      else {
        jobLook(change);
        this.#jobChanged(change);
      }
    }
    const isPut = (key: string): boolean => batch.commands.some((command) => command.do === 'put' && command.key === key);
    for (const command of batch.commands) {
      if (command.do === 'put') this.#puts.set(command.key, command.bytes);
      else if (command.do === 'delete') this.#deleted(command.key, isPut);
      else if (command.do === 'run') this.#ran(command);
    }
  }

  /** Reads what the keeper was told to remember since the last time. */
  digest(): void {
    for (const [key, bytes] of this.#puts) {
      const [kind, name] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)];
      if (kind === 'unit') {
        const unit = this.unit(name);
        unit.blob = parsed(bytes, isUnitBlob);
        unit.dueUsec = Math.min(...(unit.blob?.timers ?? []).map(([, atUsec, latestUsec = atUsec]) => latestUsec));
        this.changed.add(unit);
      } else if (kind === 'job') this.#jobRemembered(Number(name), parsed(bytes, isJobBlob));
    }
    this.#puts.clear();
  }

  /** Takes over what the keeper has now; units whose processes are others than before have changed. */
  see(processes: readonly FakeProcess[]): void {
    this.processes = processes;
    const groups = new Map<string, string>();
    for (const { group, pid, adopted } of processes) groups.set(group, `${groups.get(group) ?? ''} ${pid}/${adopted ?? ''}`);
    for (const name of new Set([...groups.keys(), ...this.#groups.keys()])) {
      const unit = groups.get(name) === this.#groups.get(name) ? undefined : this.units.get(name);
      if (unit !== undefined) this.changed.add(unit);
    }
    this.#groups = groups;
  }

  unit(name: string): WatchedUnit {
    const known = this.units.get(name);
    if (known !== undefined) return known;
    const unit = blank(name);
    this.units.set(name, unit);
    return unit;
  }

  /** The units that the unit comes after, or before; what an edited file does not say any more counts on. */
  ordered(name: string, key: 'After' | 'Before'): readonly string[] {
    const known = this.#ordered.get(`${key} ${name}`);
    if (known !== undefined) return known;
    const inverse = key === 'After' ? 'Before' : 'After';
    const others = [...this.lines.keys()].filter((other) => valuesOf(this.lines.get(other) ?? [], inverse).includes(name));
    const found = [...valuesOf(this.lines.get(name) ?? [], key), ...others];
    this.#ordered.set(`${key} ${name}`, found);
    return found;
  }

  /** The order of the two contradicts itself, be it by way of others. */
  areInCircle(a: string, b: string): boolean {
    const key = `${a} ${b}`;
    const known = this.#circles.get(key);
    if (known !== undefined) return known;
    const found = this.#leads(a, b) && this.#leads(b, a);
    this.#circles.set(key, found);
    return found;
  }

  #leads(from: string, to: string): boolean {
    const seen = new Set([from]);
    for (const name of seen) for (const next of this.#followers(name)) seen.add(next);
    return seen.size > 1 && seen.has(to);
  }

  /** The units that are ordered after this one; what triggers a unit comes before it. */
  #followers(name: string): readonly string[] {
    const after = [...this.lines.keys()].filter((other) => valuesOf(this.lines.get(other) ?? [], 'After').includes(name));
    const triggered = /\.(timer|path|socket)$/.test(name) ? [name.replace(/\.[a-z]+$/, '.service')] : [];
    return [...valuesOf(this.lines.get(name) ?? [], 'Before'), ...after, ...triggered, ...this.#followersByDefault(name)];
  }

  /** What is mounted or swapped on comes before sysinit.target, and all else behind it (DefaultDependencies= in systemd.unit(5) and its kin). */
  #followersByDefault(name: string): readonly string[] {
    if (name === sysinit) return [...this.lines.keys()].filter((other) => !isEarly(other) && this.#hasDefaults(other));
    return isEarly(name) && this.#hasDefaults(name) ? [sysinit] : [];
  }

  #hasDefaults(name: string): boolean {
    return !valuesOf(this.lines.get(name) ?? [], 'DefaultDependencies').includes('no');
  }

  /** The job of a unit that is no nop. */
  jobOf(unit: string): WatchedJob | undefined {
    for (const job of this.jobs.values()) if (job.unit === unit && job.type !== 'nop') return job;
    return undefined;
  }

  #moved(change: Extract<Change, { readonly change: 'unit' }>, at: Stamp, cause: string, look: (transition: Transition) => void): void {
    const unit = this.unit(change.unit);
    const from = { active: unit.active, sub: unit.sub };
    this.changed.add(unit);
    if (from.active === change.active && from.sub === change.sub) return;
    const told = /^(\w[\w-]*) job (\d+)$/.exec(cause);
    const job = told?.[1] === undefined ? undefined : { type: told[1], id: Number(told[2]) };
    if (from.sub === 'stop-post' && cause === 'this step took longer than its time limit') unit.gaveUp = true;
    else if (change.sub === 'start' || change.sub === 'running') unit.gaveUp = false;
    look({ unit, from, to: { active: change.active, sub: change.sub }, at, cause, job });
    if (unit.active !== change.active && [unit.active, change.active].some((active) => active === 'inactive' || active === 'failed'))
      unit.isMarked = false;
    unit.active = change.active;
    unit.sub = change.sub;
  }

  #marked({ unit: name, markers }: Marking): void {
    const unit = this.unit(name);
    // With a plus they are added to those that are there.
    if (unit.active !== 'inactive') unit.isMarked = markers.includes('needs-restart') || (markers.startsWith('+') && unit.isMarked);
    this.changed.add(unit);
  }

  #jobChanged(change: Change): void {
    if (change.change === 'job-new') this.jobs.set(change.job, { id: change.job, unit: change.unit, type: change.type });
    if (change.change !== 'job-removed') return;
    this.jobs.delete(change.job);
    this.ended.set(change.job, (this.ended.get(change.job) ?? 0) + 1);
    this.changed.add(this.unit(change.unit));
  }

  #jobRemembered(id: number, blob: JobBlob | undefined): void {
    const job = this.jobs.get(id);
    if (job !== undefined && blob !== undefined) job.type = blob.type;
  }

  /** A unit that is unloaded is forgotten; if it is there `again` at once, only what was said of it last is not. */
  #deleted(key: string, again: (key: string) => boolean): void {
    this.#puts.delete(key);
    if (!key.startsWith('unit/')) return;
    const unit = this.units.get(key.slice('unit/'.length));
    if (unit === undefined) return;
    this.units.delete(unit.name);
    this.changed.delete(unit);
    if (again(key)) Object.assign(this.unit(unit.name), { active: unit.active, sub: unit.sub });
  }

  #ran({ plan }: Extract<Batch['commands'][number], { readonly do: 'run' }>): void {
    for (const op of plan) if (op.op === 'autofs-answer') this.answered.add(`${op.token}: ${op.error}`);
    const exec = plan.find((op) => op.op === 'exec');
    if (exec === undefined) return;
    const line = exec.argv.join(' ');
    this.runs.set(line, (this.runs.get(line) ?? 0) + 1);
  }
}

const sysinit = 'sysinit.target';

function isEarly(name: string): boolean {
  return /\.(mount|automount|swap)$/.test(name);
}

function blank(name: string): WatchedUnit {
  const timer: WatchedTimer = {
    activated: undefined,
    calendarFromUsec: 0,
    spent: new Set(),
    lastUsec: undefined,
    slots: new Map(),
    clockWasSet: false,
  };
  return {
    name,
    active: 'inactive',
    sub: 'dead',
    blob: undefined,
    dueUsec: Infinity,
    starts: undefined,
    gaveUp: false,
    pause: undefined,
    restarts: 0,
    isMarked: false,
    timer,
  };
}

function parsed<Blob>(bytes: Uint8Array | string, isBlob: (value: unknown) => value is Blob): Blob | undefined {
  const blob = readBlob(bytes, isBlob);
  return blob.ok ? blob.value : undefined;
}
