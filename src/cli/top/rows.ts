import { formatBytes } from '../../base/bytes-text.ts';
import { formatTimespan } from '../../base/duration.ts';
import type { Order, TopOptions } from './options.ts';
import type { Sample } from './sample.ts';

/** What is shown of one cgroup; rates are for each second between two samples, and absent at the first. */
export interface Row {
  readonly path: string;
  readonly tasks?: number;
  readonly cpuUsec?: number;
  /** Of one processor. */
  readonly cpuShare?: number;
  readonly memory?: number;
  readonly input?: number;
  readonly output?: number;
}

/** The cgroups of which anything is known, in order. */
export function rowsOf(now: Sample, before: Sample | undefined, order: Order): readonly Row[] {
  const rows = [...now.groups].map(([path, counted]): Row => {
    const earlier = before?.groups.get(path);
    const seconds = before === undefined ? 0 : (now.atUsec - before.atUsec) / 1_000_000;
    const rate = (value: number | undefined, was: number | undefined): number | undefined =>
      value === undefined || was === undefined || seconds <= 0 || value < was ? undefined : (value - was) / seconds;
    return withoutUndefined({
      path,
      tasks: counted.tasks,
      cpuUsec: counted.cpuUsec,
      cpuShare: divided(rate(counted.cpuUsec, earlier?.cpuUsec), 1_000_000),
      memory: counted.memory,
      input: rate(counted.readBytes, earlier?.readBytes),
      output: rate(counted.writtenBytes, earlier?.writtenBytes),
    });
  });
  const known = rows.filter(({ tasks, cpuUsec, memory, input }) => [tasks, cpuUsec, memory, input].some((value) => value !== undefined));
  return known.toSorted((a, b) => orders[order](b) - orders[order](a) || (a.path < b.path ? -1 : 1));
}

/** The columns of systemd-cgtop, without its header. */
export function renderRows(rows: readonly Row[], options: TopOptions, width: number | undefined): readonly string[] {
  const longest = Math.max(0, ...rows.map(({ path }) => path.length));
  const pathWidth = width === undefined ? longest : Math.max(20, width - 42);
  const times = rows.map(({ cpuUsec }) => formatTimespan(cpuUsec ?? 0, 1));
  const timeWidth = Math.max(0, ...times.map((text) => text.length));
  const bytes = (value: number | undefined): string => {
    if (value === undefined) return '-';
    return options.raw ? String(Math.floor(value)) : formatBytes(Math.floor(value));
  };
  return rows.map((row, index) =>
    [
      fitted(row.path, pathWidth),
      (row.tasks === undefined ? '-' : String(row.tasks)).padStart(7),
      options.cpuTime
        ? (times[index] ?? '').padStart(timeWidth)
        : (row.cpuShare === undefined ? '-' : (row.cpuShare * 100).toFixed(1)).padStart(6),
      bytes(row.memory).padStart(8),
      bytes(row.input).padStart(8),
      bytes(row.output).padStart(8),
    ].join(' '),
  );
}

/** The line above the rows on a terminal. */
export function headerLine(width: number): string {
  return `${'Control Group'.padEnd(Math.max(20, width - 42))}   Tasks   %CPU   Memory  Input/s Output/s`;
}

const orders: Readonly<Record<Order, (row: Row) => number>> = {
  path: () => 0,
  tasks: ({ tasks = -1 }) => tasks,
  cpu: ({ cpuShare, cpuUsec = -1 }) => cpuShare ?? cpuUsec / 1e12,
  memory: ({ memory = -1 }) => memory,
  io: ({ input = -1, output = -1 }) => input + output,
};

function divided(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value / by;
}

function fitted(path: string, width: number): string {
  return path.length <= width
    ? path.padEnd(width)
    : `${path.slice(0, Math.floor(width / 3))}…${path.slice(path.length - (width - Math.floor(width / 3) - 1))}`;
}

type Loose<T> = { readonly [Key in keyof T]: T[Key] | undefined };

function withoutUndefined({ path, tasks, cpuUsec, cpuShare, memory, input, output }: Loose<Row>): Row {
  return {
    path: path ?? '',
    ...(tasks === undefined ? {} : { tasks }),
    ...(cpuUsec === undefined ? {} : { cpuUsec }),
    ...(cpuShare === undefined ? {} : { cpuShare }),
    ...(memory === undefined ? {} : { memory }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  };
}
