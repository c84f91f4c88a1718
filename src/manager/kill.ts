import { err, ok, type Result } from '../base/result.ts';
import type { RequestFailure } from '../graph/request.ts';
import type { UnitTypeName } from '../unit/config.ts';
import { slicesOfGroup } from './group-place.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Signals processes of a unit; those of a slice are all that run below it (systemctl(1), kill). */
export function killUnit(world: World, unit: Unit, whom: 'all' | 'main' | 'control', signal: number): Result<undefined, RequestFailure> {
  const { type } = unit.config;
  if (bare.has(type)) return err({ code: 'invalid', message: 'Operation not supported' });
  if (whom !== 'all' && !processesOfType[type].includes(whom)) {
    return err({ code: 'invalid', message: `${type} units have no ${whom} processes` });
  }
  const pid = whom === 'all' ? undefined : unit.type.pids(unit.state)[whom];
  if (whom !== 'all' && pid === undefined) return err({ code: 'invalid', message: `No ${whom} process to kill` });
  if (pid !== undefined) world.command({ do: 'signal-pid', group: unit.group, pid, signal });
  else for (const each of groupsOf(world, unit)) world.command({ do: 'signal-group', group: each.group, signal, except: [] });
  return ok(undefined);
}

/** Which processes units of each type tell apart. */
const processesOfType: Readonly<Record<UnitTypeName, readonly ('main' | 'control')[]>> = {
  service: ['main', 'control'],
  socket: ['control'],
  mount: ['control'],
  swap: ['control'],
  target: [],
  device: [],
  automount: [],
  timer: [],
  path: [],
  slice: [],
  scope: [],
};

/** Types whose units never have processes. */
const bare: ReadonlySet<UnitTypeName> = new Set(['target', 'device', 'automount', 'timer', 'path']);

/** The units whose groups lie in that of the unit, be it itself. */
function groupsOf(world: World, unit: Unit): readonly Unit[] {
  if (unit.config.type !== 'slice') return unit.groupMark === '' ? [] : [unit];
  return [...world.busy()].filter((each) => each.groupMark !== '' && isWithin(world, each, unit.name));
}

function isWithin(world: World, unit: Unit, slice: string): boolean {
  return slicesOfGroup(unit, world.options.scope).includes(slice);
}
