import { historyLines } from '../history/lines.ts';
import { withoutRepeats } from '../history/repeats.ts';
import { ownNames, readRecord, readTime } from '../history/read.ts';
import { suggestUnit } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { readNames } from '../names.ts';
import { listForm, renderJson } from '../output/json.ts';

/** `history`: what happened to these units, or to all, and why; 1 where nothing is known. */
export async function runHistory(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const read = readNames(invocation, words);
  if (read === undefined) return 1;
  const since = readTime(options.since ?? '@0');
  const until = readTime(options.until ?? 'now');
  if (!since.ok || !until.ok) {
    for (const time of [since, until]) if (!time.ok) terminal.fail(time.error);
    return 1;
  }
  const units = await ownNames(invocation, [...read.names, ...read.globs]);
  const record = await readRecord(invocation, units.length === 0 ? undefined : units);
  const last = options.until === undefined ? Infinity : until.value;
  const inTime = record.filter(({ usec, unit }) => usec >= since.value && usec <= last && (units.length === 0 || units.includes(unit)));
  const latest = <Entry>(entries: readonly Entry[]): readonly Entry[] =>
    options.lines === undefined ? entries : entries.slice(-options.lines);
  const shown = latest(inTime);
  const form = listForm(options.output);
  if (form !== 'table') terminal.print(renderJson(shown, form));
  else if (shown.length > 0) {
    const told = options.full ? shown : latest(withoutRepeats(inTime));
    for (const line of historyLines(told, { style: terminal.style, width: terminal.width, named: units.length !== 1 }))
      terminal.print(line);
  } else {
    terminal.fail(units.length === 0 ? 'Nothing is on record.' : `Nothing is on record of ${units.join(', ')}.`);
    for (const unit of units) await suggestUnit(invocation, unit);
  }
  return shown.length === 0 ? 1 : 0;
}
