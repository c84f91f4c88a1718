import { unreachable } from '../base/assert.ts';
import { isInactiveOrFailed } from './active-state.ts';
import { carriers, kindsIn } from './dependency.ts';
import type { Atom } from './dependency.ts';
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
  { atom: 'propagate-stop', type: 'try-restart', hard: true },
  { atom: 'propagate-stop-graceful', type: 'stop', hard: true },
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

/** Adds all that the anchor's job pulls in, each unit and type once; a worklist, since chains may be thousands long. Gives why the anchor cannot be, if it cannot. */
export function expand(draft: Draft): TransactionError | undefined {
  const anchor = draft.anchor;
  const refusal = refuse(anchor.unit, anchor.type);
  if (refusal !== undefined) return refusal;
  if (draft.mode === 'ignore-dependencies' || draft.mode === 'ignore-requirements') return undefined;
  const graceful: Node[] = [];
  const queue: Node[] = [anchor];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    const failure = pullIn(draft, node, queue, graceful);
    const fatal = failure === undefined ? undefined : failUpwards(draft, node, failure);
    if (fatal !== undefined) return fatal;
  }
  stopGracefully(draft, graceful, queue);
  return undefined;
}

/** Adds what one job pulls in; gives the first error of a hard dependency. */
function pullIn(draft: Draft, node: Node, queue: Node[], graceful: Node[]): TransactionError | undefined {
  let failure: TransactionError | undefined;
  const isAnchorRestart = draft.mode === 'restart-dependencies' && node === draft.anchor && node.type === 'start';
  const rules = isAnchorRestart ? pullRules.restart : pullRules[node.type];
  for (const name of pulledNames(draft, node.unit.name, rules)) {
    const unit = draft.view.unit(name);
    const kinds = draft.view.graph.kinds(node.unit.name, unit.name);
    for (const rule of rules) {
      const carried = kinds & carriers[rule.atom];
      if (carried === 0) continue;
      if (rule.atom === 'propagate-stop-graceful') graceful.push(node);
      else {
        const error = pullOne(draft, node, unit, rule, carried, queue);
        if (error !== undefined && rule.hard) failure ??= error;
        else if (error !== undefined && !isUsual.has(error.code))
          draft.remarks.push(`${node.unit.name}: cannot add a job for ${name}, ignoring: ${error.message}`);
      }
    }
  }
  return failure;
}

/** What a weak dependency may meet without a word: units of packages want many that are not installed (systemd says so at debug level only). */
const isUsual: ReadonlySet<TransactionError['code']> = new Set(['not-found', 'masked', 'not-applicable']);

/** A copy, since loading a unit may add to the graph. */
function pulledNames(draft: Draft, name: string, rules: readonly PullRule[]): readonly string[] {
  let wanted = 0;
  for (const rule of rules) wanted |= carriers[rule.atom];
  const names: string[] = [];
  draft.view.graph.forEach(name, (other, kinds) => {
    if ((kinds & wanted) !== 0) names.push(other);
  });
  return names;
}

function pullOne(
  draft: Draft,
  by: Node,
  unit: TransactionUnit,
  rule: PullRule,
  kinds: number,
  queue: Node[],
): TransactionError | undefined {
  const type = collapse(rule.type, unit.active);
  if (type === 'nop') return undefined;
  const refusal = refuse(unit, type);
  if (refusal?.code === 'not-applicable') return undefined;
  if (refusal !== undefined) return refusal;
  const kind = kindsIn(kinds)[0] ?? 'Wants';
  const node = addJob(draft, unit, type, { because: 'dependency', kind, of: by.unit.name }, queue);
  link(by, node, rule.hard, rule.conflicts ?? false);
  return undefined;
}

/** PropagatesStopTo=: stop the other, or restart it where this transaction starts it; so it can be judged only when all the rest is there. */
function stopGracefully(draft: Draft, graceful: readonly Node[], queue: Node[]): void {
  const rule: PullRule = { atom: 'propagate-stop-graceful', type: 'stop', hard: true };
  for (const node of new Set(graceful)) {
    for (const other of draft.view.graph.related(node.unit.name, rule.atom)) {
      const unit = draft.view.unit(other);
      const types = (draft.units.get(unit.name) ?? []).map((job) => job.type);
      if (types.includes('stop') || types.includes('restart')) continue;
      const type = types.includes('start') ? 'restart' : 'stop';
      pullOne(draft, node, unit, { ...rule, type }, carriers[rule.atom], queue);
    }
  }
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) pullIn(draft, node, queue, []);
}

/**
 * A job that cannot be made fails those who need it, up to the anchor. Jobs that are only wanted stay, as systemd 252 has it:
 * a unit that is wanted starts although something that it requires does not exist.
 */
function failUpwards(draft: Draft, failed: Node, error: TransactionError): TransactionError | undefined {
  const seen = new Set([failed]);
  const queue = [failed];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (node === draft.anchor) return error;
    for (const { from, matters, to } of node.pulledBy) {
      if (!matters) draft.remarks.push(`${from.unit.name}: cannot add all that ${to.unit.name} needs, ignoring: ${error.message}`);
      else if (!seen.has(from)) {
        seen.add(from);
        queue.push(from);
      }
    }
  }
  return undefined;
}

function refuse(unit: TransactionUnit, type: JobType): TransactionError | undefined {
  if (type !== 'stop' && unit.load.state !== 'loaded') return loadFailure(unit);
  if (!isApplicable(unit, type)) {
    return { code: 'not-applicable', unit: unit.name, message: `Job type ${type} is not applicable for unit ${unit.name}.` };
  }
  return undefined;
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
  for (const unit of draft.view.busy()) {
    if (unit.perpetual || isKept(draft, unit)) continue;
    if (isInactiveOrFailed(unit.active) && unit.job === undefined) continue;
    addForeignStop(draft, unit, { because: 'isolate', of: draft.anchor.unit.name });
  }
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
  const queue: Node[] = [];
  const node = addJob(draft, unit, 'stop', reason, queue);
  link(draft.anchor, node, true, false);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) pullIn(draft, next, queue, []);
}
