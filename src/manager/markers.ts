import { err, ok, type Result } from '../base/result.ts';
import { type ActiveState, isInactiveOrFailed } from '../graph/active-state.ts';
import type { RequestFailure } from '../graph/request.ts';
import { assignMarkers } from '../unit/markers.ts';
import type { Property } from '../unit/property.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Marks a unit as `Markers=` among these properties says; they last until it is started, stopped or reloaded, or is not loaded any more. */
export function setMarkers(world: World, unit: Unit, properties: readonly Property[]): Result<undefined, RequestFailure> {
  let markers = unit.markers;
  for (const { name, value } of properties) {
    if (name !== 'Markers') continue;
    const assigned = assignMarkers(markers, value);
    if (!assigned.ok) return err({ code: 'invalid', message: assigned.error });
    markers = assigned.value;
  }
  put(world, unit, markers);
  return ok(undefined);
}

/** Who comes up or goes down needs no restart any more, and who has reloaded no reload. */
export function dropMarkers(world: World, unit: Unit, before: ActiveState, options: { readonly reloadFailed: boolean }): void {
  const after = unit.look.active;
  if (unit.markers.length === 0 || before === after) return;
  if (isInactiveOrFailed(before) || isInactiveOrFailed(after)) put(world, unit, []);
  else if (before === 'reloading' && !options.reloadFailed) {
    put(
      world,
      unit,
      unit.markers.filter((marker) => marker !== 'needs-reload'),
    );
  }
}

function put(world: World, unit: Unit, markers: Unit['markers']): void {
  if (markers.join(' ') === unit.markers.join(' ')) return;
  unit.markers = markers;
  world.dirtyUnits.add(unit);
}
