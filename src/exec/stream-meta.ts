import type { ExecSettings } from '../unit/settings/exec.ts';
import type { ExecRequest } from './request.ts';

/** What the journal must know about a stream of output, as a JSON object of strings: the op `output` carries it unread. */
export function streamMeta(request: ExecRequest, exec: ExecSettings, stream: 'stdin' | 'stdout' | 'stderr', target: string): string {
  const meta: Record<string, string> = {
    UNIT: request.config.name,
    INVOCATION_ID: request.invocationId,
    SYSLOG_IDENTIFIER: exec.SyslogIdentifier === '' ? baseName(request.command.path) : exec.SyslogIdentifier,
    PRIORITY: levels[exec.SyslogLevel] ?? '6',
    SYSLOG_FACILITY: facilities[exec.SyslogFacility] ?? '3',
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

/** journald's own, for the one of the two that a unit does not set (journald.conf(5)). */
const usualRate = { intervalUsec: 30_000_000, burst: 10_000 };

function addLogRules(meta: Record<string, string>, exec: ExecSettings): void {
  const { LogLevelMax, LogFilterPatterns, LogRateLimitIntervalSec, LogRateLimitBurst } = exec;
  if (LogLevelMax !== undefined) meta['LEVEL_MAX'] = levelNumber(LogLevelMax);
  if (LogFilterPatterns.length > 0) meta['PATTERNS'] = LogFilterPatterns.join('\n');
  if (LogRateLimitIntervalSec !== undefined || LogRateLimitBurst !== undefined)
    meta['RATE'] = `${LogRateLimitIntervalSec ?? usualRate.intervalUsec} ${LogRateLimitBurst ?? usualRate.burst}`;
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
