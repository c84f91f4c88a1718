import { formatTimestamp } from '../base/timestamp.ts';
import { signalName } from '../unit/values/signal.ts';
import type { Command } from '../unit/values/types.ts';

/** What is known of the last run of a command. */
export interface CommandRun {
  readonly pid: number;
  readonly startRealtimeUsec: number;
  readonly exitRealtimeUsec: number;
  readonly exit: { readonly how: 'exited' | 'killed' | 'dumped'; readonly status: number } | null;
}

/** The commands of an Exec*= list as `systemctl show` prints them, a line each. */
export function commandListText(commands: readonly Command[], runOf: (index: number) => CommandRun | undefined): string {
  return commands.map((command, index) => commandText(command, runOf(index))).join('\n');
}

function commandText({ path, argv, ignoreFailure }: Command, run: CommandRun | undefined): string {
  const fields = [
    `path=${path}`,
    `argv[]=${argv.join(' ')}`,
    `ignore_errors=${ignoreFailure ? 'yes' : 'no'}`,
    `start_time=[${stamp(run?.startRealtimeUsec)}]`,
    `stop_time=[${stamp(run?.exitRealtimeUsec)}]`,
    `pid=${run?.pid ?? 0}`,
    ...exitFields(run?.exit ?? null),
  ];
  return `{ ${fields.join(' ; ')} }`;
}

function stamp(realtimeUsec: number | undefined): string {
  return realtimeUsec === undefined || realtimeUsec === 0 ? 'n/a' : formatTimestamp(realtimeUsec);
}

function exitFields(exit: CommandRun['exit']): readonly string[] {
  if (exit === null) return ['code=(null)', 'status=0/0'];
  const name = exit.how === 'exited' ? '' : `/${signalName(exit.status) ?? exit.status}`;
  return [`code=${exit.how}`, `status=${exit.status}${name}`];
}
