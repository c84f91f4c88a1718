import { exitName } from '../../api/exit-names.ts';
import { signalText } from '../../api/signals.ts';
import { visibleText } from '../../base/visible-text.ts';
import { commandName } from '../processes.ts';
import { statusRow } from './status-row.ts';
import type { StatusView } from './unit-status.ts';

const commandLists = ['ExecCondition', 'ExecStartPre', 'ExecStart', 'ExecStartPost', 'ExecReload', 'ExecStop', 'ExecStopPost'];

/** The commands that ran and have ended, from `{ path=… ; argv[]=… ; … ; pid=68 ; code=exited ; status=0 }`. */
export function exitedCommands({ properties, style }: StatusView): readonly string[] {
  return commandLists.flatMap((list) =>
    (properties[list] ?? '').split('\n').flatMap((line) => {
      const match = /; argv\[\]=(.*) ; ignore_errors=.*; pid=(\d+) ; code=(\w+) ; status=(\d+)/.exec(line);
      const [argv, pid, code, status] = [match?.[1], match?.[2], match?.[3], match?.[4]];
      if (argv === undefined || pid === undefined || pid === '0' || code === undefined || !ended.has(code)) return [];
      const outcome = outcomeText(code, Number(status));
      const bad = code !== 'exited' || status !== '0';
      return [statusRow('Process', `${pid} ${list}=${argv} ${bad ? style.red(`(${outcome})`) : `(${outcome})`}`)];
    }),
  );
}

const ended: ReadonlySet<string> = new Set(['exited', 'killed', 'dumped']);

function outcomeText(code: string, status: number): string {
  if (code !== 'exited') return `code=${code}, signal=${signalText(status)}`;
  const name = exitName(status);
  return `code=exited, status=${status}${name === undefined ? '' : `/${name}`}`;
}

/** CLD_* of waitid(2), as ExecMainCode= has them. */
const exitCodes: Readonly<Record<string, string>> = { '1': 'exited', '2': 'killed', '3': 'dumped' };

/** The main process and the control process: running, or how the main process ended. */
export function mainAndControl(view: StatusView): readonly string[] {
  const { unit } = view;
  const main = mainText(view);
  const control = unit.controlPid !== undefined && unit.controlPid > 0 ? withName(unit.controlPid) : undefined;
  if (main !== undefined) return [statusRow('Main PID', control === undefined ? main : `${main}; Control PID: ${control}`)];
  return control === undefined ? [] : [statusRow('Cntrl PID', control)];
}

function mainText({ unit, properties }: StatusView): string | undefined {
  if (unit.mainPid !== undefined && unit.mainPid > 0) return withName(unit.mainPid);
  const pid = properties['ExecMainPID'] ?? '0';
  const code = exitCodes[properties['ExecMainCode'] ?? '0'];
  if (pid === '0' || code === undefined) return undefined;
  // Only the command's own line, above this one, is coloured.
  return `${pid} (${outcomeText(code, Number(properties['ExecMainStatus'] ?? 0))})`;
}

function withName(pid: number): string {
  const name = commandName(pid);
  return name === undefined ? String(pid) : `${pid} (${visibleText(name)})`;
}
