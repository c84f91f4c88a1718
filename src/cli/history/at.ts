import { type HistoryEntry, managerStarted, type StateEntry } from '../../api/history.ts';
import { formatTimespan } from '../../base/duration.ts';
import { formatTimestamp } from '../../base/timestamp.ts';
import { failureText, originOf } from '../why/failure.ts';
import { suggestUnit } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { readNames } from '../names.ts';
import { listForm, renderJson } from '../output/json.ts';
import { printTable } from '../output/table.ts';
import { paintState } from '../output/terminal.ts';
import { entryText, paintedState, reasonText, stateText } from './lines.ts';
import { ownNames, readRecord, readTime } from './read.ts';

/** `status --at`: how units were at a point in time, as the record tells it; 3 or 1 where it does not reach back so far. */
export async function printStateAt(invocation: Invocation, at: string): Promise<number> {
  const { words, options, terminal } = invocation;
  const time = readTime(at);
  const read = readNames(invocation, words);
  if (!time.ok) terminal.fail(time.error);
  if (!time.ok || read === undefined) return 1;
  const units = await ownNames(invocation, [...read.names, ...read.globs]);
  const record = await readRecord(invocation);
  const began = record.findLast((entry) => entry.usec <= time.value && isBeginning(entry))?.usec ?? 0;
  const states = statesAt(record, began, time.value, units);
  const first = record[0];
  if (first !== undefined && first.usec > time.value)
    terminal.warn(`The record goes back only to ${formatTimestamp(first.usec)}; before that nothing is known.`);
  const form = listForm(options.output);
  if (form !== 'table') terminal.print(renderJson([...states.values()], form));
  else if (units.length === 0) await printAll(invocation, [...states.values()], time.value);
  else for (const [index, unit] of units.entries()) printOne(invocation, unit, recordFrom(record, began), time.value, index > 0);
  for (const unit of units.filter((each) => record.every((entry) => entry.unit !== each))) await suggestUnit(invocation, unit);
  return units.every((unit) => states.has(unit)) && (units.length > 0 || states.size > 0) ? 0 : 3;
}

/** A tysd that starts finds no unit as an earlier one left it; a manager that takes another's place does. */
function isBeginning(entry: HistoryEntry): boolean {
  return entry.what === 'manager' && entry.cause === managerStarted;
}

function recordFrom(record: readonly HistoryEntry[], usec: number): readonly HistoryEntry[] {
  return record.filter((entry) => entry.usec >= usec);
}

/** The last change of each unit since tysd began and before that time; of units that were off by then, only where they are asked for. */
function statesAt(record: readonly HistoryEntry[], began: number, usec: number, units: readonly string[]): ReadonlyMap<string, StateEntry> {
  const states = new Map<string, StateEntry>();
  for (const entry of recordFrom(record, began)) {
    if (entry.what !== 'state' || entry.usec > usec || (units.length > 0 && !units.includes(entry.unit))) continue;
    if (units.length === 0 && entry.to.startsWith('inactive')) states.delete(entry.unit);
    else states.set(entry.unit, entry);
  }
  return states;
}

async function printAll({ terminal, options }: Invocation, states: readonly StateEntry[], usec: number): Promise<void> {
  const { style } = terminal;
  const failed = states.filter(({ to }) => to.startsWith('failed')).length;
  terminal.print(
    `${formatTimestamp(usec)}: ${states.length === 1 ? '1 unit was' : `${states.length} units were`} not inactive, ${failed} of them failed.`,
  );
  if (states.length === 0) return;
  const rows = states
    .toSorted((a, b) => (a.unit < b.unit ? -1 : 1))
    .map(({ unit, to, usec: since, cause }) => {
      const { glyph, paint } = paintState(to.split(' ')[0] ?? '', style);
      return [
        { text: glyph, paint },
        { text: unit, paint },
        { text: stateText(to), paint },
        formatTimespan(usec - since, 1_000_000),
        cause,
      ];
    });
  printTable(terminal, { header: options.legend === false ? undefined : [' ', 'UNIT', 'STATE', 'FOR', 'CAUSE'], rows });
}

function printOne({ terminal }: Invocation, unit: string, record: readonly HistoryEntry[], usec: number, apart: boolean): void {
  const { style } = terminal;
  const own = record.filter((entry) => entry.unit === unit);
  const before = own.filter((entry) => entry.usec <= usec);
  const state = before.findLast((entry) => entry.what === 'state');
  const next = own.find((entry) => entry.what === 'state' && entry.usec > usec);
  const job = before.findLast((entry) => entry.what === 'job');
  if (apart) terminal.print('');
  const { glyph, paint } = paintState(state?.to.split(' ')[0] ?? 'inactive', style);
  terminal.print(`${paint(glyph)} ${unit} at ${formatTimestamp(usec, 'us')}`);
  if (state === undefined) terminal.print('     Active: not on record');
  else {
    const since = `${formatTimestamp(state.usec)}; for ${formatTimespan(usec - state.usec, 1000)} then`;
    terminal.print(`     Active: ${paintedState(state.to, style)} since ${since}`);
    terminal.print(
      `      Cause: ${state.result === undefined ? state.cause : failureText(originOf(before, before.lastIndexOf(state), state))}`,
    );
  }
  // A job that came after the last change was still to be done.
  if (job?.what === 'job' && (state === undefined || job.usec >= state.usec || state.what !== 'state' || state.job === job.job))
    terminal.print(`        Job: ${job.type} (${job.job}): ${reasonText(job)}`);
  if (next !== undefined) terminal.print(`       Then: ${entryText(next, style)}, ${formatTimespan(next.usec - usec, 1000)} later`);
}
