import type { Invocation } from '../invocation.ts';
import { listForm, renderJson } from '../output/json.ts';
import { ownLog } from '../output/own-log.ts';
import { cutLogLine, wrapped } from '../output/wrap.ts';
import { blockersOf } from '../waiting/blockers.ts';
import { blockerLines, row } from '../waiting/lines.ts';

/** `waiting`: what all jobs wait for in the end, what it is doing, until when, and what comes after it. */
export async function runWaiting(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation;
  const connected = await invocation.connect();
  if (!connected.ok) {
    terminal.fail(connected.error);
    return 1;
  }
  const jobs = await connected.value.call('jobs.waiting', {});
  if (!jobs.ok) {
    terminal.fail(`Failed to ask the manager: ${jobs.error.message}`);
    return 1;
  }
  const form = listForm(options.output);
  if (form !== 'table') {
    terminal.print(renderJson(jobs.value, form));
    return 0;
  }
  if (jobs.value.length === 0) {
    terminal.print('Nothing is waiting: no job is queued.');
    return 0;
  }
  const blockers = blockersOf(jobs.value);
  const held = jobs.value.length - blockers.length;
  terminal.print(
    `${counted(blockers.length, 'job')} under way, ${counted(held, 'job')} waiting for ${blockers.length === 1 ? 'it' : 'them'}.`,
  );
  for (const blocker of blockers) {
    terminal.print('');
    const lines = blockerLines(blocker, Date.now() * 1000, terminal.style);
    for (const line of lines.flatMap((each) => wrapped(each, terminal.width, 15))) terminal.print(line);
    for (const line of await lastWords(invocation, blocker.job.unit)) terminal.print(line);
  }
  return 0;
}

/** What its processes wrote last, below each other. */
async function lastWords(invocation: Invocation, unit: string): Promise<readonly string[]> {
  const { options, terminal } = invocation;
  const log = await ownLog(invocation, { unit }, options.lines ?? 3);
  return log.map((line, index) => cutLogLine(row(index === 0 ? 'Log' : '', line), terminal.width, terminal.style.glyphs.ellipsis));
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
