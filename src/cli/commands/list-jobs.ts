import type { Answer } from '../../api/contract.ts';
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
    terminal.fail(client.error);
    return 1;
  }
  const listed = await client.value.call('jobs.list', { order: options.after || options.before });
  if (!listed.ok) {
    terminal.fail(`Failed to list jobs: ${listed.error.message}`);
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
    if (legend) terminal.print(terminal.style.green(listed.value.length === 0 ? 'No jobs running.' : 'No jobs listed.'));
  } else {
    const header = legend ? ['JOB', 'UNIT', 'TYPE', 'STATE'] : undefined;
    const { bold } = terminal.style;
    const known = new Map(listed.value.map((job) => [job.id, job]));
    const rows = jobs.flatMap((job): readonly (readonly Cell[])[] => {
      const paint = job.state === 'running' ? bold : unpainted;
      const blocked = options.after ? othersOf('blocking', job.blocks, known) : [];
      const held: readonly (readonly Cell[])[] = job.heldBy === undefined ? [] : [['└─', `\twaiting for ${job.heldBy}`, '-', '-']];
      const awaited = options.before ? [...othersOf('waiting for', job.waitsFor, known), ...held] : [];
      return [[String(job.id), { text: job.unit, paint }, job.type, { text: job.state, paint }], ...blocked, ...awaited];
    });
    printTable({ ...terminal, width: options.full ? undefined : terminal.width }, { header, rows });
    if (legend) {
      terminal.print('');
      terminal.print(`${bold(`${jobs.length} jobs listed`)}.`);
    }
  }
  return 0;
}

/** A line for each job before or after another. */
function othersOf(
  word: string,
  ids: readonly number[] | undefined,
  known: ReadonlyMap<number, Answer<'jobs.list'>[number]>,
): readonly (readonly Cell[])[] {
  return (ids ?? []).flatMap((id) => {
    const job = known.get(id);
    return job === undefined ? [] : [['└─', `\t${word} job ${id} (${job.unit}/${job.type})`, '-', '-']];
  });
}
