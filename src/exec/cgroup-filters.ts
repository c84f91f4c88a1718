import { restrictsDevices } from '../unit/implied-devices.ts';
import type { CgroupSettings } from '../unit/settings/cgroup.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { mergedNames } from '../unit/values/name-list.ts';
import { addressProgram } from './bpf/address.ts';
import { bindInterfaceProgram } from './bpf/bind-interface.ts';
import { deviceProgram } from './bpf/device.ts';
import { interfaceProgram } from './bpf/interface.ts';
import { shared } from './bpf/shared.ts';
import { socketBindProgram } from './bpf/socket-bind.ts';
import { allowedDevices, type DeviceTables } from './devices.ts';
import type { Op } from './op.ts';

/** A slice that a unit is in. */
export interface SliceFacts {
  /** Where its cgroup is below the manager's root; empty for that itself. */
  readonly path: string;
  readonly cgroup: CgroupSettings;
}

/** What filters of a cgroup depend on besides the unit; gathered only for units that have some. */
export interface CgroupFacts {
  /** The slices, the innermost first. */
  readonly slices: readonly SliceFacts[];
  readonly devices: DeviceTables;
  /** The indexes of network interfaces by their names. */
  readonly interfaces: ReadonlyMap<string, number>;
  /** The unit is a slice: what it says of addresses is for the units in it, and no filter of its own cgroup. */
  readonly isSlice?: boolean;
  /** Traffic is counted where IPAccounting= is not set. */
  readonly countsByDefault?: boolean;
  /** Paths of programs of the unit itself at which nothing is. */
  readonly missing?: ReadonlySet<string>;
}

/** The ops that filter what a cgroup may do, and what is to be told about the settings. */
export interface CgroupFilterOps {
  readonly ops: readonly Op[];
  readonly warnings: readonly string[];
}

/**
 * The filters of the unit's cgroup and of the slices above it (systemd.resource-control(5)). Addresses of slices count for the unit's own
 * cgroup, where they can be allowed again; all else is attached to the slices themselves and holds below them. What the kernel
 * does not take is left out, as with systemd, unless the unit may not start without its sandbox.
 */
export function cgroupFilterOps(
  cgroup: CgroupSettings | undefined,
  exec: ExecSettings,
  facts: CgroupFacts | undefined,
  strict: boolean,
): CgroupFilterOps {
  if (facts === undefined || cgroup === undefined) return nothing;
  const known = made.get(cgroup);
  if (known !== undefined && known.exec === exec && known.strict === strict && isSame(known.facts, facts)) return known.result;
  const result = makeOps(cgroup, exec, facts, strict);
  made.set(cgroup, { exec, strict, facts, result });
  return result;
}

/** The last ones of each unit, whose processes all ask. */
const made = new WeakMap<
  CgroupSettings,
  { readonly exec: ExecSettings; readonly strict: boolean; readonly facts: CgroupFacts; readonly result: CgroupFilterOps }
>();

/** Slices are compared by what they are configured as, the rest by what it says. */
function isSame(one: CgroupFacts, other: CgroupFacts): boolean {
  return (
    one.isSlice === other.isSlice &&
    one.countsByDefault === other.countsByDefault &&
    one.slices.length === other.slices.length &&
    one.slices.every(({ path, cgroup }, index) => other.slices[index]?.path === path && other.slices[index]?.cgroup === cgroup) &&
    one.interfaces.size === other.interfaces.size &&
    [...one.interfaces].every(([name, index]) => other.interfaces.get(name) === index) &&
    hasSameDevices(one.devices, other.devices)
  );
}

function hasSameDevices(one: DeviceTables, other: DeviceTables): boolean {
  return (
    one.nodes.size === other.nodes.size &&
    one.drivers.length === other.drivers.length &&
    one.drivers.every((driver, index) => driver.name === other.drivers[index]?.name && driver.major === other.drivers[index]?.major) &&
    [...one.nodes].every(([path, { kind, major, minor }]) => {
      const node = other.nodes.get(path);
      return node?.kind === kind && node.major === major && node.minor === minor;
    })
  );
}

