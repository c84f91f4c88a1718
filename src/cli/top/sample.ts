import { readdirSync, readFileSync } from 'node:fs';

/** What one cgroup v2 has used, as far as its controllers count it. */
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

/** Reads the cgroup at a directory and those below it, down to this depth. Cgroups that go meanwhile are left out. */
export function takeSample(root: string, depth: number, atUsec: number): Sample {
  const groups = new Map<string, Counted>();
  walk(root, '', depth, groups);
  return { atUsec, groups };
}

function walk(directory: string, path: string, depth: number, groups: Map<string, Counted>): void {
  groups.set(path === '' ? '/' : path, countedIn(directory));
  if (depth === 0) return;
  for (const name of directoriesIn(directory)) walk(`${directory}/${name}`, `${path}/${name}`, depth - 1, groups);
}

function countedIn(directory: string): Counted {
  const cpu = /^usage_usec (\d+)$/m.exec(read(`${directory}/cpu.stat`))?.[1];
  const io = read(`${directory}/io.stat`);
  const [tasks, memory] = [numberIn(`${directory}/pids.current`), numberIn(`${directory}/memory.current`)];
  return {
    ...(tasks === undefined ? {} : { tasks }),
    ...(cpu === undefined ? {} : { cpuUsec: Number(cpu) }),
    ...(memory === undefined ? {} : { memory }),
    ...(io === '' ? {} : { readBytes: sumOf(io, 'rbytes'), writtenBytes: sumOf(io, 'wbytes') }),
  };
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
