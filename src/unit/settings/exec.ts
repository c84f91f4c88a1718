import { ok, type Result } from '../../base/result.ts';
import type { ValueContext, ValueError, ValueParser } from '../values/parser.ts';
import type { limitRows } from './limit.ts';
import type { sandboxRows } from './sandbox.ts';
import type { stdioRows } from './stdio.ts';
import { boolean, tristate } from '../values/boolean.ts';
import { expanded, fatal, orEmpty, remarked } from '../values/combine.ts';
import { cpuAffinity, cpuSet } from '../values/cpu-set.ts';
import { oneOf } from '../values/enum.ts';
import { environmentAssignments, environmentNames, environmentNamesOrAssignments } from '../values/environment.ts';
import { integer } from '../values/integer.ts';
import { configurationDirectories, managedDirectories } from '../values/managed-directory.ts';
import { mode } from '../values/mode.ts';
import { absolutePath, optionalPath, searchPath, workingDirectory } from '../values/path.ts';
import { plainString, string } from '../values/string.ts';
import { nanoseconds, timespan } from '../values/timespan.ts';
import { groupList, userOrGroup } from '../values/user-name.ts';
import { adjusting, combining, entries, type Facts, last, list, obsolete, type Setting, type Values } from './setting.ts';
import { allWordsLike } from './checked-words.ts';
import { credentialData, credentialName, credentialSource, encryptedCredentialData } from '../values/credential.ts';
import { refuse } from '../values/parser.ts';
import { lowestRealtimePriority } from '../scheduling.ts';
import { without } from './status.ts';

/** Identity, scheduling, environment and directories of processes (systemd.exec(5)). */
function sharedUser(user: string): string | undefined {
  return user === 'nobody'
    ? 'nobody is whom files of unknown owners belong to, and shared with others; DynamicUser=yes makes a user'
    : undefined;
}

/** What NUMAPolicy= may be. */
export const numaPolicy = oneOf('default', 'preferred', 'bind', 'interleave', 'local', 'preferred-many', 'weighted-interleave');