function makeOps(cgroup: CgroupSettings, exec: ExecSettings, facts: CgroupFacts, strict: boolean): CgroupFilterOps {
  const warnings: string[] = [];
  const owners = [...facts.slices.toReversed().filter(({ path }) => path !== ''), { path: '', cgroup }];
  const ops = owners.flatMap((owner): readonly Op[] => [
    ...deviceOps(owner, owner.path === '' ? exec : undefined, facts, warnings),
    ...packetOps(
      owner,
      owner.path === '' && facts.isSlice !== true ? [cgroup, ...facts.slices.map((slice) => slice.cgroup)] : [],
      facts.countsByDefault === true,
    ),
    ...socketBindOps(owner),
    ...interfaceOps(owner, facts, warnings),
    ...boundOps(owner, facts, warnings),
    ...pinnedOps(owner, warnings),
  ]);
  // What is only counted keeps nobody from anything.
  return { ops: ops.map((op) => (strict && op.setting !== 'IPAccounting' ? op : { ...op, tolerate: true })), warnings };
}

const nothing: CgroupFilterOps = { ops: [], warnings: [] };

/** The programs that tysd itself makes, by name, and what they are attached to; a cgroup has at most one of each. */
export const ownPrograms: readonly { readonly name: string; readonly type: number; readonly attach: number }[] = [
  { name: 'tysd_devices', type: 15, attach: 6 },
  { name: 'tysd_ip_ingress', type: 8, attach: 0 },
  { name: 'tysd_ip_egress', type: 8, attach: 1 },
  { name: 'tysd_bind_ipv4', type: 18, attach: 8 },
  { name: 'tysd_bind_ipv6', type: 18, attach: 9 },
  { name: 'tysd_if_ingress', type: 8, attach: 0 },
  { name: 'tysd_if_egress', type: 8, attach: 1 },
  { name: 'tysd_if_bound', type: 9, attach: 2 },
];

/** Settings that a program of eBPF carries out, so that they can change while processes are in the cgroup. */
export const filterSettings: ReadonlySet<string> = new Set([
  'DeviceAllow',
  'DevicePolicy',
  'IPAccounting',
  'IPAddressAllow',
  'IPAddressDeny',
  'SocketBindAllow',
  'SocketBindDeny',
  'RestrictNetworkInterfaces',
  'BindNetworkInterface',
]);

/** Whether these settings ask for any filter of a cgroup, or for its traffic to be counted. */
export function hasCgroupFilters(cgroup: CgroupSettings, exec: ExecSettings | undefined, countsByDefault = false): boolean {
  return (
    restrictsDevices(cgroup, exec) ||
    (cgroup.IPAccounting ?? countsByDefault) ||
    cgroup.IPAddressDeny.length > 0 ||
    cgroup.IPIngressFilterPath.length > 0 ||
    cgroup.IPEgressFilterPath.length > 0 ||
    cgroup.BPFProgram.length > 0 ||
    cgroup.SocketBindDeny.length > 0 ||
    cgroup.RestrictNetworkInterfaces.length > 0 ||
    cgroup.BindNetworkInterface !== ''
  );
}

/** A program of the unit itself that is not there, and the setting that names it: no process is started then (systemd.resource-control(5)). */
export function missingProgram(cgroup: CgroupSettings | undefined, facts: CgroupFacts | undefined): string | undefined {
  if (cgroup === undefined || facts?.missing === undefined) return undefined;
  for (const setting of ['IPIngressFilterPath', 'IPEgressFilterPath'] as const) {
    const path = cgroup[setting].find((each) => facts.missing?.has(each));
    if (path !== undefined) return `${setting}=${path}: there is no such program`;
  }
  return undefined;
}

/** Kinds of programs, and the hooks that they are for (linux/bpf.h). */
const types = { socketBuffer: 8, socket: 9, device: 15, socketAddress: 18 } as const;
const hooks = {
  ingress: 0,
  egress: 1,
  sock_create: 2,
  sock_ops: 3,
  device: 6,
  bind4: 8,
  bind6: 9,
  connect4: 10,
  connect6: 11,
  post_bind4: 12,
  post_bind6: 13,
  sendmsg4: 14,
  sendmsg6: 15,
  sysctl: 18,
  recvmsg4: 19,
  recvmsg6: 20,
  getsockopt: 21,
  setsockopt: 22,
} as const satisfies Readonly<Record<string, number>>;
const hookByName: ReadonlyMap<string, number> = new Map(Object.entries(hooks));

const programs = {
  devices: shared(deviceProgram),
  addresses: shared((of: Parameters<typeof addressProgram>) => addressProgram(...of)),
  ports: shared((of: Parameters<typeof socketBindProgram>) => socketBindProgram(...of)),
};

interface Owner {
  readonly path: string;
  readonly cgroup: CgroupSettings;
}

