import { linearRegexp, type Matcher } from '../base/regexp/regexp.ts';
import type { FieldValue } from './record.ts';
import { valueText } from './record.ts';

/** What a unit's settings say about which of its messages are kept (systemd.exec(5), LogLevelMax=, LogFilterPatterns=, LogRateLimitIntervalSec=). */
export interface LogRules {
  /** They have a limit of how many messages there may be. */
  readonly limited: boolean;
  /** The part of the meta that they were made from. */
  readonly from: string;
  /** Tells whether a message is kept; `dropped` are those that were not since the last that was, for there were too many. */
  admit(priority: number, message: FieldValue, realtimeUsec: number): { readonly keep: boolean; readonly dropped: number };
  /** What was admitted lately; it may be put into rules that were made of the same. */
  counts: RateCounts;
}

/** When the interval began in which this many messages were kept, and how many were not. */
export interface RateCounts {
  readonly beganUsec: number;
  readonly kept: number;
  readonly dropped: number;
}

/** The rules of a stream's meta; undefined where it has none. */
export function logRules(given: Readonly<Record<string, string>>): LogRules | undefined {
  const { LEVEL_MAX: level, PATTERNS: patterns, RATE: rate } = given;
  if (level === undefined && patterns === undefined && rate === undefined) return undefined;
  const highest = Number(level ?? '7');
  const passes = patternFilter(patterns?.split('\n') ?? []);
  const limit = rateLimit(rate);
  return {
    limited: rate !== undefined,
    from: JSON.stringify([level, patterns, rate]),
    admit: (priority, message, usec) => {
      if (priority > highest || !passes(message)) return { keep: false, dropped: 0 };
      return limit.admit(usec);
    },
    get counts() {
      return limit.counts;
    },
    set counts(counts) {
      limit.counts = counts;
    },
  };
}

/**
 * A message is kept if one of the patterns fits, or there are only such with `~`, and none of those fits. What is no pattern fits nothing;
 * units do not have such, since they are refused when the unit is read.
 */
function patternFilter(patterns: readonly string[]): (message: FieldValue) => boolean {
  const allowed = patterns.filter((pattern) => !pattern.startsWith('~'));
  const allows = allowed.flatMap(expression);
  const denies = patterns.filter((pattern) => pattern.startsWith('~')).flatMap((pattern) => expression(pattern.slice(1)));
  if (patterns.length === 0) return () => true;
  return (message) => {
    const text = valueText(message);
    if (denies.some((fits) => fits(text))) return false;
    return allowed.length === 0 || allows.some((fits) => fits(text));
  };
}

function expression(pattern: string): readonly Matcher[] {
  const regexp = linearRegexp(pattern);
  return regexp.ok ? [regexp.value] : [];
}

/** So many messages in so many microseconds; the first one after that says how many were dropped. */
function rateLimit(rate: string | undefined): RateLimit {
  const [interval = 0, burst = 0] = (rate ?? '').split(' ').map(Number);
  const isLimited = interval > 0 && burst > 0;
  return {
    counts: { beganUsec: 0, kept: 0, dropped: 0 },
    admit(usec) {
      if (!isLimited) return { keep: true, dropped: 0 };
      const { beganUsec, kept, dropped } = this.counts;
      if (kept === 0 || usec >= beganUsec + interval || usec < beganUsec) {
        this.counts = { beganUsec: usec, kept: 1, dropped: 0 };
        return { keep: true, dropped };
      }
      const keep = kept < burst;
      this.counts = keep ? { beganUsec, kept: kept + 1, dropped } : { beganUsec, kept, dropped: dropped + 1 };
      return { keep, dropped: 0 };
    },
  };
}

interface RateLimit {
  counts: RateCounts;
  admit(usec: number): { readonly keep: boolean; readonly dropped: number };
}
