/** How points in time are written (systemctl(1), --timestamp=). */
export const timestampForms = ['pretty', 'us', 'utc', 'us+utc', 'unix'] as const;

export type TimestampForm = (typeof timestampForms)[number];

/** A point in time, in microseconds since 1970, as systemd prints it, by default in local time: "Sun 2026-11-22 09:09:03 UTC"; '' for 0, which is never. */
export function formatTimestamp(realtimeUsec: number, form: TimestampForm = 'pretty'): string {
  return realtimeUsec === 0 ? '' : forms[form](realtimeUsec);
}

const forms: Readonly<Record<TimestampForm, (usec: number) => string>> = {
  pretty: (usec) => local().full(usec),
  us: (usec) => local().fullPrecise(usec),
  utc: (usec) => createTimeText(true).full(usec),
  'us+utc': (usec) => createTimeText(true).fullPrecise(usec),
  unix: (usec) => `@${Math.floor(usec / 1_000_000)}`,
};

/** Writes times for people, in one time zone; remembers the text of the last second, since entries come in runs. */
export interface TimeText {
  /** `Nov 14 22:13:20` */
  classic(usec: number): string;
  /** `Tue 2023-11-14 22:13:20 CET` */
  full(usec: number): string;
  /** `Tue 2023-11-14 22:13:20.123456 CET` */
  fullPrecise(usec: number): string;
  /** `2023-11-14T22:13:20` and the offset, `+0100`. */
  iso(usec: number): readonly [time: string, offset: string];
}

/** Times in UTC, or in the time zone of the process. */
export function createTimeText(wantsUtc: boolean): TimeText {
  const utc = wantsUtc || localIsUtc;
  const zone = utc ? 'UTC' : undefined;
  let second = Number.NaN;
  let parts = split(0, utc);
  let abbreviation = '';
  const zones = zoneFormats();

  function at(usec: number): Parts {
    const wanted = Math.floor(usec / 1_000_000);
    if (wanted === second) return parts;
    second = wanted;
    parts = split(wanted * 1000, utc);
    abbreviation = '';
    return parts;
  }

  function zoneName(usec: number): string {
    const { offsetMinutes } = at(usec);
    abbreviation ||= zone ?? abbreviate(Math.floor(usec / 1000), offsetText(offsetMinutes), zones);
    return abbreviation;
  }

  return {
    classic(usec) {
      const { month, day, time } = at(usec);
      return `${month} ${day} ${time}`;
    },
    full(usec) {
      const { weekday, date, time } = at(usec);
      return `${weekday} ${date} ${time} ${zoneName(usec)}`;
    },
    fullPrecise(usec) {
      const { weekday, date, time } = at(usec);
      return `${weekday} ${date} ${time}.${fraction(usec)} ${zoneName(usec)}`;
    },
    iso(usec) {
      const { date, time, offsetMinutes } = at(usec);
      return [`${date}T${time}`, offsetText(offsetMinutes)];
    },
  };
}

/** The microseconds of the second, with six digits. */
export function fraction(usec: number): string {
  return String(usec % 1_000_000).padStart(6, '0');
}

interface Parts {
  readonly weekday: string;
  readonly month: string;
  readonly day: string;
  readonly date: string;
  readonly time: string;
  readonly offsetMinutes: number;
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function split(ms: number, utc: boolean): Parts {
  const offsetMinutes = utc ? 0 : -new Date(ms).getTimezoneOffset();
  const shifted = new Date(ms + offsetMinutes * 60_000);
  const text = shifted.toISOString();
  // A year may have more than four digits.
  const end = text.indexOf('T');
  return {
    weekday: weekdays[shifted.getUTCDay()] ?? '',
    month: months[shifted.getUTCMonth()] ?? '',
    day: text.slice(end - 2, end),
    date: text.slice(0, end),
    time: text.slice(end + 1, end + 9),
    offsetMinutes,
  };
}

/** As ISO 8601 has it: `+0100`. */
function offsetText(minutes: number): string {
  const distance = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(distance / 60))}${twoDigits(distance % 60)}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** The zone's abbreviation; each English locale knows those of its own part of the world. Elsewhere it is the offset, as in tzdata: `-03`, `+0545`. */
function abbreviate(ms: number, offset: string, formats: Iterable<Intl.DateTimeFormat>): string {
  for (const format of formats) {
    const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value;
    if (name !== undefined && abbreviations.has(name)) return name;
  }
  return offset.replace(/00$/, '');
}

/** The abbreviations that tzdata has; locales know more, for zones that go by their offset there. */
const abbreviations: ReadonlySet<string> = new Set(
  (
    'ACDT ACST ADT AEDT AEST AKDT AKST AST AWST BST CAT CDT CEST CET CST EAT EDT EEST EET EST GMT HDT HKT HST IDT IST JST KST MDT MSK ' +
    'MST NDT NST NZDT NZST PDT PKT PST SAST SST UTC WAT WEST WET WIB WIT WITA'
  ).split(' '),
);

const locales: readonly string[] = ['en-US', 'en-GB', 'en-IN', 'en-AU', 'en-NZ', 'en-ZA', 'en-CA'];

/** A format is slow to make, so each is made when it is first needed, and kept. */
function zoneFormats(): Iterable<Intl.DateTimeFormat> {
  const made: Intl.DateTimeFormat[] = [];
  return {
    *[Symbol.iterator]() {
      for (const [index, locale] of locales.entries()) yield (made[index] ??= new Intl.DateTimeFormat(locale, { timeZoneName: 'short' }));
    },
  };
}

let localText: TimeText | undefined;
let localIsUtc = false;

/** To be called where the time zone of the process is known to be UTC, before there is a text of it. */
export function localTimeIsUtc(): void {
  localIsUtc = true;
}

/** To be called when the time zone of the process is another one. */
export function zoneChanged(): void {
  localText = undefined;
}

/** Made when it is first needed: a program may set its time zone before that. */
function local(): TimeText {
  return (localText ??= createTimeText(false));
}
