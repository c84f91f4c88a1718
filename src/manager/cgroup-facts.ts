import { type CgroupFacts, hasCgroupFilters, type SliceFacts } from '../exec/cgroup-filters.ts';
import type { DeviceTables } from '../exec/devices.ts';
import { slicesAbove } from '../graph/slice-of.ts';
import type { Files } from '../port/files.ts';
import type { UnitConfig } from '../unit/config.ts';
import { settledDevices } from '../unit/devices.ts';
import type { CgroupSettings } from '../unit/settings/cgroup.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { slicePath } from '../unit/slice.ts';
import type { World } from './world.ts';

/** What filters of the unit's cgroup depend on; undefined where neither it nor a slice of it has any, or where there is no cgroup v2. */
export function cgroupFacts(world: World, config: UnitConfig): CgroupFacts | undefined {
  const { options } = world;
  if (config.cgroup === undefined || options.keeper.inventory.tracking !== 'cgroup2' || options.self.uid !== 0) return undefined;
  const above = slicesAbove(config, options.scope);
  const countsByDefault = options.config.resources?.ipAccounting === true;
  if (!hasCgroupFilters(config.cgroup, config.exec, countsByDefault) && !above.some((name) => filters(world, name))) return undefined;
  const slices = slicesOf(world, above);
  const chain = [config.cgroup, ...slices.map(({ cgroup }) => cgroup)];
  const names = chain.flatMap(({ RestrictNetworkInterfaces, BindNetworkInterface }) => [
    ...RestrictNetworkInterfaces.flatMap((list) => list.names),
    BindNetworkInterface,
  ]);
  return {
    slices,
    devices: tablesOf(options.files, chain, config.exec),
    interfaces: interfaceIndexes(options.files, names),
    ...missingPrograms(options.files, config.cgroup),
    ...(config.type === 'slice' ? { isSlice: true } : {}),
    ...(countsByDefault ? { countsByDefault } : {}),
  };
}

function missingPrograms(files: Files, { IPIngressFilterPath, IPEgressFilterPath }: CgroupSettings): Pick<CgroupFacts, 'missing'> {
  const missing = [...IPIngressFilterPath, ...IPEgressFilterPath].filter((path) => files.statFollow(path).kind === 'missing');
  return missing.length === 0 ? {} : { missing: new Set(missing) };
}

/** What the devices that a unit may use are called. */
export function deviceTables(files: Files, { cgroup, exec }: UnitConfig): DeviceTables {
  return tablesOf(files, cgroup === undefined ? [] : [cgroup], exec);
}

function tablesOf(files: Files, chain: readonly CgroupSettings[], exec: ExecSettings | undefined): DeviceTables {
  const rules = chain.flatMap((cgroup) => [...cgroup.DeviceAllow, ...settledDevices(cgroup, exec).implied]);
  return readTables(
    files,
    rules.map(({ device }) => device),
  );
}

function filters(world: World, slice: string): boolean {
  const cgroup = world.units.get(slice)?.config.cgroup;
  return cgroup !== undefined && hasCgroupFilters(cgroup, undefined, world.options.config.resources?.ipAccounting);
}

function slicesOf(world: World, names: readonly string[]): readonly SliceFacts[] {
  const slices: SliceFacts[] = [];
  for (const name of names) {
    const cgroup = world.units.get(name)?.config.cgroup;
    const path = slicePath(name);
    if (cgroup !== undefined && path !== undefined) slices.push({ path, cgroup });
  }
  return slices;
}

function interfaceIndexes(files: Files, names: readonly string[]): ReadonlyMap<string, number> {
  const indexes = new Map<string, number>();
  for (const name of names) {
    if (name === '' || name.includes('/') || name.startsWith('.')) continue;
    const index = Number(textOf(files, `/sys/class/net/${name}/ifindex`).trim());
    if (index > 0) indexes.set(name, index);
  }
  return indexes;
}

function readTables(files: Files, rules: readonly string[]): DeviceTables {
  const nodes = new Map<string, { readonly kind: 'block' | 'char'; readonly major: number; readonly minor: number }>();
  for (const path of rules) {
    if (!path.startsWith('/')) continue;
    const { kind, rdev } = files.statFollow(path);
    if (kind === 'block') nodes.set(path, { kind, ...split(rdev) });
    else if (kind === 'character') nodes.set(path, { kind: 'char', ...split(rdev) });
  }
  return { nodes, drivers: rules.some((rule) => !rule.startsWith('/')) ? driversOf(textOf(files, '/proc/devices')) : [] };
}

/** The parts of a dev_t (makedev(3)). */
function split(rdev: bigint): { readonly major: number; readonly minor: number } {
  return {
    major: Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n)),
    minor: Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)),
  };
}

/** `MAJOR NAME` in two parts with a heading each (proc(5)). */
function driversOf(text: string): DeviceTables['drivers'] {
  const [characters = '', blocks = ''] = text.split('Block devices:');
  return [
    ...[...characters.matchAll(/^ *(\d+) (\S+)$/gm)].map(([, major, name = '']) => ({ kind: 'char', name, major: Number(major) }) as const),
    ...[...blocks.matchAll(/^ *(\d+) (\S+)$/gm)].map(([, major, name = '']) => ({ kind: 'block', name, major: Number(major) }) as const),
  ];
}

function textOf(files: Files, path: string): string {
  return new TextDecoder().decode(files.read(path, 65_536));
}
