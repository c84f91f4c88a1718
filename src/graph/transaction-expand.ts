import { unreachable } from '../base/assert.ts';
import { isInactiveOrFailed } from './active-state.ts';
import { carriers, firstKind } from './dependency.ts';
import type { Atom, Kind, KindSet } from './dependency.ts';
import { collapse } from './job.ts';
import type { JobType, RequestType } from './job.ts';
import type { Reason, TransactionError, TransactionUnit } from './transaction.ts';
import { addJob, link } from './transaction-draft.ts';
import type { Draft, Node } from './transaction-draft.ts';

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

/** Adds all that the anchor's job pulls in, each unit and type once. Gives why the anchor cannot be, if it cannot. */
export function expand(draft: Draft): TransactionError | undefined {
  const { anchor, mode } = draft;
  const refusal = refuse(draft, anchor.unit, anchor.type);
  if (refusal !== undefined) return refusal;
  if (mode === 'ignore-dependencies' || mode === 'ignore-requirements') return undefined;
  return expandFrom(draft, anchor);
}

/** A job of which some pulls are still to be followed. */
interface Frame {
  readonly node: Node;
  readonly pulls: readonly Pull[];
  /** Whether who pulled this job in cannot be without it. */
  readonly hard: boolean;
  next: number;
}

interface Pull {
  readonly rule: PullRule;
  readonly name: string;
  readonly kind: Kind;
}

/**
 * Goes down into each job that a job pulls in before it looks at the next: without recursion, since chains may be thousands long. A
 * job that cannot be made ends the walk through the pulls of those who need it, but what was added before it stays, as systemd has
 * it: a unit that is wanted starts although something that it requires does not exist.
 */
function expandFrom(draft: Draft, node: Node): TransactionError | undefined {
  const path: Frame[] = [frameOf(draft, node, true)];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const pull = top.pulls[top.next];
    top.next += 1;
    if (pull === undefined) {
      path.pop();
      continue;
    }
    const error = follow(draft, top.node, pull, path);
    if (error === undefined) continue;
    if (pull.rule.hard && failUpwards(path)) return error;
    if (!isUsual.has(error.code)) {
      const { node: by } = path.at(-1) ?? top;
      draft.remarks.push(`${by.unit.name}: cannot add a job for ${error.unit}, ignoring: ${error.message}`);
    }
  }
  return undefined;
}

/** What a weak dependency may meet without a word: units of packages want many that are not installed (systemd says so at debug level only). */
const isUsual: ReadonlySet<TransactionError['code']> = new Set(['not-found', 'masked', 'not-applicable']);

/** Leaves the jobs that cannot be without the one that failed; tells whether the first of them is among these. */
function failUpwards(path: Frame[]): boolean {
  for (let failed = path.pop(); failed !== undefined; failed = path.pop()) if (!failed.hard) return false;
  return true;
}

/** Adds the job that is pulled in, or finds it there; a new one is next on the path. */
function follow(draft: Draft, by: Node, { rule, name, kind }: Pull, path: Frame[]): TransactionError | undefined {
  const unit = draft.view.unit(name);
  const type = collapse(rule.type, unit.active);
  if (type === 'nop') return undefined;
  const refusal = refuse(draft, unit, type);
  if (refusal?.code === 'not-applicable') return undefined;
  if (refusal !== undefined) return refusal;
  const { node, isNew } = addJob(draft, unit, type, { because: 'dependency', kind, of: by.unit.name });
  link(by, node, rule.hard, rule.conflicts ?? false);
  if (isNew) path.push(frameOf(draft, node, rule.hard));
  return undefined;
}

