import type { Client } from '../../api/client.ts';
import type { ApiError } from '../../api/error.ts';
import { jobModes, type JobMode } from '../../api/words.ts';
import { isGlob } from '../../base/glob.ts';
import { ok, type Result } from '../../base/result.ts';
import { exitStatusOf } from '../exit-status.ts';
import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';
import { changedOnDisk } from '../output/changed-on-disk.ts';
import { listForm, renderJson } from '../output/json.ts';
import { previewLines } from '../output/preview.ts';
import { explainJob, explainRefusal } from '../output/job-failure.ts';
import { showJobProgress } from '../waiting/job-progress.ts';
import { askAgain, awaitEnd, type Asking, type JobEnd, Watch } from '../wait.ts';

/** What a verb asks of the manager, the word for it in messages, and the mode and unit that it implies. */
interface JobVerb {
  readonly method: JobMethod;
  readonly word: string;
  readonly mode?: JobMode;
  readonly unit?: string;
}

type JobMethod =
  | 'unit.start'
  | 'unit.stop'
  | 'unit.restart'
  | 'unit.try-restart'
  | 'unit.reload'
  | 'unit.reload-or-restart'
  | 'unit.try-reload-or-restart';

const jobVerbs: Readonly<Record<string, JobVerb>> = {
  start: { method: 'unit.start', word: 'start' },
  stop: { method: 'unit.stop', word: 'stop' },
  restart: { method: 'unit.restart', word: 'restart' },
  'try-restart': { method: 'unit.try-restart', word: 'try-restart' },
  condrestart: { method: 'unit.try-restart', word: 'try-restart' },
  reload: { method: 'unit.reload', word: 'reload' },
  'reload-or-restart': { method: 'unit.reload-or-restart', word: 'reload-or-restart' },
  'try-reload-or-restart': { method: 'unit.try-reload-or-restart', word: 'reload-or-try-restart' },
  'force-reload': { method: 'unit.try-reload-or-restart', word: 'reload-or-try-restart' },
  'reload-or-try-restart': { method: 'unit.try-reload-or-restart', word: 'reload-or-try-restart' },
  condreload: { method: 'unit.try-reload-or-restart', word: 'reload-or-try-restart' },
  condstop: { method: 'unit.stop', word: 'stop' },
  isolate: { method: 'unit.start', word: 'start', mode: 'isolate' },
  default: { method: 'unit.start', word: 'start', mode: 'isolate', unit: 'default.target' },
  rescue: { method: 'unit.start', word: 'start', mode: 'isolate', unit: 'rescue.target' },
  emergency: { method: 'unit.start', word: 'start', mode: 'isolate', unit: 'emergency.target' },
};

/** All verbs that queue jobs: requests them together, then waits for them together (systemctl(1), start, stop, restart, isolate, …). */
export async function runStart(invocation: Invocation): Promise<number> {
  const { verb, words, options, terminal } = invocation;
  const row = jobVerbs[verb];
  if (row === undefined) throw new Error(`${verb} is no verb of jobs`);
  if (options.wait && !waitable.has(verb)) return fail(invocation, "--wait may only be used with the 'start' or 'restart' commands.");
  if (options.wait && !options.block) return fail(invocation, '--wait may not be combined with --no-block.');
  if (options.marked && words.length > 0) return fail(invocation, "No additional arguments allowed with 'reload-or-restart --marked'.");
  if (!options.marked && row.unit === undefined && words.length === 0) return fail(invocation, 'Too few arguments.');
  const mode = readMode(options.jobMode, row);
  const connected = await invocation.connect();
  if (!connected.ok) return fail(invocation, connected.error);
  const client = connected.value;
  if (options.marked) return runMarked(invocation, client);
  const units =
    row.unit === undefined ? await expandNames(invocation, client, words, row.mode === 'isolate' ? 'target' : 'service') : [row.unit];
  if (units === undefined) return 1;
  if (words.some(isGlob)) warnOfGlob(invocation);
  if (mode === undefined) {
    for (const unit of units)
      await explainRefusal(invocation, row.word, unit, { code: 'invalid', message: `Job mode ${options.jobMode} invalid` });
    return 1;
  }
  if (options.dryRun) return previewJobs(invocation, client, row, units, mode);
  const requests = units.map((unit) => ({ unit, mode, row }));
  const endProgress = showJobProgress(invocation, units, { untilEnd: options.wait });
  const status =
    options.showTransaction || options.wait ? await watchJobs(invocation, client, requests) : await runJobs(invocation, client, requests);
  endProgress();
  if (row.method === 'unit.stop' && !options.quiet) await warnOfTriggers(terminal, client, units);
  return status;
}

