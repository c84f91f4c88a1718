import { basename, join, normalize, relative } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';

/** A hierarchy in which processes of services can be told apart, where it is mounted, and where in it we are. */
export interface Hierarchy {
  readonly by: 'cgroup2' | 'cgroup1';
  readonly mount: string;
  /** Directory of our own cgroup; undefined where the mount does not show it. */
  readonly own: string | undefined;
}

/** A cgroup that may become the root of tysd's subtree. */
export interface Place {
  readonly by: 'cgroup2' | 'cgroup1';
  readonly root: string;
  /** The cgroup is there already, or somebody told us to make it. */
  readonly isTakenOver: boolean;
  readonly own: string | undefined;
}

/** cgroup v2 first, then v1's name=systemd, from the texts of /proc/self/mountinfo and /proc/self/cgroup (proc(5), cgroups(7)). */
export function readHierarchies(mountinfo: string, cgroup: string): readonly Hierarchy[] {
  const found: Hierarchy[] = [];
  for (const line of mountinfo.split('\n')) {
    const [before = '', after] = line.split(' - ');
    if (after === undefined) continue;
    const [, , , mountRoot = '/', mount = ''] = before.split(' ').map(unescape);
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2') found.unshift({ by: 'cgroup2', mount, own: ownCgroup(cgroup, /^0::/, mount, mountRoot) });
    else if (type === 'cgroup' && options.split(',').includes('name=systemd'))
      found.push({ by: 'cgroup1', mount, own: ownCgroup(cgroup, /^\d+:name=systemd:/, mount, mountRoot) });
  }
  return found;
}

/** A controller that has a hierarchy of its own (cgroup v1), and where in it we are. */
export interface ControllerHierarchy {
  readonly controller: string;
  readonly own: string;
}

/** The controllers of cgroup v1 that settings of units can be carried out by, as far as their mounts show our own cgroup. */
export function readControllers(mountinfo: string, cgroup: string): readonly ControllerHierarchy[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , mountRoot = '/', mount = ''] = before.split(' ').map(unescape);
    const [type, , options = ''] = after.split(' ');
    if (type !== 'cgroup') return [];
    const mounted = options.split(',').filter((option) => usable.has(option));
    return mounted.flatMap((controller) => {
      const own = ownCgroup(cgroup, new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:`), mount, mountRoot);
      return own === undefined ? [] : [{ controller, own }];
    });
  });
}

const usable: ReadonlySet<string> = new Set(['cpu', 'cpuacct', 'memory', 'pids', 'blkio', 'devices']);

/** Where our subtree is in the hierarchy of a controller: below our own cgroup there, or, of a container's init, that itself. */
export function controllerRoot({ own }: ControllerHierarchy, place: Place, ownsAll: (cgroup: string) => boolean): string {
  if (place.isTakenOver && place.root === place.own && ownsAll(own)) return own;
  return join(own, basename(place.root) || 'tysd');
}

/**
 * The places for tysd's subtree, best first. One that is told is the only one: as a directory it names its hierarchy, else it is
 * a path in any. PID 1 takes over the cgroup that it is in, unless `isShared` says that others are there too.
 */
export function placesFor(
  hierarchies: readonly Hierarchy[],
  request: { readonly pid: number; readonly told: string | undefined; readonly isShared: (cgroup: string) => boolean },
): Result<readonly Place[], string> {
  const { pid, told, isShared } = request;
  if (told !== undefined) return toldPlaces(hierarchies, told);
  return ok(
    hierarchies.flatMap(({ by, own }) => {
      if (own === undefined) return [];
      const isTakenOver = pid === 1 && !isShared(own);
      return [{ by, own, isTakenOver, root: isTakenOver ? own : join(own, `tysd-${pid}.scope`) }];
    }),
  );
}

function toldPlaces(hierarchies: readonly Hierarchy[], told: string): Result<readonly Place[], string> {
  const path = normalize(told).replace(/(?<=.)\/$/, '');
  if (!path.startsWith('/')) return err('it is no absolute path');
  const place = ({ by, own }: Hierarchy, root: string): Place => ({ by, own, isTakenOver: true, root });
  const around = hierarchies.filter(({ mount }) => isBelow(path, mount)).toSorted((left, right) => right.mount.length - left.mount.length);
  if (around[0] !== undefined) return ok([place(around[0], path)]);
  if (isBelow(path, '/sys/fs/cgroup')) return err('it is neither in a cgroup2 hierarchy nor in name=systemd');
  if (hierarchies.length === 0) return err('neither cgroup2 nor name=systemd is mounted here');
  return ok(hierarchies.map((hierarchy) => place(hierarchy, join(hierarchy.mount, path))));
}

function ownCgroup(cgroup: string, prefix: RegExp, mount: string, mountRoot: string): string | undefined {
  const line = cgroup.split('\n').find((candidate) => prefix.test(candidate));
  if (line === undefined) return undefined;
  const below = relative(mountRoot, line.replace(prefix, ''));
  return below.startsWith('..') ? undefined : join(mount, below);
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

/** mountinfo writes white space and the backslash in octal. */
function unescape(field: string): string {
  return field.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
