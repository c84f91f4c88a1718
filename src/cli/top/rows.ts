import { formatBytes } from '../../base/bytes-text.ts';
import { formatTimespan } from '../../base/duration.ts';
import type { Style } from '../output/terminal.ts';
import type { Order, TopOptions } from './options.ts';
import type { Count, Sample } from './sample.ts';

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

/** The cgroups of which anything is known, in order; `top` is the word by which the topmost was asked for, '' for none. */
export function rowsOf(now: Sample, before: Sample | undefined, order: Order, top = ''): readonly Row[] {
  const rows = [...now.groups].map(([path, counted]): Row => {
    const earlier = before?.groups.get(path);
    const seconds = before === undefined ? 0 : (now.atUsec - before.atUsec) / 1_000_000;
    const rate = (value: number | undefined, was: number | undefined): number | undefined =>
      value === undefined || was === undefined || seconds <= 0 || value < was ? undefined : (value - was) / seconds;
    return withoutUndefined({
      path: pathBelow(top, path),
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

/** `/` is the topmost only; all others are called by their way from there, or from the word for it. */
function pathBelow(top: string, path: string): string {
  if (top === '') return path === '/' ? path : path.slice(1);
  return path === '/' ? top : `${top.replace(/\/+$/, '')}${path}`;
}

/** The columns of systemd-cgtop, without its header. */
export function renderRows(rows: readonly Row[], options: TopOptions, width: number | undefined): readonly string[] {
  const longest = Math.max(0, ...rows.map(({ path }) => path.length));
  const times = timesOf(rows);
  const timeWidth = width === undefined ? Math.max(0, ...times.map((text) => text.length)) : timeWidthOf(times);
  const pathWidth = width === undefined ? longest : pathWidthOf(width, options.cpuTime ? timeWidth : shareWidth);
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
        : (row.cpuShare === undefined ? '-' : (row.cpuShare * 100).toFixed(1)).padStart(shareWidth),
      bytes(row.memory).padStart(8),
      bytes(row.input).padStart(8),
      bytes(row.output).padStart(8),
    ].join(' '),
  );
}

/** The line above the rows on a terminal; what they are ordered by stands out. */
export function headerLine(rows: readonly Row[], { order, cpuTime, count }: TopOptions, width: number, { bold, underline }: Style): string {
  const cpu = cpuTime ? 'CPU Time'.padStart(timeWidthOf(timesOf(rows))) : '%CPU'.padStart(shareWidth);
  const cells: readonly (readonly [order: Order, text: string])[] = [
    ['path', 'Control Group'.padEnd(pathWidthOf(width, cpu.length))],
    ['tasks', countNames[count].padStart(7)],
    ['cpu', cpu],
    ['memory', 'Memory'.padStart(8)],
    ['io', 'Input/s'.padStart(8)],
    ['io', 'Output/s'.padStart(8)],
  ];
  return cells.map(([by, text]) => (by === order ? bold(text) : underline(text))).join(underline(' '));
}

const countNames: Readonly<Record<Count, string>> = { tasks: 'Tasks', processes: 'Procs', 'all-processes': 'Proc+' };

/** What is shown of a cgroup as a record: processor time in microseconds and as the share of one processor, bytes, and bytes in each second. */
export function recordOf({ path, tasks, cpuUsec, cpuShare, memory, input, output }: Row): Readonly<Record<string, unknown>> {
  return {
    path,
    tasks: tasks ?? null,
    cpu_usec: cpuUsec ?? null,
    cpu_share: cpuShare ?? null,
    memory: memory ?? null,
    input: input ?? null,
    output: output ?? null,
  };
}

/** What the other columns leave. */
function pathWidthOf(width: number, cpuWidth: number): number {
  return Math.max(20, width - cpuWidth - 36);
}

/** Of a share of a processor. */
const shareWidth = 6;

function timesOf(rows: readonly Row[]): readonly string[] {
  return rows.map(({ cpuUsec }) => formatTimespan(cpuUsec ?? 0, 1));
}

function timeWidthOf(times: readonly string[]): number {
  return Math.max('CPU Time'.length, ...times.map((text) => text.length));
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
