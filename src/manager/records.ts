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
  world.options.log?.(priority, message, unit?.name);
  world.command({ do: 'journal', record: JSON.stringify(record(world, priority, message, unit, fields)) });
}

function record(
  world: World,
  priority: number,
  message: string,
  unit: Unit | undefined,
  fields: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const common = { MESSAGE: message, PRIORITY: String(priority), SYSLOG_IDENTIFIER: 'tysd' };
  if (unit === undefined) return { ...common, ...fields };
  const unitField = world.options.scope === 'system' ? 'UNIT' : 'USER_UNIT';
  const about = { UNIT: unit.name, ...(unitField === 'UNIT' ? {} : { USER_UNIT: unit.name }) };
  return unit.invocationId === ''
    ? { ...common, ...about, ...fields }
    : { ...common, ...about, INVOCATION_ID: unit.invocationId, ...fields };
}
