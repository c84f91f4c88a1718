import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../../src/graph/report.ts';
import type { ManagerOptions } from '../../src/manager/options.ts';
import type { Batch, KeeperEvent } from '../../src/port/keeper.ts';
import type { Script } from '../../src/port/keeper-fake.ts';
import { MountMachine } from '../scenario/mount-table.ts';
import { Simulation } from '../scenario/simulation.ts';
import { clients, deviceFiles, outside } from './deeds.ts';
import { deviceUnit } from './generate-kernel.ts';
import { type Invariant, type InvariantName, invariants } from './invariants.ts';
import { Model } from './model.ts';
import { type Deed, type Fault, isPrompt, type Scenario, type Step } from './scenario.ts';
import { Work } from './work.ts';

/** What did not hold, as a sentence. */
export interface Violation {
  readonly invariant: InvariantName;
  readonly message: string;
  readonly atUsec: number;
}

export interface Outcome {
  readonly violation: Violation | undefined;
  /** Events of the keeper and alarms of the clock that managers got, and what clients asked of them. */
  readonly events: number;
}

/** Ways to break what is tested, for tests of the tests. */
export interface Sabotage {
  /** Changes what a manager is made of. */
  readonly adapt?: (options: ManagerOptions) => ManagerOptions;
  /** Changes what the manager says to those who listen: nothing, once, or more often. */
  readonly says?: (change: Change) => readonly Change[];
}

/** Runs the scenario without and with its faults. What must hold is looked at in both, and both must come to the same end. */
export function judge(scenario: Scenario, sabotage: Sabotage = {}): Outcome {
  const calm = new Run({ ...scenario, faults: [] }, sabotage);
  const whole = calm.go();
  if (whole !== undefined || scenario.faults.length === 0) return { violation: whole, events: calm.events };
  const faulty = new Run(scenario, sabotage);
  const broken = faulty.go();
  const events = calm.events + faulty.events;
  if (broken !== undefined || !isPrompt(scenario) || !isExact(scenario) || calm.isCut || faulty.isCut) return { violation: broken, events };
  const [expected, found] = [calm.end(), faulty.end()];
  if (isDeepStrictEqual(expected, found)) return { violation: undefined, events };
  return { violation: { invariant: 'faults do not change the end', message: differenceOf(expected, found), atUsec: 0 }, events };
}

/**
 * A manager that begins anew answers what may wait, so what comes of timers that may is not the same for all; and a reload is an
 * occasion to look once more at the rules that hold all the time.
 */
function isExact({ units, faults }: Scenario): boolean {
  const lines = Object.values(units).flat();
  if (lines.some((line) => line.startsWith('AccuracySec=') && line !== 'AccuracySec=1us')) return false;
  // What was drawn by lot is drawn anew where the manager died before it had sent it.
  if (Object.values(units).some((each) => each.includes('RandomizedDelaySec=3') && !each.includes('FixedRandomDelay=yes'))) return false;
  return !faults.some((fault) => 'reload' in fault) || !lines.some((line) => /^(Upholds|StopWhenUnneeded|BindsTo)=/.test(line));
}

function differenceOf(expected: End, found: End): string {
  const lines: string[] = [];
  for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const [a, b] = [JSON.stringify(expected[key]), JSON.stringify(found[key])];
    if (a !== b) lines.push(`${key}: ${a} without, ${b} with faults`);
  }
  return lines.join('\n');
}

type End = Readonly<Record<string, unknown>>;

/** How long a run goes on after the last step. */
const afterwardsUsec = 150_000_000;

/** A scenario that goes round in circles is cut short. */
const mostEvents = 12_000;

/** So is one that leaves more and more processes behind (KillMode=none). */
const mostProcesses = 300;

class Run {
  readonly #scenario: Scenario;
  readonly #sabotage: Sabotage;
  readonly #simulation: Simulation;
  readonly #machine: MountMachine | undefined;
  readonly #model: Model;
  readonly #faults: Map<string, Fault>;
  #violation: Violation | undefined;
  #batches = 0;
  #isUp = false;
  /** How often it had nothing to do; and how it is started again while it rests. */
  #quietMoments = 0;
  #wake: (() => void) | undefined;
  /** What was asked of the manager and may be lost with it: clients ask again. */
  #unsent: Deed[] = [];
  #unsentTickets: number[] = [];
  /** Clients that wait for a manager. */
  #waiting: Deed[] = [];
  /** The processes that scopes are made of. */
  readonly #pids = new Map<Deed, number>();
  /** What the keeper had when it was looked at last. */
  #population = -1;
  events = 0;
  isCut = false;

