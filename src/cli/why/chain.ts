import { unreachable } from '../../base/assert.ts';
import type { HistoryEntry, Kind } from '../../api/history.ts';
import { behindCondition, behindFailure, behindTrigger, failureText, originOf, type Behind } from './failure.ts';
import { isRestart, restartsText, restartsUpTo } from './restarts.ts';

/** One step of the way on which a unit came into its state. */
export interface Link {
  readonly usec: number;
  readonly unit: string;
  /** A sentence about the unit, without its name. */
  readonly text: string;
  /** The dependency that pulled a job in. */
  readonly edge?: { readonly of: string; readonly kind: Kind; readonly unit: string };
  /** The setting of the unit that it is about. */
  readonly behind?: Behind;
  /** It tells how something failed, in this run of the unit. */
  readonly failed?: true;
  readonly invocation?: string;
  /** It tells of several restarts, of which this was the first. */
  readonly sinceUsec?: number;
  /** What belongs below it. */
  readonly details?: readonly string[];
}

/** A step without its time and unit. */
type Step = Omit<Link, 'usec' | 'unit'>;

/** A change that no job and no failure made. */
function ofItself(entry: HistoryEntry & { readonly what: 'state' }): Step {
  const behind = behindTrigger(entry);
  return { text: `became ${stateText(entry.to)}: ${entry.cause}`, ...(behind === undefined ? {} : { behind }) };
}

/** So many steps are shown; what has more has its reasons in a circle. */
const mostLinks = 16;

/**
 * What brought a unit into its state, the latest first: the event or the job, what pulled the job in, and so on to whoever asked
 * or whatever happened by itself. The entries are all that are known, oldest first. `job` is the one that the unit has now.
 */
export function chainOf(unit: string, entries: readonly HistoryEntry[], job?: number): readonly Link[] {
  const last = entries.findLastIndex((entry) => entry.unit === unit && (entry.what === 'state' || isTelling(entry) || isJob(entry, job)));
  return last < 0 ? [] : new Chain(entries).from(last);
}

function isJob(entry: HistoryEntry, job: number | undefined): boolean {
  return entry.what === 'job' && entry.job === job;
}

/** A job that ended so says more than the state that was before it. */
function isTelling(entry: HistoryEntry): boolean {
  if (entry.what === 'refused') return !entry.type.includes('stop') && !entry.type.includes('reload');
  return entry.what === 'end' && (entry.type === 'start' || entry.type === 'verify-active') && entry.result !== 'canceled';
}

class Chain {
  readonly #entries: readonly HistoryEntry[];
  readonly #links: Link[] = [];
  readonly #seen = new Set<number>();
  /** The failure that was told last. */
  #told: string | undefined;

  constructor(entries: readonly HistoryEntry[]) {
    this.#entries = entries;
  }

  from(first: number): readonly Link[] {
    for (let next: number | undefined = first; next !== undefined && next >= 0; next = this.#tell(next)) {
      if (this.#seen.has(next) || this.#links.length >= mostLinks) break;
      this.#seen.add(next);
    }
    return this.#links;
  }

  /** Adds what the entry says, and gives the entry that brought it about. */
  #tell(index: number): number | undefined {
    const entry = this.#entries[index];
    if (entry === undefined) return undefined;
    switch (entry.what) {
      case 'state':
        return this.#tellState(entry, index);
      case 'end':
        return this.#tellEnd(entry, index);
      case 'job':
        return this.#tellJob(entry, index);
      case 'refused':
        return this.#tellRefused(entry, index);
      case 'manager':
        return undefined;
      default:
        return unreachable(entry);
    }
  }

  #tellState(entry: HistoryEntry & { readonly what: 'state' }, index: number): number | undefined {
    const job = jobOf(entry);
    if (job !== undefined) {
      // Further back, that there was a job says it all.
      if (this.#links.length === 0) this.#add(entry, { text: `became ${stateText(entry.to)} by its ${job.type} job` });
      return this.#jobBefore(entry.unit, job.id, index);
    }
    this.#add(entry, this.#failure(entry, index) ?? ofItself(entry));
    // What happens by itself happens to what was started: by whom comes next.
    const before = this.#before(index, (each) => each.what === 'state' && each.unit === entry.unit && jobOf(each) !== undefined);
    return before < 0 ? undefined : before;
  }

  /** A change that a failure led to, told by what began it. */
  #failure(entry: HistoryEntry & { readonly what: 'state' }, index: number): Step | undefined {
    if (entry.result === undefined) return undefined;
    const origin = originOf(this.#entries, index, entry);
    this.#told = failureText(origin);
    const behind = behindFailure(origin);
    return {
      text: `became ${stateText(entry.to)}: ${this.#told}`,
      failed: true,
      ...(behind === undefined ? {} : { behind }),
      ...(entry.invocation === undefined ? {} : { invocation: entry.invocation }),
    };
  }

