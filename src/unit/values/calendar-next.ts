import { SECOND, YEARS } from './calendar.ts';
import type { Calendar, Component } from './calendar.ts';
import { offsetAt, readingsOf } from './time-zone.ts';
import type { Zone } from './time-zone.ts';

/**
 * The first instant after `afterUsec` (microseconds since 1970, UTC) that a calendar expression names, undefined where
 * there is none before 2200. A time that clocks jump over is left out; one that they show twice counts once, the first time.
 */
export function nextElapse(calendar: Calendar, afterUsec: number, localZone: Zone): number | undefined {
  const zone = calendar.zone ?? localZone;
  const first = Math.floor((afterUsec + 1) / SECOND);
  let fields = fieldsOf(first + offsetAt(zone, first), (afterUsec + 1) % SECOND);
  for (;;) {
    const found = nextMatch(calendar, fields);
    if (found === undefined) return undefined;
    const fraction = found.microsecond % SECOND;
    const { instants, normalized } = readingsOf(zone, localSeconds(found));
    const usec = instants.map((instant) => instant * SECOND + fraction).find((instant) => instant > afterUsec);
    if (usec !== undefined) return usec;
    fields = instants.length > 0 ? later(found) : afterGap(found, fieldsOf(normalized + offsetAt(zone, normalized), 0));
  }
}

/** A local date and time; `microsecond` is that of the minute. */
interface Fields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly microsecond: number;
}

/** Where to go on from a time that clocks jump over: from the full hour that they show then, unless they jump by less than an hour. */
function afterGap(skipped: Fields, shown: Fields): Fields {
  const hour = { ...shown, minute: 0, microsecond: 0 };
  return localSeconds(hour) > localSeconds(skipped) ? hour : later(skipped);
}

/** The first date and time from `from` on that the expression names, whether or not clocks show it. */
function nextMatch(calendar: Calendar, from: Fields): Fields | undefined {
  let current = from;
  for (;;) {
    const year = nextValue(calendar.year, current.year, YEARS.last);
    if (year === undefined) return undefined;
    if (year > current.year) current = { ...startOfYear, year };
    const month = nextValue(calendar.month, current.month, 12);
    if (month === undefined) {
      current = { ...startOfYear, year: year + 1 };
      continue;
    }
    if (month > current.month) current = { ...startOfYear, year, month };
    const day = nextDay(calendar, current);
    if (day === undefined) {
      current = { ...startOfYear, year, month: month + 1 };
      continue;
    }
    if (day > current.day) current = { ...startOfYear, year, month, day };
    const time = nextTime(calendar, current);
    if (time !== undefined) return time;
    current = { ...startOfYear, year, month, day: day + 1 };
  }
}

const startOfYear = { month: 1, day: 1, hour: 0, minute: 0, microsecond: 0 };

function nextTime(calendar: Calendar, current: Fields): Fields | undefined {
  let { minute, microsecond } = current;
  for (let { hour } = current; ;) {
    const nextHour = nextValue(calendar.hour, hour, 23);
    if (nextHour === undefined) return undefined;
    if (nextHour > hour) [minute, microsecond] = [0, 0];
    const nextMinute = nextValue(calendar.minute, minute, 59);
    if (nextMinute !== undefined) {
      if (nextMinute > minute) microsecond = 0;
      const nextMicrosecond = nextValue(calendar.microsecond, microsecond, 60 * SECOND - 1);
      if (nextMicrosecond !== undefined) return { ...current, hour: nextHour, minute: nextMinute, microsecond: nextMicrosecond };
      [hour, minute, microsecond] = [nextHour, nextMinute + 1, 0];
    } else [hour, minute, microsecond] = [nextHour + 1, 0, 0];
  }
}

/** The next day of the month that is named and of the right weekday. */
function nextDay(calendar: Calendar, { year, month, day }: Fields): number | undefined {
  const last = daysIn(year, month);
  const days = calendar.fromMonthEnd ? calendar.day.map((component) => fromEnd(component, last)) : calendar.day;
  for (let from = day; ; from++) {
    const next = nextValue(days, from, last);
    if (next === undefined || calendar.weekdays === 0) return next;
    const weekday = (new Date(Date.UTC(year, month - 1, next)).getUTCDay() + 6) % 7;
    if ((calendar.weekdays & (1 << weekday)) !== 0) return next;
    from = next;
  }
}

/** A component that counts days back from the end of the month, as one that counts forward. */
function fromEnd({ start, stop, repeat }: Component, last: number): Component {
  if (stop !== undefined) return { start: last + 1 - stop, stop: last + 1 - start, repeat };
  return { start: last + 1 - start, repeat };
}

/** The smallest value from `from` to `last` that the components name; any value where there are none. */
function nextValue(components: readonly Component[], from: number, last: number): number | undefined {
  if (components.length === 0) return from <= last ? from : undefined;
  let best: number | undefined;
  for (const { start, stop, repeat } of components) {
    const value = start >= from ? start : repeat > 0 ? start + Math.ceil((from - start) / repeat) * repeat : undefined;
    if (value === undefined || value > Math.min(stop ?? last, last)) continue;
    if (best === undefined || value < best) best = value;
  }
  return best;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function fieldsOf(seconds: number, fraction: number): Fields {
  const date = new Date(seconds * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    microsecond: date.getUTCSeconds() * SECOND + fraction,
  };
}

function localSeconds({ year, month, day, hour, minute, microsecond }: Fields): number {
  return Date.UTC(year, month - 1, day, hour, minute, Math.floor(microsecond / SECOND)) / 1000;
}

function later(fields: Fields): Fields {
  const seconds = localSeconds(fields);
  const fraction = (fields.microsecond % SECOND) + 1;
  return fieldsOf(seconds + Math.floor(fraction / SECOND), fraction % SECOND);
}