  constructor(scenario: Scenario, sabotage: Sabotage) {
    this.#scenario = scenario;
    this.#sabotage = sabotage;
    this.#faults = new Map(scenario.faults.map((fault) => [keyOf(fault), fault]));
    const options = {
      units: Object.fromEntries(Object.entries(scenario.units).map(([name, lines]) => [name, `${lines.join('\n')}\n`])),
      programs: Object.fromEntries(
        Object.entries(scenario.programs).map(([path, scripts]) => [path, (run: number) => scriptOf(scripts, run)]),
      ),
      adapt: (given: ManagerOptions) => (sabotage.adapt ?? same)(this.#adapt(given)),
    };
    this.#machine = kernelUnits.some((name) => name in scenario.units)
      ? new MountMachine({ ...options, files: { '/dev/autofs': '', ...deviceFiles }, mounts: ['/sys'], swaps: true })
      : undefined;
    this.#simulation = this.#machine?.simulation ?? new Simulation(options);
    const { keeper, clock } = this.#simulation;
    this.#model = new Model(scenario, clock.now(), new Work(this.#simulation, this.#machine), (unit) => keeper.isFrozen(unit));
    this.#showProcesses();
  }

  /** Goes to the end, or up to what does not hold. */
  go(): Violation | undefined {
    const { clock, keeper } = this.#simulation;
    keeper.mayDeliver = (event) => this.#mayDeliver(event);
    keeper.unheard = () => this.#wake?.();
    clock.mostTurns = 1000;
    try {
      this.#startManager();
      this.#goTo(0);
      for (const step of this.#scenario.steps) {
        this.#goTo(step.atUsec);
        if (this.#violation !== undefined || this.isCut) return this.#violation;
        this.#act(step);
      }
      this.#goTo(clock.now().monotonicUsec - startUsec + afterwardsUsec);
      this.#wake?.();
      clock.settle();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#complain('nothing throws', error.stack ?? error.message);
    }
    return this.#violation;
  }

  /** Where it ended. */
  end(): End {
    const { manager, keeper } = this.#simulation;
    const end: Record<string, unknown> = {
      running: this.#simulation.running().toSorted(),
      groups: keeper.groups(),
      held: keeper.descriptors().filter((name) => !name.startsWith('notify/') && !name.startsWith('stored/')).length,
      frozen: keeper.groups().filter((group) => keeper.isFrozen(group)),
      marked: manager
        .marked()
        .map(({ unit, markers }) => `${unit} ${markers.join(' ')}`)
        .toSorted(),
      jobs: manager
        .jobs()
        .map(({ unit, type, state }) => `${unit} ${type} ${state}`)
        .toSorted(),
      answered: [...this.#model.answered].toSorted(),
      runs: [...this.#model.runs].map(([line, count]) => `${line}: ${count}`).toSorted(),
    };
    for (const name of [...Object.keys(this.#scenario.units), ...withoutFile]) {
      if (name.includes('@')) continue;
      const { ActiveState, SubState, Result, ReloadResult, NRestarts, NAccepted, NConnections } = manager.properties(name) ?? {};
      end[name] = [ActiveState, SubState, Result, ReloadResult, NRestarts, NAccepted, NConnections]
        .filter((value) => value !== undefined)
        .join(' ');
    }
    return end;
  }

  #goTo(usec: number): void {
    const { clock } = this.#simulation;
    const end = startUsec + usec;
    clock.settle();
    this.#look();
    while (this.#violation === undefined && !this.isCut && clock.step(end - clock.now().monotonicUsec)) this.#look();
    if (this.#violation === undefined && !this.isCut) clock.advance(Math.max(0, end - clock.now().monotonicUsec));
  }

  #startManager(): void {
    const { clock } = this.#simulation;
    this.#isUp = true;
    this.#simulation.startManager();
    const { manager } = this.#simulation;
    for (const entry of manager.history()) {
      const at = { realtimeUsec: entry.usec, monotonicUsec: entry.monotonicUsec };
      if (entry.what === 'state') this.#hear({ change: 'unit', unit: entry.unit, ...stateIn(entry.to) }, at, entry.cause);
    }
    this.#model.digest();
    const jobs = manager.jobs();
    for (const { id, unit, type } of jobs)
      if (!this.#model.jobs.has(id)) this.#hear({ change: 'job-new', job: id, anchor: id, unit, type }, clock.now(), '');
    // What the kernel's tables say may have brought a job to its end before anybody could listen.
    for (const { id, unit, type } of this.#model.jobs.values()) {
      if (jobs.some((job) => job.id === id) || !isReached(type, manager.unit(unit)?.active)) continue;
      this.#hear({ change: 'job-removed', job: id, unit, result: 'done' }, clock.now(), '');
    }
    manager.subscribe((change) => {
      // One that was killed in the middle of its work goes on to the end of it, but nobody hears that.
      if (!this.#isUp || this.#simulation.manager !== manager) return;
      const last = change.change === 'unit' ? manager.history(change.unit).findLast(({ what }) => what === 'state') : undefined;
      const cause = last?.cause ?? '';
      this.#hear(change, clock.now(), cause);
    });
    for (const deed of this.#waiting.splice(0)) this.#ask(deed);
  }

  #hear(change: Change, at: ReturnType<Simulation['clock']['now']>, cause: string): void {
    for (const said of this.#sabotage.says?.(change) ?? [change]) this.#model.hear(said, at, cause);
  }

  #adapt(options: ManagerOptions): ManagerOptions {
    const { keeper, clock } = options;
    let isAlive = true;
    return {
      ...options,
      keeper: {
        inventory: keeper.inventory,
        receive: (receiver) => keeper.receive(receiver),
        whenTold: (then) => keeper.whenTold(then),
        send: (batch) => {
          if (!isAlive || !this.#isUp) return;
          isAlive = this.#send(batch, (sent) => keeper.send(sent));
        },
      },
      clock: {
        now: () => clock.now(),
        soon: (turn) => clock.soon(turn),
        at: (usec, elapsed) =>
          clock.at(usec, () => {
            this.events += 1;
            elapsed();
          }),
      },
    };
  }

  /** Sends a batch, unless the manager is killed before that; tells whether it lives after it. */
  #send(batch: Batch, send: (batch: Batch) => void): boolean {
    this.#batches += 1;
    const before = this.#fault('before-batch', this.#batches);
    if (before !== undefined) {
      this.#kill(before.downUsec);
      return false;
    }
    this.#unsent = [];
    for (const id of this.#unsentTickets.splice(0)) this.#model.tickets.add(id);
    send(batch);
    this.#model.commit(
      batch,
      (transition) => this.#check('moved', (look: NonNullable<Invariant['moved']>) => look(this.#model, transition)),
      (change) => this.#check('job', (look: NonNullable<Invariant['job']>) => look(this.#model, change)),
    );
    if (this.#faults.size > 0 && this.#faults.delete(`reload ${this.#batches}`))
      this.#simulation.clock.soon(() => this.#isUp && this.#simulation.manager.reload());
    const after = this.#fault('after-batch', this.#batches);
    if (after !== undefined) this.#kill(after.downUsec);
    return after === undefined;
  }

  #fault(kind: string, at: number): Extract<Fault, { readonly kill: unknown }> | undefined {
    if (this.#faults.size === 0) return undefined;
    const key = `${kind} ${at}`;
    const fault = this.#faults.get(key);
    if (fault === undefined || !('kill' in fault)) return undefined;
    this.#faults.delete(key);
    return fault;
  }

  #mayDeliver(event: KeeperEvent): boolean {
    this.events += 1;
    if (this.events > mostEvents) this.isCut = true;
    const fault = this.#fault('before-event', event.sequence);
    if (fault !== undefined) this.#kill(fault.downUsec);
    return fault === undefined;
  }

  #kill(downUsec: number): void {
    const { clock } = this.#simulation;
    this.#isUp = false;
    this.#simulation.crash();
    this.#model.forgetUnsent();
    this.#waiting = [...this.#unsent.splice(0), ...this.#waiting];
    this.#unsentTickets = [];
    if (downUsec === 0) clock.soon(() => this.#startManager());
    else clock.at(clock.now().monotonicUsec + downUsec, () => this.#startManager());
  }

  /** What the keeper does for a manager that may end: it starts the next when something happens, a client comes, or it is time. */
  #rest(untilUsec: number): void {
    const { clock } = this.#simulation;
    this.#isUp = false;
    this.#simulation.crash();
    const wake = (): void => {
      if (this.#wake !== wake) return;
      this.#wake = undefined;
      clock.soon(() => this.#startManager());
    };
    this.#wake = wake;
    if (untilUsec < Infinity) clock.at(untilUsec, wake);
  }

  #act(step: Step): void {
    outside[step.do]?.(step, this.#simulation, this.#machine, this.#model);
    if (step.do === 'transient' && step.process !== undefined) this.#pids.set(step, this.#simulation.keeper.outsider(step.process));
    this.#ask(step);
    this.#simulation.clock.settle();
    this.#look();
    this.#unsent = [];
  }

  /** Does what a client does, at once or when there is a manager again. */
  #ask(deed: Deed): void {
    if (!clients.has(deed.do)) return;
    if (!this.#isUp) {
      this.#waiting.push(deed);
      this.#wake?.();
      return;
    }
    this.events += 1;
    this.#unsent.push(deed);
    const { manager } = this.#simulation;
    switch (deed.do) {
      case 'request': {
        if (deed.mode === 'ignore-dependencies') this.#model.loose.add(deed.unit);
        const ticket = manager.request(deed.job, deed.unit, deed.mode, 'test');
        if (ticket.ok) this.#unsentTickets.push(ticket.value.job);
        return;
      }
      case 'cancel': {
        const job = manager.jobs().find(({ unit }) => unit === deed.unit);
        if (job !== undefined) manager.cancel(job.id);
        return;
      }
      case 'kill':
        manager.kill(deed.unit, deed.whom, deed.signal);
        return;
      case 'reset-failed': {
        manager.resetFailed(deed.unit);
        const unit = this.#model.units.get(deed.unit);
        if (unit !== undefined) Object.assign(unit, { starts: undefined, restarts: 0 });
        return;
      }
      case 'transient': {
        const pid = this.#pids.get(deed);
        const properties = Object.entries(deed.properties).map(([name, value]) => ({ name, value }));
        const request = { unit: deed.unit, properties, auxiliary: [], pids: pid === undefined ? [] : [pid] };
        const ticket = manager.startTransient(request, 'fail', 'test');
        if (ticket.ok) this.#unsentTickets.push(ticket.value.job);
        return;
      }
      case 'edit':
        manager.reload();
        return;
      case 'freeze':
      case 'thaw':
        manager.freeze(deed.unit, deed.do === 'freeze');
        return;
      case 'clean':
        manager.clean(deed.unit, [deed.what]);
        return;
      case 'mark':
        this.#mark(deed.unit, deed.markers);
        return;
      case 'restart-marked':
        for (const { unit, markers } of manager.marked()) {
          const job = markers.includes('needs-restart') ? 'try-restart' : 'try-reload-or-restart';
          const ticket = manager.request(job, unit, 'fail', 'test');
          if (ticket.ok) this.#unsentTickets.push(ticket.value.job);
        }
        return;
      default:
        return;
    }
  }

  /** Of what is not there nobody would know how long the mark lasts. */
  #mark(unit: string, markers: string): void {
    const { manager, clock } = this.#simulation;
    const active = manager.unit(unit)?.active ?? 'inactive';
    if (active === 'inactive' || active === 'failed') return;
    const marked = manager.setProperties(unit, [{ name: 'Markers', value: markers }], { runtime: true });
    if (marked.ok) this.#model.hear({ change: 'marked', unit, markers }, clock.now(), 'test');
  }

  /** Looks at what must hold when nothing is left to do at this moment. */
  #look(): void {
    if (this.#violation !== undefined || !this.#isUp) return;
    const { clock, keeper, manager } = this.#simulation;
    const model = this.#model;
    model.now = clock.now();
    if (keeper.population !== this.#population) {
      this.#population = keeper.population;
      const processes = keeper.processes();
      if (processes.length > mostProcesses) this.isCut = true;
      model.see(processes);
    }
    model.digest();
    for (const unit of model.changed) this.#check('unit', (look: NonNullable<Invariant['unit']>) => look(model, unit));
    model.changed.clear();
    const jobs = manager.jobs({ order: true });
    this.#check('quiet', (look: NonNullable<Invariant['quiet']>) => look(model, jobs));
    this.#mayRest();
  }

  #mayRest(): void {
    const until = this.#simulation.manager.restUntil;
    if (until === undefined || until <= this.#simulation.clock.now().monotonicUsec) return;
    this.#quietMoments += 1;
    if (this.#faults.delete(`rest ${this.#quietMoments}`)) this.#rest(until);
  }

  #check<Kind extends keyof Invariant>(kind: Kind, look: (invariant: NonNullable<Invariant[Kind]>) => string | undefined): void {
    for (const [name, invariant] of looks[kind]) {
      // The table has at each kind only invariants of that kind.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const message = look(invariant as NonNullable<Invariant[Kind]>);
      if (message !== undefined) this.#complain(name, message);
    }
  }

  #complain(invariant: InvariantName, message: string): void {
    this.#violation ??= { invariant, message, atUsec: this.#simulation.clock.now().monotonicUsec - startUsec };
  }

  /** What the manager reads of processes. */
  #showProcesses(): void {
    const { files, keeper } = this.#simulation;
    files.liveTree('/sys/fs/cgroup/tysd', (below) => {
      const unit = below.split('/').at(-2) ?? '';
      if (below.endsWith('/cgroup.freeze'))
        return keeper.hasCgroup(below.slice(0, below.lastIndexOf('/'))) ? (keeper.attributes.get(below) ?? '0\n') : undefined;
      const pids = keeper.processes().flatMap(({ group, pid }) => (group === unit ? [pid] : []));
      return below.endsWith('/cgroup.procs') ? `${pids.join('\n')}\n` : undefined;
    });
    files.liveTree('/proc', (below) => {
      const [pid, file] = below.split('/');
      const process = keeper.processes().find((each) => String(each.pid) === pid);
      if (process === undefined) return undefined;
      if (file === 'stat') return `${process.pid} (x) S ${process.parent} 1 1`;
      return file === 'cgroup' ? `0::/tysd/system.slice/${process.group}\n` : undefined;
    });
  }
}

/** A scenario with one of these is on a machine where tysd has the kernel for itself. */
const kernelUnits: readonly string[] = ['data.mount', 'swapfile.swap', 'net.automount', 'plugged.service'];

/** Units without a file, whose ends count as well. */
const withoutFile: readonly string[] = [deviceUnit, 'made.scope', 'made.service'];

/** The clock of a simulation begins there. */
const startUsec = 1_000_000;

/** A job of this kind has nothing left to do. */
function isReached(type: string, active: string | undefined): boolean {
  return type === 'start' ? active === 'active' : type === 'stop' && (active === 'inactive' || active === 'failed');
}

function keyOf(fault: Fault): string {
  if ('rest' in fault) return `rest ${fault.at}`;
  return 'reload' in fault ? `reload ${fault.at}` : `${fault.kill} ${fault.at}`;
}

function scriptOf(scripts: readonly Script[], run: number): Script {
  return scripts[Math.min(run, scripts.length - 1)] ?? {};
}

function stateIn(text: string): { readonly active: string; readonly sub: string } {
  const [active = '', sub = ''] = text.split(' (');
  return { active, sub: sub.slice(0, -1) };
}

function same(options: ManagerOptions): ManagerOptions {
  return options;
}

/** The invariants, by when they are looked at. */
const looks: Readonly<Record<keyof Invariant, readonly (readonly [InvariantName, NonNullable<Invariant[keyof Invariant]>])[]>> = {
  moved: looking('moved'),
  job: looking('job'),
  unit: looking('unit'),
  quiet: looking('quiet'),
};

function looking(kind: keyof Invariant): readonly (readonly [InvariantName, NonNullable<Invariant[keyof Invariant]>])[] {
  const all: readonly [string, Invariant][] = Object.entries(invariants);
  // The keys of the table are its names.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return all.flatMap(([name, invariant]) => (invariant[kind] === undefined ? [] : [[name as InvariantName, invariant[kind]] as const]));
}
