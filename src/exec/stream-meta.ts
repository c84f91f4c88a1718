import { formatTimespan } from '../base/duration.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import type { ExecRequest } from './request.ts';

/** What the journal must know about a stream of output, as a JSON object of strings: the op `output` carries it unread. */
export function streamMeta(request: ExecRequest, exec: ExecSettings, stream: 'stdin' | 'stdout' | 'stderr', target: string): string {
  const meta: Record<string, string> = {
    UNIT: request.config.name,
    INVOCATION_ID: request.invocationId,
    SYSLOG_IDENTIFIER: exec.SyslogIdentifier === '' ? baseName(request.command.path) : exec.SyslogIdentifier,
    PRIORITY: levels[exec.SyslogLevel] ?? usual.level,
    SYSLOG_FACILITY: facilities[exec.SyslogFacility] ?? usual.facility,
    LEVEL_PREFIX: exec.SyslogLevelPrefix ? '1' : '0',
    STREAM: stream,
  };
  addLogRules(meta, exec);
  // Each by its name with a plus sign.
  for (const field of exec.LogExtraFields) meta[`+${field.slice(0, field.indexOf('='))}`] = field.slice(field.indexOf('=') + 1);
  if (exec.LogNamespace !== '') meta['_NAMESPACE'] = exec.LogNamespace;
  const forward = forwards[target];
  if (forward !== undefined) meta['FORWARD'] = forward;
  return JSON.stringify(meta);
}

/** For people: the stream and the name under which the journal gets the output, and what is unusual about how it is kept. */
export function describeMeta(text: string): string {
  const meta: unknown = JSON.parse(text);
  const said = new Map(
    typeof meta === 'object' && meta !== null ? Object.entries(meta).map(([key, value]) => [key, escaped(String(value))]) : [],
  );
  const [interval, burst] = said.get('RATE')?.split(' ').map(Number) ?? [];
  const rules: Readonly<Record<string, string | undefined>> = {
    facility: said.get('SYSLOG_FACILITY') === usual.facility ? undefined : nameOf(facilities, said.get('SYSLOG_FACILITY')),
    level: said.get('PRIORITY') === usual.level ? undefined : nameOf(levels, said.get('PRIORITY')),
    'prefixes are': said.get('LEVEL_PREFIX') === '0' ? 'text' : undefined,
    'no level above': nameOf(levels, said.get('LEVEL_MAX')),
    'that match': said.get('PATTERNS')?.replaceAll('\\n', ' '),
    'at most': interval === undefined ? undefined : rateText(interval, burst ?? 0),
    with: [...said].flatMap(([key, value]) => (key.startsWith('+') ? [`${key.slice(1)}=${value}`] : [])).join(' '),
    'in the namespace': said.get('_NAMESPACE'),
    'passed on to': said.get('FORWARD'),
  };
  const unusual = Object.entries(rules).flatMap(([what, value]) => (value === undefined || value === '' ? [] : [`, ${what} ${value}`]));
  return `${said.get('STREAM')} of ${said.get('SYSLOG_IDENTIFIER')}${unusual.join('')}`;
}

/** Where the unit sets one of them only, the other is as the journal's. */
function rateText(intervalUsec: number, burst: number): string {
  return `${burst === 0 ? 'as many as usual' : burst} in ${intervalUsec === 0 ? 'the usual time' : formatTimespan(intervalUsec)}`;
}

/** In one line. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const usual = { level: '6', facility: '3' } as const;

function nameOf(numbers: Readonly<Record<string, string>>, wanted: string | undefined): string | undefined {
  return wanted === undefined ? undefined : (Object.entries(numbers).find(([, number]) => number === wanted)?.[0] ?? wanted);
}

/** What a stream to systemd-journald begins with (sd_journal_stream_fd(3)): who writes, how, and where to it is passed on. */
export function streamHeader({ config, command }: ExecRequest, exec: ExecSettings, target: string): string {
  const level = Number(levels[exec.SyslogLevel] ?? 6) | (Number(facilities[exec.SyslogFacility] ?? 3) << 3);
  const forward = (forwards[target] ?? '').split(' ');
  const lines = [
    exec.SyslogIdentifier === '' ? baseName(command.path) : exec.SyslogIdentifier,
    config.name,
    String(level),
    exec.SyslogLevelPrefix ? '1' : '0',
    // To a syslog daemon only as journald's configuration says.
    '0',
    forward.includes('kmsg') ? '1' : '0',
    forward.includes('console') ? '1' : '0',
  ];
  return lines.map((line) => `${line.replaceAll('\n', ' ')}\n`).join('');
}

function addLogRules(meta: Record<string, string>, exec: ExecSettings): void {
  const { LogLevelMax, LogFilterPatterns, LogRateLimitIntervalSec, LogRateLimitBurst } = exec;
  if (LogLevelMax !== undefined) meta['LEVEL_MAX'] = levelNumber(LogLevelMax);
  if (LogFilterPatterns.length > 0) meta['PATTERNS'] = LogFilterPatterns.join('\n');
  // Where one of them is 0, that of the journal counts, as if it were not set: systemd tells journald nothing else.
  const [interval, burst] = [LogRateLimitIntervalSec ?? 0, LogRateLimitBurst ?? 0];
  if (interval > 0 || burst > 0) meta['RATE'] = `${interval} ${burst}`;
}

/** Where the journal passes the stream on to, for the kinds of StandardOutput= that say so. */
const forwards: Readonly<Record<string, string>> = { 'journal+console': 'console', kmsg: 'kmsg', 'kmsg+console': 'kmsg console' };

/** A level as its number, in a digit. */
export function levelNumber(level: string): string {
  return levels[level] ?? '7';
}

const levels: Readonly<Record<string, string>> = {
  emerg: '0',
  alert: '1',
  crit: '2',
  err: '3',
  warning: '4',
  notice: '5',
  info: '6',
  debug: '7',
};

/** The numbers of syslog(3). */
const facilities: Readonly<Record<string, string>> = {
  kern: '0',
  user: '1',
  mail: '2',
  daemon: '3',
  auth: '4',
  syslog: '5',
  lpr: '6',
  news: '7',
  uucp: '8',
  cron: '9',
  authpriv: '10',
  ftp: '11',
  local0: '16',
  local1: '17',
  local2: '18',
  local3: '19',
  local4: '20',
  local5: '21',
  local6: '22',
  local7: '23',
};

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
