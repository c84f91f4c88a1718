import type { ResourceContext } from '../exec/cgroup/attributes.ts';
import { usualResources } from '../exec/cgroup/need.ts';
import { slicesOfGroup } from './group-place.ts';
import type { Files } from '../port/files.ts';
import { deviceTables } from './cgroup-facts.ts';
import { legacyControllers } from './legacy-controllers.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** What the limits of a unit depend on besides its settings. */
export function resourceContext(world: World, unit: Unit): ResourceContext {
  const { files, config, keeper, scope } = world.options;
  const { inventory } = keeper;
  const root = inventory.cgroupRoot;
  const legacy = legacyControllers(inventory);
  return {
    defaults: config.resources ?? usualResources,
    oomPolicy: config.defaults.oomPolicy,
    startup: world.startup === undefined,
    // Getters, since few limits are shares.
    get memoryTotal() {
      const old = inventory.controllers.get('memory');
      const limit = old === undefined ? `${root}/memory.max` : `${old}/memory.limit_in_bytes`;
      return Math.min(memoryOf(files), numberIn(files, limit) ?? Infinity);
    },
    get tasksTotal() {
      return world.resources.tasksTotal;
    },
    get slices() {
      return slicesOfGroup(unit, scope).flatMap((slice) => world.peek(slice)?.config.cgroup ?? []);
    },
    legacy: new Set(legacy.keys()),
    get devices() {
      return deviceTables(files, unit.config);
    },
    device: (path) => blockDevice(files, path),
  };
}

/** How many tasks there can be in all, of which TasksMax= may be a share. */
export function tasksTotal(files: Files, cgroupRoot: string): number {
  const limits = ['/proc/sys/kernel/pid_max', '/proc/sys/kernel/threads-max', `${cgroupRoot}/pids.max`];
  return Math.min(...limits.map((path) => numberIn(files, path) ?? Infinity));
}

function memoryOf(files: Files): number {
  const kibibytes = /^MemTotal:\s*(\d+) kB$/m.exec(text(files, '/proc/meminfo'))?.[1];
  return kibibytes === undefined ? Infinity : Number(kibibytes) * 1024;
}

/** The whole disk that a device node names, or that the file system of any other path is on, as MAJOR:MINOR. */
function blockDevice(files: Files, path: string): string | undefined {
  const { kind, device } = files.statFollow(path);
  if (kind === 'missing') return undefined;
  const name = (files.realPath(path) ?? path).split('/').at(-1) ?? '';
  const entry = kind === 'block' ? `/sys/class/block/${name}` : `/sys/dev/block/${majorMinor(device)}`;
  const own = text(files, `${entry}/dev`).trim();
  if (own === '') return undefined;
  const isPartition = files.stat(`${entry}/partition`).kind !== 'missing';
  const disk = isPartition ? (files.realPath(entry) ?? entry).replace(/\/[^/]+$/, '') : entry;
  return text(files, `${disk}/dev`).trim() || own;
}

/** makedev(3), taken apart. */
function majorMinor(device: number): string {
  const number = BigInt(device);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

function numberIn(files: Files, path: string): number | undefined {
  const found = text(files, path).trim();
  return /^\d+$/.test(found) ? Number(found) : undefined;
}

function text(files: Files, path: string): string {
  const bytes = files.read(path, 65_536);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
}
