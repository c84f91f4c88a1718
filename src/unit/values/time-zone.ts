/** A time zone by its IANA name, `UTC`, or a fixed offset such as `+02:00`. */
export type Zone = string;

/** The zone that times without one are in, and what its two abbreviations are, where they are known. */
export interface LocalZone {
  readonly name: Zone;
  readonly standard?: string;
  readonly daylight?: string;
}

/** Whether the name is that of a time zone, spelled as it is in the database. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9+_/-]*$/.test(name)) return false;
  const formatter = formatterOf(name);
  if (formatter === undefined) return false;
  const resolved = formatter.resolvedOptions().timeZone;
  return resolved === name || resolved.toLowerCase() !== name.toLowerCase();
}

/** The fixed offset that one of the local zone's abbreviations stands for at `epochSeconds`, or undefined. */
export function zoneOfAbbreviation(text: string, local: LocalZone): Zone | undefined {
  if (text !== local.standard && text !== local.daylight) return undefined;
  const january = offsetAt(local.name, JANUARY);
  const july = offsetAt(local.name, JULY);
  return fixedZone(text === local.standard ? Math.min(january, july) : Math.max(january, july));
}

/** The zone of an offset such as -06, -0600 or -06:00, or undefined. */
export function zoneOfOffset(text: string): Zone | undefined {
  const [, sign, hours, minutes = '00'] = /^([+-])(\d\d):?(\d\d)?$/.exec(text) ?? [];
  return hours === undefined || Number(hours) > 23 || Number(minutes) > 59 ? undefined : `${sign}${hours}:${minutes}`;
}

/** Seconds that the zone is ahead of UTC at that instant. */
export function offsetAt(zone: Zone, epochSeconds: number): number {
  if (zone === 'UTC') return 0;
  if (zone.startsWith('+') || zone.startsWith('-')) return secondsOf(zone);
  const parts = formatterOf(zone)?.formatToParts(epochSeconds * 1000);
  return secondsOf(parts?.find((part) => part.type === 'timeZoneName')?.value.slice('GMT'.length) ?? '');
}

/** What a local time means: its instants, the earlier first; none where clocks jump over it, and then the instant that it would be had they not yet jumped. */
export interface Readings {
  readonly instants: readonly number[];
  readonly normalized: number;
}

/** The instants at which clocks in the zone show `localSeconds`, a time counted as if it were UTC. */
export function readingsOf(zone: Zone, localSeconds: number): Readings {
  const before = offsetAt(zone, localSeconds - DAY);
  const after = offsetAt(zone, localSeconds + DAY);
  const candidates = before === after ? [localSeconds - before] : [localSeconds - before, localSeconds - after];
  const instants = candidates.filter((instant) => instant + offsetAt(zone, instant) === localSeconds).toSorted((a, b) => a - b);
  return { instants, normalized: localSeconds - before };
}

const DAY = 86_400;
const JANUARY = 1_704_067_200;
const JULY = 1_719_792_000;

const formatters = new Map<Zone, Intl.DateTimeFormat | undefined>();

function formatterOf(zone: Zone): Intl.DateTimeFormat | undefined {
  if (!formatters.has(zone)) formatters.set(zone, makeFormatter(zone));
  return formatters.get(zone);
}

function makeFormatter(zone: Zone): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  } catch {
    return undefined;
  }
}

/** The seconds of `+HH:MM[:SS]`, 0 for ''. */
function secondsOf(offset: string): number {
  if (offset === '') return 0;
  const [hours = 0, minutes = 0, seconds = 0] = offset.slice(1).split(':').map(Number);
  const total = hours * 3600 + minutes * 60 + seconds;
  return offset.startsWith('-') || offset.startsWith('\u2212') ? -total : total;
}

function fixedZone(seconds: number): Zone {
  const minutes = Math.abs(seconds) / 60;
  return `${seconds < 0 ? '-' : '+'}${twoDigits(minutes / 60)}:${twoDigits(minutes % 60)}`;
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
