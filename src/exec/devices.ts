import { globPattern } from '../base/glob.ts';
import { settledDevices } from '../unit/devices.ts';
import type { CgroupSettings } from '../unit/settings/cgroup.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import type { DeviceNumbers } from './bpf/device.ts';

/** What devices are called, and which numbers they have. */
export interface DeviceTables {
  /** The nodes that DeviceAllow= names and that are there, by their paths. */
  readonly nodes: ReadonlyMap<string, { readonly kind: DeviceNumbers['kind']; readonly major: number; readonly minor: number }>;
  /** The drivers of /proc/devices. */
  readonly drivers: readonly { readonly kind: DeviceNumbers['kind']; readonly name: string; readonly major: number }[];
}

/** Devices that do no harm, and the slaves of pseudo terminals (systemd.resource-control(5), DevicePolicy=). */
const harmless: readonly DeviceNumbers[] = [
  ...[
    [1, 3],
    [1, 5],
    [1, 7],
    [1, 8],
    [1, 9],
    [5, 0],
    [5, 2],
    [0, 0],
  ].map(([major = 0, minor = 0]): DeviceNumbers => ({ kind: 'char', major, minor, access: 'rwm' })),
  { kind: 'block', major: 0, minor: 0, access: 'rwm' },
  { kind: 'char', major: 136, access: 'rw' },
];

/** The devices that a unit may use, and what is to be told of rules that name none; undefined where it may use all. */
export function allowedDevices(
  cgroup: CgroupSettings,
  exec: ExecSettings | undefined,
  tables: DeviceTables,
): { readonly devices: readonly DeviceNumbers[]; readonly warnings: readonly string[] } | undefined {
  const { policy, implied } = settledDevices(cgroup, exec);
  if (policy === 'auto' && cgroup.DeviceAllow.length === 0) return undefined;
  const listed = [...cgroup.DeviceAllow, ...implied].flatMap(({ device, access }) =>
    numbersOf(device, tables).map((numbers) => ({ ...numbers, access })),
  );
  const missing = cgroup.DeviceAllow.filter(
    ({ device }) => numbersOf(device, tables).length === 0 && !implied.some((each) => each.device === device),
  );
  return {
    devices: [...(policy === 'strict' ? [] : harmless), ...listed],
    warnings: missing.map(({ device }) => `DeviceAllow=: there is no device ${device}`),
  };
}

function numbersOf(device: string, { nodes, drivers }: DeviceTables): readonly Omit<DeviceNumbers, 'access'>[] {
  const match = /^(char|block)-(.*)$/.exec(device);
  if (match === null) {
    const node = nodes.get(device);
    return node === undefined ? [] : [node];
  }
  const kind = match[1] === 'char' ? 'char' : 'block';
  const pattern = match[2] ?? '';
  if (pattern === '*') return [{ kind }];
  if (/^\d+$/.test(pattern)) return [{ kind, major: Number(pattern) }];
  const majors = drivers.filter((driver) => driver.kind === kind && globPattern(pattern).test(driver.name)).map(({ major }) => major);
  return [...new Set(majors)].map((major) => ({ kind, major }));
}
