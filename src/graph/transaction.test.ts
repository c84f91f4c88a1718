import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { DependencyKey, LoadState } from '../unit/config.ts';
import type { JobMode } from '../unit/values/types.ts';
import type { ActiveState } from './active-state.ts';
import { DependencyGraph } from './dependency-graph.ts';
import type { RequestType } from './job.ts';
import { plan } from './transaction.ts';
import type { QueuedJob, TransactionUnit, TransactionView } from './transaction.ts';

interface Given {
  readonly active?: ActiveState;
  readonly load?: LoadState['state'];
  readonly job?: QueuedJob['type'];
  readonly irreversible?: boolean;
  readonly perpetual?: boolean;
  readonly canReload?: boolean;
  readonly ignoreOnIsolate?: boolean;
}

/** A world of these edges, and of these units where they are not inactive and loaded. */
function world(edges: readonly (readonly [string, DependencyKey, string])[], given: Readonly<Record<string, Given>> = {}): TransactionView {
  const graph = new DependencyGraph();
  for (const [from, key, to] of edges) graph.add(from, key, to);
  const unit = (name: string): TransactionUnit => {
    const { active = 'inactive', load = 'loaded', perpetual = false, canReload = false, ignoreOnIsolate = false } = given[name] ?? {};
    const state: LoadState = load === 'bad-setting' || load === 'error' ? { state: load, reason: 'bad' } : { state: load };
    return { name, load: state, active, job: queued(name), perpetual, canStart: true, canReload, ignoreOnIsolate, allowIsolate: true };
  };
  const queued = (name: string): QueuedJob | undefined => {
    const { job, irreversible = false } = given[name] ?? {};
    return job === undefined ? undefined : { type: job, irreversible, ignoreOrder: false };
  };
  const busy = (): readonly TransactionUnit[] => Object.keys(given).map(unit);
  return { graph, unit, queued, busy };
}

/** The jobs as `unit/type`, sorted; or the code of the error. */
function outcome(view: TransactionView, request: RequestType, unit: string, mode: JobMode = 'replace'): string | readonly string[] {
  const planned = plan(request, unit, mode, view);
  return planned.ok ? planned.value.jobs.map((job) => `${job.unit}/${job.type}`).toSorted() : planned.error.code;
}

