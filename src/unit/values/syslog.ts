import { ok } from '../../base/result.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';

/** Names of the priorities of log records; the place in the list is the number. */
export const logLevels = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const;
const facilities = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;

/** The name of a priority. */
export type LogLevel = (typeof logLevels)[number];
/** Names of the parts of a system that log. */
export type LogFacility = (typeof facilities)[number];

/** SyslogLevel=, LogLevelMax=: a name, or its number. */
export const logLevel: ValueParser<LogLevel> = (text) => {
  const level = logLevels.find((name, number) => name === text || String(number) === text);
  return level === undefined ? refuse(`expected one of: ${logLevels.join(', ')}`) : ok(level);
};

/** SyslogFacility=: a name, or its number. */
export const logFacility: ValueParser<LogFacility> = (text) => {
  const facility = facilities.find((name, index) => name === text || facilityNumber(index) === text);
  return facility === undefined ? refuse(`expected one of: ${facilities.join(', ')}`) : ok(facility);
};

/** The number of a level in syslog(3). */
export function logLevelNumber(level: LogLevel): number {
  return logLevels.indexOf(level);
}

/** The number of a facility in syslog(3). */
export function logFacilityNumber(facility: LogFacility): number {
  return Number(facilityNumber(facilities.indexOf(facility)));
}

/** local0 has the number 16; those from 12 to 15 have no name here. */
function facilityNumber(index: number): string {
  return String(index < 12 ? index : index + 4);
}
