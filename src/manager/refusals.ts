import { errnoMessage } from '../exec/errno.ts';
import { partlyDone, type Plan } from '../exec/op.ts';
import { log } from './records.ts';
import type { Refusal, Unit } from './unit.ts';
import type { World } from './world.ts';

/** A plan is tried: what was refused before may not be now, and which of its ops may fail is remembered. */
export function trying(world: World, unit: Unit, child: number, plan: Plan): void {
  const ops = new Map<number, string>();
  let index = 0;
  for (const { op, tolerate, setting } of plan) {
    if (setting !== undefined && (tolerate === true || partlyDone.has(op))) ops.set(index, setting);
    index += 1;
  }
  for (const setting of ops.values()) allowed(world, unit, setting);
  if (ops.size === 0) return;
  unit.tolerates ??= new Map();
  unit.tolerates.set(child, ops);
}

/** An op failed that may fail, so the setting that it is there for is not applied. */
export function tolerated(world: World, child: number, op: number, errno: number): void {
  const unit = world.children.get(child);
  const setting = unit?.tolerates?.get(child)?.get(op);
  if (unit === undefined || setting === undefined || unit.refusals?.has(setting) === true) return;
  const why = `the kernel refused it: ${errnoMessage(errno)}`;
  refused(world, unit, setting, { settings: together.find((each) => each.includes(setting)) ?? [setting], why });
  log(world, 4, `${unit.name}: ${setting}= is not applied: ${why}`, unit);
}

/** Settings that one op carries out. */
const together: readonly (readonly string[])[] = [['ProtectProc', 'ProcSubset']];

/** Notes what is not applied; `key` is what can be tried again. */
export function refused(world: World, unit: Unit, key: string, refusal: Refusal): void {
  unit.refusals = new Map([...(unit.refusals ?? []), [key, refusal]]);
  world.dirtyUnits.add(unit);
  world.announce({ change: 'unit', unit });
}

/** It is tried again, or is not asked for any more. */
export function allowed(world: World, unit: Unit, key: string): void {
  if (unit.refusals?.has(key) !== true) return;
  unit.refusals = new Map([...unit.refusals].filter(([each]) => each !== key));
  world.dirtyUnits.add(unit);
}

/** Why settings of a unit were refused, by their names. */
export function refusalsOf(unit: Unit): ReadonlyMap<string, string> {
  return new Map([...(unit.refusals?.values() ?? [])].flatMap(({ settings, why }) => settings.map((setting) => [setting, why] as const)));
}
