import { isNormalizedPath, pathBehind, simplifyPath } from '../base/path.ts';
import { err, ok, type Result } from '../base/result.ts';
import { errnoMessage } from '../exec/errno.ts';
import { type LiveMount, liveMountPlan, type ProcessId } from '../exec/live-mounts.ts';
import type { MountRequest, RequestFailure } from '../graph/request.ts';
import type { Exit } from '../port/keeper.ts';
import { isMember, startOf } from './main-process.ts';
import { planCommands } from './plan-text.ts';
import { loadFailure } from './requests.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** A child that mounts something for a unit, and who is told how it ends. */
export interface LiveMounting {
  readonly request: MountRequest;
  readonly done: (result: Result<undefined, RequestFailure>) => void;
}

/** Mounts something where the main process of a service sees it, which must have a view of mounts of its own (systemctl(1), bind, mount-image). */
export function mountIntoUnit(world: World, unit: Unit, request: MountRequest, done: LiveMounting['done']): void {
  const found = judge(world, unit, request);
  if (!found.ok) return done(found);
  const child = world.nextChild();
  world.liveMounts.set(child, { request, done });
  world.command({ do: 'run', child, group: '', plan: liveMountPlan(found.value) });
}

/** Tells whether the child was mounting something, and tells who asked for it. */
export function liveMountEnded(world: World, child: number, end: Exit | { readonly failure: string }): boolean {
  const mounting = world.liveMounts.get(child);
  if (mounting === undefined) return false;
  world.liveMounts.delete(child);
  mounting.done(outcomeOf(mounting.request, end));
  return true;
}

function outcomeOf({ source, target }: MountRequest, end: Exit | { readonly failure: string }): Result<undefined, RequestFailure> {
  const failed = (reason: string) => refuse(`Failed to mount ${source} on ${target} in unit's namespace: ${reason}`);
  if ('failure' in end) return failed(end.failure);
  if (end.failedOp >= 0) return end.errno === EXDEV ? refuse(notPrivate) : failed(errnoMessage(end.errno));
  return end.how === 'exited' ? ok(undefined) : failed('it took too long');
}

const EXDEV = 18;
const notPrivate = 'Unit not running in private mount namespace, cannot activate bind mount';

function judge(world: World, unit: Unit, request: MountRequest): Result<LiveMount, RequestFailure> {
  const { source, target, image, readOnly, make } = request;
  if (world.options.scope !== 'system') return refuse('Adding bind mounts at runtime is only supported by system manager');
  if (unit.load.state !== 'loaded') return err(loadFailure(unit));
  if (!isPlain(source)) return refuse('Source path must be absolute and normalized.');
  if (!isPlain(target)) return refuse('Destination path must be absolute and normalized.');
  if (unit.config.type !== 'service') return refuse('Unit is not of type .service');
  const hidden = unit.config.exec?.InaccessiblePaths ?? [];
  if (hidden.some(({ path }) => pathBehind(simplifyPath(target), path) !== undefined))
    return refuse(`${target} is not accessible to this unit`);
  if (!hasOwnMounts(world, unit)) return refuse(notPrivate);
  const process = mainProcess(world, unit);
  if (process === undefined) return refuse('Unit is not running');
  return ok({ source, target, image, readOnly, make, process });
}

function isPlain(path: string): boolean {
  return path.startsWith('/') && isNormalizedPath(path);
}

function hasOwnMounts(world: World, unit: Unit): boolean {
  return planCommands(world, unit).some(({ ops }) => ops.some(({ op }) => op === 'mount-namespace'));
}

/** The main process, if it is one of the unit's own: another may have got its number before we hear of its end. */
function mainProcess(world: World, unit: Unit): ProcessId | undefined {
  const { main: pid } = unit.type.pids(unit.state);
  if (pid === undefined || !running.has(unit.look.active)) return undefined;
  const start = startOf(world, pid);
  if (start === undefined || isMember(world, unit, pid) !== true || startOf(world, pid) !== start) return undefined;
  return { pid, start };
}

const running: ReadonlySet<string> = new Set(['active', 'reloading']);

function refuse(message: string): Result<never, RequestFailure> {
  return err({ code: 'invalid', message });
}
