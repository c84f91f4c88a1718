import type { ExecSettings } from '../../unit/settings/exec.ts';
import type { SyscallAction } from '../../unit/values/syscall-list.ts';
import { addressFamily } from '../../unit/values/address-family.ts';
import { type Architecture, multiplexers, numberOf, openFlags } from './architecture.ts';
import { type Action, allow, type Condition, fail, killProcess, log, type Restriction, type Rule } from './rule.ts';
import { selectFiltered, selectLogged, type Selection } from './selection.ts';
import { callsOf } from '../../unit/values/system-call-sets.ts';
import { refusedNamespaces } from './namespaces.ts';

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

/** A setting whose half in the kernel is a filter: how systemd names it, and the filter, where its value asks for one. */
interface Row {
  readonly setting: keyof ExecSettings;
  readonly restriction: (exec: ExecSettings) => Restriction | undefined;
}

/** In the order in which systemd loads them, which decides where two filters have different errors for a call. */
const rows: readonly Row[] = [
  {
    setting: 'ProtectHostname',
    restriction: ({ ProtectHostname }) => onlyIf(ProtectHostname === 'yes', refusing(['sethostname', 'setdomainname'])),
  },
  { setting: 'RestrictAddressFamilies', restriction: addressFamilies },
  { setting: 'MemoryDenyWriteExecute', restriction: (exec) => onlyIf(exec.MemoryDenyWriteExecute, writableCode) },
  { setting: 'RestrictRealtime', restriction: ({ RestrictRealtime }) => onlyIf(RestrictRealtime, realtime) },
  { setting: 'RestrictSUIDSGID', restriction: (exec) => onlyIf(exec.RestrictSUIDSGID || exec.DynamicUser, setIdModes) },
  { setting: 'RestrictNamespaces', restriction: namespaces },
  { setting: 'ProtectKernelTunables', restriction: (exec) => onlyIf(exec.ProtectKernelTunables, refusing(['_sysctl'])) },
  { setting: 'ProtectKernelModules', restriction: (exec) => onlyIf(exec.ProtectKernelModules, refusing(callsOf('@module'))) },
  { setting: 'ProtectKernelLogs', restriction: ({ ProtectKernelLogs }) => onlyIf(ProtectKernelLogs, refusing(['syslog'])) },
  { setting: 'ProtectClock', restriction: ({ ProtectClock }) => onlyIf(ProtectClock, refusing(callsOf('@clock'))) },
  { setting: 'PrivateDevices', restriction: ({ PrivateDevices }) => onlyIf(PrivateDevices, refusing(callsOf('@raw-io'))) },
  { setting: 'LockPersonality', restriction: (exec) => onlyIf(exec.LockPersonality, personality(exec)) },
  { setting: 'SystemCallLog', restriction: ({ SystemCallLog }) => logged(selectLogged(SystemCallLog)) },
  {
    setting: 'SystemCallFilter',
    restriction: (exec) => filtered(selectFiltered(exec.SystemCallFilter), exec.SystemCallErrorNumber ?? 'kill'),
  },
];

/** The filters that the settings ask for; the restriction of architectures is none of them. */
export function restrictionsOf(exec: ExecSettings): readonly Restriction[] {
  return rows.map(({ restriction }) => restriction(exec)).filter((restriction) => restriction !== undefined);
}

function onlyIf(on: boolean, restriction: Restriction): Restriction | undefined {
  return on ? restriction : undefined;
}

/** Rules for calls by their names; where a call is part of another one, for that part. */
function rulesFor(architecture: Architecture, rules: Iterable<readonly [call: string, rule: Rule]>): ReadonlyMap<number, readonly Rule[]> {
  const made = new Map<number, Rule[]>();
  const add = (call: string, rule: Rule): void => {
    const number = numberOf(architecture, call);
    if (number !== undefined) made.set(number, [...(made.get(number) ?? []), rule]);
  };
  for (const [call, rule] of rules) {
    add(call, rule);
    for (const { call: through, calls, mask } of multiplexers[architecture]) {
      const part = calls[call];
      // Which arguments such a part has is in memory, where no filter looks.
      if (part !== undefined && rule.when.length === 0)
        add(through, { when: [{ argument: 0, test: 'in', values: [part], mask }], action: rule.action });
    }
  }
  return made;
}

function refusing(calls: readonly string[]): Restriction {
  return restricting(() => calls.map((call) => [call, { when: [], action: fail(EPERM) }]));
}

/** A filter that allows all but what it has rules for. */
function restricting(rules: (architecture: Architecture) => Iterable<readonly [call: string, rule: Rule]>): Restriction {
  return (architecture) => ({ rules: rulesFor(architecture, rules(architecture)), otherwise: allow });
}

function only(when: Condition | readonly Condition[], errno: number = EPERM): Rule {
  return { when: 'test' in when ? [when] : when, action: fail(errno) };
}

