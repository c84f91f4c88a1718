import { unreachable } from '../base/assert.ts';
import { carriers, firstKind } from './dependency.ts';
import type { Atom, Kind, KindSet } from './dependency.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import type { JobType, RequestType } from './job.ts';
import type { TransactionError, TransactionUnit, TransactionView } from './transaction.ts';

/** What a job brings along for the units of some edges. */
interface PullRule {
  readonly atom: Atom;
  readonly type: RequestType;
  /** An error of the pulled job is one of the puller. */
  readonly hard: boolean;
  readonly conflicts?: boolean;
}

const onStart: readonly PullRule[] = [
  { atom: 'pull-in-start', type: 'start', hard: true },
  { atom: 'pull-in-start-ignored', type: 'start', hard: false },
  { atom: 'pull-in-verify', type: 'verify-active', hard: true },
  { atom: 'pull-in-stop', type: 'stop', hard: true, conflicts: true },
  { atom: 'pull-in-stop-ignored', type: 'stop', hard: false },
];
const onStop: readonly PullRule[] = [
  { atom: 'propagate-stop', type: 'stop', hard: true },
  { atom: 'propagate-stop-graceful', type: 'stop', hard: true },
];
const onRestart: readonly PullRule[] = [
  // PropagatesStopTo= is of stops alone, as systemd 252 has it.
  { atom: 'propagate-stop', type: 'try-restart', hard: true },
];
const onReload: readonly PullRule[] = [{ atom: 'propagate-reload', type: 'try-reload', hard: false }];

const pullRules: Readonly<Record<JobType, readonly PullRule[]>> = {
  start: onStart,
  restart: [...onStart, ...onRestart],
  stop: onStop,
  reload: onReload,
  'verify-active': [],
  nop: [],
};

/** A job that is brought along, and for which edge. */
export interface Pull {
  readonly rule: PullRule;
  readonly name: string;
  readonly kind: Kind;
}

/** The pulls of a job, rule by rule. A copy, since loading a unit may add to the graph. */
export function pullsOf(graph: DependencyGraph, name: string, type: JobType): readonly Pull[] {
  const rules = pullRules[type];
  const wanted = followedBy(type);
  if (!graph.mayHave(name, wanted)) return none;
  const edges: (readonly [name: string, kinds: KindSet])[] = [];
  graph.forEach(name, (other, kinds) => {
    if ((kinds & wanted) !== 0) edges.push([other, kinds]);
  });
  // By name, since the graph's own order is that in which units were loaded: it is another one after a crash, and would let another job win.
  edges.sort(([a], [b]) => (a < b ? -1 : 1));
  const pulls: Pull[] = [];
  for (const rule of rules) {
    for (const [other, kinds] of edges) {
      const kind = firstKind(kinds & carriers[rule.atom]);
      if (kind !== undefined) pulls.push({ rule, name: other, kind });
    }
  }
  return pulls;
}

const none: readonly Pull[] = [];

/** The kinds of edges along which such a job brings others. */
export function followedBy(type: JobType): KindSet {
  return followed[type];
}

function kindsOf(rules: readonly PullRule[]): KindSet {
  return rules.reduce((set, { atom }) => set | carriers[atom], 0);
}

const followed: Readonly<Record<JobType, KindSet>> = {
  start: kindsOf(pullRules.start),
  restart: kindsOf(pullRules.restart),
  stop: kindsOf(pullRules.stop),
  reload: kindsOf(pullRules.reload),
  'verify-active': 0,
  nop: 0,
};

/** What a weak dependency may meet without a word: units of packages want many that are not installed (systemd says so at debug level only). */
export const isUsual: ReadonlySet<TransactionError['code']> = new Set(['not-found', 'masked', 'not-applicable']);

/** Why there can be no such job for the unit; `planned` are the units that are to be started besides. */
export function refuse(
  view: TransactionView,
  unit: TransactionUnit,
  type: JobType,
  planned: () => Iterable<string>,
): TransactionError | undefined {
  if (type !== 'stop' && unit.load.state !== 'loaded') return loadFailure(unit);
  if (!isApplicable(unit, type)) {
    return { code: 'not-applicable', unit: unit.name, message: `Job type ${type} is not applicable for unit ${unit.name}.` };
  }
  const full = type === 'start' ? view.fullSlice?.(unit.name, planned) : undefined;
  if (full === undefined) return undefined;
  const message = `Concurrency limit of the slice unit '${full}' (or one of its parents) the unit '${unit.name}' is contained in has been reached, refusing start job.`;
  return { code: 'concurrency', unit: unit.name, message };
}

/** Why a unit that is not loaded cannot be started. */
function loadFailure(unit: TransactionUnit): TransactionError {
  const { load, name } = unit;
  switch (load.state) {
    case 'not-found':
      return { code: 'not-found', unit: name, message: `Unit ${name} not found.` };
    case 'masked':
      return { code: 'masked', unit: name, message: `Unit ${name} is masked.` };
    case 'bad-setting':
      return { code: 'bad-setting', unit: name, message: `Unit ${name} has a bad unit file setting: ${load.reason}` };
    case 'error':
      return { code: 'error', unit: name, message: `Unit ${name} failed to load properly: ${load.reason}` };
    case 'loaded':
      return { code: 'error', unit: name, message: `Unit ${name} is loaded.` };
    default:
      return unreachable(load);
  }
}

function isApplicable(unit: TransactionUnit, type: JobType): boolean {
  switch (type) {
    case 'start':
    case 'verify-active':
    case 'nop':
      return true;
    case 'stop':
      return !unit.perpetual;
    case 'restart':
      return !unit.perpetual && unit.canStart;
    case 'reload':
      return unit.canReload;
    default:
      return unreachable(type);
  }
}
