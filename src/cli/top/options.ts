import { parseTimespan } from '../../api/time.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { listForm } from '../output/json.ts';
import { flag, type OptionRow, readBoolean, readWords, type Words } from '../getopt.ts';
import type { Count } from './sample.ts';

export type Order = 'path' | 'tasks' | 'cpu' | 'memory' | 'io';

/** What the options of systemd-cgtop(1) say. */
export interface TopOptions {
  readonly order: Order;
  readonly raw: boolean;
  readonly cpuTime: boolean;
  readonly batch: boolean;
  /** How often it is shown; 0 for ever, undefined as the terminal says. */
  readonly iterations: number | undefined;
  readonly delayUsec: number;
  readonly depth: number;
  readonly count: Count;
  readonly recursive: boolean;
  /** As JSON: an array for each look. */
  readonly json: 'json' | 'json-pretty' | undefined;
  readonly print: 'help' | 'version' | undefined;
}

const defaults: TopOptions = {
  order: 'cpu',
  raw: false,
  cpuTime: false,
  batch: false,
  iterations: undefined,
  delayUsec: 1_000_000,
  depth: 3,
  count: 'tasks',
  recursive: true,
  json: undefined,
  print: undefined,
};

const rows: readonly OptionRow<TopOptions>[] = [
  { long: 'help', short: 'h', isLast: true, ...flag({ print: 'help' }) },
  { long: 'version', isLast: true, ...flag({ print: 'version' }) },
  { short: 'p', ...flag({ order: 'path' }) },
  { short: 't', ...flag({ order: 'tasks' }) },
  { short: 'c', ...flag({ order: 'cpu' }) },
  { short: 'm', ...flag({ order: 'memory' }) },
  { short: 'i', ...flag({ order: 'io' }) },
  { short: 'P', ...flag({ count: 'processes' }) },
  { short: 'k', ...flag({ count: 'all-processes' }) },
  { long: 'recursive', value: 'required', apply: readRecursive },
  { long: 'raw', short: 'r', ...flag({ raw: true }) },
  { long: 'cpu', value: 'optional', apply: readCpu },
  { long: 'batch', short: 'b', ...flag({ batch: true }) },
  { long: 'iterations', short: 'n', value: 'required', apply: readIterations },
  { short: '1', ...flag({ iterations: 1 }) },
  { long: 'delay', short: 'd', value: 'required', apply: readDelay },
  { long: 'depth', value: 'required', apply: readDepth },
  { long: 'order', value: 'required', apply: readOrder },
  {
    long: 'machine',
    short: 'M',
    value: 'required',
    apply: () => err('tysd does not run containers: run systemd-cgtop inside the container instead.'),
  },
  { long: 'output', short: 'o', isWhole: true, value: 'required', apply: readOutput },
];

/** Reads the command line of systemd-cgtop(1). An error is what to print. */
export function parseTop(program: string, argv: readonly string[]): Result<Words<TopOptions>, string> {
  return readWords(program, argv, rows, defaults);
}

/** What is to be counted: processes where no controller counts tasks. An error is what to print. */
export function countedBy(options: TopOptions, tasksAreCounted: boolean): Result<TopOptions, string> {
  if (options.count !== 'tasks') return ok(options);
  if (!tasksAreCounted) return ok({ ...options, count: 'processes' });
  return options.recursive
    ? ok(options)
    : err('Non-recursive counting is only supported when counting processes, not tasks. Use -P or -k.');
}

function readRecursive(value = ''): Result<Partial<TopOptions>, string> {
  return readBoolean('recursive=', value, (recursive) => ({ recursive }));
}

function readCpu(value = 'time'): Result<Partial<TopOptions>, string> {
  if (value === 'time' || value === 'percentage') return ok({ cpuTime: value === 'time' });
  return err(`Unknown argument to --cpu=: ${value}`);
}

function readIterations(value = ''): Result<Partial<TopOptions>, string> {
  return /^\d{1,9}$/.test(value)
    ? ok({ iterations: Number(value) })
    : err(`Failed to parse iterations parameter '${value}': ${problemOf(value)}`);
}

function readDepth(value = ''): Result<Partial<TopOptions>, string> {
  return /^\d{1,9}$/.test(value) ? ok({ depth: Number(value) }) : err(`Failed to parse depth parameter '${value}': ${problemOf(value)}`);
}

function problemOf(number: string): string {
  return /^[-+]?\d+$/.test(number) ? 'Numerical result out of range' : 'Invalid argument';
}

function readDelay(value = ''): Result<Partial<TopOptions>, string> {
  const delay = parseTimespan(value);
  if (!delay.ok) return err(`Failed to parse delay parameter '${value}': ${problemOf(value)}`);
  return delay.value > 0 ? ok({ delayUsec: delay.value }) : err(`Invalid delay parameter '${value}'`);
}

function readOutput(value = ''): Result<Partial<TopOptions>, string> {
  const form = listForm(value);
  if (form === 'table' && value !== 'table') return err(`Unknown output '${value}'.`);
  return ok({ json: form === 'table' ? undefined : form });
}

function readOrder(value = ''): Result<Partial<TopOptions>, string> {
  const order = (['path', 'tasks', 'cpu', 'memory', 'io'] as const).find((each) => each === value);
  return order === undefined ? err(`Invalid argument to --order=: ${value}`) : ok({ order });
}