/** The pulls of a job, rule by rule. A copy, since loading a unit may add to the graph. */
function frameOf(draft: Draft, node: Node, hard: boolean): Frame {
  const isAnchorRestart = draft.mode === 'restart-dependencies' && node === draft.anchor && node.type === 'start';
  const rules = isAnchorRestart ? pullRules.restart : pullRules[node.type];
  const wanted = kindsOf(rules);
  if (!draft.view.graph.mayHave(node.unit.name, wanted)) return { node, pulls: none, hard, next: 0 };
  const edges: (readonly [name: string, kinds: KindSet])[] = [];
  draft.view.graph.forEach(node.unit.name, (name, kinds) => {
    if ((kinds & wanted) !== 0) edges.push([name, kinds]);
  });
  // By name, since the graph's own order is that in which units were loaded: it is another one after a crash, and would let another job win.
  edges.sort(([a], [b]) => (a < b ? -1 : 1));
  const pulls: Pull[] = [];
  for (const rule of rules) {
    for (const [name, kinds] of edges) {
      const kind = firstKind(kinds & carriers[rule.atom]);
      if (kind !== undefined) pulls.push({ rule, name, kind });
    }
  }
  return { node, pulls, hard, next: 0 };
}

const none: readonly Pull[] = [];

/** The kinds of dependencies that some of the rules follow. */
function kindsOf(rules: readonly PullRule[]): KindSet {
  const known = followed.get(rules);
  if (known !== undefined) return known;
  const kinds = rules.reduce((set, { atom }) => set | carriers[atom], 0);
  followed.set(rules, kinds);
  return kinds;
}

const followed = new WeakMap<readonly PullRule[], KindSet>();

function refuse(draft: Draft, unit: TransactionUnit, type: JobType): TransactionError | undefined {
  if (type !== 'stop' && unit.load.state !== 'loaded') return loadFailure(unit);
  if (!isApplicable(unit, type)) {
    return { code: 'not-applicable', unit: unit.name, message: `Job type ${type} is not applicable for unit ${unit.name}.` };
  }
  const full = type === 'start' ? draft.view.fullSlice?.(unit.name, () => startsOf(draft)) : undefined;
  if (full === undefined) return undefined;
  const message = `Concurrency limit of the slice unit '${full}' (or one of its parents) the unit '${unit.name}' is contained in has been reached, refusing start job.`;
  return { code: 'concurrency', unit: unit.name, message };
}

/** The units that are to be started. */
function* startsOf({ units }: Draft): Iterable<string> {
  for (const [name, jobs] of units) if (jobs.some(({ type, alive }) => alive && type === 'start')) yield name;
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

/** isolate: whatever runs and is not wanted stops. */
export function addIsolated(draft: Draft): void {
  // Who is kept is settled before the first stop is added, as a stop is a job as well.
  const foreign = [...draft.view.busy()].filter((unit) => {
    const isOff = isInactiveOrFailed(unit.active) && unit.job === undefined;
    return !unit.perpetual && !isOff && !isKept(draft, unit);
  });
  for (const unit of foreign) addForeignStop(draft, unit, { because: 'isolate', of: draft.anchor.unit.name });
}

/** What a kept socket or timer started may go on. */
function isKept(draft: Draft, { name, ignoreOnIsolate }: TransactionUnit, seen: ReadonlySet<string> = new Set()): boolean {
  if (ignoreOnIsolate || draft.units.has(name)) return true;
  const triggers = draft.view.graph.related(name, 'triggered-by').filter((trigger) => !seen.has(trigger));
  return triggers.some((trigger) => isKept(draft, draft.view.unit(trigger), new Set([...seen, name])));
}

/** triggering: the units that would start the anchor again stop with it. */
export function addTriggering(draft: Draft): void {
  for (const name of draft.view.graph.related(draft.anchor.unit.name, 'triggered-by')) {
    const unit = draft.view.unit(name);
    if (isInactiveOrFailed(unit.active) || draft.units.has(unit.name)) continue;
    addForeignStop(draft, unit, { because: 'triggering', of: draft.anchor.unit.name });
  }
}

function addForeignStop(draft: Draft, unit: TransactionUnit, reason: Reason): void {
  const { node, isNew } = addJob(draft, unit, 'stop', reason);
  link(draft.anchor, node, true, false);
  if (isNew) expandFrom(draft, node);
}
