import type { CgroupSettings } from '../../unit/settings/cgroup.ts';
import type { Attribute, ResourceContext } from './attributes.ts';

/** AllowedCPUs=, AllowedMemoryNodes= and their Startup*=; CPUSetPartition=. */
export function cpusetAttributes(cgroup: CgroupSettings, { startup }: ResourceContext): readonly Attribute[] {
  const chosen = (during: readonly number[], always: readonly number[]): readonly number[] =>
    startup && during.length > 0 ? during : always;
  return [
    ...set('cpuset.cpus', chosen(cgroup.StartupAllowedCPUs, cgroup.AllowedCPUs)),
    ...set('cpuset.mems', chosen(cgroup.StartupAllowedMemoryNodes, cgroup.AllowedMemoryNodes)),
    ...(cgroup.CPUSetPartition === undefined || cgroup.CPUSetPartition === 'member'
      ? []
      : [attribute('cpuset.cpus.partition', cgroup.CPUSetPartition)]),
  ];
}

function set(file: string, numbers: readonly number[]): readonly Attribute[] {
  return numbers.length === 0 ? [] : [attribute(file, numbers.join(','))];
}

function attribute(file: string, value: string): Attribute {
  return { controller: 'cpuset', file, value, key: file };
}
