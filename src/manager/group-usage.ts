import { groupPath } from '../graph/slice-of.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** What the kernel has counted for a unit's group, as far as it is a cgroup v2 and the controllers are there (org.freedesktop.systemd1(5)). */
export function groupUsage(world: World, unit: Unit): Readonly<Record<string, string>> {
  const directory = directoryOf(world, unit);
  const cpuUsec = /^usage_usec (\d+)$/m.exec(read(world, directory, 'cpu.stat'))?.[1] ?? unit.cpuUsec;
  return {
    ControlGroupId: directory === undefined ? '0' : String(world.options.files.statFollow(directory).inode),
    MemoryCurrent: number(read(world, directory, 'memory.current')),
    MemoryAvailable: 'infinity',
    CPUUsageNSec: cpuUsec === undefined ? notSet : String(BigInt(cpuUsec) * 1000n),
    TasksCurrent: number(read(world, directory, 'pids.current')),
    ...uncounted,
  };
}

const notSet = '[not set]';

/** What only accounting by programs in the kernel would bring. */
const uncounted: Readonly<Record<string, string>> = {
  IPIngressBytes: '[no data]',
  IPIngressPackets: '[no data]',
  IPEgressBytes: '[no data]',
  IPEgressPackets: '[no data]',
  IOReadBytes: '18446744073709551615',
  IOReadOperations: '18446744073709551615',
  IOWriteBytes: '18446744073709551615',
  IOWriteOperations: '18446744073709551615',
};

function directoryOf(world: World, unit: Unit): string | undefined {
  const { tracking, cgroupRoot } = world.options.keeper.inventory;
  return tracking === 'cgroup2' && unit.groupMark !== '' ? `${cgroupRoot}/${groupPath(unit.config, world.options.scope)}` : undefined;
}

function number(text: string): string {
  const trimmed = text.trim();
  return /^\d+$/.test(trimmed) ? trimmed : notSet;
}

function read(world: World, directory: string | undefined, name: string): string {
  const bytes = directory === undefined ? undefined : world.options.files.read(`${directory}/${name}`, 4096);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
}
