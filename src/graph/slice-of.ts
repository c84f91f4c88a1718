import type { UnitConfig, UnitTypeName } from '../unit/config.ts';
import { escapeName } from '../unit/escape.ts';
import { hasOption } from '../unit/mount-options.ts';
import { parseUnitName, pathOfUnit } from '../unit/name.ts';
import { escapeCgroupName, parentSlice, slicePath, slicesFrom, ROOT_SLICE } from '../unit/slice.ts';

/** The types whose units have a cgroup. */
const grouped: ReadonlySet<UnitTypeName> = new Set(['service', 'socket', 'mount', 'swap', 'slice', 'scope']);

/** The slice that a unit is in (semantics 25.2); undefined for the root slice itself and for types without processes. */
export function sliceOf(config: UnitConfig, scope: 'system' | 'user'): string | undefined {
  if (!grouped.has(config.type)) return undefined;
  if (config.type === 'slice') return parentSlice(config.name);
  const explicit = config.cgroup?.Slice ?? '';
  if (explicit !== '') return explicit;
  // What is built in runs nothing; in a slice of its own kind it would be stopped by the shutdown that it is to end.
  if (isBuiltIn(config) || isExtrinsic(config)) return ROOT_SLICE;
  const base = scope === 'system' ? 'system' : 'app';
  if (!config.name.includes('@')) return `${base}.slice`;
  const name = parseUnitName(config.name);
  if (name.ok && name.value.instance !== undefined) return `${base}-${escapeName(name.value.prefix)}.slice`;
  return `${base}.slice`;
}

/** Neither a file says what it is nor the kernel. */
function isBuiltIn({ fragment, unit, swap }: UnitConfig): boolean {
  return fragment === undefined && unit.SourcePath === '' && (swap?.What ?? '') === '';
}

/** The slices that a unit is in, the innermost first and the root slice last; none for the root slice itself. */
export function slicesAbove(config: UnitConfig, scope: 'system' | 'user'): readonly string[] {
  const slice = sliceOf(config, scope);
  return slice === undefined ? none : slicesFrom(slice);
}

const none: readonly never[] = [];

/** The paths that were asked for, since a unit's is asked for at each process. */
const paths = { system: new WeakMap<UnitConfig, string>(), user: new WeakMap<UnitConfig, string>() };

/** Where a unit's cgroup lies below the manager's, or would lie if the unit had that name and were in that slice. */
export function groupPath(config: UnitConfig, scope: 'system' | 'user', { name = config.name, slice }: GroupPlace = {}): string {
  if (name !== config.name || slice !== undefined) return pathIn(slice ?? sliceOf(config, scope), name);
  const known = paths[scope].get(config);
  if (known !== undefined) return known;
  const path = pathIn(sliceOf(config, scope), name);
  paths[scope].set(config, path);
  return path;
}

/** What of a cgroup's place is another than the unit's configuration says. */
export interface GroupPlace {
  readonly name?: string;
  readonly slice?: string;
}

function pathIn(slice: string | undefined, name: string): string {
  const above = slice === undefined ? '' : (slicePath(slice) ?? '');
  const own = escapeCgroupName(name);
  return above === '' ? own : `${above}/${own}`;
}

/** Mounts that are there for the kernel's sake, whoever manages the machine. */
export function isExtrinsic({ type, name, mount }: UnitConfig): boolean {
  if (type !== 'mount') return false;
  if (mount !== undefined && hasOption(mount.Options, 'x-initrd.mount')) return true;
  const where = pathOfUnit(name) ?? '';
  return ['/', '/usr', '/etc'].includes(where) || /^\/(proc|sys|dev|run\/(initramfs|host))(\/|$)/.test(where);
}