const cases: readonly {
  readonly name: string;
  readonly view: TransactionView;
  readonly request?: RequestType;
  readonly unit: string;
  readonly mode?: JobMode;
  readonly jobs: string | readonly string[];
}[] = [
  {
    name: 'a start pulls in what is required and wanted, all the way down',
    view: world([
      ['a', 'Requires', 'b'],
      ['b', 'Wants', 'c'],
      ['c', 'Requires', 'd'],
    ]),
    unit: 'a',
    jobs: ['a/start', 'b/start', 'c/start', 'd/start'],
  },
  {
    name: 'what is active already gets no job, but what is asked for does',
    view: world([['a', 'Requires', 'b']], { a: { active: 'active' }, b: { active: 'active' } }),
    unit: 'a',
    jobs: ['a/start'],
  },
  { name: 'a unit that is not there cannot be started', view: world([], { a: { load: 'not-found' } }), unit: 'a', jobs: 'not-found' },
  {
    name: 'nor can one that requires it',
    view: world([['a', 'Requires', 'b']], { b: { load: 'masked' } }),
    unit: 'a',
    jobs: 'masked',
  },
  {
    name: 'one that wants it can',
    view: world([['a', 'Wants', 'b']], { b: { load: 'bad-setting' } }),
    unit: 'a',
    jobs: ['a/start'],
  },
  {
    name: 'as with systemd 252, what is wanted starts although something that it requires is not there',
    view: world(
      [
        ['a', 'Wants', 'b'],
        ['b', 'Requires', 'c'],
      ],
      { c: { load: 'not-found' } },
    ),
    unit: 'a',
    jobs: ['a/start', 'b/start'],
  },
  {
    name: 'and what it needs besides is then not even looked at',
    view: world(
      [
        ['a', 'Wants', 'b'],
        ['b', 'Requires', 'c'],
        ['b', 'Requisite', 'd'],
      ],
      { c: { load: 'not-found' } },
    ),
    unit: 'a',
    jobs: ['a/start', 'b/start'],
  },
  {
    name: 'as with systemd 252, the start of a unit that is a requisite as well survives the loss of who wanted it',
    view: world([
      ['a', 'Wants', 'b'],
      ['b', 'Requires', 'c'],
      ['b', 'After', 'c'],
      ['c', 'After', 'b'],
      ['a', 'Requisite', 'd'],
      ['b', 'Requires', 'd'],
    ]),
    unit: 'a',
    jobs: ['a/start', 'd/start'],
  },
  {
    name: 'PropagatesStopTo= is of stops, not of restarts',
    view: world([['a', 'PropagatesStopTo', 'b']], { a: { active: 'active' }, b: { active: 'active' } }),
    request: 'restart',
    unit: 'a',
    jobs: ['a/restart'],
  },
  {
    name: 'isolate keeps what a kept unit triggers, whatever it stops besides',
    view: world(
      [
        ['s', 'Triggers', 'b'],
        ['t', 'Triggers', 'c'],
      ],
      { s: { active: 'active', ignoreOnIsolate: true }, t: { active: 'active' }, b: { active: 'active' }, c: { active: 'active' } },
    ),
    unit: 'a',
    mode: 'isolate',
    jobs: ['a/start', 'c/stop', 't/stop'],
  },
  {
    name: 'triggering is only for stops',
    view: world([]),
    unit: 'a',
    mode: 'triggering',
    jobs: 'invalid',
  },
  {
    name: 'a start stops what it conflicts with',
    view: world([['a', 'Conflicts', 'b']], { b: { active: 'active' } }),
    unit: 'a',
    jobs: ['a/start', 'b/stop'],
  },
  {
    name: 'two required units that conflict make no transaction',
    view: world([
      ['a', 'Requires', 'b'],
      ['a', 'Requires', 'c'],
      ['b', 'Conflicts', 'c'],
    ]),
    unit: 'a',
    jobs: 'conflicting',
  },
  {
    name: 'of two conflicting units the one that is only wanted gives way',
    view: world([
      ['a', 'Requires', 'b'],
      ['a', 'Wants', 'c'],
      ['b', 'Conflicts', 'c'],
    ]),
    unit: 'a',
    jobs: ['a/start', 'b/start'],
  },
  {
    name: 'a stop takes along those that require the unit or are part of it',
    view: world(
      [
        ['b', 'Requires', 'a'],
        ['c', 'PartOf', 'a'],
        ['d', 'Wants', 'a'],
        ['e', 'BindsTo', 'b'],
      ],
      { a: { active: 'active' }, b: { active: 'active' }, c: { active: 'active' }, d: { active: 'active' }, e: { active: 'active' } },
    ),
    request: 'stop',
    unit: 'a',
    jobs: ['a/stop', 'b/stop', 'c/stop', 'e/stop'],
  },
  {
    name: 'a restart restarts only those dependents that run',
    view: world(
      [
        ['b', 'Requires', 'a'],
        ['c', 'Requires', 'a'],
      ],
      { a: { active: 'active' }, b: { active: 'active' } },
    ),
    request: 'restart',
    unit: 'a',
    jobs: ['a/restart', 'b/restart'],
  },
  {
    name: 'a reload is passed on to units that can reload and are active',
    view: world(
      [
        ['a', 'PropagatesReloadTo', 'b'],
        ['a', 'PropagatesReloadTo', 'c'],
        ['a', 'PropagatesReloadTo', 'd'],
      ],
      {
        a: { active: 'active', canReload: true },
        b: { active: 'active', canReload: true },
        c: { canReload: true },
        d: { active: 'active' },
      },
    ),
    request: 'reload',
    unit: 'a',
    jobs: ['a/reload', 'b/reload'],
  },
  {
    name: 'a perpetual unit cannot be stopped',
    view: world([], { a: { active: 'active', perpetual: true } }),
    request: 'stop',
    unit: 'a',
    jobs: 'not-applicable',
  },
  {
    name: 'isolate stops what runs and is not wanted, and leaves alone what says so',
    view: world([['a', 'Wants', 'b']], {
      b: { active: 'active' },
      c: { active: 'active' },
      d: { active: 'active', ignoreOnIsolate: true },
      e: { active: 'active', perpetual: true },
    }),
    unit: 'a',
    mode: 'isolate',
    jobs: ['a/start', 'c/stop'],
  },
  {
    name: 'mode fail refuses to change a queued job',
    view: world([], { a: { active: 'active', job: 'stop' } }),
    unit: 'a',
    mode: 'fail',
    jobs: 'destructive',
  },
  { name: 'mode replace does change it', view: world([], { a: { active: 'active', job: 'stop' } }), unit: 'a', jobs: ['a/start'] },
  {
    name: 'but no mode changes an irreversible one',
    view: world([], { a: { active: 'active', job: 'stop', irreversible: true } }),
    unit: 'a',
    jobs: 'destructive',
  },
  {
    name: 'mode lenient refuses to stop what runs, though the request is at odds with it',
    view: world([['a', 'Conflicts', 'b']], { b: { active: 'active' } }),
    unit: 'a',
    mode: 'lenient',
    jobs: 'destructive',
  },
  {
    name: 'where mode fail does stop it',
    view: world([['a', 'Conflicts', 'b']], { b: { active: 'active' } }),
    unit: 'a',
    mode: 'fail',
    jobs: ['a/start', 'b/stop'],
  },
  {
    name: 'mode lenient stops nothing for the sake of what is only wanted, and takes what does not run',
    view: world(
      [
        ['a', 'Wants', 'b'],
        ['b', 'Conflicts', 'c'],
        ['a', 'Conflicts', 'd'],
        ['a', 'Requires', 'e'],
      ],
      { c: { active: 'active' } },
    ),
    unit: 'a',
    mode: 'lenient',
    jobs: ['a/start', 'e/start'],
  },
  {
    name: 'mode lenient refuses to change a queued job as fail does',
    view: world([], { a: { active: 'active', job: 'stop' } }),
    unit: 'a',
    mode: 'lenient',
    jobs: 'destructive',
  },
  {
    name: 'mode lenient does stop what it is asked to stop',
    view: world([], { a: { active: 'active' } }),
    request: 'stop',
    unit: 'a',
    mode: 'lenient',
    jobs: ['a/stop'],
  },
  {
    name: 'restart-dependencies starts the unit and restarts those that depend on it and run',
    view: world(
      [
        ['b', 'Requires', 'a'],
        ['c', 'PartOf', 'a'],
        ['d', 'Requires', 'a'],
      ],
      { b: { active: 'active' }, c: { active: 'active' } },
    ),
    unit: 'a',
    mode: 'restart-dependencies',
    jobs: ['a/start', 'b/restart', 'c/restart'],
  },
  {
    name: 'ignore-requirements starts the unit alone too',
    view: world([['a', 'Requires', 'b']]),
    unit: 'a',
    mode: 'ignore-requirements',
    jobs: ['a/start'],
  },
  {
    name: 'ignore-dependencies starts the unit alone',
    view: world([['a', 'Requires', 'b']]),
    unit: 'a',
    mode: 'ignore-dependencies',
    jobs: ['a/start'],
  },
  {
    name: 'a cycle of what is only wanted loses one job',
    view: world([
      ['a', 'Wants', 'b'],
      ['a', 'Requires', 'c'],
      ['b', 'After', 'c'],
      ['c', 'After', 'b'],
    ]),
    unit: 'a',
    jobs: ['a/start', 'c/start'],
  },
  {
    name: 'a cycle that a conflict has hidden is broken too',
    view: world([
      ['a', 'Wants', 'b'],
      ['a', 'Wants', 'd'],
      ['a', 'Wants', 'c'],
      ['b', 'After', 'c'],
      ['c', 'After', 'b'],
      ['b', 'Conflicts', 'd'],
    ]),
    unit: 'a',
    jobs: ['a/start', 'b/start'],
  },
  {
    name: 'a cycle of what is required makes no transaction',
    view: world([
      ['a', 'Requires', 'b'],
      ['a', 'After', 'b'],
      ['b', 'After', 'a'],
    ]),
    unit: 'a',
    jobs: 'cyclic',
  },
  {
    name: 'nor does a single job that would be on a cycle with one that is queued',
    view: world(
      [
        ['a', 'After', 'b'],
        ['b', 'After', 'a'],
      ],
      { b: { job: 'start' } },
    ),
    unit: 'a',
    jobs: 'cyclic',
  },
  {
    name: 'Requisite= makes a check, not a start',
    view: world([['a', 'Requisite', 'b']]),
    unit: 'a',
    jobs: ['a/start', 'b/verify-active'],
  },
  {
    name: 'triggering stops the socket with its service',
    view: world([['s', 'Triggers', 'a']], { a: { active: 'active' }, s: { active: 'active' } }),
    request: 'stop',
    unit: 'a',
    mode: 'triggering',
    jobs: ['a/stop', 's/stop'],
  },
];

