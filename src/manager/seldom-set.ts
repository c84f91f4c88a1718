import type { Plan } from '../exec/op.ts';
import type { Space } from '../exec/request.ts';
import type { TriggerDetails } from '../type/type.ts';
import type { Marker } from '../unit/markers.ts';
import type { Cleaner } from './cleaner.ts';
import type { Job } from './job.ts';
import type { Asked } from './lookups.ts';
import type { Traffic } from './options.ts';
import type { Window } from './rate-limit.ts';
import type { Refusal, Usage } from './unit.ts';

interface Seldom {
  nop?: Job | undefined;
  details?: TriggerDetails | undefined;
  cpuUsec?: number | undefined;
  traffic?: Traffic | undefined;
  tolerates?: Map<number, ReadonlyMap<number, string>> | undefined;
  refusals?: ReadonlyMap<string, Refusal> | undefined;
  markers?: readonly Marker[];
  frozen?: boolean;
  cleaner?: Cleaner | undefined;
  deadRecord?: Plan;
  recorder?: number | undefined;
  asked?: Asked | undefined;
  space?: Space | undefined;
  kept?: boolean;
  streams?: readonly string[];
  ruleWindow?: Window | undefined;
  peer?: string;
  used?: Usage | undefined;
  unwatchPidFile?: (() => void) | undefined;
}

const none: readonly never[] = [];

/** What few units have: it takes room only in those that do, as there may be tens of thousands of units. */
export class SeldomSet {
  #seldom: Seldom | undefined;

  /** A nop job, which may be there beside another. */
  get nop(): Job | undefined {
    return this.#seldom?.nop;
  }

  set nop(value: Job | undefined) {
    if (value !== this.nop) this.#own().nop = value;
  }

  /** What triggered the unit the first time; as in systemd it is told to all processes of the unit as long as the unit is loaded. */
  get details(): TriggerDetails | undefined {
    return this.#seldom?.details;
  }

  set details(value: TriggerDetails | undefined) {
    if (value !== this.details) this.#own().details = value;
  }

  /** The processor time that its group had used when it went, in microseconds. */
  get cpuUsec(): number | undefined {
    return this.#seldom?.cpuUsec;
  }

  set cpuUsec(value: number | undefined) {
    if (value !== this.cpuUsec) this.#own().cpuUsec = value;
  }

  /** What its group had received and sent when it went, if that was counted. */
  get traffic(): Traffic | undefined {
    return this.#seldom?.traffic;
  }

  set traffic(value: Traffic | undefined) {
    if (value !== this.traffic) this.#own().traffic = value;
  }

  /** The ops of its children that may fail, and the setting that each is there for. */
  get tolerates(): Map<number, ReadonlyMap<number, string>> | undefined {
    return this.#seldom?.tolerates;
  }

  set tolerates(value: Map<number, ReadonlyMap<number, string>> | undefined) {
    if (value !== this.tolerates) this.#own().tolerates = value;
  }

  /** What the kernel refused, by the file of the cgroup or the setting: the settings that are not applied for that, and why. */
  get refusals(): ReadonlyMap<string, Refusal> | undefined {
    return this.#seldom?.refusals;
  }

  set refusals(value: ReadonlyMap<string, Refusal> | undefined) {
    if (value !== this.refusals) this.#own().refusals = value;
  }

  /** What others note that it needs. */
  get markers(): readonly Marker[] {
    return this.#seldom?.markers ?? none;
  }

  set markers(value: readonly Marker[]) {
    if (value !== this.markers) this.#own().markers = value;
  }

  /** Its processes are frozen, or are to be. */
  get frozen(): boolean {
    return this.#seldom?.frozen ?? false;
  }

  set frozen(value: boolean) {
    if (value !== this.frozen) this.#own().frozen = value;
  }

  get cleaner(): Cleaner | undefined {
    return this.#seldom?.cleaner;
  }

  set cleaner(value: Cleaner | undefined) {
    if (value !== this.cleaner) this.#own().cleaner = value;
  }

  /** What the end of a process, which is just being acted on, is to leave in utmp(5). */
  get deadRecord(): Plan {
    return this.#seldom?.deadRecord ?? none;
  }

  set deadRecord(value: Plan) {
    if (value.length + this.deadRecord.length > 0) this.#own().deadRecord = value;
  }

  /** The child that writes such a record while the run goes on. */
  get recorder(): number | undefined {
    return this.#seldom?.recorder;
  }

  set recorder(value: number | undefined) {
    if (value !== this.recorder) this.#own().recorder = value;
  }

  /** What the name service is asked for its start. */
  get asked(): Asked | undefined {
    return this.#seldom?.asked;
  }

  set asked(value: Asked | undefined) {
    if (value !== this.asked) this.#own().asked = value;
  }

  /** What the processes of this run share. */
  get space(): Space | undefined {
    return this.#seldom?.space;
  }

  set space(value: Space | undefined) {
    if (value !== this.space) this.#own().space = value;
  }

  /** A client still wants to know what becomes of it, so it stays loaded. */
  get kept(): boolean {
    return this.#seldom?.kept ?? false;
  }

  set kept(value: boolean) {
    if (value !== this.kept) this.#own().kept = value;
  }

  /** Held descriptors that are standard input, output and error of its processes, given by whoever made it. */
  get streams(): readonly string[] {
    return this.#seldom?.streams ?? none;
  }

  set streams(value: readonly string[]) {
    if (value !== this.streams) this.#own().streams = value;
  }

  get ruleWindow(): Window | undefined {
    return this.#seldom?.ruleWindow;
  }

  set ruleWindow(value: Window | undefined) {
    if (value !== this.ruleWindow) this.#own().ruleWindow = value;
  }

  /** The other end of the connection that it was made for, for people; '' where it was not. */
  get peer(): string {
    return this.#seldom?.peer ?? '';
  }

  set peer(value: string) {
    if (value !== this.peer) this.#own().peer = value;
  }

  /** Of processes that have ended in the present run. */
  get used(): Usage | undefined {
    return this.#seldom?.used;
  }

  set used(value: Usage | undefined) {
    if (value !== this.used) this.#own().used = value;
  }

  /** Undoes the watch on the PID file. */
  get unwatchPidFile(): (() => void) | undefined {
    return this.#seldom?.unwatchPidFile;
  }

  set unwatchPidFile(value: (() => void) | undefined) {
    if (value !== this.unwatchPidFile) this.#own().unwatchPidFile = value;
  }

  #own(): Seldom {
    this.#seldom ??= {};
    return this.#seldom;
  }
}
