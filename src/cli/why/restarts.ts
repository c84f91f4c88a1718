import type { HistoryEntry } from '../../api/history.ts';
import { originOf, type Behind, behindFailure, failureText } from './failure.ts';

/** The restarts of a unit by Restart= that followed each other, up to one of them. */
export interface Restarts {
  readonly count: number;
  /** The first of them, as far as the record goes. */
  readonly sinceUsec: number;
  /** What was before each, by how often it was so. */
  readonly failures: ReadonlyMap<string, number>;
  /** The lines of the unit's files that the last of these failures is about. */
  readonly behind?: Behind;
  readonly invocation?: string;
  /** The job that the series began with; undefined where the record does not reach so far. */
  readonly began: number | undefined;
}

/** Whether the job was queued by Restart=. */
export function isRestart(entry: HistoryEntry): boolean {
  return entry.what === 'job' && entry.cause === 'Restart=';
}

/** The series that ends with the restart at this index. */
export function restartsUpTo(entries: readonly HistoryEntry[], index: number): Restarts {
  const unit = entries[index]?.unit;
  const failures = new Map<string, number>();
  let last: { readonly behind?: Behind; readonly invocation?: string } | undefined;
  let [count, sinceUsec] = [0, 0];
  let began: number | undefined;
  for (let at = index; at >= 0; at--) {
    const entry = entries[at];
    if (entry === undefined || entry.unit !== unit) continue;
    if (entry.what === 'job' && !isRestart(entry)) {
      began = at;
      break;
    }
    if (entry.what === 'job') {
      count += 1;
      sinceUsec = entry.usec;
    } else if (entry.what === 'state' && entry.to === 'activating (auto-restart)') {
      const origin = originOf(entries, at, entry);
      const text = failureText(origin);
      failures.set(text, (failures.get(text) ?? 0) + 1);
      const behind = behindFailure(origin);
      last ??= { ...(behind === undefined ? {} : { behind }), ...(entry.invocation === undefined ? {} : { invocation: entry.invocation }) };
    }
  }
  return { count, sinceUsec, failures, ...last, began };
}

/** "was started again 27 times by Restart=, each time after: …"; of the failure that was `told` before, that it is the same. */
export function restartsText({ count, failures }: Restarts, told: string | undefined): string {
  const [first = ''] = failures.keys();
  const often = `was started again by Restart=, ${count === 1 ? 'once' : `${count} times`}`;
  if (failures.size === 0) return often;
  if (failures.size > 1) {
    const each = [...failures]
      .toSorted(([, a], [, b]) => b - a)
      .map(([text, times]) => `${text} (${times === 1 ? 'once' : `${times} times`})`);
    const more = each.length > mostFailures ? `; ${each.length - mostFailures} others` : '';
    return `${often}, after: ${each.slice(0, mostFailures).join('; ')}${more}`;
  }
  const after = count === 1 ? 'after' : 'each time after';
  return first === told ? `${often}, ${after} the same` : `${often}, ${after}: ${first}`;
}

const mostFailures = 3;
