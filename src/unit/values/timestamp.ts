import { SECOND } from '../../base/duration.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { readWeekday } from './calendar.ts';
import { refuse } from './parser.ts';
import type { ValueError } from './parser.ts';
import { parseTimespan } from './timespan.ts';
import { isZone, offsetAt, readingsOf, zoneOfAbbreviation, zoneOfOffset } from './time-zone.ts';
import type { LocalZone, Zone } from './time-zone.ts';

/** When and where a timestamp is read. */
export interface Now {
  /** Microseconds since 1970, UTC. */
  readonly usec: number;
  readonly zone: LocalZone;
}

/** A point in time in microseconds since 1970, as people write it: a date, a time, `yesterday`, `5min ago`, `@N` (systemd.time(7)). */
export function parseTimestamp(text: string, now: Now): Result<number, ValueError> {
  const relative = parseRelative(text, now.usec);
  if (relative !== undefined) return relative;
  const { body, zone } = splitZone(text, now.zone);
  const words = dayWords[body];
  const midnight = Math.floor((Math.floor(now.usec / SECOND) + offsetAt(zone, Math.floor(now.usec / SECOND))) / DAY) * DAY;
  if (words !== undefined) return instantOf(midnight + words * DAY, 0, zone);
  const fields = parseFields(body);
  if (fields === undefined) return refuse(EXPECTED);
  const day = fields.date === undefined ? midnight : fields.date;
  if (fields.weekday !== undefined && (Math.floor(day / DAY) + THURSDAY) % 7 !== fields.weekday % 7)
    return refuse('the day of the week is not that of the date');
  return instantOf(day + fields.seconds, fields.microseconds, zone);
}

const EXPECTED = 'expected a time such as 2024-02-29 12:34:56, yesterday, 5min ago or @1700000000';
const DAY = 86_400;
/** 1970-01-01 was a Thursday: its place in a week that begins on Monday. */
const THURSDAY = 3;
const dayWords: Readonly<Record<string, number>> = { today: 0, yesterday: -1, tomorrow: 1 };

/** What counts from now or from 1970; undefined where the text is neither. */
function parseRelative(text: string, nowUsec: number): Result<number, ValueError> | undefined {
  if (text === 'now') return ok(nowUsec);
  if (text.startsWith('@')) return span(text.slice(1), 1, 0);
  if (text.startsWith('+')) return span(text.slice(1), 1, nowUsec);
  if (text.startsWith('-')) return span(text.slice(1), -1, nowUsec);
  if (text.endsWith(' ago')) return span(text.slice(0, -' ago'.length), -1, nowUsec);
  if (text.endsWith(' left')) return span(text.slice(0, -' left'.length), 1, nowUsec);
  return undefined;
}

function span(text: string, sign: 1 | -1, from: number): Result<number, ValueError> {
  const parsed = parseTimespan(text);
  if (!parsed.ok) return parsed;
  const usec = from + sign * parsed.value;
  return Number.isFinite(usec) ? ok(Math.max(usec, 0)) : refuse('expected a point in time that is not infinitely far');
}

function splitZone(text: string, local: LocalZone): { readonly body: string; readonly zone: Zone } {
  if (/\dZ$/.test(text)) return { body: text.slice(0, -1), zone: 'UTC' };
  const [attached] = /(?<=:\d\d(?:\.\d+)?)[+-]\d\d:\d\d$/.exec(text) ?? [];
  if (attached !== undefined) return { body: text.slice(0, -attached.length), zone: zoneOfOffset(attached) ?? local.name };
  const space = text.lastIndexOf(' ');
  const last = text.slice(space + 1);
  const zone = space < 0 ? undefined : zoneOfName(last, local);
  return zone === undefined ? { body: text, zone: local.name } : { body: text.slice(0, space), zone };
}

function zoneOfName(name: string, local: LocalZone): Zone | undefined {
  if (name.toUpperCase() === 'UTC' || name === 'Z') return 'UTC';
  return zoneOfOffset(name) ?? zoneOfAbbreviation(name, local) ?? (isZone(name) ? name : undefined);
}

interface Fields {
  readonly weekday?: number;
  /** Seconds of the midnight that begins the date, counted as if it were UTC. */
  readonly date?: number;
  readonly seconds: number;
  readonly microseconds: number;
}

const DATE = String.raw`(?<year>\d{4}|\d{2})-(?<month>\d{1,2})-(?<day>\d{1,2})`;
const TIME = String.raw`(?<hour>\d{1,2}):(?<minute>\d{1,2})(?::(?<second>\d{1,2})(?:\.(?<fraction>\d+))?)?`;
const FORM = new RegExp(`^(?:${DATE})?(?:(?:^|[ T])${TIME})?$`);

function parseFields(text: string): Fields | undefined {
  const weekday = readWeekday(text, 0);
  const start = weekday === undefined ? 0 : weekday.length + 1;
  if (weekday !== undefined && text[weekday.length] !== ' ') return undefined;
  const groups = FORM.exec(text.slice(start).trimStart())?.groups;
  if (groups === undefined || (groups['year'] === undefined && groups['hour'] === undefined)) return undefined;
  const { year, month = '1', day = '1', hour = '0', minute = '0', second = '0', fraction = '0' } = groups;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const date = year === undefined ? undefined : dateOf(year, Number(month), Number(day));
  if (year !== undefined && date === undefined) return undefined;
  return {
    ...(weekday === undefined ? {} : { weekday: weekday.day }),
    ...(date === undefined ? {} : { date }),
    seconds: Number(hour) * 3600 + Number(minute) * 60 + Number(second),
    microseconds: Math.round(Number(`0.${fraction}`) * SECOND),
  };
}

function dateOf(year: string, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const short = Number(year);
  const full = year.length > 2 ? short : short < 69 ? short + 2000 : short + 1900;
  return Date.UTC(full, month - 1, day) / 1000;
}

function instantOf(localSeconds: number, microseconds: number, zone: Zone): Result<number, ValueError> {
  const { instants, normalized } = readingsOf(zone, localSeconds);
  const usec = (instants[0] ?? normalized) * SECOND + microseconds;
  return usec < 0 ? err({ message: 'expected a time after 1970', offset: 0 }) : ok(usec);
}
