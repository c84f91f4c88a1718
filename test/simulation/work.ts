import type { Op, Plan } from '../../src/exec/op.ts';
import type { MountMachine } from '../scenario/mount-table.ts';
import type { Simulation } from '../scenario/simulation.ts';

/** Who waits at an automount point: somebody for the mount, or the kernel for its end. */
interface Waiting {
  readonly asks: 'mount' | 'unmount';
  readonly point: string;
  /** Of the kernel: ends the child that asked what is idle. */
  readonly answered: () => void;
}

interface Child {
  readonly isAlive: boolean;
}

interface Point {
  readonly pipe: string;
  readonly timeoutUsec: number;
  /** When somebody looked there last. */
  usedUsec: number;
}

/** What children do that run no program: the removal of directories takes its time, and the kernel has automount points. */
export class Work {
  readonly #simulation: Simulation;
  readonly #machine: MountMachine | undefined;
  readonly #points = new Map<string, Point>();
  /** By token. */
  readonly waiting = new Map<number, Waiting>();
  /** Those who look while the kernel waits for the end of the mount. */
  #late: { readonly unit: string; readonly token: number }[] = [];
  #expiries = 0;
  /** What was told to the kernel and is not so. */
  lie: string | undefined;
  readonly #removals = new Set<{ readonly paths: readonly string[]; readonly child: Child }>();

  constructor(simulation: Simulation, machine: MountMachine | undefined) {
    this.#simulation = simulation;
    this.#machine = machine;
    simulation.keeper.work = (plan, child, done) => this.#carryOut(plan, child, done);
  }

  /** Somebody looks at what is below an automount point. */
  visit(unit: string, token: number): void {
    const pipe = `automount/${unit}`;
    const [where, point] = [...this.#points].find(([, each]) => each.pipe === pipe) ?? [];
    if (where === undefined || point === undefined || !this.#simulation.keeper.descriptors().includes(pipe)) return;
    if ([...this.waiting.values()].some(({ asks }) => asks === 'unmount')) this.#late.push({ unit, token });
    else if (this.#isMounted(where)) point.usedUsec = this.#now;
    else if (!this.waiting.has(token)) this.#ask(where, point, 'mount', token, () => {});
  }

  get isRemovingAny(): boolean {
    return this.#removals.size > 0;
  }

  /** Somebody is removing the path. */
  isRemoving(path: string): boolean {
    for (const { paths, child } of this.#removals) if (child.isAlive && paths.includes(path)) return true;
    return false;
  }

  get #now(): number {
    return this.#simulation.clock.now().monotonicUsec;
  }

  #isMounted(where: string): boolean {
    return this.#machine?.mounts.includes(where) ?? false;
  }

  #ask(where: string, { pipe }: Point, asks: Waiting['asks'], token: number, answered: () => void): void {
    this.waiting.set(token, { asks, point: where, answered });
    const packet = new Uint8Array(304);
    packet.set([5, 0, 0, 0, kinds[asks], 0, 0, 0, token & 0xff, token >> 8]);
    this.#simulation.keeper.write(pipe, packet);
  }

  #carryOut(plan: Plan, child: Child, done: () => void): void {
    let isDone = true;
    for (const op of plan) {
      if (op.op === 'autofs')
        this.#points.set(op.path, { pipe: pipeIn(plan), timeoutUsec: op.timeoutSec * 1_000_000, usedUsec: this.#now });
      else if (op.op === 'autofs-answer') this.#answer(op);
      else if (op.op === 'unmount') this.#takeAway(op.path);
      else if (op.op === 'autofs-expire') isDone = !this.#expire(op.path, done);
    }
    const removed = removedBy(plan);
    if (removed.length > 0) this.#remove(removed, child, done);
    else if (isDone) done();
  }

  #remove(paths: readonly string[], child: Child, done: () => void): void {
    const removal = { paths, child };
    this.#removals.add(removal);
    this.#simulation.clock.at(this.#now + removalUsec(paths), () => {
      this.#removals.delete(removal);
      done();
    });
  }

  #answer({ token, error }: Extract<Op, { readonly op: 'autofs-answer' }>): void {
    const waiting = this.waiting.get(token);
    if (waiting === undefined) {
      this.lie ??= `token ${token} is answered, for which nobody waits`;
      return;
    }
    const isMounted = this.#isMounted(waiting.point);
    if (error === 0 && isMounted !== (waiting.asks === 'mount'))
      this.lie ??= `who asks to ${waiting.asks} at ${waiting.point} is told that it is done, and it is ${isMounted ? '' : 'not '}mounted`;
    const point = this.#points.get(waiting.point);
    if (point !== undefined && waiting.asks === 'mount') point.usedUsec = this.#now;
    this.#letGo(token, waiting);
  }

  #letGo(token: number, waiting: Waiting): void {
    this.waiting.delete(token);
    waiting.answered();
    for (const { unit, token: late } of this.#late.splice(0)) this.visit(unit, late);
  }

  /** Asks for the end of what nobody has looked at for so long; false where there is nothing of the kind. */
  #expire(where: string, done: () => void): boolean {
    const point = this.#points.get(where);
    if (point === undefined || !this.#isMounted(where) || point.usedUsec + point.timeoutUsec > this.#now) return false;
    // Where nobody can be asked the kernel gives it up.
    if (!this.#simulation.keeper.descriptors().includes(point.pipe)) return false;
    this.#expiries += 1;
    this.#ask(where, point, 'unmount', firstExpiry + this.#expiries, done);
    return true;
  }

  /** The point goes, with all that is mounted on it and all who wait. */
  #takeAway(where: string): void {
    if (!this.#points.delete(where)) return;
    while (this.#isMounted(where)) this.#machine?.unmount(where, true);
    this.#simulation.keeper.readable('manager/table/mounts');
    this.#late = [];
    for (const [token, waiting] of this.waiting) if (waiting.point === where) this.#letGo(token, waiting);
  }
}

const kinds = { mount: 5, unmount: 6 } as const;

/** Tokens of the kernel's own begin there. */
const firstExpiry = 256;

function pipeIn(plan: Plan): string {
  return plan.find((op) => op.op === 'keep')?.name ?? '';
}

function removedBy(plan: Plan): readonly string[] {
  return plan.flatMap((op) => {
    if (op.op === 'remove') return [op.path];
    return op.op === 'remove-below' ? op.paths.map((path, index) => `${op.bases[index]}/${path}`) : [];
  });
}

/** A second or two, and for each list of paths another time. */
function removalUsec(paths: readonly string[]): number {
  let sum = 0;
  for (const path of paths) for (const character of path) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 900_001;
  return 1_000_000 + sum;
}
