import { ok } from '../../base/result.ts';
import { boolean } from '../values/boolean.ts';
import { orEmpty } from '../values/combine.ts';
import { booleanOr, oneOf } from '../values/enum.ts';
import { unsigned } from '../values/integer.ts';
import type { ValueParser } from '../values/parser.ts';
import { absolutePath } from '../values/path.ts';
import { size1024 } from '../values/size.ts';
import { parseSocketAddress } from '../values/socket-address.ts';
import { plainString } from '../values/string.ts';
import { logLevel } from '../values/syslog.ts';
import { timespan } from '../values/timespan.ts';
import type { SocketAddress } from '../values/types.ts';
import { last, renamed, type Row, type Values } from './setting.ts';

const oneFile = { accepted: 'the journal is one file, of which the oldest entries are deleted' } as const;
const notSealed = { refused: 'sealing is of the files of systemd-journald, of which tysd writes none; its store is a database' } as const;

/** Sizes, where none is said: the usual share of the file system. */
const bytes = orEmpty(size1024, undefined);
const level = logLevel;
/** A number of days or more, as systemd.time(7) has it; empty or 0 for no limit. */
const age: ValueParser<number> = (text, context) => (text.trim() === '' ? ok(0) : timespan(text, context));

const socketAddress: ValueParser<SocketAddress> = (text) => parseSocketAddress(text);

/** [Journal] of journald.conf(5). */
const journalRows = {
  Storage: last(oneOf('volatile', 'persistent', 'auto', 'none'), 'auto', {
    since: 186,
    meaning: 'Where entries are kept: `volatile` in the runtime directory, `persistent` and `auto` in the state directory, `none` nowhere',
  }),
  Compress: last(plainString, 'yes', {
    since: 189,
    meaning: 'Compress large values',
    status: { accepted: 'what entries have in common is stored once, and nothing is compressed' },
  }),
  Seal: last(boolean, true, { since: 189, meaning: 'Protect the journal from being changed unnoticed', status: notSealed }),
  SplitMode: last(oneOf('uid', 'none'), 'uid', {
    since: 190,
    meaning: 'A journal of their own for users',
    status: { accepted: 'there is one journal, which only root may read; the tysd of a user has its own' },
  }),
  RateLimitIntervalSec: last(timespan, 30_000_000, {
    since: 232,
    meaning:
      'Window of RateLimitBurst=, for units that do not set LogRateLimitIntervalSec=; nothing is limited unless one of the two is set',
  }),
  RateLimitInterval: renamed('RateLimitIntervalSec', { since: 189, meaning: 'Old name of RateLimitIntervalSec=' }),
  RateLimitBurst: last(unsigned, 10_000, {
    since: 189,
    meaning:
      'Entries of a unit and of one importance in that window, more where there is much room; those above it are dropped and counted',
  }),
  SystemMaxUse: last(bytes, undefined, { since: 189, meaning: 'Largest size of the journal; a tenth of the file system, at most 4 GiB' }),
  SystemKeepFree: last(bytes, undefined, { since: 189, meaning: 'What stays free of the file system; 15 %, at most 4 GiB' }),
  SystemMaxFileSize: last(bytes, undefined, { since: 189, meaning: 'Size at which a new file is begun', status: oneFile }),
  SystemMaxFiles: last(unsigned, 100, { since: 218, meaning: 'Number of files', status: oneFile }),
  RuntimeMaxUse: last(bytes, undefined, { since: 189, meaning: 'SystemMaxUse= with Storage=volatile' }),
  RuntimeKeepFree: last(bytes, undefined, { since: 189, meaning: 'SystemKeepFree= with Storage=volatile' }),
  RuntimeMaxFileSize: last(bytes, undefined, { since: 189, meaning: 'Size at which a new file is begun', status: oneFile }),
  RuntimeMaxFiles: last(unsigned, 100, { since: 218, meaning: 'Number of files', status: oneFile }),
  MaxFileSec: last(age, 0, { since: 195, meaning: 'Age at which a new file is begun', status: oneFile }),
  MaxRetentionSec: last(age, 0, { since: 195, meaning: 'Entries that are older are deleted' }),
  SyncIntervalSec: last(timespan, 300_000_000, {
    since: 199,
    meaning: 'How long entries may be in memory only',
    status: { accepted: 'entries are on the disk within a second' },
  }),
  ForwardToSyslog: last(boolean, false, { since: 189, meaning: 'Pass entries on to a syslog daemon at /run/systemd/journal/syslog' }),
  ForwardToKMsg: last(boolean, false, { since: 189, meaning: 'Pass entries on to the kernel\u2019s log' }),
  ForwardToConsole: last(boolean, false, { since: 189, meaning: 'Pass entries on to TTYPath=' }),
  ForwardToWall: last(boolean, true, { since: 212, meaning: 'Show entries to all who are logged in, as utmp(5) tells' }),
  ForwardToSocket: last(orEmpty(socketAddress, undefined), undefined, {
    since: 256,
    meaning:
      'Send entries in the Journal Export Format to this stream socket: a path, `@NAME`, `ADDRESS:PORT`; not `vsock:`, for which there is no client',
  }),
  TTYPath: last(orEmpty(absolutePath, '/dev/console'), '/dev/console', { since: 189, meaning: 'Terminal of ForwardToConsole=' }),
  MaxLevelStore: last(level, 'debug', { since: 189, meaning: 'Least important entries that are stored' }),
  MaxLevelSyslog: last(level, 'debug', { since: 189, meaning: 'Least important entries for ForwardToSyslog=' }),
  MaxLevelKMsg: last(level, 'notice', { since: 189, meaning: 'Least important entries for ForwardToKMsg=' }),
  MaxLevelConsole: last(level, 'info', { since: 189, meaning: 'Least important entries for ForwardToConsole=' }),
  MaxLevelWall: last(level, 'emerg', { since: 212, meaning: 'Least important entries for ForwardToWall=' }),
  MaxLevelSocket: last(level, 'debug', { since: 256, meaning: 'Least important entries for ForwardToSocket=' }),
  ReadKMsg: last(boolean, true, { since: 235, meaning: 'Take in the kernel\u2019s messages, where tysd is process 1 and may read them' }),
  Audit: last(booleanOr('keep'), true, {
    since: 246,
    meaning: 'Switch auditing by the kernel on and take in what it says',
    status: { accepted: 'auditing is left as it is' },
  }),
  LineMax: last(size1024, 48 * 1024, { since: 235, meaning: 'Longest line of output that is kept whole' }),
};

/** What [Journal] says. Durations are microseconds, sizes bytes. */
export interface JournalSettings extends Values<typeof journalRows> {}

/** The rows by section and key. */
export const journalSections: { readonly Journal: Readonly<Record<string, Row>> } = { Journal: journalRows };
