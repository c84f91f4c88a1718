import type { UnitConfig } from '../config.ts';
import { withImpliedDevices } from '../implied-devices.ts';
import { cgroupTable } from '../shown/cgroup.ts';
import { execTable } from '../shown/exec.ts';
import { sandboxTable } from '../shown/sandbox.ts';
import { shown } from '../shown/value.ts';
import { callsOf } from '../values/system-call-sets.ts';
import type { IpPrefix } from '../values/ip-address.ts';

/** What of a service its exposure is judged by, with all that its settings imply. */
export interface Subject {
  /** Properties, as `show` prints them. */
  readonly properties: Readonly<Record<string, string>>;
  /** Capabilities that it may ever have, as cap_chown. */
  readonly capabilities: ReadonlySet<string>;
  /** The system calls of SystemCallFilter=, and whether they are those that are allowed; undefined where nothing is filtered. */
  readonly calls: { readonly allow: boolean; readonly names: ReadonlySet<string> } | undefined;
  /** Whether a call of that name is one of the machine's own architecture. */
  readonly isNative: (call: string) => boolean;
  /** The address families of RestrictAddressFamilies=, and whether they are those that are allowed. */
  readonly families: { readonly allow: boolean; readonly names: ReadonlySet<string> };
  readonly allowed: readonly IpPrefix[];
  readonly denied: readonly IpPrefix[];
  /** Devices that it may use beside the usual ones, as `char-rtc:r`. */
  readonly devices: readonly string[];
  readonly devicePolicy: string;
  readonly runsAsRoot: boolean;
  /** It may run before the file systems are there (DefaultDependencies=no). */
  readonly isEarly: boolean;
}

/** What is known of a service beside its settings. */
interface Circumstances extends Pick<Subject, 'isNative'> {
  /** It is judged as a file, not as a unit that is to run here. */
  readonly isFile: boolean;
}

/** The service as it is judged; undefined for units that are none, but for those with commands where they are judged as files. */
export function subjectOf(config: UnitConfig, { isNative, isFile }: Circumstances): Subject | undefined {
  const { exec, cgroup, service } = config;
  if (exec === undefined || cgroup === undefined || (service === undefined && !isFile)) return undefined;
  const properties: Record<string, string> = {
    ...shown(execTable, exec),
    ...shown(sandboxTable, exec),
    ...shown(cgroupTable, cgroup),
    NotifyAccess: service?.NotifyAccess ?? 'none',
    KeyringMode: exec.KeyringMode ?? (service === undefined ? 'shared' : 'private'),
    ...(exec.DynamicUser ? impliedByDynamicUser(exec.ProtectSystem, exec.ProtectHome) : {}),
  };
  if (!isFile && hasOwnMounts(exec, properties)) properties['PrivateMounts'] = 'yes';
  const dropped = Object.entries(droppedBy).flatMap(([name, capabilities]) => (properties[name] === 'yes' ? capabilities : []));
  const own = properties['CapabilityBoundingSet'] ?? '';
  const devices = withImpliedDevices(cgroup, exec);
  return {
    properties,
    capabilities: new Set(own.split(' ').filter((name) => name !== '' && !dropped.includes(name))),
    calls: filteredCalls(exec.SystemCallFilter),
    isNative,
    families: restrictedFamilies(exec.RestrictAddressFamilies),
    allowed: cgroup.IPAddressAllow,
    denied: cgroup.IPAddressDeny,
    devices: devices.DeviceAllow.toReversed().map(({ device, access }) => `${device}:${access}`),
    devicePolicy: devices.DevicePolicy,
    isEarly: !config.unit.DefaultDependencies,
    runsAsRoot: exec.User === 'root' || exec.User === '0' || (exec.User === '' && !exec.DynamicUser),
  };
}

/** Whether some other setting gives the service a view of its own: of units systemd-analyze says so, of files it does not. */
function hasOwnMounts({ RootImage }: UnitConfig['exec'] & {}, properties: Subject['properties']): boolean {
  return RootImage !== '' || ownMounts.some((name) => properties[name] !== 'no');
}

const ownMounts = [
  'PrivateTmp',
  'PrivateDevices',
  'ProtectControlGroups',
  'ProtectKernelTunables',
  'ProtectKernelModules',
  'ProtectHome',
  'ProtectSystem',
] as const;

/** What systemd.exec(5) says that DynamicUser= implies. */
function impliedByDynamicUser(system: unknown, home: unknown): Readonly<Record<string, string>> {
  return {
    PrivateTmp: 'yes',
    RemoveIPC: 'yes',
    NoNewPrivileges: 'yes',
    RestrictSUIDSGID: 'yes',
    ...(system === false ? { ProtectSystem: 'strict' } : {}),
    ...(home === false ? { ProtectHome: 'read-only' } : {}),
  };
}

/** Capabilities that a setting takes away (systemd.exec(5)). */
const droppedBy: Readonly<Record<string, readonly string[]>> = {
  PrivateDevices: ['cap_mknod', 'cap_sys_rawio'],
  ProtectKernelModules: ['cap_sys_module'],
  ProtectKernelLogs: ['cap_syslog'],
  ProtectClock: ['cap_sys_time', 'cap_wake_alarm'],
};

/** `none` allows none, and the next list says anew whether it allows or denies. */
function restrictedFamilies(lists: readonly { readonly invert: boolean; readonly names: readonly string[] }[]): Subject['families'] {
  let families: { allow: boolean; names: Set<string> } | undefined;
  let allow = false;
  for (const { invert, names } of lists) {
    if (names.includes('none')) {
      families = undefined;
      allow = true;
      continue;
    }
    families ??= { allow: !invert, names: new Set() };
    for (const name of names) {
      const family = otherNames[name] ?? name;
      if (invert === families.allow) families.names.delete(family);
      else families.names.add(family);
    }
  }
  return families ?? { allow, names: new Set() };
}

/** Families that have two names. */
const otherNames: Readonly<Record<string, string>> = { AF_LOCAL: 'AF_UNIX', AF_FILE: 'AF_UNIX', AF_ROUTE: 'AF_NETLINK' };

interface CallList {
  readonly invert: boolean;
  readonly rules: readonly { readonly name: string }[];
}

/** The first list says whether calls are allowed or denied; lists of the other kind take from it. */
function filteredCalls(lists: readonly CallList[]): Subject['calls'] {
  const [first] = lists;
  if (first === undefined) return undefined;
  const names = new Set(first.invert ? [] : callsOf('@default'));
  for (const { invert, rules } of lists) {
    for (const { name } of rules) {
      for (const call of name.startsWith('@') ? callsOf(name) : [name]) {
        if (invert === first.invert) names.add(call);
        else names.delete(call);
      }
    }
  }
  return { allow: !first.invert, names };
}
