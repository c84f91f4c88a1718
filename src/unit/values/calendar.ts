import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { expanded } from './combine.ts';
import { refuse } from './parser.ts';
import type { ValueError, ValueParser } from './parser.ts';
import { isZone, zoneOfAbbreviation } from './time-zone.ts';
import type { LocalZone, Zone } from './time-zone.ts';

/** `start`, or from `start` to `stop` in steps of `repeat`; without `stop` to the end of the field; `repeat` 0 for a single value. */
export interface Component {
  readonly start: number;
  readonly stop?: number;
  readonly repeat: number;
}

/** A calendar expression (systemd.time(7)); an empty list means every value. */
export interface Calendar {
  /** Bit 0 is Monday; 0 means any day. */
  readonly weekdays: number;
  readonly year: readonly Component[];
  readonly month: readonly Component[];
  readonly day: readonly Component[];
  /** Days count back from the end of the month: 1 is the last. */
  readonly fromMonthEnd: boolean;
  readonly hour: readonly Component[];
  readonly minute: readonly Component[];
  /** Microseconds of the minute. */
  readonly microsecond: readonly Component[];
  /** Absent for local time. */
  readonly zone?: Zone;
  /** The zone as it was written, where it is an abbreviation. */
  readonly zoneText?: string;
}

/** OnCalendar=, specifiers expanded. */
export const calendar: ValueParser<Calendar> = expanded((text) => parseCalendar(text));

/** A calendar expression; the abbreviations of the local zone are only known where it is given. */
export function parseCalendar(text: string, local?: LocalZone): Result<Calendar, ValueError> {
  const { body, ...zone } = splitZone(text, local);
  const shortcut = shortcuts.get(body.toLowerCase());
  const reader = new Reader(shortcut ?? body);
  const parts = body === '' ? undefined : reader.read();
  if (parts === undefined) return refuse(EXPECTED, shortcut === undefined ? reader.at : 0);
  const normalized = { ...normalize(parts), ...(parts.isInstant ? { zone: 'UTC' } : zone) };
  const outside = fieldOutOfRange(normalized);
  return outside === undefined ? ok(normalized) : refuse(`the ${outside} is out of range, or its steps never fit`);
}

/** Microseconds in a second: the unit of the last field. */
export const SECOND = 1_000_000;

/** The first and last year of a calendar expression. */
export const YEARS = { first: 1970, last: 2199 } as const;

/** Names of the days as they are printed. */
export const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** The day of the week that `text` begins with, in short or in full and in any case, and how long its name is. */
export function readWeekday(text: string, at: number): { readonly day: number; readonly length: number } | undefined {
  const rest = text.slice(at, at + 9).toLowerCase();
  const day = fullDayNames.findIndex((name) => rest.startsWith(name.slice(0, 3)));
  const name = fullDayNames[day];
  return name === undefined ? undefined : { day, length: rest.startsWith(name) ? name.length : 3 };
}

const EXPECTED = 'expected a calendar expression such as Mon..Fri *-*-* 10:00:00 or daily';
const fullDayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const MOST_COMPONENTS = 240;

const shortcuts: ReadonlyMap<string, string> = new Map([
  ['minutely', '*-*-* *:*:00'],
  ['hourly', '*-*-* *:00:00'],
  ['daily', '*-*-* 00:00:00'],
  ['weekly', 'Mon *-*-* 00:00:00'],
  ['monthly', '*-*-01 00:00:00'],
  ['quarterly', '*-01,04,07,10-01 00:00:00'],
  ...['semiannually', 'semi-annually', 'biannually', 'bi-annually'].map((name) => [name, '*-01,07-01 00:00:00'] as const),
  ...['yearly', 'annually', 'anually'].map((name) => [name, '*-01-01 00:00:00'] as const),
]);

interface Zoned {
  readonly body: string;
  readonly zone?: Zone;
  readonly zoneText?: string;
}

function splitZone(text: string, local: LocalZone | undefined): Zoned {
  const space = text.lastIndexOf(' ');
  const last = text.slice(space + 1);
  const body = text.slice(0, Math.max(space, 0));
  if (space < 0) return { body: text };
  if (last.toUpperCase() === 'UTC') return { body, zone: 'UTC' };
  const abbreviated = local === undefined ? undefined : zoneOfAbbreviation(last, local);
  if (abbreviated !== undefined) return { body, zone: abbreviated, zoneText: last };
  return isZone(last) ? { body, zone: last } : { body: text };
}

type Parts = Omit<Calendar, 'zone' | 'zoneText'> & { readonly isInstant: boolean };