/** Restarts the units that are marked for that if they run, and reloads the others that are marked, or restarts what cannot be reloaded. */
async function runMarked(invocation: Invocation, client: Client): Promise<number> {
  const marked = await client.call('units.marked', {});
  if (!marked.ok) return fail(invocation, `Failed to start jobs: ${marked.error.message}`);
  const requests = marked.value.map(({ unit, markers }): JobRequest => {
    const method = markers.includes('needs-restart') ? 'unit.try-restart' : 'unit.try-reload-or-restart';
    return { unit, mode: 'fail', row: { method, word: 'reload-or-restart' } };
  });
  const endProgress = showJobProgress(
    invocation,
    requests.map(({ unit }) => unit),
  );
  const status = await runJobs(invocation, client, requests);
  endProgress();
  return status;
}

/** Verbs after which one may wait for the end of what was started (systemctl(1), --wait). */
const waitable: ReadonlySet<string> = new Set(['start', 'restart']);

interface JobRequest {
  readonly unit: string;
  readonly mode: JobMode;
  readonly row: JobVerb;
}

/** The status is 1 if a job failed, else that of the first request that was refused. */
async function runJobs(invocation: Invocation, client: Client, requests: readonly JobRequest[]): Promise<number> {
  let refused = 0;
  let telling = Promise.resolve();
  const ended: ({ readonly unit: string } & Partial<JobEnd>)[] = [];
  await Promise.all(
    requests.map(async (request) => {
      const asked = askingFor(invocation, request, { wait: invocation.options.block });
      const first = await asked.ask(client);
      if (first.ok && first.value.changedOnDisk === true) warnOfChange(invocation, first.value.unit);
      const answer = isLost(first) ? await askAgain(invocation, asked) : first;
      if (answer.ok) ended.push(answer.value);
      // A masked unit is not running, so there is nothing to try.
      else if (answer.error.code !== 'masked' || !request.row.word.startsWith('try-')) {
        refused ||= exitStatusOf(answer.error);
        // One after the other, so that what belongs together stays so.
        const { error } = answer;
        telling = telling.then(async () => void (await refuse(invocation, request, error)));
      }
    }),
  );
  await telling;
  // In the order in which they ended.
  const failed = ended.flatMap(({ result = 'done', ...end }) => (result === 'done' || result === 'skipped' ? [] : [{ ...end, result }]));
  for (const { unit, ...end } of failed) await explainJob(invocation, unit, end);
  return failed.length > 0 ? 1 : refused;
}

/** As runJobs, for -T and --wait, which need to see each change. */
async function watchJobs(invocation: Invocation, client: Client, requests: readonly JobRequest[]): Promise<number> {
  const { options, terminal } = invocation;
  const watch = new Watch(client);
  await client.call('changes.subscribe', {});
  let refused = 0;
  const anchors: { readonly job?: number; readonly unit: string; readonly request: JobRequest }[] = [];
  for (const request of requests) {
    const asked = askingFor(invocation, request, { wait: false });
    const first = await asked.ask(client);
    if (first.ok && first.value.changedOnDisk === true) warnOfChange(invocation, first.value.unit);
    const answer = isLost(first) && !options.block ? await askAgain(invocation, asked) : first;
    if (answer.ok) anchors.push({ ...answer.value, request });
    // What becomes of it the next manager says.
    else if (isLost(answer)) anchors.push({ unit: request.unit, request });
    else refused ||= await refuse(invocation, request, answer.error);
    if (!options.showTransaction || !first.ok) continue;
    for (const job of watch.takeNewJobs(first.value.job)) {
      const kind = job.job === first.value.job ? 'anchor' : 'auxiliary';
      terminal.tell(`Enqueued ${kind} job ${job.job} ${job.unit}/${job.type}.`);
    }
  }
  if (!options.block) return refused;
  let failed = false;
  for (const { job, unit, request } of anchors) {
    const seen = job === undefined ? undefined : await Promise.race([watch.jobEnd(job), client.closed]);
    const answer = seen === undefined ? await askAgain(invocation, askingFor(invocation, request, { wait: true })) : ok(seen);
    if (!answer.ok) {
      refused ||= await refuse(invocation, request, answer.error);
      continue;
    }
    const { result = 'done', ...reason } = answer.value;
    if (result === 'done' || result === 'skipped') continue;
    failed = true;
    await explainJob(invocation, unit, { ...reason, result });
  }
  if (failed || !options.wait) return failed ? 1 : refused;
  const ended = await Promise.all(anchors.map(({ unit }) => awaitEnd(invocation, client, watch, unit)));
  return ended.includes('failed') ? 1 : refused;
}

