import { randomBytes } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Client } from '../../api/client.ts';
import type { Answer } from '../../api/contract.ts';
import type { ApiError } from '../../api/error.ts';
import { jobModes, type JobMode } from '../../api/words.ts';
import { readTypedName } from '../../api/unit-name.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Invocation, Launcher } from '../invocation.ts';
import { suggestDirective } from '../did-you-mean.ts';
import { explainJob } from '../output/job-failure.ts';
import { awaitJob } from '../wait.ts';
import { showJobProgress } from '../waiting/job-progress.ts';
import type { RunRequest } from './options.ts';
import type { Property } from './properties.ts';

/** One call of systemd-run: what was asked for, and the means to do it. */
export interface Run {
  readonly request: RunRequest;
  readonly invocation: Invocation;
  readonly launcher: Launcher;
}

/** The units that are to be made, the first of which is started. */
export interface Wanted {
  readonly kind: 'service' | 'scope' | 'timer' | 'path' | 'socket';
  readonly unit: string;
  readonly properties: readonly Property[];
  readonly auxiliary?: readonly { readonly unit: string; readonly properties: readonly Property[] }[];
  readonly pids?: readonly number[];
  /** Passes the caller's streams to the manager and gives their token; an error is an exit status, after the message. */
  readonly passStreams?: () => Promise<Result<string, number>>;
}

/** Says what went wrong; gives the exit status. */
export function fail({ invocation }: Run, message: string): number {
  invocation.terminal.fail(message);
  return 1;
}

/** The unit's name: as it was asked for, or one that nobody else has. */
export function nameOf({ request, invocation }: Run, type: 'service' | 'scope'): string | undefined {
  if (request.unit === undefined) return `run-r${randomBytes(16).toString('hex')}.${type}`;
  const typed = readTypedName(request.unit, type, { globs: false });
  if (typed?.escaped !== undefined && !request.quiet) {
    invocation.terminal.note(`Invalid unit name "${request.unit}" escaped as "${typed.escaped}" (maybe you should use systemd-escape?).`);
  }
  return typed?.name;
}

/** The command's program, looked for in $PATH as a shell does; an error is the reason. */
export function findExecutable(
  name: string,
  path: string | undefined,
  { elsewhere = false }: { readonly elsewhere?: boolean } = {},
): Result<string, string> {
  // Whether there is such a program is for the service to find out, which may see other files.
  if (name.startsWith('/') && elsewhere) return ok(name);
  if (name.startsWith('/')) return statSync(name, { throwIfNoEntry: false })?.isFile() === true ? ok(name) : err(reasonFor(name));
  if (name.includes('/')) return isProgram(name) ? ok(resolve(name)) : err(reasonFor(name));
  for (const directory of (path ?? usualPath).split(':').filter((each) => each.startsWith('/'))) {
    const candidate = `${directory.replace(/\/+$/, '')}/${name}`;
    if (isProgram(candidate)) return ok(candidate);
  }
  return err('No such file or directory');
}

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function reasonFor(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'No such file or directory';
  return found.isDirectory() ? 'Is a directory' : 'Permission denied';
}

/** Has the manager make the units and waits for the job, if that is asked for; an error is an exit status, after the message. */
export async function start(run: Run, wanted: Wanted): Promise<Result<Client, number>> {
  const endProgress = showProgress(run, wanted.unit);
  const started = await ask(run, wanted);
  endProgress();
  return started;
}

/** Tells on a terminal what is waited for, unless the command may write there itself; gives what ends that. */
export function showProgress({ request, invocation }: Run, unit: string, until: { readonly untilEnd?: boolean } = {}): () => void {
  if (!(request.block || until.untilEnd === true) || request.quiet || request.streams === 'pipe') return () => undefined;
  return showJobProgress(invocation, [unit], until);
}

async function ask(run: Run, wanted: Wanted): Promise<Result<Client, number>> {
  const { invocation, request } = run;
  const connected = await invocation.connect();
  if (!connected.ok) return err(fail(run, connected.error));
  const client = connected.value;
  const mode = modeOf(request.jobMode);
  if (mode === undefined) return err(fail(run, `Failed to start transient ${wanted.kind} unit: Job mode ${request.jobMode} invalid`));
  const descriptors = await wanted.passStreams?.();
  if (descriptors?.ok === false) return descriptors;
  const answer = await client.call('unit.start-transient', {
    unit: wanted.unit,
    properties: [...wanted.properties],
    auxiliary: (wanted.auxiliary ?? []).map(({ unit, properties }) => ({ unit, properties: [...properties] })),
    pids: [...(wanted.pids ?? [])],
    ...(descriptors === undefined ? {} : { descriptors: descriptors.value }),
    // Whoever comes back to the next manager, to see what became of the unit, is to find it.
    hold: true,
    mode,
    wait: request.block,
    cause: `systemd-run (pid ${process.pid})`,
  });
  if (!answer.ok && answer.error.code === 'connection-lost') return startAgain(run, wanted);
  if (!answer.ok) {
    const status = fail(run, refusal(wanted.kind, answer.error));
    await suggestDirective(run.invocation, answer.error.message);
    return err(status);
  }
  return finish(run, answer.value, client);
}

/** The manager was replaced while it was asked: it may have made the unit, or never have heard of it. */
async function startAgain(run: Run, wanted: Wanted): Promise<Result<Client, number>> {
  const { invocation, request } = run;
  const { unit } = wanted;
  const connected = await invocation.connect();
  if (!connected.ok) return err(fail(run, connected.error));
  const client = connected.value;
  await client.call('unit.hold', { unit });
  const known = await client.call('units.get', { units: [unit] });
  if (!known.ok && known.error.code === 'connection-lost') return startAgain(run, wanted);
  if (!known.ok || known.value[0]?.load !== 'loaded') return ask(run, wanted);
  if (!request.block) return ok(client);
  const { result, ...reason } = await awaitJob(invocation, unit);
  return finish(run, { ...reason, job: 0, result: result === 'failed' && (await wasActive(run, unit)) ? 'done' : result }, client);
}

/** Whether the unit was ever active, so that its start was a success whatever became of it. */
async function wasActive(run: Run, unit: string): Promise<boolean> {
  const client = await run.invocation.connect();
  if (!client.ok) return false;
  const told = await client.value.call('units.properties', { units: [unit] });
  if (!told.ok && told.error.code === 'connection-lost') return wasActive(run, unit);
  return told.ok && Number(told.value[0]?.['ActiveEnterTimestampMonotonic'] ?? 0) > 0;
}

async function finish(
  run: Run,
  { unit, result, ...reason }: Answer<'unit.start-transient'>,
  client: Client,
): Promise<Result<Client, number>> {
  if (result === undefined || result === 'done' || result === 'skipped') return ok(client);
  if (!run.request.quiet) await explainJob(run.invocation, unit, { ...reason, result });
  return err(1);
}

/** Properties that are wrong are told as systemd-run tells those that it reads itself. */
function refusal(kind: Wanted['kind'], { code, message }: ApiError): string {
  if (message.startsWith('Unknown assignment: ExecStart='))
    return `Failed to start transient ${kind} unit: Cannot set property ExecStart, or unknown property.`;
  if (code !== 'bad-property') return `Failed to start transient ${kind} unit: ${message}`;
  return message.startsWith('Failed to parse OnCalendar=') ? message.replace(/OnCalendar=.*:/s, 'calendar event specification:') : message;
}

function modeOf(text: string): JobMode | undefined {
  return jobModes.find((mode) => mode === text);
}
