import type { Notification } from '../type/type.ts';

/** A notification with what it says of its main process besides MAINPID=. */
export interface ParsedNotification extends Notification {
  /** MAINPIDFD=1: the only descriptor is a pidfd of it. */
  readonly mainPidFd: boolean;
  /** MAINPIDFDID=. */
  readonly mainPidFdId?: string;
}

/** Parses a datagram of sd_notify(3). Unknown fields are ignored; of a field that is there twice the last counts. */
export function parseNotification(text: string, fds: readonly string[]): ParsedNotification {
  const fields = fieldsOf(text);
  const parsed: ParsedNotification = {
    ready: fields.get('READY') === '1',
    reloading: fields.get('RELOADING') === '1',
    stopping: fields.get('STOPPING') === '1',
    fdStore: fields.get('FDSTORE') === '1',
    fdStoreRemove: fields.get('FDSTOREREMOVE') === '1',
    fdPoll: fields.get('FDPOLL') !== '0',
    barrier: fields.get('BARRIER') === '1',
    fds,
    mainPidFd: fields.get('MAINPIDFD') === '1',
  };
  for (const [name, value] of fields) Object.assign(parsed, others.get(name)?.(value));
  return parsed;
}

type Reader = (text: string) => Partial<ParsedNotification>;

/** Fields that are no flags: what the notification has of each, where its value is one. */
const others: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['MONOTONIC_USEC', (text) => present('monotonicUsec', usec(text))],
  ['STATUS', (text) => present('status', text)],
  ['ERRNO', (text) => present('errno', number(text))],
  ['BUSERROR', (text) => present('busError', text)],
  ['MAINPID', (text) => present('mainPid', positive(text))],
  ['MAINPIDFDID', (text) => present('mainPidFdId', text)],
  ['WATCHDOG', (text) => present('watchdog', watchdogs.get(text))],
  ['WATCHDOG_USEC', (text) => present('watchdogUsec', usec(text))],
  ['EXTEND_TIMEOUT_USEC', (text) => present('extendTimeoutUsec', usec(text))],
  ['NOTIFYACCESS', (text) => present('notifyAccess', accesses.get(text))],
  ['FDNAME', (text) => present('fdName', fdName(text))],
]);

const watchdogs: ReadonlyMap<string, 'ping' | 'trigger'> = new Map([
  ['1', 'ping'],
  ['trigger', 'trigger'],
]);

const accesses: ReadonlyMap<string, 'none' | 'main' | 'exec' | 'all'> = new Map([
  ['none', 'none'],
  ['main', 'main'],
  ['exec', 'exec'],
  ['all', 'all'],
]);

function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) fields.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return fields;
}

function present<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Readonly<Record<Key, Value>>> {
  const entry: Partial<Record<Key, Value>> = {};
  if (value !== undefined) entry[key] = value;
  return entry;
}

function number(text: string): number | undefined {
  return /^-?[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

function positive(text: string): number | undefined {
  const value = number(text);
  return value !== undefined && value > 0 ? value : undefined;
}

/** UINT64_MAX means for ever, and so does all that is beyond our numbers. */
function usec(text: string): number | undefined {
  if (!/^[0-9]{1,20}$/.test(text)) return undefined;
  const value = Number(text);
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}

/** Names longer than 255 characters or with control characters or colons would spoil LISTEN_FDNAMES. */
function fdName(text: string): string | undefined {
  return /^[\x20-\x39\x3b-\x7e]{1,255}$/.test(text) ? text : undefined;
}
