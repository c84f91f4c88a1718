import { type Architecture, multiplexers, type NativeArchitecture, tableOf } from '../../src/exec/seccomp/architecture.ts';
import { callsOf } from '../../src/unit/values/system-call-sets.ts';
import type { ExecSettings } from '../../src/unit/settings/exec.ts';
import type { SyscallList } from '../../src/unit/values/syscall-list.ts';

/** A call that a process makes. */
export interface SystemCall {
  readonly architecture: Architecture;
  readonly number: number;
  readonly arguments: readonly number[];
}

/** What the kernel is to do with a call: the return value of a filter. */
export type Outcome = number;

const allowed: Outcome = 0x7fff0000;
const logged: Outcome = 0x7ffc0000;
const killsThread: Outcome = 0;
const killsProcess: Outcome = 0x80000000;
const fails = (errno: number): Outcome => 0x50000 + errno;

/** systemd.exec(5) as plainly as it can be said: each setting looks at the call by itself, and the most severe of what they say is done. */
export function meaningOf(exec: ExecSettings, native: NativeArchitecture, call: SystemCall): Outcome {
  const { architecture } = call;
  const permitted = exec.SystemCallArchitectures;
  if (permitted.length > 0 && architecture !== native && !permitted.includes(architecture)) return killsThread;
  const { own, part } = namesOf(call);
  const outcomes = settings.map((setting) => setting(exec, { ...call, names: own, part }));
  return outcomes.reduce((worst, outcome) => (ranking(outcome) <= ranking(worst) ? outcome : worst), allowed);
}

interface Named extends SystemCall {
  readonly names: readonly string[];
  readonly part: string | undefined;
}

type Meaning = (exec: ExecSettings, call: Named) => Outcome;

/** In the order in which systemd loads its filters. */
const settings: readonly Meaning[] = [
  ({ ProtectHostname }, call) => refused(ProtectHostname === 'yes' && is(call, 'sethostname', 'setdomainname')),
  addressFamily,
  writeExecute,
  ({ RestrictRealtime }, call) =>
    refused(RestrictRealtime && is(call, 'sched_setscheduler') && ![0, 3, 5].includes(call.arguments[1] ?? 0)),
  setId,
  namespace,
  ({ ProtectKernelTunables }, call) => refused(ProtectKernelTunables && is(call, '_sysctl')),
  ({ ProtectKernelModules }, call) => refused(ProtectKernelModules && is(call, 'init_module', 'finit_module', 'delete_module')),
  ({ ProtectKernelLogs }, call) => refused(ProtectKernelLogs && is(call, 'syslog')),
  ({ ProtectClock }, call) => refused(ProtectClock && is(call, ...callsOf('@clock'))),
  ({ PrivateDevices }, call) => refused(PrivateDevices && is(call, ...callsOf('@raw-io'))),
  ({ LockPersonality, Personality }, call) =>
    refused(LockPersonality && is(call, 'personality') && call.arguments[0] !== (Personality === 'x86' ? 8 : 0)),
  ({ SystemCallLog }, call) => selected(SystemCallLog, call, logged),
  ({ SystemCallFilter, SystemCallErrorNumber: error }, call) =>
    selected(SystemCallFilter, call, typeof error === 'number' ? fails(error) : killsProcess),
];

function ranking(outcome: Outcome): number {
  const order = [killsProcess, killsThread, 0x50000, logged, allowed];
  return order.indexOf(outcome - (outcome & 0xffff));
}

function namesOf({ architecture, number, arguments: [first = 0] }: SystemCall): {
  readonly own: readonly string[];
  readonly part: string | undefined;
} {
  const own = namesByNumber[architecture].get(number) ?? [];
  const through = multiplexers[architecture].find(({ call }) => own.includes(call));
  const kind = through === undefined ? 0 : (first & through.mask) >>> 0;
  return { own, part: Object.entries(through?.calls ?? {}).find(([, other]) => other === kind)?.[0] };
}

const namesByNumber: Readonly<Record<Architecture, ReadonlyMap<number, readonly string[]>>> = {
  'x86-64': inverse('x86-64'),
  x32: inverse('x32'),
  x86: inverse('x86'),
  arm64: inverse('arm64'),
  arm: inverse('arm'),
};

function inverse(architecture: Architecture): ReadonlyMap<number, readonly string[]> {
  return Map.groupBy(tableOf(architecture).keys(), (name) => tableOf(architecture).get(name) ?? -1);
}

function is({ names, part }: Named, ...wanted: readonly string[]): boolean {
  return names.some((name) => wanted.includes(name)) || (part !== undefined && wanted.includes(part));
}

function refused(condition: boolean, errno = 1): Outcome {
  return condition ? fails(errno) : allowed;
}

const families: Readonly<Record<string, number>> = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10, AF_NETLINK: 16, AF_PACKET: 17, AF_VSOCK: 40 };

