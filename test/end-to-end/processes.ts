import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** The processes whose parent is this one, as far as they can be seen. */
export function childrenOf(parent: number): readonly number[] {
  return allPids().filter((pid) => statOf(pid)?.parent === parent);
}

/** The processes below this one, at any depth. */
export function descendantsOf(ancestor: number): readonly number[] {
  const parents = new Map(allPids().map((pid) => [pid, statOf(pid)?.parent ?? 0]));
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid) ?? 0;
    return parent === ancestor || (parent > 1 && isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}

/** The processes that were started with this assignment in their environment. */
export function processesWith(assignment: string): readonly number[] {
  return allPids().filter((pid) => readOr(`/proc/${pid}/environ`).split('\0').includes(assignment));
}

/** Whether the process is there and not a zombie. */
export function isAlive(pid: number): boolean {
  const state = statOf(pid)?.state;
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** CPU time that a process has used so far, in clock ticks. */
export function cpuTicksOf(pid: number): number {
  return statOf(pid)?.ticks ?? 0;
}

/** What a process was started as. */
export function commandLineOf(pid: number): string {
  return readOr(`/proc/${pid}/cmdline`).split('\0').join(' ').trim();
}

/** A line of /proc/PID/status, as Uid or SigIgn. */
export function statusOf(pid: number, field: string): string {
  const line = readOr(`/proc/${pid}/status`)
    .split('\n')
    .find((candidate) => candidate.startsWith(`${field}:`));
  return line?.slice(field.length + 1).trim() ?? '';
}

/** The numbers of the descriptors that a process has open and what they lead to. */
export function descriptorsOf(pid: number): Readonly<Record<string, string>> {
  const directory = `/proc/${pid}/fd`;
  return Object.fromEntries(
    readdirSync(directory).flatMap((name) => {
      try {
        return [[name, readlinkSync(`${directory}/${name}`)]];
      } catch {
        // It was closed meanwhile.
        return [];
      }
    }),
  );
}

interface Stat {
  readonly state: string;
  readonly parent: number;
  readonly ticks: number;
}

function statOf(pid: number): Stat | undefined {
  const text = readOr(`/proc/${pid}/stat`);
  if (text === '') return undefined;
  // The name of the program, in parentheses, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}

function allPids(): readonly number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** A process may end while it is looked at. */
function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