const zero: readonly Component[] = [{ start: 0, repeat: 0 }];
const everySecond: readonly Component[] = [{ start: 0, repeat: SECOND }];
const single = (start: number): readonly Component[] => [{ start, repeat: 0 }];

/** Reads an expression without its zone; what it gives is undefined where the text at `at` is not what it must be. */
class Reader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Parts | undefined {
    const weekdays = this.#weekdays();
    if (weekdays === undefined) return undefined;
    if (this.#text[this.at] === '@') return this.#instant(weekdays);
    const date = this.#date();
    const time = date === undefined ? undefined : this.#time();
    if (date === undefined || time === undefined || this.at < this.#text.length) return undefined;
    return { weekdays, ...date, ...time, isInstant: false };
  }

  #instant(weekdays: number): Parts | undefined {
    const digits = this.#text.slice(this.at + 1);
    const date = new Date(Number(digits) * 1000);
    if (!/^\d{1,13}$/.test(digits) || Number.isNaN(date.getTime())) return undefined;
    return {
      weekdays,
      year: single(date.getUTCFullYear()),
      month: single(date.getUTCMonth() + 1),
      day: single(date.getUTCDate()),
      fromMonthEnd: false,
      hour: single(date.getUTCHours()),
      minute: single(date.getUTCMinutes()),
      microsecond: single(date.getUTCSeconds() * SECOND),
      isInstant: true,
    };
  }

