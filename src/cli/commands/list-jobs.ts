import { matchesAny } from '../../base/glob.ts';
import type { Invocation } from '../invocation.ts';
import { readNames } from '../names.ts';
import { listForm, renderJson } from '../output/json.ts';
import { unpainted } from '../output/terminal.ts';
import { printTable, type Cell } from '../output/table.ts';

/** `list-jobs`: the jobs that are queued or running, by number. */
export async function runListJobs(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const read = readNames(invocation, words);
  if (read === undefined) return 1;
  const client = await invocation.connect();
  if (!client.ok) {
    terminal.warn(client.error);
    return 1;
  }
  const listed = await client.value.call('jobs.list', {});
  if (!listed.ok) {
    terminal.warn(`Failed to list jobs: ${listed.error.message}`);
    return 1;
  }
  const matches = words.length === 0 ? () => true : matchesAny([...read.names, ...read.globs]);
  const jobs = listed.value.filter((job) => matches(job.unit)).toSorted((left, right) => left.id - right.id);
  const form = listForm(options.output);
  const legend = options.legend ?? !options.quiet;
  if (form !== 'table') {
    terminal.print(
      renderJson(
        jobs.map((job) => ({ job: job.id, unit: job.unit, type: job.type, state: job.state })),
        form,
      ),
    );
  } else if (jobs.length === 0) {
    if (legend) terminal.print(listed.value.length === 0 ? 'No jobs running.' : 'No jobs listed.');
  } else {
    const header = legend ? ['JOB', 'UNIT', 'TYPE', 'STATE'] : undefined;
    const { bold } = terminal.style;
    const rows = jobs.map((job): readonly Cell[] => {
      const paint = job.state === 'running' ? bold : unpainted;
      return [String(job.id), { text: job.unit, paint }, job.type, { text: job.state, paint }];
    });
    await printTable(
      { ...terminal, width: options.full ? undefined : terminal.width },
      { header, rows, shorten: 1, numbers: new Set([0]) },
    );
    if (legend) {
      terminal.print('');
      terminal.print(`${jobs.length} jobs listed.`);
    }
  }
  return 0;
}
