import { logLevelNumber } from '../unit/values/syslog.ts';
import { isLogged } from './log-level.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Writes a record of the manager to the journal, about a unit if there is one; priorities are those of syslog(3). */
export function log(
  world: World,
  priority: number,
  message: string,
  unit: Unit | undefined,
  fields?: Readonly<Record<string, string>>,
): void {
  if (isBeyond(unit, priority)) return;
  world.options.log?.(priority, message, unit?.name);
  if (!isLogged(world, priority)) return;
  world.command({ do: 'journal', record: JSON.stringify(record(world, priority, message, unit, fields)) });
}

/** LogLevelMax= is about what the manager says of the unit, too. */
function isBeyond(unit: Unit | undefined, priority: number): boolean {
  const highest = unit?.config.exec?.LogLevelMax;
  return highest !== undefined && priority > logLevelNumber(highest);
}

function record(
  world: World,
  priority: number,
  message: string,
  unit: Unit | undefined,
  fields: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const told: Record<string, string> = { MESSAGE: message, PRIORITY: String(priority) };
  if (unit !== undefined) {
    told['UNIT'] = unit.name;
    if (world.options.scope === 'user') told['USER_UNIT'] = unit.name;
    if (unit.invocationId !== '') told['INVOCATION_ID'] = unit.invocationId;
  }
  return fields === undefined ? told : Object.assign(told, fields);
}
