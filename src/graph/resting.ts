import type { DependencyGraph } from './dependency-graph.ts';
import { collapse, isRedundant, type JobType } from './job.ts';
import type { TransactionView } from './transaction.ts';
import { followedBy, isUsual, type Pull, pullsOf, refuse } from './transaction-pulls.ts';

/** A unit for which a job is brought along, and that is where the job would bring it. */
interface Member {
  readonly name: string;
  readonly type: JobType;
  /** There is no such unit, and nobody minds. */
  readonly missing: boolean;
}

/**
 * Which units a job brings along, and all that theirs bring along, for jobs that would change nothing. Most starts find all that they need there
 * (sysinit.target, basic.target, a slice): a look at each of these units tells, where it is known which ones they are.
 */
export class Resting {
  readonly #graph: DependencyGraph;
  readonly #known = new Map<string, readonly Member[]>();
  #watched = 0;

  constructor(graph: DependencyGraph) {
    this.#graph = graph;
  }

  /** All that a job of this type brings along is there: its transaction is itself. */
  surrounds(view: TransactionView, name: string, type: JobType): boolean {
    return pullsOf(this.#graph, name, type).every((pull) => this.#rests(view, pull));
  }

  #rests(view: TransactionView, pull: Pull): boolean {
    const type = collapse(pull.rule.type, view.unit(pull.name).active);
    if (type === 'nop') return true;
    const key = `${type} ${pull.rule.hard ? 'hard' : 'soft'} ${pull.name}`;
    if (this.#recall(key)?.every((member) => stillRests(view, member)) === true) return true;
    const found = this.#gather(view, pull);
    // To load units may have changed what was known before.
    if (found !== undefined && this.#watched === this.#graph.watched) this.#known.set(key, found);
    return found !== undefined;
  }

  #recall(key: string): readonly Member[] | undefined {
    if (this.#watched === this.#graph.watched && this.#known.size < mostKnown) return this.#known.get(key);
    this.#known.clear();
    this.#watched = this.#graph.watched;
    return undefined;
  }

  /** Undefined where something of it is to be done, or cannot be had, or where it is too much to be kept. */
  #gather(view: TransactionView, first: Pull): readonly Member[] | undefined {
    const members = new Map<string, Member>();
    const queue = [first];
    for (let pull = queue.pop(); pull !== undefined; pull = queue.pop()) {
      const unit = view.unit(pull.name);
      const type = collapse(pull.rule.type, unit.active);
      if (type === 'nop') continue;
      const refusal = refuse(view, unit, type, () => []);
      if (refusal !== undefined && (pull.rule.hard || !isUsual.has(refusal.code))) return undefined;
      const key = `${type} ${unit.name}`;
      if (members.has(key)) continue;
      const member = { name: unit.name, type, missing: refusal !== undefined };
      if (!stillRests(view, member) || members.size >= mostMembers) return undefined;
      members.set(key, member);
      if (member.missing) continue;
      this.#graph.watch(unit.name, followedBy(type));
      queue.push(...pullsOf(this.#graph, unit.name, type));
    }
    return [...members.values()];
  }
}

const mostMembers = 500;
const mostKnown = 500;

function stillRests(view: TransactionView, { name, type, missing }: Member): boolean {
  const { load, active, job } = view.unit(name);
  if (missing) return load.state === 'not-found' || load.state === 'masked';
  return (type === 'stop' || load.state === 'loaded') && job === undefined && isRedundant(type, active);
}
