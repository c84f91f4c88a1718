import { err, ok, type Result } from '../base/result.ts';
import type { RequestFailure, TransientRequest, TransientUnit } from '../graph/request.ts';
import type { UnitTypeName } from '../unit/config.ts';
import { isUnit, isUnitName, parseUnitName } from '../unit/name.ts';
import { type Line, linesOf, textOfLines } from '../unit/property.ts';
import { collect } from './collect.ts';
import { badName, loadFailure } from './requests.ts';
import { adoptStreams } from './streams.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/**
 * Makes units of properties (org.freedesktop.systemd1(5), StartTransientUnit): each is written to a file, so that it is there
 * again after a reload or a new manager, and then loaded like any other. Either all are made or none.
 */
export function makeTransient(world: World, request: TransientRequest): Result<Unit, RequestFailure> {
  const wanted = [request, ...request.auxiliary];
  const drafts: Draft[] = [];
  for (const each of wanted) {
    const draft = draftOf(world, each);
    if (!draft.ok) return draft;
    drafts.push(draft.value);
  }
  const made: Unit[] = [];
  for (const draft of drafts) {
    const unit = make(world, draft);
    if (!unit.ok) return discard(world, made, unit);
    made.push(unit.value);
  }
  const [main] = made;
  if (main === undefined) return err(badName(request.unit));
  const problem = equip(world, main, request);
  return problem === undefined ? ok(main) : discard(world, made, err(problem));
}

/** Loads what lies in the directory of transient units; what of it nobody needs goes in the turn that follows, with its file. */
export function loadLeftovers(world: World): void {
  const { files, ownDirectories } = world.options;
  for (const name of files.list(ownDirectories.transient)) {
    if (isUnitName(name)) world.toCollect.add(world.unit(name));
    // Half a file, of a manager that was killed while it wrote.
    else if (name.endsWith('.tmp')) files.unlink(`${ownDirectories.transient}/${name}`);
  }
}

/** Forgets a unit that was made and could not be started. */
export function discardTransient(world: World, unit: Unit): void {
  if (unit.job === undefined && unit.look.active === 'inactive') world.unload(unit);
}

interface Draft {
  readonly name: string;
  readonly type: UnitTypeName;
  readonly lines: readonly Line[];
}

/** systemd(1) makes no others at run time. */
const transientTypes: ReadonlySet<UnitTypeName> = new Set(['service', 'scope', 'timer', 'socket', 'path', 'slice', 'mount', 'automount']);

function draftOf(world: World, { unit: name, properties }: TransientUnit): Result<Draft, RequestFailure> {
  const parsed = parseUnitName(name);
  if (!parsed.ok || !isUnit(parsed.value)) return err(badName(name));
  const { type } = parsed.value;
  if (!transientTypes.has(type)) return err({ code: 'invalid', message: `Unit type ${type} does not support transient units.` });
  if (!isFree(world, name)) return err({ code: 'exists', message: `Unit ${name} was already loaded or has a fragment file.` });
  const lines = linesOf({ name, type }, properties, world.options.facts);
  if (!lines.ok) return err({ code: lines.error.inManager ? 'invalid' : 'bad-property', message: lines.error.message });
  return ok({ name, type, lines: lines.value });
}

/** Nothing is known of such a unit but perhaps its name. */
function isFree(world: World, name: string): boolean {
  dropLeftover(world, name);
  const unit = world.unit(name);
  world.toCollect.add(unit);
  const { load, config, look, job } = unit;
  const isBlank = load.state === 'not-found' || (load.state === 'loaded' && !unit.perpetual);
  return isBlank && config.fragment === undefined && config.dropIns.length === 0 && look.active === 'inactive' && job === undefined;
}

/** A manager that was killed before it had told of a unit may leave its file: who asks again must not wait until it has gone. */
function dropLeftover(world: World, name: string): void {
  const present = world.peek(name);
  if (present?.config.transient === true && world.toCollect.has(present)) collect(world);
}

const heading = ['# This is a transient unit file: a program made the unit while tysd ran. Do not edit, the file goes with the unit.'];

function make(world: World, { name, lines }: Draft): Result<Unit, RequestFailure> {
  const { files, ownDirectories } = world.options;
  const path = `${ownDirectories.transient}/${name}`;
  try {
    files.write(path, textOfLines(heading, lines));
  } catch (error) {
    return err({ code: 'refused', message: `Cannot write ${path}: ${error instanceof Error ? error.message : String(error)}` });
  }
  world.noteFile(ownDirectories.transient, name);
  // A slice is loaded without any file.
  const present = world.peek(name);
  if (present !== undefined) world.unload(present);
  const unit = world.unit(name);
  if (unit.load.state === 'loaded' && unit.config.transient === true) {
    world.noteRead(unit, path);
    return ok(unit);
  }
  const failure = unit.load.state === 'loaded' ? badName(name) : loadFailure(unit);
  world.unload(unit);
  files.unlink(path);
  world.noteFile(ownDirectories.transient, name);
  return err(failure);
}

/** Gives the unit the processes and descriptors that came with the request. */
function equip(world: World, unit: Unit, { pids, descriptors }: TransientRequest): RequestFailure | undefined {
  const begun = unit.type.withProcesses?.(pids);
  if (begun === undefined && pids.length > 0) return { code: 'invalid', message: 'Cannot set property PIDs, or unknown property.' };
  if (begun !== undefined) {
    if (pids.length === 0) return { code: 'invalid', message: 'Scope has no PIDs. Refusing.' };
    unit.state = begun;
    world.dirtyUnits.add(unit);
  }
  if (descriptors === undefined) return undefined;
  if (unit.config.type !== 'service') return { code: 'invalid', message: 'Cannot set property StandardInput, or unknown property.' };
  return adoptStreams(world, unit, descriptors) ? undefined : { code: 'invalid', message: 'The descriptors have not come.' };
}

function discard(world: World, made: readonly Unit[], failure: Result<never, RequestFailure>): Result<never, RequestFailure> {
  for (const unit of made) world.unload(unit);
  return failure;
}
