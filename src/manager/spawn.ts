import { compile } from '../exec/plan.ts';
import type { Plan } from '../exec/op.ts';
import { groupPath } from '../graph/slice-of.ts';
import type { Effect } from '../type/type.ts';
import { execContext, idlePipe } from './exec-context.ts';
import { log } from './records.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

type SpawnEffect = Extract<Effect, { readonly effect: 'spawn' }>;

/** Has the keeper make a process of a unit; where no plan can be made of the request, the unit is told that the spawn failed. */
export function spawn(world: World, unit: Unit, { child, request, reportExec }: SpawnEffect): void {
  const compiled = compile(request, execContext(world, unit.config));
  if (!compiled.ok) {
    world.tell(unit, { event: 'spawn-failed', child, reason: compiled.error.message });
    return;
  }
  for (const warning of compiled.value.warnings) log(world, 4, `${unit.name}: ${warning}`, unit);
  runPlan(world, unit, { child, plan: compiled.value.plan, path: request.command.path, reportExec: reportExec ?? false });
}

/** Has the keeper carry out a plan in a child of the unit's group. */
export function runPlan(
  world: World,
  unit: Unit,
  { child, plan, path, reportExec }: { readonly child: number; readonly plan: Plan; readonly path: string; readonly reportExec: boolean },
): void {
  makeGroup(world, unit);
  world.command({ do: 'run', child, group: unit.name, plan, reportExec });
  world.children.set(child, unit);
  unit.children ??= new Map();
  unit.children.set(child, path);
  world.dirtyUnits.add(unit);
}

/** Makes the unit's group known to the keeper; anew for each run, since its processes carry the run's id. */
export function makeGroup(world: World, unit: Unit): void {
  const mark = unit.invocationId === '' ? unit.name : unit.invocationId;
  if (unit.groupMark === mark) return;
  world.command({ do: 'make-group', group: unit.name, path: groupPath(unit.config, world.options.scope), mark: `INVOCATION_ID=${mark}` });
  unit.groupMark = mark;
  world.dirtyUnits.add(unit);
}

/** Lets the waiting processes of Type=idle go, once nothing is queued any more. */
export function releaseIdle(world: World): void {
  if (!world.idlePipeHeld) return;
  world.idlePipeHeld = false;
  world.dirtyManager = true;
  world.command({ do: 'close', name: idlePipe });
  world.command({ do: 'close', name: idlePipeWriter });
}

const idlePipeWriter = `${idlePipe}/writer`;

/**
 * Makes the pipe on which processes of Type=idle wait, in a child of no unit. It is made when the job is queued, so that the
 * keeper holds it by the time the process begins; a process that should be earlier does not wait.
 */
export function holdIdlePipe(world: World): void {
  if (world.idlePipeHeld) return;
  world.idlePipeHeld = true;
  world.dirtyManager = true;
  const plan: Plan = [
    { op: 'pipe', readSlot: 0, writeSlot: 1 },
    { op: 'keep', slot: 0, name: idlePipe },
    { op: 'keep', slot: 1, name: idlePipeWriter },
    { op: 'exit', status: 0 },
  ];
  world.command({ do: 'run', child: world.nextChild(), group: '', plan });
}