  /** A request that came to no job, or a job that was left out. */
  #tellRefused(entry: HistoryEntry & { readonly what: 'refused' }, index: number): number | undefined {
    const { cause, message, details, by } = entry;
    const [how = '', ...more] = message.split('\n');
    this.#add(entry, { text: `${refusals[entry.type] ?? 'was refused'}: ${how}`, details: [...more, ...(details ?? [])] });
    this.#add(entry, { text: `was asked for: ${originText(cause)}` });
    return by === undefined ? undefined : this.#before(index, (each) => each.unit === by && each.what === 'state');
  }

  #tellEnd(entry: HistoryEntry & { readonly what: 'end' }, index: number): number | undefined {
    const ending = endings[entry.result] ?? `had a ${entry.type} job that came to nothing (${entry.result})`;
    const whose = entry.by === undefined ? '' : ` (${entry.by})`;
    const behind = entry.cause === undefined ? undefined : behindCondition(entry.cause);
    this.#add(entry, {
      text: `${ending}${whose}${entry.cause === undefined ? '' : `: ${entry.cause}`}`,
      ...(entry.by === undefined ? {} : { failed: true }),
      ...(behind === undefined ? {} : { behind }),
    });
    const culprit = entry.by === undefined ? -1 : this.#before(index, (each) => each.unit === entry.by && each.what !== 'job');
    return culprit >= 0 ? culprit : this.#jobBefore(entry.unit, entry.job, index);
  }

  #tellJob(entry: HistoryEntry & { readonly what: 'job' }, index: number): number | undefined {
    const { reason, by } = entry;
    const verb = verbs[entry.type] ?? `was to ${entry.type}`;
    if (isRestart(entry)) return this.#tellRestarts(entry, index);
    if (reason === undefined) {
      const kind = by === undefined ? undefined : handlerKind(entry.cause);
      const edge = by === undefined || kind === undefined ? undefined : { of: by, kind, unit: entry.unit };
      this.#add(entry, { text: `${verb} (job ${entry.job}): ${originText(entry.cause)}`, ...(edge === undefined ? {} : { edge }) });
      return by === undefined ? undefined : this.#before(index, (each) => each.unit === by && each.what === 'state');
    }
    const { of } = reason;
    if (reason.because === 'dependency') {
      const edge = { of, kind: reason.kind, unit: entry.unit };
      this.#add(entry, { text: `${verb} (job ${entry.job}): ${reason.kind}= of ${of}`, edge });
    } else {
      const why = reason.because === 'isolate' ? `it is not part of ${of}` : `it triggers ${of}`;
      this.#add(entry, { text: `${verb} (job ${entry.job}): ${why}` });
    }
    const puller = this.#entries.findLastIndex((each) => isJobOf(each, of) && each.usec === entry.usec && each.anchor === entry.anchor);
    if (puller >= 0) return puller;
    const earlier = this.#before(index, (each) => isJobOf(each, of));
    if (earlier < 0) this.#add({ ...entry, unit: of }, { text: `was asked for: ${originText(entry.cause)}` });
    return earlier;
  }

  /** All restarts that followed each other are one step: the failure is what matters, and how often. */
  #tellRestarts(entry: HistoryEntry, index: number): number | undefined {
    const restarts = restartsUpTo(this.#entries, index);
    const { behind, invocation, began, count, sinceUsec } = restarts;
    const isTold = this.#told !== undefined && restarts.failures.has(this.#told);
    this.#add(entry, {
      text: restartsText(restarts, this.#told),
      behind: isTold || behind === undefined ? { settings: ['Restart'] } : behind,
      failed: true,
      ...(invocation === undefined ? {} : { invocation }),
      ...(count > 1 ? { sinceUsec } : {}),
    });
    return began;
  }

  #jobBefore(unit: string, job: number, index: number): number {
    return this.#before(index, (each) => isJobOf(each, unit) && each.job === job);
  }

  #before(index: number, is: (entry: HistoryEntry) => boolean): number {
    for (let at = index - 1; at >= 0; at--) {
      const entry = this.#entries[at];
      if (entry !== undefined && is(entry)) return at;
    }
    return -1;
  }

  #add({ usec, unit }: HistoryEntry, step: Step): void {
    this.#links.push({ usec, unit, ...step });
  }
}

function isJobOf(entry: HistoryEntry, unit: string): entry is HistoryEntry & { readonly what: 'job' } {
  return entry.what === 'job' && entry.unit === unit;
}

/** The job that a state came of, where its cause is nothing but a job. */
function jobOf(entry: HistoryEntry): { readonly type: string; readonly id: number } | undefined {
  const told = entry.what === 'state' ? /^([\w-]+) job (\d+)$/.exec(entry.cause) : null;
  return told?.[1] === undefined ? undefined : { type: told[1], id: Number(told[2]) };
}

/** `failed (failed)` as `failed`. */
function stateText(state: string): string {
  const [active, sub] = state.replace(/\)$/, '').split(' (');
  return active === sub ? (active ?? state) : state;
}

/** The dependency that a cause in the manager's words is about. */
function handlerKind(cause: string): Kind | undefined {
  if (cause.startsWith('triggered by ')) return 'Triggers';
  return (['OnFailure', 'OnSuccess'] as const).find((kind) => cause.startsWith(`${kind}= of `));
}

function originText(cause: string): string {
  return cause === 'boot' ? 'tysd starts it at boot' : cause;
}

const verbs: Readonly<Record<string, string>> = {
  start: 'was to be started',
  stop: 'was to be stopped',
  restart: 'was to be restarted',
  reload: 'was to be reloaded',
  'verify-active': 'was to be active',
};

const refusals: Readonly<Record<string, string>> = { start: 'was not started', restart: 'was not restarted' };

const endings: Readonly<Record<string, string>> = {
  timeout: 'was not started within its time (JobTimeoutSec=)',
  failed: 'could not be started',
  dependency: 'was not started, as a unit that it needs was not',
  skipped: 'was not started, as there was nothing to do',
  invalid: 'could not be started',
  assert: 'was not started, as an assert did not hold',
  condition: 'was not started, as a condition did not hold',
  unsupported: 'cannot be started on this machine',
  once: 'can be started only once',
};
