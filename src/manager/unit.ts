import type { SmallMap } from '../base/small-map.ts';
import type { Dependency, LoadState, UnitConfig } from '../unit/config.ts';
import type { Reading } from '../unit/reading.ts';
import { pathOfUnit } from '../unit/name.ts';
import type { Stamp } from '../port/keeper.ts';
import type { Look, UnitType } from '../type/type.ts';
import type { ActiveState } from '../graph/active-state.ts';
import type { DependencyGraph } from '../graph/dependency-graph.ts';
import type { Job } from './job.ts';
import { SeldomSet } from './seldom-set.ts';
import type { Window } from './rate-limit.ts';

/** When a unit last crossed each line (semantics 13.1). */
export interface Stamps {
  stateChange?: Stamp;
  inactiveExit?: Stamp;
  activeEnter?: Stamp;
  activeExit?: Stamp;
  inactiveEnter?: Stamp;
}

/** What became of a unit's conditions or asserts the last time that they were looked at. */
export interface Verdict {
  readonly met: boolean;
  /** Those that were found not to hold, as the unit file has them. */
  readonly unmet?: readonly string[];
  readonly at: Stamp;
}

/** When a timer is due and until when it may be answered: CLOCK_MONOTONIC microseconds. */
export interface Alarm {
  readonly atUsec: number;
  readonly latestUsec: number;
}

/** What the processes of the present run that have ended used. */
export interface Usage {
  /** Microseconds. */
  readonly cpuUsec: number;
  /** What the largest of them had in memory at most. */
  readonly largestKib: number;
}

/** Settings that were tried and are not applied. */
export interface Refusal {
  readonly settings: readonly string[];
  readonly why: string;
}

/** The stamps of all units that never left their first state. */
const never: Stamps = Object.freeze({});

/** A loaded unit: its configuration, its state, and all that the manager remembers of it. */
export class Unit extends SeldomSet {
  readonly name: string;
  /** Replaced only by `set-property`. */
  config: UnitConfig;
  /** What its files said, and how to tell whether they still do. */
  readonly reading: Reading;
  readonly type: UnitType<unknown>;
  /** All that the unit declares: by its files, implied by what it is, and by default. */
  readonly declared: readonly Dependency[];
  #declaredBy: ReadonlyMap<string, readonly Dependency[]> | undefined;
  readonly perpetual: boolean;
  readonly graph: DependencyGraph;
  state: unknown;
  look: Look;
  job: Job | undefined;
  invocationId = '';
  /** The INVOCATION_ID by which the processes of the keeper's group are marked; '' while there is no group. */
  groupMark = '';
  /** The name under which its group was made, where that has become an alias since. */
  groupName: string | undefined;
  /** The slice in which its group was made, where its files name another since. */
  groupSlice: string | undefined;
  /** What was written to the files of its cgroup that is not the kernel's own value, by FILE or FILE DEVICE. */
  attributes: ReadonlyMap<string, string> | undefined;
  /** Children that have not exited, and the path of what they run. */
  children: SmallMap<number, string> | undefined;
  /** Armed timers by name. */
  timers: SmallMap<string, Alarm> | undefined;
  stamps: Stamps = never;
  condition: Verdict | undefined;
  assertion: Verdict | undefined;
  startWindow: Window | undefined;
  /** The keeper has a blob for this unit. */
  stored = false;
  /** When its files had been changed last when they were read, by path: CLOCK_REALTIME. */
  readonly modified: SmallMap<string, number>;

  constructor(
    config: UnitConfig,
    type: UnitType<unknown>,
    given: {
      readonly reading: Reading;
      readonly declared: readonly Dependency[];
      /** Its state, if it is always there. */
      readonly perpetual: unknown;
      readonly modified: SmallMap<string, number>;
      readonly graph: DependencyGraph;
    },
  ) {
    super();
    const { declared, perpetual } = given;
    this.modified = given.modified;
    this.graph = given.graph;
    this.name = config.name;
    this.config = config;
    this.reading = given.reading;
    this.type = type;
    this.declared = declared;
    this.perpetual = perpetual !== undefined;
    this.state = perpetual ?? type.initial;
    this.look = type.look(this.state);
  }

  /** Notes that it has just crossed a line. */
  stamp(line: keyof Stamps, at: Stamp): void {
    if (this.stamps === never) this.stamps = {};
    this.stamps[line] = at;
  }

  /** What the unit declares about the unit that it calls so. */
  declaredOn(name: string): readonly Dependency[] {
    this.#declaredBy ??= Map.groupBy(this.declared, ({ unit }) => unit);
    return this.#declaredBy.get(name) ?? [];
  }

  /** What the keeper calls its group. */
  get group(): string {
    return this.groupName ?? this.name;
  }

  get load(): LoadState {
    return this.config.load;
  }

  get active(): ActiveState {
    return this.look.active;
  }

  get canStart(): boolean {
    return this.type.can.once !== true || this.stamps.inactiveExit === undefined;
  }

  /** It can reload itself, or, where its type has no such thing, only passes reloads on. */
  get canReload(): boolean {
    return (
      this.type.can.reload(this.config) || (this.config.type !== 'service' && this.graph.related(this.name, 'propagate-reload').length > 0)
    );
  }

  get allowIsolate(): boolean {
    return this.config.unit.AllowIsolate;
  }

  get ignoreOnIsolate(): boolean {
    return this.config.unit.IgnoreOnIsolate;
  }

  /** What the unit is for, or else its name; and whom it serves. */
  get description(): string {
    const { Description } = this.config.unit;
    if (this.peer === '') return Description === '' ? ownDescription(this.config) : Description;
    return Description === '' ? this.peer : `${Description} (${this.peer})`;
  }

  /** Name and description, as messages call the unit. */
  get title(): string {
    const { description, name } = this;
    return description === name ? name : `${name} - ${description}`;
  }
}

/** What a unit is called that nobody has described. */
function ownDescription({ name, type }: UnitConfig): string {
  return type === 'slice' ? `Slice ${pathOfUnit(name) ?? name}` : name;
}
