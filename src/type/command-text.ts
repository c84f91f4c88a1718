import { formatTimestamp, type TimestampForm } from '../base/timestamp.ts';
import { signalName } from '../unit/values/signal.ts';
import type { Command } from '../unit/values/types.ts';

/** What is known of the last run of a command. */
export interface CommandRun {
  readonly pid: number;
  readonly startRealtimeUsec: number;
  readonly exitRealtimeUsec: number;
  readonly exit: { readonly how: 'exited' | 'killed' | 'dumped'; readonly status: number } | null;
}

/** The last run of one of a unit's commands, by its list and its place there. */
export interface ListedRun<List extends string = string> extends CommandRun {
  readonly list: List;
  readonly index: number;
}

/** The runs with one in place of the earlier one of the same command. */
export function withRun<Run extends ListedRun>(runs: readonly Run[], run: Run): readonly Run[] {
  return [...runs.filter(({ list, index }) => list !== run.list || index !== run.index), run];
}

/** The last run of a command, as far as it is known. */
export function lastRun<Run extends ListedRun>(runs: readonly Run[], list: Run['list'], index: number): Run | undefined {
  return runs.find((run) => run.list === list && run.index === index);
}

/** The commands of an Exec*= list as `systemctl show` prints them, a line each. */
export function commandListText(
  commands: readonly Command[],
  runOf: (index: number) => CommandRun | undefined,
  form?: TimestampForm,
): string {
  return commands
    .map((command, index) => commandText(command, runOf(index), { flags: `ignore_errors=${command.ignoreFailure ? 'yes' : 'no'}`, form }))
    .join('\n');
}

/** The same, as the properties ExecStartEx and its kin have it: with all that stands before the command. */
export function commandListExText(
  commands: readonly Command[],
  runOf: (index: number) => CommandRun | undefined,
  form?: TimestampForm,
): string {
  return commands.map((command, index) => commandText(command, runOf(index), { flags: `flags=${flagsOf(command)}`, form })).join('\n');
}

const privilegeFlags: Readonly<Record<Command['privilege'], readonly string[]>> = {
  normal: [],
  full: ['privileged'],
  'no-credentials': ['no-setuid'],
  'ambient-fallback': ['ambient'],
};

function flagsOf({ ignoreFailure, expand, privilege }: Command): string {
  return [...(ignoreFailure ? ['ignore-failure'] : []), ...privilegeFlags[privilege], ...(expand ? [] : ['no-env-expand'])].join(' ');
}

interface Shown {
  readonly flags: string;
  readonly form: TimestampForm | undefined;
}

function commandText({ path, argv }: Command, run: CommandRun | undefined, { flags, form }: Shown): string {
  const fields = [
    `path=${path}`,
    `argv[]=${argv.join(' ')}`,
    flags,
    `start_time=[${stamp(run?.startRealtimeUsec, form)}]`,
    `stop_time=[${stamp(run?.exitRealtimeUsec, form)}]`,
    `pid=${run?.pid ?? 0}`,
    ...exitFields(run?.exit ?? null),
  ];
  return `{ ${fields.join(' ; ')} }`;
}

function stamp(realtimeUsec: number | undefined, form: TimestampForm | undefined): string {
  return realtimeUsec === undefined || realtimeUsec === 0 ? 'n/a' : formatTimestamp(realtimeUsec, form);
}

function exitFields(exit: CommandRun['exit']): readonly string[] {
  if (exit === null) return ['code=(null)', 'status=0/0'];
  const name = exit.how === 'exited' ? '' : `/${signalName(exit.status) ?? exit.status}`;
  return [`code=${exit.how}`, `status=${exit.status}${name}`];
}
