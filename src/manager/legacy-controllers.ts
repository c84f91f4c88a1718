import type { ManagedController } from '../exec/cgroup/need.ts';
import type { Inventory } from '../port/keeper.ts';

/**
 * The controllers that have hierarchies of cgroup v1 and are used there, with their names there. What cgroup v2 does without a controller, or
 * by programs, is left to it: processor time is counted and devices are filtered by v1 only where v1 tells processes apart, too.
 */
export function legacyControllers({ tracking, controllers }: Inventory): ReadonlyMap<ManagedController, string> {
  const found = new Map<ManagedController, string>();
  if (tracking === 'session') return found;
  for (const [name, managed] of names) if (controllers.has(name)) found.set(managed, name);
  if (tracking === 'cgroup1') for (const name of alone) if (controllers.has(name)) found.set(name, name);
  return found;
}

const names: ReadonlyMap<string, ManagedController> = new Map([
  ['cpu', 'cpu'],
  ['blkio', 'io'],
  ['memory', 'memory'],
  ['pids', 'pids'],
]);

const alone = ['cpuacct', 'devices'] as const;