export const processRows = {
  WorkingDirectory: last(workingDirectory, undefined, {
    since: 183,
    meaning: 'Working directory; ~ = home of User; leading - tolerates absence',
  }),
  RootDirectory: last(orEmpty(fatal(absolutePath), ''), '', { since: 183, meaning: 'chroot-like new root directory' }),
  User: last(remarked(userOrGroup, sharedUser), '', { since: 183, meaning: 'Unix user the processes run as' }),
  Group: last(userOrGroup, '', { since: 183, meaning: 'Unix primary group' }),
  SupplementaryGroups: list(groupList, { since: 183, meaning: 'Additional groups' }),
  SetLoginEnvironment: last(tristate, undefined, { since: 255, meaning: 'Whether HOME, LOGNAME, SHELL are set' }),
  Nice: last(orEmpty(integer({ min: -20, max: 19 }), undefined), undefined, { since: 183, meaning: 'Nice level -20..19' }),
  OOMScoreAdjust: last(orEmpty(integer({ min: -1000, max: 1000 }), undefined), undefined, {
    since: 183,
    meaning: 'OOM score adjustment -1000..1000',
  }),
  CoredumpFilter: combining('merge', list(coredumpMappings, { since: 246, meaning: 'Mappings included in core dumps (mask or names)' })),
  IOSchedulingClass: last(orEmpty(ioSchedulingClass, undefined), undefined, {
    since: 183,
    meaning: 'realtime, best-effort, idle (or number)',
  }),
  IOSchedulingPriority: last(orEmpty(integer({ min: 0, max: 7 }), undefined), undefined, { since: 183, meaning: 'IO priority 0..7' }),
  CPUSchedulingPolicy: adjusting(
    last(orEmpty(cpuSchedulingPolicy, undefined), undefined, {
      since: 183,
      meaning: 'other, batch, idle, fifo, rr (ext)',
    }),
    { property: 'CPUSchedulingPriority', make: priorityWithin },
  ),
  CPUSchedulingPriority: last(integer({ min: 0, max: 99 }), undefined, {
    since: 183,
    meaning: 'Real-time priority 1..99',
  }),
  CPUSchedulingResetOnFork: last(boolean, false, { since: 183, meaning: 'Reset policy on fork' }),
  CPUAffinity: combining('merge', entries(cpuAffinity, { since: 183, meaning: 'CPU list, or numa' })),
  NUMAPolicy: last(orEmpty(numaPolicy, undefined), undefined, { since: 243, meaning: 'default, preferred, bind, interleave, local...' }),
  NUMAMask: combining('merge', entries(numaMask, { since: 243, meaning: 'NUMA node list, or all' })),
  UMask: last(mode, undefined, { since: 183, meaning: 'File mode creation mask' }),
  Environment: list(environmentAssignments, { since: 183, meaning: 'VAR=value assignments' }),
  EnvironmentFile: entries(optionalPath, { since: 183, meaning: 'File with assignments; leading - tolerates absence' }),
  PassEnvironment: list(environmentNames, { since: 228, meaning: 'Variables inherited from the manager' }),
  UnsetEnvironment: list(environmentNamesOrAssignments, { since: 235, meaning: 'Names or assignments removed at the end' }),
  DynamicUser: last(fatal(boolean), false, { since: 232, meaning: 'Allocate a transient user; implies sandbox settings' }),
  Capabilities: obsolete({ since: 0, meaning: 'Obsolete no-op' }),
  TimerSlackNSec: last(timerSlack, undefined, { since: 183, meaning: 'Timer slack' }),
  NoNewPrivileges: last(boolean, false, { since: 187, meaning: 'PR_SET_NO_NEW_PRIVS' }),
  ExecSearchPath: list(searchPath, { since: 250, meaning: 'Search path for relative Exec* binaries; also sets PATH' }),
  RuntimeDirectoryPreserve: last(oneOf('no', 'yes', 'restart', 'on-success'), 'no', {
    since: 235,
    meaning: 'Keep RuntimeDirectory on stop: no, yes, restart',
  }),
  RuntimeDirectoryMode: last(mode, 0o755, { since: 234, meaning: 'Mode of RuntimeDirectory' }),
  RuntimeDirectory: list(managedDirectories, {
    since: 211,
    meaning: 'Directories below the runtime dir, removed on stop; name[:symlink[:flags]]',
  }),
  StateDirectoryMode: last(mode, 0o755, { since: 234, meaning: 'Mode of StateDirectory' }),
  StateDirectoryAccounting: last(boolean, false, {
    since: 258,
    meaning: 'Project quota accounting for StateDirectory',
    status: without.quotas,
  }),
  StateDirectoryQuota: last(plainString, '', { since: 258, meaning: 'Size limit for StateDirectory', status: without.quotas }),
  StateDirectory: list(managedDirectories, { since: 211, meaning: 'Directories below the state dir' }),
  CacheDirectoryMode: last(mode, 0o755, { since: 234, meaning: 'Mode of CacheDirectory' }),
  CacheDirectoryAccounting: last(boolean, false, {
    since: 258,
    meaning: 'Project quota accounting for CacheDirectory',
    status: without.quotas,
  }),
  CacheDirectoryQuota: last(plainString, '', { since: 258, meaning: 'Size limit for CacheDirectory', status: without.quotas }),
  CacheDirectory: list(managedDirectories, { since: 211, meaning: 'Directories below the cache dir' }),
  LogsDirectoryMode: last(mode, 0o755, { since: 234, meaning: 'Mode of LogsDirectory' }),
  LogsDirectoryAccounting: last(boolean, false, {
    since: 258,
    meaning: 'Project quota accounting for LogsDirectory',
    status: without.quotas,
  }),
  LogsDirectoryQuota: last(plainString, '', { since: 258, meaning: 'Size limit for LogsDirectory', status: without.quotas }),
  LogsDirectory: list(managedDirectories, { since: 211, meaning: 'Directories below the log dir' }),
  ConfigurationDirectoryMode: last(mode, 0o755, { since: 234, meaning: 'Mode of ConfigurationDirectory' }),
  ConfigurationDirectory: list(configurationDirectories, {
    since: 211,
    meaning: 'Directories below the configuration dir (never chowned)',
  }),
  SetCredential: credentials(credentialData, 'SetCredentialEncrypted', { since: 247, meaning: 'Inline credential id:data (C escapes)' }),
  SetCredentialEncrypted: credentials(encryptedCredentialData, 'SetCredential', {
    since: 247,
    meaning: 'Inline encrypted credential (base64)',
  }),
  LoadCredential: credentials(credentialSource, 'LoadCredentialEncrypted', {
    since: 247,
    meaning: 'Credential id[:path] from file, directory, socket or inherited',
  }),
  LoadCredentialEncrypted: credentials(credentialSource, 'LoadCredential', { since: 247, meaning: 'Same, encrypted' }),
  ImportCredential: entries(expanded(plainString), {
    since: 254,
    meaning: 'Glob of system credentials to import [:new prefix]',
  }),
  TimeoutCleanSec: last(timespan, undefined, {
    since: 244,
    meaning: 'Time limit for systemctl clean',
  }),
  PAMName: last(string, '', { since: 183, meaning: 'PAM session to open' }),
  IgnoreSIGPIPE: last(boolean, true, { since: 183, meaning: 'Start with SIGPIPE ignored (default yes)' }),
  UtmpIdentifier: last(string, '', { since: 183, meaning: 'utmp/wtmp id (4 characters)' }),
  UtmpMode: last(oneOf('init', 'login', 'user'), 'init', { since: 225, meaning: 'init, login or user record' }),
  MemoryKSM: last(tristate, undefined, { since: 254, meaning: 'Enable kernel same-page merging' }),
  MemoryTHP: last(oneOf('inherit', 'disable', 'madvise', 'system'), undefined, {
    since: 260,
    meaning: 'Transparent huge page policy of the process',
  }),
};