function addressFamily({ RestrictAddressFamilies: lists }: ExecSettings, call: Named): Outcome {
  if (lists.length === 0 || call.architecture === 'x86' || !is(call, 'socket')) return allowed;
  let listsAllowed = lists[0]?.invert === false;
  let isListed = false;
  for (const { invert, names } of lists) {
    if (names[0] === 'none') [listsAllowed, isListed] = [true, false];
    else if (names.some((name) => families[name] === call.arguments[0])) isListed = invert !== listsAllowed;
  }
  return refused(isListed !== listsAllowed, 97);
}

function writeExecute({ MemoryDenyWriteExecute }: ExecSettings, call: Named): Outcome {
  if (!MemoryDenyWriteExecute) return allowed;
  const third = call.arguments[2] ?? 0;
  if (call.architecture === 'x86' && is(call, 'mmap')) return fails(1);
  if (is(call, 'mmap', 'mmap2')) return refused((third & 6) === 6);
  if (is(call, 'mprotect', 'pkey_mprotect')) return refused((third & 4) !== 0);
  return refused(call.architecture !== 'x86' && is(call, 'shmat') && (third & 0o100000) !== 0);
}

const modeOf: Readonly<Record<string, number>> = {
  chmod: 1,
  fchmod: 1,
  fchmodat: 2,
  fchmodat2: 2,
  mkdir: 1,
  mkdirat: 2,
  mknod: 1,
  mknodat: 2,
  creat: 1,
};

function setId({ RestrictSUIDSGID, DynamicUser }: ExecSettings, call: Named): Outcome {
  if (!RestrictSUIDSGID && !DynamicUser) return allowed;
  if (is(call, 'openat2')) return fails(38);
  const setsId = (index: number | undefined): boolean => index !== undefined && ((call.arguments[index] ?? 0) & 0o6000) !== 0;
  const flags = is(call, 'open') ? 1 : is(call, 'openat') ? 2 : undefined;
  if (flags === undefined) return refused(call.names.some((name) => setsId(modeOf[name])));
  const value = call.arguments[flags] ?? 0;
  const temporary = call.architecture.startsWith('arm') ? 0o20040000 : 0o20200000;
  return refused(((value & 0o100) !== 0 || (value & temporary) === temporary) && setsId(flags + 1));
}

const kinds: Readonly<Record<string, number>> = {
  cgroup: 0x02000000,
  ipc: 0x08000000,
  net: 0x40000000,
  mnt: 0x00020000,
  pid: 0x20000000,
  user: 0x10000000,
  uts: 0x04000000,
  time: 0x80,
};

function namespace({ RestrictNamespaces: lists }: ExecSettings, call: Named): Outcome {
  let kept: readonly string[] | undefined;
  const all = Object.keys(kinds).filter((kind) => kind !== 'time');
  for (const list of lists) {
    if (typeof list === 'boolean') kept = list ? [] : all;
    else if (list.invert) kept = (kept ?? all).filter((kind) => !list.names.includes(kind));
    else kept = [...(kept ?? []), ...list.names];
  }
  if (all.every((kind) => kept?.includes(kind) !== false)) return allowed;
  const refusedKinds = Object.keys(kinds).filter((kind) => kept?.includes(kind) === false);
  const asksFor = (flags = 0): boolean => refusedKinds.some((kind) => (flags & (kinds[kind] ?? 0)) !== 0);
  if (is(call, 'clone3')) return fails(38);
  if (is(call, 'clone', 'unshare')) return refused(asksFor(call.arguments[0]));
  return refused(
    is(call, 'setns') && (all.every((kind) => refusedKinds.includes(kind)) || call.arguments[1] === 0 || asksFor(call.arguments[1])),
  );
}

/** What a list says of one name: nothing, or that it is listed, perhaps with an action of its own. */
function selected(lists: readonly SyscallList[], call: Named, error: Outcome): Outcome {
  const [first] = lists;
  if (first === undefined) return allowed;
  const [listed, others] =
    error === logged ? (first.invert ? [allowed, logged] : [logged, allowed]) : first.invert ? [error, allowed] : [allowed, error];
  const entries = [...call.names, ...(call.part === undefined ? [] : [call.part])].map((name) =>
    entryOf(lists, first.invert, name, error !== logged && callsOf('@default').includes(name)),
  );
  const entry = entries.find((found) => found !== undefined);
  if (entry === undefined) return others;
  if (entry === 'listed' || error === logged) return listed;
  return entry === 'kill' ? killsProcess : fails(entry);
}

function entryOf(lists: readonly SyscallList[], denies: boolean, name: string, always: boolean): 'listed' | 'kill' | number | undefined {
  let entry: 'listed' | 'kill' | number | undefined = !denies && always ? 'listed' : undefined;
  for (const { invert, rules } of lists) {
    for (const rule of rules) {
      const names = rule.name.startsWith('@') ? callsOf(rule.name) : [rule.name];
      if (!names.includes(name) || (!invert && rule.action !== undefined)) continue;
      if (invert === denies) entry = rule.action ?? 'listed';
      else entry = invert && rule.action !== undefined ? rule.action : undefined;
    }
  }
  return entry;
}
