import type { HistoryEntry } from '../../src/graph/history.ts';
import type { Change } from '../../src/graph/report.ts';
import type { ManagerOptions } from '../../src/manager/options.ts';
import type { Batch, KeeperEvent } from '../../src/port/keeper.ts';
import type { Simulation } from '../scenario/simulation.ts';
import { outside } from './deeds.ts';
import { type End, endOf } from './end.ts';
import { type Machine, machineOf, startUsec } from './machine.ts';
import { Model } from './model.ts';
import { ask, isRequest } from './requests.ts';
import type { Deed, Fault, Scenario, Step } from './scenario.ts';
import { type Violation, Watch } from './watch.ts';
import { Work } from './work.ts';

/** Ways to break what is tested, for tests of the tests. */
export interface Sabotage {
  /** Changes what a manager is made of. */
  readonly adapt?: (options: ManagerOptions) => ManagerOptions;
  /** Changes what the manager says to those who listen: nothing, once, or more often. */
  readonly says?: (change: Change) => readonly Change[];
}

/** How long a run goes on after the last step. */
const afterwardsUsec = 150_000_000;

/** A scenario that goes round in circles is cut short. */
const mostEvents = 12_000;

/** So is one that leaves more and more processes behind (KillMode=none). */
const mostProcesses = 300;

/** A scenario with its faults, on a machine of its own. */
export class Run {
  readonly #scenario: Scenario;
  readonly #sabotage: Sabotage;
  readonly #machine: Machine;
  readonly #simulation: Simulation;
  readonly #model: Model;
  readonly #watch: Watch;
  readonly #faults: Map<string, Fault>;
  #batches = 0;
  #isUp = false;
  /** Where it rests: how often it had nothing to do, and how it is started again. */
  readonly #mayRest: boolean;
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
    this.#mayRest = scenario.faults.some((fault) => 'rest' in fault);
    this.#machine = machineOf(scenario, (given) => (sabotage.adapt ?? same)(this.#adapt(given)));
    this.#simulation = this.#machine.simulation;
    const { keeper, clock } = this.#simulation;
    const work = new Work(this.#simulation, this.#machine.kernel);
    this.#model = new Model(scenario, clock.now(), work, (unit) => keeper.isFrozen(unit));
    this.#watch = new Watch(this.#model, () => clock.now().monotonicUsec - startUsec);
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
        if (this.#isOver) return this.#watch.violation;
        this.#act(step);
      }
      this.#goTo(clock.now().monotonicUsec - startUsec + afterwardsUsec);
      this.#wake?.();
      clock.settle();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#watch.complain('nothing throws', error.stack ?? error.message);
    }
    return this.#watch.violation;
  }

  /** Where it ended. */
  end(): End {
    return endOf(this.#simulation, this.#model);
  }

  get #isOver(): boolean {
    return this.#watch.violation !== undefined || this.isCut;
  }

  #goTo(usec: number): void {
    const { clock } = this.#simulation;
    const end = startUsec + usec;
    clock.settle();
    this.#look();
    while (!this.#isOver && clock.step(end - clock.now().monotonicUsec)) this.#look();
    if (!this.#isOver) clock.advance(Math.max(0, end - clock.now().monotonicUsec));
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
      this.#hear(change, clock.now(), change.change === 'unit' ? causeOf(manager.history(), change.unit) : '');
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
    this.#watch.sent(batch);
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
    outside[step.do]?.(step, this.#simulation, this.#machine.kernel, this.#model);
    if (step.do === 'transient' && step.process !== undefined) this.#pids.set(step, this.#simulation.keeper.outsider(step.process));
    this.#ask(step);
    this.#simulation.clock.settle();
    this.#look();
    this.#unsent = [];
  }

  /** Does what a client does, at once or when there is a manager again. */
  #ask(deed: Deed): void {
    if (!isRequest(deed)) return;
    if (!this.#isUp) {
      this.#waiting.push(deed);
      this.#wake?.();
      return;
    }
    this.events += 1;
    this.#unsent.push(deed);
    const told = (job: number): unknown => this.#unsentTickets.push(job);
    ask(deed, { simulation: this.#simulation, model: this.#model, pid: this.#pids.get(deed), told });
  }

  /** Looks at what must hold when nothing is left to do at this moment. */
  #look(): void {
    if (this.#watch.violation !== undefined || !this.#isUp) return;
    const { clock, keeper, manager } = this.#simulation;
    this.#model.now = clock.now();
    if (keeper.population !== this.#population) {
      this.#population = keeper.population;
      const processes = keeper.processes();
      if (processes.length > mostProcesses) this.isCut = true;
      this.#model.see(processes);
    }
    this.#watch.quiet(manager.jobs({ order: true }));
    if (this.#mayRest) this.#restIfDue();
  }

  #restIfDue(): void {
    const until = this.#simulation.manager.restUntil;
    if (until === undefined || until <= this.#simulation.clock.now().monotonicUsec) return;
    this.#quietMoments += 1;
    if (this.#faults.delete(`rest ${this.#quietMoments}`)) this.#rest(until);
  }
}

/** Why the unit is in its present state. */
function causeOf(history: readonly HistoryEntry[], unit: string): string {
  return history.findLast((entry) => entry.what === 'state' && entry.unit === unit)?.cause ?? '';
}

/** A job of this kind has nothing left to do. */
function isReached(type: string, active: string | undefined): boolean {
  return type === 'start' ? active === 'active' : type === 'stop' && (active === 'inactive' || active === 'failed');
}

function keyOf(fault: Fault): string {
  if ('rest' in fault) return `rest ${fault.at}`;
  return 'reload' in fault ? `reload ${fault.at}` : `${fault.kill} ${fault.at}`;
}

function stateIn(text: string): { readonly active: string; readonly sub: string } {
  const [active = '', sub = ''] = text.split(' (');
  return { active, sub: sub.slice(0, -1) };
}

function same(options: ManagerOptions): ManagerOptions {
  return options;
}
