import { parseTimespan, parseTimestamp } from '../../api/time.ts';
import { formatAgo, formatTimespan } from '../../base/duration.ts';
import { createTimeText, fraction } from '../../base/timestamp.ts';
import { calendarHint, timespanHint, timestampHint } from './calendar.ts';
import type { AnalyzeCall } from './call.ts';
import { isUtc, localClock } from './local-clock.ts';
import { errorText, printEach, type Printed } from './print-each.ts';

/** `timespan EXPRESSION…`: spans in microseconds, and as systemd itself writes them. */
export function analyzeTimespan(call: AnalyzeCall): number {
  const { mu } = call.terminal.style.glyphs;
  const describe = (text: string): Printed => {
    const parsed = parseTimespan(text);
    if (!parsed.ok)
      return {
        problem: [`Failed to parse time span '${text}': ${errorText(parsed.error)}`, ...calendarHint(text), ...timestampHint(text)],
      };
    // Without end is the largest number that there is.
    const usec = parsed.value === Infinity ? '18446744073709551615' : String(BigInt(parsed.value));
    const human = formatTimespan(parsed.value);
    return {
      lines: [`Original: ${text}`, `      ${mu}s: ${usec}`, `   Human: ${human}`],
      record: { original: text, usec: parsed.value === Infinity ? null : parsed.value, human },
    };
  };
  return printEach(call, describe, false);
}

/** `timestamp EXPRESSION…`: points in time in local time, in UTC, in seconds since 1970 and from now. */
export function analyzeTimestamp(call: AnalyzeCall): number {
  return printEach(call, describeTimestamp, true);
}

function describeTimestamp(text: string): Printed {
  const parsed = parseTimestamp(text, localClock());
  if (!parsed.ok)
    return { problem: [`Failed to parse "${text}": ${errorText(parsed.error)}`, ...calendarHint(text), ...timespanHint(text)] };
  const usec = parsed.value;
  const written = (utc: boolean) => (usec === 0 ? '-' : createTimeText(utc).full(usec));
  return {
    lines: [
      `  Original form: ${text}`,
      `Normalized form: ${written(false)}`,
      ...(isUtc() ? [] : [`       (in UTC): ${written(true)}`]),
      `   UNIX seconds: @${Math.floor(usec / 1e6)}${usec % 1e6 === 0 ? '' : `.${fraction(usec)}`}`,
      `       From now: ${usec === 0 ? '-' : formatAgo(localClock().usec - usec)}`,
    ],
    record: { original: text, normalized: written(false), usec },
  };
}
