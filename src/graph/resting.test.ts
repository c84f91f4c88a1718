import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { DependencyKey, LoadState } from '../unit/config.ts';
import type { ActiveState } from './active-state.ts';
import { DependencyGraph } from './dependency-graph.ts';
import type { JobType } from './job.ts';
import { Resting } from './resting.ts';
import { plan, type TransactionUnit, type TransactionView } from './transaction.ts';

interface Known {
  active: ActiveState;
  job: JobType | undefined;
  load: LoadState['state'];
}

/** Units that change, and how often each was looked at. */
class Units {
  readonly graph = new DependencyGraph();
  readonly #known = new Map<string, Known>();
  readonly #resting = new Resting(this.graph);
  looks = 0;

  of(name: string): Known {
    const known = this.#known.get(name) ?? { active: 'inactive', job: undefined, load: 'loaded' };
    this.#known.set(name, known);
    return known;
  }

  /** With or without what is known of those that rest. */
  view(resting: boolean): TransactionView {
    const queued: TransactionView['queued'] = (name) => {
      const { job } = this.of(name);
      return job === undefined ? undefined : { type: job, irreversible: false, ignoreOrder: false };
    };
    const unit = (name: string): TransactionUnit => {
      this.looks += 1;
      const { active, load } = this.of(name);
      const state: LoadState = load === 'bad-setting' || load === 'error' ? { state: load, reason: 'bad' } : { state: load };
      const rest = { canStart: true, canReload: true, ignoreOnIsolate: false, allowIsolate: true, perpetual: name === 'a' };
      return { name, active, load: state, job: queued(name), ...rest };
    };
    const busy = (): readonly TransactionUnit[] => [...this.#known.keys()].map(unit);
    return { graph: this.graph, unit, queued, busy, ...(resting && { resting: this.#resting }) };
  }
}

const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const keys = ['Requires', 'Wants', 'Requisite', 'BindsTo', 'PartOf', 'Conflicts', 'Before', 'PropagatesStopTo'] as const;
const name = fc.constantFrom(...names);
// Most are where they should be, or there would be nothing to find.
const active = fc.constantFrom<ActiveState>('active', 'active', 'inactive', 'activating', 'failed');
const job = fc.constantFrom<JobType | undefined>(undefined, undefined, undefined, undefined, undefined, undefined, 'start', 'stop');
const load = fc.constantFrom<LoadState['state']>(
  'loaded',
  'loaded',
  'loaded',
  'loaded',
  'loaded',
  'loaded',
  'loaded',
  'not-found',
  'masked',
  'bad-setting',
);

type Change =
  | { readonly do: 'add'; readonly from: string; readonly key: DependencyKey; readonly to: string }
  | { readonly do: 'forget' | 'plan'; readonly name: string }
  | { readonly do: 'merge'; readonly name: string; readonly into: string }
  | ({ readonly do: 'be'; readonly name: string } & Known);

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('add' as const), from: name, key: fc.constantFrom(...keys), to: name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('be' as const), name, active, job, load }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const), name, into: name }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('plan' as const), name: fc.constantFrom('a', 'b') }) },
);

const initial = [
  ['a', 'b'],
  ['b', 'c'],
  ['b', 'd'],
] as const;

test('with what is known of units that rest, each transaction is what it is without', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      const units = new Units();
      for (const each of names) units.of(each).active = 'active';
      for (const [from, to] of initial) units.graph.add(from, 'Requires', to);
      for (const one of changes) {
        if (one.do === 'add') units.graph.add(one.from, one.key, one.to);
        else if (one.do === 'forget') units.graph.forget(one.name);
        else if (one.do === 'merge') units.graph.merge(one.name, one.into);
        else if (one.do === 'be') Object.assign(units.of(one.name), { active: one.active, job: one.job, load: one.load });
        else
          for (const request of ['start', 'stop', 'restart', 'try-restart'] as const)
            for (const mode of ['replace', 'fail', 'lenient', 'restart-dependencies'] as const)
              assert.deepEqual(plan(request, one.name, mode, units.view(true)), plan(request, one.name, mode, units.view(false)));
      }
    }),
    { numRuns: 2000 },
  );
});

test('what rests is gone through again only when edges by which it brings others along have changed', () => {
  const units = new Units();
  for (const each of [...names, 'g'].slice(1)) units.of(each).active = 'active';
  units.graph.add('a', 'Requires', 'b');
  for (const each of ['c', 'd', 'e', 'f']) units.graph.add('b', 'Wants', each);
  const looks = (resting: boolean): number => {
    units.looks = 0;
    assert.equal(plan('start', 'a', 'replace', units.view(resting)).ok, true);
    return units.looks;
  };
  const [without, first, known] = [looks(false), looks(true), looks(true)];
  units.graph.add('g', 'Requires', 'b');
  const beside = looks(true);
  units.graph.add('b', 'Wants', 'g');
  const more = looks(true);
  assert.deepEqual({ without, first, known, beside, more }, { without: 6, first: 12, known: 7, beside: 7, more: 15 });
});