for (const { name, view, request = 'start', unit, mode = 'replace', jobs } of cases) {
  test(name, () => assert.deepEqual(outcome(view, request, unit, mode), jobs));
}

test('each job remembers why it is there', () => {
  const planned = plan('start', 'a', 'replace', world([['a', 'Wants', 'b']]));
  assert.ok(planned.ok);
  assert.deepEqual(
    planned.value.jobs.map(({ unit, reason }) => [unit, reason]),
    [
      ['a', { because: 'requested' }],
      ['b', { because: 'dependency', kind: 'Wants', of: 'a' }],
    ],
  );
});

test('a thousand cycles are broken in one walk', () => {
  const pairs = Array.from({ length: 1000 }, (_, index) => [`a${index}`, `b${index}`] as const);
  const edges = pairs.flatMap(([a, b]) => [
    ['all', 'Wants', a] as const,
    ['all', 'Wants', b] as const,
    [a, 'After', b] as const,
    [b, 'After', a] as const,
  ]);
  const graph = world(edges);
  let looked = 0;
  const view: TransactionView = {
    ...graph,
    queued: (name) => {
      looked += 1;
      return graph.queued(name);
    },
  };
  const planned = plan('start', 'all', 'replace', view);
  assert.deepEqual([planned.ok && planned.value.jobs.length, looked < 10_000], [1001, true]);
});

test('a chain of ten thousand units is worked out without recursion', () => {
  const edges = Array.from({ length: 10_000 }, (_, index) => [`u${index}`, 'Requires', `u${index + 1}`] as const);
  const ordered = edges.map(([from, , to]) => [from, 'After', to] as const);
  const planned = plan('start', 'u0', 'replace', world([...edges, ...ordered]));
  assert.equal(planned.ok && planned.value.jobs.length, 10_001);
});
