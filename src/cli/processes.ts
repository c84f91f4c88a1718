import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { visibleText } from '../base/visible-text.ts';

/** A process, as a tree of a unit's processes shows it. */
export interface Process {
  readonly pid: number;
  readonly command: string;
}

/** The processes right in a cgroup, and the cgroups below it. */
export interface ProcessTree {
  readonly processes: readonly Process[];
  readonly groups: readonly { readonly name: string; readonly tree: ProcessTree }[];
}

/** What runs in a cgroup and below; undefined where the directory is none. */
export function readCgroup(path: string): ProcessTree | undefined {
  const pids = read(join(path, 'cgroup.procs'));
  if (pids === undefined) return undefined;
  const groups = directories(path).flatMap((name) => {
    const tree = readCgroup(join(path, name));
    return tree === undefined || isEmpty(tree) ? [] : [{ name, tree }];
  });
  return { processes: processesOf(pids.split('\n').map(Number)), groups };
}

/** These processes and their descendants, for machines without cgroups. */
export function readDescendants(roots: readonly number[]): ProcessTree {
  const children = new Map<number, number[]>();
  for (const name of list('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = parentOf(pid);
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pid]);
    else siblings.push(pid);
  }
  const found = new Set<number>();
  const collect = (pid: number): void => {
    if (found.has(pid)) return;
    found.add(pid);
    for (const child of children.get(pid) ?? []) collect(child);
  };
  for (const pid of roots) collect(pid);
  return { processes: processesOf([...found]), groups: [] };
}

/** The name of a process, as /proc has it; undefined for one that is gone. */
export function commandName(pid: number): string | undefined {
  return read(`/proc/${pid}/comm`)?.trimEnd();
}

/** The last part of a process's cgroup that is the name of a unit. */
export function unitOfProcess(pid: number): string | undefined {
  for (const line of (read(`/proc/${pid}/cgroup`) ?? '').split('\n')) {
    const parts = line.slice(line.lastIndexOf(':') + 1).split('/');
    const unit = parts.findLast((part) => /\.(service|scope|socket|mount|swap|slice)$/.test(part));
    if (unit !== undefined) return unit;
  }
  return undefined;
}

/** Whether nothing runs in a cgroup or below. */
export function isEmpty({ processes, groups }: ProcessTree): boolean {
  return processes.length === 0 && groups.length === 0;
}

/** How many processes are in a cgroup and below. */
export function countProcesses({ processes, groups }: ProcessTree): number {
  return groups.reduce((count, { tree }) => count + countProcesses(tree), processes.length);
}

function processesOf(pids: readonly number[]): readonly Process[] {
  const alive = pids.filter((pid) => pid > 0).toSorted((left, right) => left - right);
  return alive.map((pid) => ({ pid, command: commandLine(pid) }));
}

/** The arguments, quoted where that tells them apart, and safe to show; the name in brackets for a process that has none. */
function commandLine(pid: number): string {
  const raw = read(`/proc/${pid}/cmdline`) ?? '';
  if (raw === '') return `[${visibleText(commandName(pid) ?? 'gone')}]`;
  return raw.replace(/\0+$/, '').split('\0').map(quote).join(' ');
}

function quote(argument: string): string {
  if (argument !== '' && !/[\s"'\\`$*?#<>|&;()![\]{}~]/.test(argument)) return visibleText(argument);
  return `"${visibleText(argument.replace(/["\\`$]/g, '\\$&'))}"`;
}

function parentOf(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything, so the fields are counted from its end.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[1] === undefined ? undefined : Number(fields[1]);
}

function directories(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
      .toSorted();
  } catch {
    return [];
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
