import { exitName } from '../../api/exit-names.ts';
import { signalText } from '../../api/signals.ts';
import type { StateEntry } from '../../api/history.ts';
import { formatBytes } from '../../base/bytes-text.ts';
import { formatTimespan } from '../../base/duration.ts';
import { createTimeText } from '../../base/timestamp.ts';
import { ownNames, readRecord } from '../history/read.ts';
import { durationOf, runsOf, type Run } from '../history/runs.ts';
import { suggestUnit } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { readNames } from '../names.ts';
import { listForm, renderJson } from '../output/json.ts';
import { printTable, type Cell } from '../output/table.ts';
import type { Style } from '../output/terminal.ts';

/** `invocations`: each run of these units that is on record, the last of all below, with -l by its id, too; 1 where there is none. */
export async function runInvocations(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const read = readNames(invocation, words);
  if (read === undefined) return 1;
  const units = await ownNames(invocation, [...read.names, ...read.globs]);
  const record = await readRecord(invocation, units);
  const all = units
    .flatMap((unit) => runsOf(record.filter((entry) => entry.unit === unit)))
    .toSorted((a, b) => a.began.usec - b.began.usec);
  const runs = options.lines === undefined ? all : all.slice(-options.lines);
  const nowUsec = Date.now() * 1000;
  const form = listForm(options.output);
  if (form !== 'table') {
    const shown = runs.map((run) => described(run, nowUsec));
    terminal.print(renderJson(shown, form));
  } else if (runs.length === 0) {
    terminal.fail(`No run is on record of ${units.join(', ')}.`);
    for (const unit of units) await suggestUnit(invocation, unit);
  } else {
    const named = units.length > 1;
    const columns = ['STARTED', 'DURATION', 'EXIT', 'CPU', 'MEMORY', 'RESULT'];
    const header = [...(named ? ['UNIT'] : []), ...columns, ...(options.full ? ['INVOCATION'] : [])];
    const rows = runs.map((run) => [
      ...(named ? [run.began.unit] : []),
      ...cells(run, nowUsec, terminal.style),
      ...(options.full ? [run.invocation] : []),
    ]);
    printTable(terminal, { header: options.legend === false ? undefined : header, rows });
  }
  return runs.length === 0 ? 1 : 0;
}

function described(run: Run, nowUsec: number): unknown {
  const { invocation, began, ended, goesOn } = run;
  return {
    unit: began.unit,
    invocation,
    startedUsec: began.usec,
    startedBy: began.cause,
    ...(ended === undefined ? {} : { endedUsec: ended.usec, endedBy: ended.cause, ...ended.used }),
    durationUsec: durationOf(run, nowUsec),
    result: goesOn ? 'running' : resultOf(run),
  };
}

function cells(run: Run, nowUsec: number, style: Style): readonly Cell[] {
  const { began, ended, goesOn } = run;
  const used = ended?.used;
  const started = createTimeText(false).full(began.usec).split(' ').slice(1, 3).join(' ');
  const known = goesOn || ended !== undefined;
  return [
    started,
    known ? formatTimespan(durationOf(run, nowUsec), durationOf(run, nowUsec) < 1_000_000 ? 1000 : 100_000) : '-',
    exitText(used?.exit),
    used === undefined ? '-' : formatTimespan(used.cpuUsec, 1000),
    memoryText(used),
    goesOn ? { text: 'running', paint: style.green } : resultCell(resultOf(run), style),
  ];
}

function resultOf({ ended }: Run): string {
  return ended === undefined ? 'unknown' : (ended.result ?? 'success');
}

function resultCell(result: string, style: Style): Cell {
  return result === 'success' || result === 'unknown' ? result : { text: result, paint: style.red };
}

type Used = NonNullable<StateEntry['used']>;

function exitText(exit: Used['exit']): string {
  if (exit === undefined) return '-';
  const name = exit.how === 'exited' ? exitName(exit.status) : signalText(exit.status);
  return exit.status === 0 && exit.how === 'exited' ? '0' : name === undefined ? String(exit.status) : `${exit.status}/${name}`;
}

/** Of all processes together where that was counted, else of the largest of them. */
function memoryText(used: Used | undefined): string {
  if (used === undefined) return '-';
  return used.peakBytes === undefined ? `${formatBytes(used.largestKib * 1024)} (largest)` : formatBytes(used.peakBytes);
}
