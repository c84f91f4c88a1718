import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Where processes of services are kept apart, and what the keeper must know of it. */
export interface Tracking {
  readonly by: 'cgroup2' | 'cgroup1' | 'session';
  /** Directory of the subtree that is tysd's own; '' for sessions. */
  readonly root: string;
  /** Where the keeper was before, and goes back to when it removes the subtree; '' where the root is not ours to remove. */
  readonly home: string;
}

/**
 * Makes a cgroup subtree of our own and moves this process into its `init.scope`; where no hierarchy lets us, processes
 * are told apart by session. Only PID 1, or `--cgroup`, takes over a cgroup that is there already.
 */
export function enterCgroup(init: boolean, wanted: string | undefined): Tracking {
  for (const hierarchy of hierarchies()) {
    const own = ownCgroup(hierarchy);
    if (own === undefined) continue;
    const takeOver = wanted === undefined ? (init && !hasForeigners(own) ? own : undefined) : absolute(hierarchy, wanted);
    const root = takeOver ?? join(own, `tysd-${process.pid}.scope`);
    if (!enter(root, takeOver === undefined)) continue;
    return { by: hierarchy.by, root, home: takeOver === undefined ? own : '' };
  }
  return { by: 'session', root: '', home: '' };
}

interface Hierarchy {
  readonly by: 'cgroup2' | 'cgroup1';
  readonly mount: string;
  /** Which cgroup the mount shows as its root. */
  readonly mountRoot: string;
}

/** cgroup v2 first, then v1's name=systemd, as /proc/self/mountinfo has them. */
function hierarchies(): readonly Hierarchy[] {
  const found: Hierarchy[] = [];
  for (const line of readOr('/proc/self/mountinfo', '').split('\n')) {
    const [before, after] = line.split(' - ');
    if (before === undefined || after === undefined) continue;
    const fields = before.split(' ');
    const [type, , options] = after.split(' ');
    const place = { mount: fields[4] ?? '', mountRoot: fields[3] ?? '/' };
    if (type === 'cgroup2') found.unshift({ by: 'cgroup2', ...place });
    else if (type === 'cgroup' && (options ?? '').split(',').includes('name=systemd')) found.push({ by: 'cgroup1', ...place });
  }
  return found;
}

function ownCgroup(hierarchy: Hierarchy): string | undefined {
  const prefix = hierarchy.by === 'cgroup2' ? /^0::/ : /^\d+:name=systemd:/;
  const line = readOr('/proc/self/cgroup', '')
    .split('\n')
    .find((candidate) => prefix.test(candidate));
  if (line === undefined) return undefined;
  const path = line.replace(prefix, '');
  const below = relative(hierarchy.mountRoot, path);
  return below.startsWith('..') ? undefined : join(hierarchy.mount, below);
}

/** A process of another pid namespace reads as 0: a PID 1 without a cgroup namespace of its own shares its cgroup with others. */
function hasForeigners(cgroup: string): boolean {
  return readOr(join(cgroup, 'cgroup.procs'), '').split('\n').includes('0');
}

function absolute(hierarchy: Hierarchy, path: string): string {
  return path.startsWith(hierarchy.mount) ? path : join(hierarchy.mount, path);
}

function enter(root: string, own: boolean): boolean {
  const scope = join(root, 'init.scope');
  try {
    mkdirSync(scope, { recursive: true });
    writeFileSync(join(scope, 'cgroup.procs'), `${process.pid}\n`);
    return true;
  } catch {
    // Read-only, not delegated to us, or threaded: the next hierarchy may do.
    for (const made of own ? [scope, root] : [scope]) removeIfEmpty(made);
    return false;
  }
}

function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It was not made, or is in use.
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
