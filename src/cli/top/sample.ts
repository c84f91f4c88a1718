import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What one cgroup has used, as far as its controllers count it. */
export interface Counted {
  readonly tasks?: number;
  /** Processor time, microseconds. */
  readonly cpuUsec?: number;
  readonly memory?: number;
  readonly readBytes?: number;
  readonly writtenBytes?: number;
}

/** All cgroups at one moment, by their path below the root. */
export interface Sample {
  readonly atUsec: number;
  readonly groups: ReadonlyMap<string, Counted>;
}

/** Where the root is in the hierarchy of each controller that has one of its own (cgroup v1). */
export type LegacyRoots = Readonly<Record<string, string>>;

/** What stands in the column of tasks: what the controller counts, or processes that are looked up, with or without threads of the kernel. */
export type Count = 'tasks' | 'processes' | 'all-processes';

/** How the cgroups are looked at. */
export interface Look {
  readonly depth: number;
  readonly count: Count;
  /** Processes of the cgroups below count, too. */
  readonly recursive: boolean;
}

/** Reads the cgroup at a directory and those below it, down to a depth. Cgroups that go meanwhile are left out. */
export function takeSample(root: string, look: Look, atUsec: number, legacy: LegacyRoots = {}): Sample {
  const groups = new Map<string, Counted>();
  if (!existsSync(root)) return { atUsec, groups };
  const all = { root, legacy, groups, look };
  walk(all, '', look.depth);
  if (look.count !== 'tasks') countProcesses(all, '', look.depth);
  return { atUsec, groups };
}

/** Whether a controller counts the tasks of the cgroups at a directory and below. */
export function tasksAreCounted(root: string, legacy: LegacyRoots): boolean {
  return legacy['pids'] !== undefined || read(`${root}/cgroup.controllers`).trim().split(' ').includes('pids');
}

interface Walk {
  readonly root: string;
  readonly legacy: LegacyRoots;
  readonly groups: Map<string, Counted>;
  readonly look: Look;
}

/** Puts the number of processes in place of that of tasks, and gives it; where there are none, nothing is known of them. */
function countProcesses(all: Walk, path: string, depth: number): number {
  const { root, groups, look } = all;
  const pids = read(`${root}${path}/cgroup.procs`)
    .split('\n')
    .filter((pid) => pid !== '' && pid !== '0');
  const own = look.count === 'processes' ? pids.filter((pid) => !isOfKernel(pid)).length : pids.length;
  // What lies deeper than is shown counts for what is above it.
  const isAsked = look.recursive || depth > 0;
  const below = isAsked ? directoriesIn(`${root}${path}`).map((name) => countProcesses(all, `${path}/${name}`, depth - 1)) : [];
  const tasks = look.recursive ? below.reduce((sum, number) => sum + number, own) : own;
  if (depth >= 0) {
    const { tasks: _, ...others } = groups.get(path === '' ? '/' : path) ?? {};
    groups.set(path === '' ? '/' : path, tasks === 0 ? others : { ...others, tasks });
  }
  return tasks;
}

/** PF_KTHREAD among the flags of proc(5). */
function isOfKernel(pid: string): boolean {
  const stat = read(`/proc/${pid}/stat`);
  const flags = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[6];
  return (Number(flags ?? 0) & 0x20_00_00) !== 0;
}

function walk(all: Walk, path: string, depth: number): void {
  all.groups.set(path === '' ? '/' : path, countedIn(all, path));
  if (depth === 0) return;
  for (const name of directoriesIn(`${all.root}${path}`)) walk(all, `${path}/${name}`, depth - 1);
}

function countedIn({ root, legacy }: Walk, path: string): Counted {
  const of = (controller: string): string => `${legacy[controller] ?? root}${path}`;
  const io = read(`${of('io')}/io.stat`);
  const tasks = numberIn(`${of('pids')}/pids.current`);
  const memory = numberIn(`${of('memory')}/${legacy['memory'] === undefined ? 'memory.current' : 'memory.usage_in_bytes'}`);
  const cpuUsec = processorTime(`${root}${path}`, `${of('cpuacct')}/cpuacct.usage`);
  return {
    ...(tasks === undefined ? {} : { tasks }),
    ...(cpuUsec === undefined ? {} : { cpuUsec }),
    ...(memory === undefined ? {} : { memory }),
    ...(io === '' ? {} : { readBytes: sumOf(io, 'rbytes'), writtenBytes: sumOf(io, 'wbytes') }),
  };
}

/** cgroup v2 counts it without a controller, v1 in nanoseconds. */
function processorTime(directory: string, legacyFile: string): number | undefined {
  const usec = /^usage_usec (\d+)$/m.exec(read(`${directory}/cpu.stat`))?.[1];
  if (usec !== undefined) return Number(usec);
  const nsec = numberIn(legacyFile);
  return nsec === undefined ? undefined : Math.floor(nsec / 1000);
}

function sumOf(text: string, key: string): number {
  return [...text.matchAll(new RegExp(`\\b${key}=(\\d+)`, 'g'))].reduce((sum, match) => sum + Number(match[1]), 0);
}

function numberIn(path: string): number | undefined {
  const text = read(path).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function directoriesIn(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}