  #weekdays(): number | undefined {
    let days = 0;
    let open: number | undefined;
    while (this.at < this.#text.length && this.#text[this.at] !== ' ') {
      const found = readWeekday(this.#text, this.at);
      if (found === undefined) return days === 0 ? 0 : undefined;
      if (open !== undefined && open > found.day) return undefined;
      for (let day = open ?? found.day; day <= found.day; day++) days |= 1 << day;
      this.at += found.length;
      const isOpen = open !== undefined;
      open = undefined;
      if (this.#skip('..') || this.#skip('-')) {
        if (isOpen) return undefined;
        open = found.day;
      } else if (!this.#skip(',') && this.at < this.#text.length && this.#text[this.at] !== ' ') return undefined;
    }
    if (open !== undefined) return undefined;
    if (days !== 0) this.#skipSpaces();
    return days;
  }

  #date(): Pick<Calendar, 'year' | 'month' | 'day' | 'fromMonthEnd'> | undefined {
    const any = { year: [], month: [], day: [], fromMonthEnd: false };
    if (this.at === this.#text.length) return any;
    const start = this.at;
    const first = this.#chain(1);
    if (first === undefined) return undefined;
    if (this.at === this.#text.length || this.#text[this.at] === ':') {
      this.at = start;
      return any;
    }
    let fromMonthEnd = this.#skip('~');
    const second = fromMonthEnd || this.#skip('-') ? this.#chain(1) : undefined;
    if (second === undefined) return undefined;
    if (this.#skipSpaces()) return { year: [], month: first, day: second, fromMonthEnd };
    if (fromMonthEnd) return undefined;
    fromMonthEnd = this.#skip('~');
    const third = fromMonthEnd || this.#skip('-') ? this.#chain(1) : undefined;
    return third !== undefined && this.#skipSpaces() ? { year: first, month: second, day: third, fromMonthEnd } : undefined;
  }

  #time(): Pick<Calendar, 'hour' | 'minute' | 'microsecond'> | undefined {
    if (this.at === this.#text.length) return { hour: zero, minute: zero, microsecond: zero };
    const hour = this.#chain(0);
    const minute = hour !== undefined && this.#skip(':') ? this.#chain(0) : undefined;
    if (hour === undefined || minute === undefined) return undefined;
    if (this.at === this.#text.length) return { hour, minute, microsecond: zero };
    const microsecond = this.#skip(':') ? this.#chain(0, SECOND) : undefined;
    return microsecond === undefined ? undefined : { hour, minute, microsecond };
  }

  /** `*`, or values and ranges with commas between; numbers count `unit` and have a fraction only where it is not 1. */
  #chain(least: number, unit = 1): readonly Component[] | undefined {
    if (this.#skip('*')) return this.#skip('/') ? this.#steps(least, unit) : unit === 1 ? [] : everySecond;
    const components: Component[] = [];
    do {
      const start = this.#number(unit);
      const stop = start !== undefined && this.#skip('..') ? this.#number(unit) : undefined;
      const hasStop = this.#text.slice(0, this.at).endsWith('..') || stop !== undefined;
      const stepped = start !== undefined && this.#skip('/');
      const step = stepped ? this.#number(unit) : stop === undefined ? 0 : unit;
      if (start === undefined || (hasStop && stop === undefined) || step === undefined || (stepped && step === 0)) return undefined;
      if (!stepped && unit !== 1 && stop !== undefined && start + step > stop) return undefined;
      components.push(stop === undefined ? { start, repeat: step } : { start, stop, repeat: step });
    } while (this.#skip(',') && components.length <= MOST_COMPONENTS);
    return components.length > MOST_COMPONENTS ? undefined : components;
  }

  /** The steps behind the slash in a wildcard: they begin at the least value of the field. */
  #steps(least: number, unit: number): readonly Component[] | undefined {
    const repeat = this.#number(unit);
    return repeat === undefined || repeat === 0 ? undefined : [{ start: least, repeat }];
  }

  #number(unit: number): number | undefined {
    const start = this.at;
    while (isDigit(this.#text.charCodeAt(this.at))) this.at++;
    if (this.at === start || this.at - start > 9) return undefined;
    const whole = Number(this.#text.slice(start, this.at)) * unit;
    const hasFraction = unit !== 1 && this.#text[this.at] === '.' && isDigit(this.#text.charCodeAt(this.at + 1));
    if (!hasFraction) return whole;
    const point = this.at;
    this.at++;
    while (isDigit(this.#text.charCodeAt(this.at))) this.at++;
    return whole + Math.round(Number(`0${this.#text.slice(point, this.at)}`) * unit);
  }

  #skip(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  /** Skips blanks between the parts; true at the end of the text too. */
  #skipSpaces(): boolean {
    const start = this.at;
    while (this.#text[this.at] === ' ') this.at++;
    return this.at > start || this.at === this.#text.length;
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function normalize({ isInstant, ...parts }: Parts): Calendar {
  const microsecond = normalizeChain(parts.microsecond);
  const isEverySecond = microsecond.some(
    (component) => component.start === 0 && component.repeat === SECOND && component.stop === undefined,
  );
  return {
    ...parts,
    weekdays: parts.weekdays === 127 ? 0 : parts.weekdays,
    year: normalizeChain(isInstant ? parts.year : parts.year.map(withCentury)),
    month: normalizeChain(parts.month),
    day: normalizeChain(parts.day),
    fromMonthEnd: parts.fromMonthEnd && parts.day.length > 0,
    hour: normalizeChain(parts.hour),
    minute: normalizeChain(parts.minute),
    microsecond: isEverySecond ? everySecond : microsecond,
  };
}

function withCentury({ start, stop, repeat }: Component): Component {
  return { start: fullYear(start), repeat, ...(stop === undefined ? {} : { stop: fullYear(stop) }) };
}

function fullYear(year: number): number {
  return year < 70 ? year + 2000 : year < 100 ? year + 1900 : year;
}

function normalizeChain(chain: readonly Component[]): readonly Component[] {
  if (chain.length === 0) return chain;
  const sorted = chain
    .map(normalizeComponent)
    .toSorted((a, b) => a.start - b.start || (a.stop ?? -1) - (b.stop ?? -1) || a.repeat - b.repeat);
  return sorted.filter((component, index) => index === 0 || !isSame(component, sorted[index - 1]));
}

/** The end of a range is the last value that its steps reach. */
function normalizeComponent(component: Component): Component {
  const { start, stop, repeat } = component;
  if (stop === undefined || stop < start) return component;
  const last = repeat > 0 ? stop - ((stop - start) % repeat) : stop;
  return last === start ? { start, repeat: 0 } : { start, stop: last, repeat };
}

function isSame(a: Component, b: Component | undefined): boolean {
  return b !== undefined && a.start === b.start && a.stop === b.stop && a.repeat === b.repeat;
}

function fieldOutOfRange(parsed: Calendar): string | undefined {
  const fields: readonly (readonly [string, readonly Component[], number, number])[] = [
    ['year', parsed.year, YEARS.first, YEARS.last],
    ['month', parsed.month, 1, 12],
    ['day', parsed.day, 1, parsed.fromMonthEnd ? 28 : 31],
    ['hour', parsed.hour, 0, 23],
    ['minute', parsed.minute, 0, 59],
    ['second', parsed.microsecond, 0, 60 * SECOND - 1],
  ];
  return fields.find(
    ([name, chain, from, to]) => !chain.every((component) => fits(component, from, to, name === 'day' && parsed.fromMonthEnd)),
  )?.[0];
}

function fits({ start, stop, repeat }: Component, from: number, to: number, backwards: boolean): boolean {
  if (start < from || start > to || repeat > to - from) return false;
  if (stop !== undefined) return stop >= from && stop <= to && start + repeat <= stop;
  return backwards ? start - repeat >= from : start + repeat <= to;
}
