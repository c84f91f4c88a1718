import type { Answer } from '../../api/contract.ts';
import type { Invocation } from '../invocation.ts';
import { listForm, renderJson } from '../output/json.ts';
import { wrapped } from '../output/wrap.ts';
import { blockersOf } from '../waiting/blockers.ts';
import { blockerLines, row } from '../waiting/lines.ts';

/** `waiting`: what all jobs wait for in the end, what it is doing, until when, and what comes after it. */
export async function runWaiting(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation;
  const connected = await invocation.connect();
  if (!connected.ok) {
    terminal.warn(connected.error);
    return 1;
  }
  const [jobs, info] = await Promise.all([connected.value.call('jobs.waiting', {}), connected.value.call('manager.info', {})]);
  if (!jobs.ok || !info.ok) {
    for (const answer of [jobs, info]) if (!answer.ok) terminal.warn(`Failed to ask the manager: ${answer.error.message}`);
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
    for (const line of await lastWords(invocation, info.value, blocker.job.unit)) terminal.print(line);
  }
  return 0;
}

/** The last log lines of a unit, below each other. */
async function lastWords({ services, options }: Invocation, info: Answer<'manager.info'>, unit: string): Promise<readonly string[]> {
  const { runtimeDirectory, stateDirectory, journal } = info;
  const lines = options.lines ?? 3;
  if (lines === 0) return [];
  const log = await services.recentLogs({ runtimeDirectory, stateDirectory, journal, unit, lines, sinceUsec: 0, output: '' });
  return log.map((line, index) => row(index === 0 ? 'Log' : '', line));
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
