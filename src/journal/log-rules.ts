import { linearRegexp, type Matcher } from '../base/regexp/regexp.ts';
import type { FieldValue } from './record.ts';
import type { Rate, RatePolicy } from './policy.ts';
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
  counts: readonly RateCounts[];
}

/** Of the messages of a class: when the interval began in which this many were kept, and how many were not. */
export interface RateCounts {
  readonly beganUsec: number;
  readonly kept: number;
  readonly dropped: number;
}

/** The rules of a stream's meta; undefined where it has none. */
export function logRules(given: Readonly<Record<string, string>>, policy: RatePolicy): LogRules | undefined {
  const { LEVEL_MAX: level, PATTERNS: patterns, RATE: rate } = given;
  if (level === undefined && patterns === undefined && rate === undefined) return undefined;
  const highest = Number(level ?? '7');
  const passes = patternFilter(patterns?.split('\n') ?? []);
  const limit = rateLimit(rateOf(rate, policy.usual), policy.freeBytes);
  return {
    limited: rate !== undefined,
    from: JSON.stringify([level, patterns, rate]),
    admit: (priority, message, usec) => {
      if (priority > highest || !passes(message)) return { keep: false, dropped: 0 };
      return limit.admit(priority, usec);
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

/** The limit of all messages of a unit that has none of its own. */
export function generalLimit({ usual, freeBytes }: RatePolicy): RateLimit {
  return rateLimit(usual, freeBytes);
}

/** Microseconds and messages in them, as the manager writes them: 0 for what the unit does not set, or turns off, as systemd has it. */
function rateOf(text: string | undefined, usual: Rate): Rate {
  if (text === undefined) return { intervalUsec: 0, burst: 0 };
  const [interval = 0, burst = 0] = text.split(' ').map(Number);
  return { intervalUsec: interval || usual.intervalUsec, burst: burst || usual.burst };
}

/** So many messages of each class in so many microseconds; the first one after that says how many were dropped. */
function rateLimit({ intervalUsec, burst }: Rate, freeBytes: () => number): RateLimit {
  const isLimited = intervalUsec > 0 && burst > 0;
  return {
    counts: [],
    admit(priority, usec) {
      if (!isLimited) return { keep: true, dropped: 0 };
      const level = classes[priority] ?? classes.length;
      const { beganUsec, kept, dropped } = this.counts[level] ?? none;
      if (kept === 0 || usec >= beganUsec + intervalUsec || usec < beganUsec) {
        this.counts = withCounts(this.counts, level, { beganUsec: usec, kept: 1, dropped: 0 });
        return { keep: true, dropped };
      }
      const keep = kept < grown(burst, freeBytes());
      this.counts = withCounts(this.counts, level, { beganUsec, kept: keep ? kept + 1 : kept, dropped: keep ? dropped : dropped + 1 });
      return { keep, dropped: 0 };
    },
  };
}

const none: RateCounts = { beganUsec: 0, kept: 0, dropped: 0 };

/** Of each priority, the class that is counted for itself: a flood of what is not important hides nothing that is (as journald's). */
const classes = [0, 0, 0, 1, 2, 3, 3, 4];

function withCounts(counts: readonly RateCounts[], level: number, one: RateCounts): readonly RateCounts[] {
  return Array.from({ length: Math.max(counts.length, level + 1) }, (_, index) => (index === level ? one : (counts[index] ?? none)));
}

/** By the logarithm of the room that there is, more messages may come: twice as many with 16 MiB, four times with 4 GiB (journald.conf(5)). */
function grown(burst: number, freeBytes: number): number {
  const magnitude = Math.floor(Math.log2(Math.max(1, freeBytes)));
  return magnitude <= 20 ? burst : Math.floor((burst * (magnitude - 16)) / 4);
}

/** How many messages were admitted lately, and whether one more is. */
export interface RateLimit {
  counts: readonly RateCounts[];
  admit(priority: number, usec: number): { readonly keep: boolean; readonly dropped: number };
}