/** 32-bit x86 has socketcall(2), whose arguments are in memory, where no filter looks: the setting has no effect there. */
function addressFamilies({ RestrictAddressFamilies: lists }: ExecSettings): Restriction | undefined {
  const [first] = lists;
  if (first === undefined) return undefined;
  let allows = !first.invert;
  let listed = new Set<number>();
  for (const { invert, names } of lists) {
    if (!invert && names.length === 1 && names[0] === 'none') {
      allows = true;
      listed = new Set();
      continue;
    }
    for (const family of names.map(addressFamily)) {
      if (family !== undefined && invert !== allows) listed.add(family);
      else if (family !== undefined) listed.delete(family);
    }
  }
  if (!allows && listed.size === 0) return undefined;
  const condition: Condition = { argument: 0, test: allows ? 'not-in' : 'in', values: [...listed].toSorted((a, b) => a - b) };
  const filter = restricting(() => [['socket', only(condition, EAFNOSUPPORT)]]);
  return (architecture) => (architecture === 'x86' ? undefined : filter(architecture));
}

const PROT_WRITE = 2;
const PROT_EXEC = 4;
const SHM_EXEC = 0o100000;

const writableCode = restricting((architecture) => {
  const both = only({ argument: 2, test: 'all', values: [PROT_WRITE | PROT_EXEC] });
  const code = only({ argument: 2, test: 'any', values: [PROT_EXEC] });
  const hasOldMmap = architecture === 'x86';
  return [
    // The old call of 32-bit x86 has its arguments in memory, where no filter looks.
    ['mmap', hasOldMmap ? only([]) : both],
    ['mmap2', both],
    ['mprotect', code],
    ['pkey_mprotect', code],
    // There, shmat(2) is part of ipc(2), and goes unseen as with systemd.
    ...(hasOldMmap ? [] : [['shmat', only({ argument: 2, test: 'any', values: [SHM_EXEC] })] as const]),
  ];
});

/** SCHED_OTHER, SCHED_BATCH and SCHED_IDLE. */
const harmlessPolicies = [0, 3, 5];

const realtime = restricting(() => [['sched_setscheduler', only({ argument: 1, test: 'not-in', values: harmlessPolicies })]]);

function setIdMode(argument: number): Condition {
  return { argument, test: 'any', values: [0o6000] };
}

/** Files without a name (O_TMPFILE) have modes too, which systemd 252 overlooks. */
const setIdModes = restricting((architecture) => {
  const { create, temporary } = openFlags[architecture];
  const opening = (call: string, flags: number): readonly (readonly [string, Rule])[] =>
    [create, temporary].map((bits) => [call, only([{ argument: flags, test: 'all', values: [bits] }, setIdMode(flags + 1)])]);
  return [
    ['chmod', only(setIdMode(1))],
    ['fchmod', only(setIdMode(1))],
    ['fchmodat', only(setIdMode(2))],
    ['fchmodat2', only(setIdMode(2))],
    ['mkdir', only(setIdMode(1))],
    ['mkdirat', only(setIdMode(2))],
    ['mknod', only(setIdMode(1))],
    ['mknodat', only(setIdMode(2))],
    ['creat', only(setIdMode(1))],
    ...opening('open', 1),
    ...opening('openat', 2),
    // Its flags are in memory, where no filter looks; programs go on with openat(2).
    ['openat2', only([], ENOSYS)],
  ];
});

function namespaces(exec: ExecSettings): Restriction | undefined {
  const refused = refusedNamespaces(exec.RestrictNamespaces);
  if (refused === undefined) return undefined;
  const any = (argument: number): Rule => only({ argument, test: 'any', values: [refused.flags] });
  return restricting(() => [
    // Its flags are in memory too; libraries go on with clone(2).
    ['clone3', only([], ENOSYS)],
    ['clone', any(0)],
    ['unshare', any(0)],
    ...(refused.leavesNone
      ? [['setns', only([])] as const]
      : [['setns', any(1)] as const, ['setns', only({ argument: 1, test: 'in', values: [0] })] as const]),
  ]);
}

/** Numbers of linux/personality.h for the architectures that Personality= may name. */
const PER_LINUX = 0;
const PER_LINUX32 = 8;
const narrow: ReadonlySet<string> = new Set(['x86', 'arm', 's390', 'ppc', 'mips', 'mips-le']);

function personality({ Personality }: ExecSettings): Restriction {
  const wanted = narrow.has(Personality) ? PER_LINUX32 : PER_LINUX;
  return restricting(() => [['personality', only({ argument: 0, test: 'not-in', values: [wanted] })]]);
}

function logged(selection: Selection | undefined): Restriction | undefined {
  if (selection === undefined) return undefined;
  const [listed, others] = selection.allows ? [log, allow] : [allow, log];
  return selecting(selection, () => listed, others);
}

function filtered(selection: Selection | undefined, error: SyscallAction): Restriction | undefined {
  if (selection === undefined) return undefined;
  const refuse = refusal(error);
  const listed = selection.allows ? allow : refuse;
  return selecting(selection, (action) => (action === undefined ? listed : refusal(action)), selection.allows ? refuse : allow);
}

function refusal(action: SyscallAction): Action {
  return action === 'kill' ? killProcess : fail(action);
}

function selecting({ calls }: Selection, action: (own: SyscallAction | undefined) => Action, otherwise: Action): Restriction | undefined {
  if (calls.size === 0 && otherwise === allow) return undefined;
  return (architecture) => ({
    rules: rulesFor(
      architecture,
      [...calls].map(([call, own]) => [call, { when: [], action: action(own) }]),
    ),
    otherwise,
  });
}