function deviceOps({ path, cgroup }: Owner, exec: ExecSettings | undefined, { devices }: CgroupFacts, warnings: string[]): readonly Op[] {
  const allowed = allowedDevices(cgroup, exec, devices);
  if (allowed === undefined) return [];
  for (const warning of allowed.warnings) warnings.push(warning);
  const setting = cgroup.DeviceAllow.length > 0 ? 'DeviceAllow' : cgroup.DevicePolicy === 'auto' ? 'PrivateDevices' : 'DevicePolicy';
  return [filter(path, types.device, hooks.device, 'tysd_devices', programs.devices(allowed.devices), setting)];
}

/** One program for both, since what another one drops is not to be counted. */
function packetOps({ path, cgroup: { IPAccounting } }: Owner, chain: readonly CgroupSettings[], countsByDefault: boolean): readonly Op[] {
  const denied = chain.flatMap(({ IPAddressDeny }) => IPAddressDeny);
  const counts = IPAccounting ?? countsByDefault;
  // Who may be spoken with matters only where others may not.
  if (denied.length === 0 && !counts) return [];
  const allowed = denied.length === 0 ? [] : chain.flatMap(({ IPAddressAllow }) => IPAddressAllow);
  const setting = denied.length === 0 ? 'IPAccounting' : 'IPAddressDeny';
  return (['ingress', 'egress'] as const).map((direction) =>
    filter(
      path,
      types.socketBuffer,
      hooks[direction],
      `tysd_ip_${direction}`,
      programs.addresses([direction, allowed, denied, counts]),
      setting,
    ),
  );
}

function socketBindOps({ path, cgroup: { SocketBindAllow, SocketBindDeny } }: Owner): readonly Op[] {
  if (SocketBindDeny.length === 0) return [];
  return (['ipv4', 'ipv6'] as const).map((family) => {
    const hook = family === 'ipv4' ? hooks.bind4 : hooks.bind6;
    const program = programs.ports([family, SocketBindAllow, SocketBindDeny]);
    return filter(path, types.socketAddress, hook, `tysd_bind_${family}`, program, 'SocketBindDeny');
  });
}

function interfaceOps({ path, cgroup }: Owner, { interfaces }: CgroupFacts, warnings: string[]): readonly Op[] {
  if (cgroup.RestrictNetworkInterfaces.length === 0) return [];
  const { inverted, names } = mergedNames(cgroup.RestrictNetworkInterfaces);
  for (const name of names) if (!interfaces.has(name)) warnings.push(`RestrictNetworkInterfaces=: there is no interface ${name}`);
  const indexes = [...names].map((name) => interfaces.get(name)).filter((index) => index !== undefined);
  const program = interfaceProgram(indexes, inverted);
  return (['ingress', 'egress'] as const).map((direction) =>
    filter(path, types.socketBuffer, hooks[direction], `tysd_if_${direction}`, program, 'RestrictNetworkInterfaces'),
  );
}

function boundOps({ path, cgroup: { BindNetworkInterface: name } }: Owner, { interfaces }: CgroupFacts, warnings: string[]): readonly Op[] {
  if (name === '') return [];
  const index = interfaces.get(name);
  if (index === undefined) warnings.push(`BindNetworkInterface=: there is no interface ${name}, so no socket of IP can be opened`);
  return [filter(path, types.socket, hooks.sock_create, 'tysd_if_bound', bindInterfaceProgram(index), 'BindNetworkInterface')];
}

function pinnedOps({ path, cgroup }: Owner, warnings: string[]): readonly Op[] {
  const pinned = (hook: number, program: string, setting: string): Op => ({
    op: 'cgroup-pinned-filter',
    cgroup: path,
    attach: hook,
    path: program,
    setting,
  });
  return [
    ...cgroup.IPIngressFilterPath.map((program) => pinned(hooks.ingress, program, 'IPIngressFilterPath')),
    ...cgroup.IPEgressFilterPath.map((program) => pinned(hooks.egress, program, 'IPEgressFilterPath')),
    ...cgroup.BPFProgram.flatMap((text) => {
      const colon = text.indexOf(':');
      const hook = hookByName.get(text.slice(0, colon));
      if (hook !== undefined && text.startsWith('/', colon + 1)) return [pinned(hook, text.slice(colon + 1), 'BPFProgram')];
      warnings.push(`BPFProgram=: expected a kind of program such as egress, and a path behind a colon, found ${text}`);
      return [];
    }),
  ];
}

function filter(cgroup: string, type: number, attach: number, name: string, program: Uint8Array, setting: string): Op {
  return { op: 'cgroup-filter', cgroup, type, attach, name, program, function: 0, setting };
}