function askingFor(invocation: Invocation, { unit, mode, row }: JobRequest, { wait }: { readonly wait: boolean }): Asking {
  const cause = causeOf(invocation);
  return { unit, cause, ask: (client) => client.call(row.method, { unit, mode, wait, cause }) };
}

function isLost(answer: Result<unknown, ApiError>): boolean {
  return !answer.ok && answer.error.code === 'connection-lost';
}

async function refuse(invocation: Invocation, { row, unit }: JobRequest, error: ApiError): Promise<number> {
  await explainRefusal(invocation, row.word, unit, error);
  return exitStatusOf(error);
}

async function previewJobs(invocation: Invocation, client: Client, row: JobVerb, units: readonly string[], mode: JobMode): Promise<number> {
  const { options, terminal } = invocation;
  const form = listForm(options.output);
  let status = 0;
  for (const unit of units) {
    const preview = await client.call('unit.preview', { unit, job: previewed[row.method], mode });
    if (!preview.ok) {
      await explainRefusal(invocation, row.word, unit, preview.error);
      status ||= exitStatusOf(preview.error);
    } else if (form !== 'table') terminal.print(renderJson(preview.value, form));
    else for (const line of previewLines(preview.value, terminal.style, terminal.width)) terminal.print(line);
  }
  return status;
}

const previewed = {
  'unit.start': 'start',
  'unit.stop': 'stop',
  'unit.restart': 'restart',
  'unit.try-restart': 'try-restart',
  'unit.reload': 'reload',
  'unit.reload-or-restart': 'reload-or-restart',
  'unit.try-reload-or-restart': 'try-reload-or-restart',
} as const satisfies Readonly<Record<JobMethod, string>>;

function readMode(told: string | undefined, row: JobVerb): JobMode | undefined {
  if (row.mode !== undefined) return row.mode;
  if (told === undefined) return 'replace';
  return jobModes.find((mode) => mode === told);
}

function causeOf({ program, verb, environment }: Invocation): string {
  const user = environment['SUDO_USER'] ?? environment['USER'];
  return `${program} ${verb}${user === undefined ? '' : ` by ${user}`} (pid ${process.pid}, uid ${process.getuid?.() ?? 0})`.slice(0, 200);
}

/** A unit that was stopped may come back when what triggers it is still there. */
async function warnOfTriggers(terminal: Invocation['terminal'], client: Client, units: readonly string[]): Promise<void> {
  const found = await client.call('units.triggers', { units: [...units] });
  for (const { unit, triggers } of found.ok ? found.value : []) {
    terminal.warn(`Warning: Stopping ${unit}, but it can still be activated by:`);
    for (const name of triggers) terminal.warn(`  ${name}`);
  }
}

function warnOfChange(invocation: Invocation, unit: string): void {
  invocation.terminal.warn(changedOnDisk(invocation, unit));
}

function warnOfGlob({ program, verb, options, terminal }: Invocation): void {
  if (verb !== 'start' || options.quiet || options.all) return;
  const said = `${program} start called with a glob pattern.`;
  terminal.warn(`Warning: ${terminal.errors?.style.red(said) ?? said}`);
  terminal.note('Hint: unit globs expand to loaded units, so start will usually have no effect.');
  terminal.note('      Passing --all will also load units which are pulled in by other units.');
  terminal.note(`      See ${program}(1) for more details.`);
}

function fail({ terminal }: Invocation, message: string): number {
  terminal.fail(message);
  return 1;
}