/** systemd.exec(5): what every process of a unit is given. */
export interface ExecSettings
  extends Values<typeof processRows>, Values<typeof stdioRows>, Values<typeof sandboxRows>, Values<typeof limitRows> {}

function timerSlack(text: string, context: ValueContext): Result<number, ValueError> {
  const slack = nanoseconds(text, context);
  return slack.ok && slack.value === Infinity ? refuse('expected a timespan that ends, such as 50us') : slack;
}

/** The classes of ioprio_set(2) by their numbers; none is for the kernel to choose, which chooses the second. */
const ioClasses = ['best-effort', 'realtime', 'best-effort', 'idle'] as const;

function ioSchedulingClass(text: string, context: ValueContext): Result<(typeof ioClasses)[number], ValueError> {
  if (text === 'none') return ok('best-effort');
  const numbered = /^[0-3]$/.test(text) ? ioClasses[Number(text)] : undefined;
  return numbered === undefined ? oneOf('realtime', 'best-effort', 'idle')(text, context) : ok(numbered);
}

/** The policies by their numbers, as sched_setscheduler(2) has them. */
const policies: Readonly<Record<string, string>> = { 0: 'other', 1: 'fifo', 2: 'rr', 3: 'batch', 5: 'idle', 7: 'ext' };

function cpuSchedulingPolicy(text: string, context: ValueContext): Result<string, ValueError> {
  const numbered = policies[text];
  return numbered === undefined ? oneOf(...Object.values(policies))(text, context) : ok(numbered);
}

/** A policy makes a priority that was given before it the nearest that it has; none takes it back. One that is given after it stays as it is. */
function priorityWithin(policy: unknown, priority: unknown): number | undefined {
  if (policy === undefined || typeof priority !== 'number') return undefined;
  return policy === 'fifo' || policy === 'rr' ? Math.max(priority, lowestRealtimePriority) : 0;
}

/** NUMAMask=: numbers of nodes, or all that the machine may have. */
export function numaMask(text: string, context: ValueContext): Result<'all' | readonly number[], ValueError> {
  return text === 'all' ? ok('all') : cpuSet(text, context);
}

function coredumpMappings(text: string, context: ValueContext): Result<readonly string[], ValueError> {
  const names = /^(all|default|(private|shared)-(anonymous|file-backed|huge|dax)|elf-headers|(0x)?[0-9a-fA-F]+)$/;
  return allWordsLike(names, 'a kind of mapping such as private-anonymous, or a mask in hex')(text, context);
}

/** Of several credentials of one name the last counts, be it encrypted or not; `sister` is the setting of those that are the other. */
function credentials(parse: ValueParser<string>, sister: string, facts: Facts): Setting<readonly string[]> {
  const listed = entries(parse, facts);
  const setting: Setting<readonly string[]> = {
    ...listed,
    assign: (current, text, context) => {
      const added = listed.assign([], text, context);
      if (!added.ok || text === '' || !Array.isArray(added.value)) return added;
      return ok([...withoutCredential(current, added.value[0]), ...added.value]);
    },
  };
  return adjusting(setting, {
    property: sister,
    make: (own, other) => (Array.isArray(own) && own.length > 0 ? withoutCredential(other, own.at(-1)) : []),
  });
}

function withoutCredential(listed: unknown, named: unknown): readonly unknown[] {
  const name = credentialName(String(named));
  return Array.isArray(listed) ? listed.filter((each) => credentialName(String(each)) !== name) : [];
}
