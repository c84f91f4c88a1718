import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { controllerRoot, placesFor, readControllers, readHierarchies, type Place } from './cgroup-place.ts';

/** Where processes of services are kept apart, and what the keeper must know of it. */
export interface Tracking {
  readonly by: 'cgroup2' | 'cgroup1' | 'session';
  /** Directory of the subtree that is tysd's own; '' for sessions. */
  readonly root: string;
  /** Where the keeper goes at the end, so that it can remove its subtree; '' to stay in it. */
  readonly home: string;
  /** Controllers that have hierarchies of their own (cgroup v1), and our subtree in each; one that is given is not ours to remove. */
  readonly controllers: readonly { readonly controller: string; readonly root: string; readonly isGiven: boolean }[];
}

/**
 * Makes a cgroup subtree of our own and moves this process into its `init.scope`; where no hierarchy lets us, processes
 * are told apart by session. Only PID 1, or `--cgroup`, takes over a cgroup that is there already; the error says why what
 * was told cannot be had.
 */
export function enterCgroup(told: string | undefined): Result<Tracking, string> {
  const mountinfo = readOr('/proc/self/mountinfo', '');
  const cgroup = readOr('/proc/self/cgroup', '');
  const hierarchies = readHierarchies(mountinfo, cgroup);
  const places = placesFor(hierarchies, { pid: process.pid, told, isShared: hasForeigners });
  if (!places.ok) return places;
  let problem = 'there is none';
  for (const place of places.value) {
    const existed = existsSync(place.root);
    const entered = enter(place.root);
    if (entered.ok)
      return ok({ by: place.by, root: place.root, home: homeOf(place, existed), controllers: controllersFor(place, mountinfo, cgroup) });
    problem = entered.error;
  }
  return told === undefined ? ok({ by: 'session', root: '', home: '', controllers: [] }) : err(problem);
}

/** The controllers of cgroup v1 in whose hierarchies we may make cgroups. */
function controllersFor(place: Place, mountinfo: string, cgroup: string): Tracking['controllers'] {
  return readControllers(mountinfo, cgroup).flatMap((hierarchy): Tracking['controllers'] => {
    const root = controllerRoot(hierarchy, place, isOfContainer);
    if (root === hierarchy.own) return isWritable(root) ? [{ controller: hierarchy.controller, root, isGiven: true }] : [];
    try {
      mkdirSync(root);
      // The keeper makes it when it is needed.
      rmdirSync(root);
      return [{ controller: hierarchy.controller, root, isGiven: false }];
    } catch (error) {
      const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      return isThere ? [{ controller: hierarchy.controller, root, isGiven: true }] : [];
    }
  });
}

/** Neither the root of the hierarchy, which alone has a `release_agent`, nor shared with processes outside. */
function isOfContainer(own: string): boolean {
  return !existsSync(join(own, 'release_agent')) && !hasForeigners(own);
}

function isWritable(directory: string): boolean {
  const probe = join(directory, 'init.scope');
  try {
    mkdirSync(probe);
    rmdirSync(probe);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EEXIST';
  }
}

/** What was there before tysd stays, and what it made goes, which takes a keeper that is elsewhere. PID 1 ends with its whole container. */
function homeOf({ isTakenOver, root, own }: Place, existed: boolean): string {
  if (process.pid === 1) return isTakenOver ? '' : (own ?? '');
  return isTakenOver && existed ? root : (own ?? '');
}

/** A process of another pid namespace reads as 0: a PID 1 without a cgroup namespace of its own shares its cgroup with others. */
function hasForeigners(cgroup: string): boolean {
  return readOr(join(cgroup, 'cgroup.procs'), '').split('\n').includes('0');
}

function enter(root: string): Result<undefined, string> {
  const scope = join(root, 'init.scope');
  let made: string | undefined;
  try {
    made = mkdirSync(scope, { recursive: true });
    writeFileSync(join(scope, 'cgroup.procs'), `${process.pid}\n`);
    return ok(undefined);
  } catch (error) {
    // Read-only, not delegated to us, or threaded: the next hierarchy may do.
    if (made !== undefined) removeDownTo(made, scope);
    return err(error instanceof Error ? error.message : String(error));
  }
}

/** Removes the cgroups from the topmost, `first`, to `last`, the deepest one first. */
function removeDownTo(first: string, last: string): void {
  for (let path = last; path.startsWith(first); path = join(path, '..')) {
    try {
      rmdirSync(path);
    } catch {
      // Somebody has come into it meanwhile.
      return;
    }
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
