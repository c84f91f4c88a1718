import { SmallMap } from '../base/small-map.ts';
import { compile } from '../exec/plan.ts';
import type { Op, Plan } from '../exec/op.ts';
import { describeOp } from '../exec/exit-status.ts';
import type { ExecRequest } from '../exec/request.ts';
import type { Effect } from '../type/type.ts';
import { assignmentsOf } from './assignments.ts';
import { execContext } from './exec-context.ts';
import { monitorEnvironment } from './monitor.ts';
import { processesOf } from './main-process.ts';
import { pathOfGroup } from './group-place.ts';
import { filterGroup } from './live-filters.ts';
import { tellLogState } from './log-state.ts';
import { causedBy } from './plan-text.ts';
import { log } from './records.ts';
import { trying } from './refusals.ts';
import { spaceOf } from './space.ts';
import { triggerEnvironment } from './trigger-environment.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

type SpawnEffect = Extract<Effect, { readonly effect: 'spawn' }>;

/** Has the keeper make a process of a unit; where no plan can be made of the request, the unit is told that the spawn failed. */
export function spawn(world: World, unit: Unit, { child, request: asked, reportExec }: SpawnEffect): void {
  const environment = [...monitorEnvironment(world, unit, asked.list), ...triggerEnvironment(unit.details)];
  const told = environment.length === 0 ? asked : { ...asked, environment: [...asked.environment, ...environment] };
  const request = unit.streams.length === 0 ? told : { ...told, streams: unit.streams };
  const compiled = compile(request, execContext(world, unit.config, spaceOf(world, unit)));
  if (!compiled.ok) {
    world.tell(unit, { event: 'spawn-failed', child, reason: compiled.error.message });
    return;
  }
  const place = placeOfFailure(world, unit, request, compiled.value.plan);
  for (const warning of compiled.value.warnings) log(world, 4, `${unit.name}: ${warning}${place}`, unit);
  tellLogState(world, unit);
  // The process that it follows is dead before its own record is written.
  const plan = unit.deadRecord.length === 0 ? compiled.value.plan : [...unit.deadRecord, ...compiled.value.plan];
  unit.deadRecord = [];
  runPlan(world, unit, { child, plan, path: request.command.path, reportExec: reportExec ?? false });
}

/** Of a plan that cannot come to its program the line that is to blame, as ` (PATH:LINE)`. */
function placeOfFailure({ options: { files } }: World, unit: Unit, request: ExecRequest, plan: Plan): string {
  const last = plan.at(-1);
  const at = last?.op === 'fail' ? causedBy(last, request, assignmentsOf(files, unit.config))?.at : undefined;
  return at === undefined ? '' : ` (${at})`;
}

interface ChildPlan {
  readonly child: number;
  readonly plan: Plan;
  readonly path: string;
  readonly reportExec: boolean;
  /** In no group, as it is no process of the unit. */
  readonly outside?: boolean;
  /** The keeper may do without a child. */
  readonly inKeeper?: boolean;
}

/** Has the keeper carry out a plan in a child of the unit's group. */
export function runPlan(world: World, unit: Unit, { child, plan, path, reportExec, outside = false, inKeeper = false }: ChildPlan): void {
  if (!outside) makeGroup(world, unit);
  world.command({ do: 'run', child, group: outside ? '' : unit.group, plan, reportExec, inKeeper });
  world.children.set(child, unit);
  unit.children ??= new SmallMap();
  unit.children.set(child, path);
  trying(world, unit, child, plan);
  if (plan.some(isOfView))
    world.opsToTell.set(
      child,
      plan.map((op) => describeOp(op)),
    );
  world.dirtyUnits.add(unit);
}

function isOfView({ op }: Op): boolean {
  return op === 'mount-namespace' || op === 'namespace';
}

/** The mark of a group whose processes carry an id that is not known any more. */
export const unknownMark = '?';

/** Makes the unit's group known to the keeper; anew for each run, since its processes carry the run's id. */
export function makeGroup(world: World, unit: Unit): void {
  const mark = unit.invocationId === '' ? unit.name : unit.invocationId;
  if (unit.groupMark === mark) return;
  if (unit.groupMark !== '') tellLeftovers(world, unit);
  const path = pathOfGroup(unit, world.options.scope);
  world.command({ do: 'make-group', group: unit.group, path, mark: `INVOCATION_ID=${mark}` });
  unit.groupMark = mark;
  world.dirtyUnits.add(unit);
  world.resources.realize(unit);
  if (filteredAtOnce.has(unit.config.type)) filterGroup(world, unit);
}

/** Units whose cgroups are not filtered by the plan of their first process. */
const filteredAtOnce: ReadonlySet<string> = new Set(['scope', 'slice', 'socket']);

/** Processes of an earlier run that nobody ended are of no run any more; they may be in the way of the new one. */
function tellLeftovers(world: World, unit: Unit): void {
  for (const pid of processesOf(world, unit)) {
    const name = new TextDecoder().decode(world.options.files.read(`/proc/${pid}/comm`, 64)).trim();
    log(world, 4, `${unit.name}: Found left-over process ${pid} (${name}) in control group while starting unit. Ignoring.`, unit);
    log(world, 4, 'This usually indicates unclean termination of a previous run, or service implementation deficiencies.', unit);
  }
}
