import { formatCalendar, nextElapse, parseCalendar, parseTimespan, parseTimestamp } from '../../api/time.ts';
import { formatAgo } from '../../base/duration.ts';
import { createTimeText } from '../../base/timestamp.ts';
import type { AnalyzeCall } from './call.ts';
import { isUtc, localClock } from './local-clock.ts';
import { errorText, printEach, type Printed } from './print-each.ts';

/** `calendar EXPRESSION…`: the normal form of calendar expressions, and when they elapse next. */
export function analyzeCalendar(call: AnalyzeCall): number {
  return printEach(call, (text) => calendarLines(text, call), true);
}

function calendarLines(text: string, { options }: AnalyzeCall): Printed {
  const { usec: now, zone } = localClock();
  const parsed = parseCalendar(text, zone);
  if (!parsed.ok) return { problem: [`Failed to parse calendar specification '${text}': ${errorText(parsed.error)}`, ...hints(text)] };
  const normal = formatCalendar(parsed.value);
  const lines = [...(normal === text ? [] : [`  Original form: ${text}`]), `Normalized form: ${normal}`];
  let from = options.baseTime ?? now;
  const elapses: number[] = [];
  const record = { original: text, normalized: normal, elapses };
  for (let count = 1; count <= options.iterations; count++) {
    const next = nextElapse(parsed.value, from, zone.name);
    if (next === undefined) return { lines: count === 1 ? [...lines, '    Next elapse: never'] : lines, record };
    elapses.push(next);
    const label = count === 1 ? '    Next elapse' : `Iter. #${count}`.padStart(15);
    lines.push(`${label}: ${createTimeText(false).full(next)}`);
    if (!isUtc()) lines.push(`       (in UTC): ${createTimeText(true).full(next)}`);
    lines.push(`       From now: ${formatAgo(localClock().usec - next)}`);
    from = next;
  }
  return { lines, record };
}

function hints(text: string): readonly string[] {
  return [...timespanHint(text), ...timestampHint(text)];
}

/** What to say where a timespan was given to another verb. */
export function timespanHint(text: string): readonly string[] {
  return parseTimespan(text).ok ? [`Hint: this expression is a valid timespan. Use 'systemd-analyze timespan "${text}"' instead?`] : [];
}

/** What to say where a point in time was given to another verb. */
export function timestampHint(text: string): readonly string[] {
  return parseTimestamp(text, localClock()).ok
    ? [`Hint: this expression is a valid timestamp. Use 'systemd-analyze timestamp "${text}"' instead?`]
    : [];
}

/** What to say where a calendar expression was given to another verb. */
export function calendarHint(text: string): readonly string[] {
  return parseCalendar(text, localClock().zone).ok
    ? [`Hint: this expression is a valid calendar specification. Use 'systemd-analyze calendar "${text}"' instead?`]
    : [];
}
