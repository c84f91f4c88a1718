import type { Client } from '../api/client.ts';
import type { Answer } from '../api/contract.ts';
import type { ApiError } from '../api/error.ts';
import type { Change } from '../api/manager.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Invocation } from './invocation.ts';

/** How a job ended. */
export type JobEnd = Answer<'job.wait'>;

/** Follows the changes of a manager, from `changes.subscribe` on. */
export class Watch {
  readonly #client: Client;
  readonly #newJobs: (Change & { readonly change: 'job-new' })[] = [];
  readonly #ended = new Map<number, JobEnd>();
  readonly #waiting = new Map<number, (end: JobEnd) => void>();
  readonly #maintenance = new Map<string, () => void>();
  readonly #ends = new Map<string, (state: 'inactive' | 'failed') => void>();

  constructor(client: Client) {
    this.#client = client;
    client.receive((change) => this.#take(change));
  }

  /** The jobs that were queued since the last call for the job that was asked for, itself among them if it is new. */
  takeNewJobs(anchor: number): readonly (Change & { readonly change: 'job-new' })[] {
    return this.#newJobs.splice(0).filter((job) => job.anchor === anchor);
  }

  /** How a job ended that was queued after the subscription. */
  jobEnd(job: number): Promise<JobEnd> {
    const known = this.#ended.get(job);
    return known === undefined ? new Promise((resolve) => this.#waiting.set(job, resolve)) : Promise.resolve(known);
  }

  /** How a unit ended, when it has: at once if it is not running now. */
  async end(unit: string): Promise<'inactive' | 'failed'> {
    const ended = new Promise<'inactive' | 'failed'>((resolve) => this.#ends.set(unit, resolve));
    const now = await this.#client.call('units.get', { units: [unit] });
    const active = now.ok ? now.value[0]?.active : 'failed';
    return active === 'inactive' || active === 'failed' ? active : ended;
  }

  /** Nobody works on the directories of the unit, by its own name, or not any more. */
  async maintenanceEnd(unit: string): Promise<true> {
    const ended = new Promise<true>((resolve) => this.#maintenance.set(unit, () => resolve(true)));
    const now = await this.#client.call('units.get', { units: [unit] });
    return now.ok && now.value[0]?.active !== 'maintenance' ? true : ended;
  }

  #take(change: Change): void {
    if (change.change === 'job-new') this.#newJobs.push(change);
    else if (change.change === 'job-removed') {
      this.#ended.set(change.job, change);
      this.#waiting.get(change.job)?.(change);
    } else if (change.change === 'unit') this.#takeUnit(change);
  }

  #takeUnit(change: Change & { readonly change: 'unit' }): void {
    if (change.active !== 'maintenance') this.#maintenance.get(change.unit)?.();
    if (change.active === 'inactive' || change.active === 'failed') this.#ends.get(change.unit)?.(change.active);
  }
}

/** A request for a job, and how it is made. */
export interface Asking {
  readonly unit: string;
  /** By what it is found again. */
  readonly cause: string;
  ask(client: Client): Promise<Result<Answer<'unit.start'>, ApiError>>;
}

/**
 * The outcome of a request whose connection was lost because the manager was replaced: its job lives on in the new manager, or has
 * ended there or before, or the request never came to a manager's ears and is made again.
 */
export async function askAgain(
  invocation: Pick<Invocation, 'connect'>,
  request: Asking,
): Promise<Result<{ readonly unit: string } & Partial<JobEnd>, ApiError>> {
  const { unit, cause } = request;
  const connected = await invocation.connect();
  if (!connected.ok) return err({ code: 'connection-lost', message: connected.error });
  const client = connected.value;
  const known = await client.call('job.outcome', { unit, cause });
  const { job, result, ...reason } = (known.ok ? known.value : null) ?? {};
  if (result !== undefined) return ok({ unit, result, ...reason });
  if (known.ok) {
    const answer = job === undefined ? await request.ask(client) : await client.call('job.wait', { job });
    if (answer.ok) return ok({ ...answer.value, unit });
    // It ended in between, and is known as that.
    if (answer.error.code !== 'connection-lost' && answer.error.code !== 'no-such-job') return answer;
  } else if (known.error.code !== 'connection-lost') return known;
  // This manager may be replaced as well.
  return askAgain(invocation, request);
}

/**
 * The outcome of a request whose connection was lost while its job ran, because the manager was replaced:
 * the job lives on in the new manager, or has ended and left the unit in the state that it led to.
 */
export async function awaitJob(
  invocation: Pick<Invocation, 'connect' | 'verb'>,
  unit: string,
): Promise<{ readonly unit: string } & JobEnd> {
  const client = await invocation.connect();
  if (!client.ok) return { unit, result: 'failed' };
  const end = await outcomeOf(client.value, unit, invocation.verb);
  // This manager may be replaced as well.
  return end === undefined ? awaitJob(invocation, unit) : { unit, ...end };
}

/** How the unit's job ends, or has ended to judge by the unit's state; undefined where the connection is lost meanwhile. */
async function outcomeOf(client: Client, unit: string, verb: string): Promise<JobEnd | undefined> {
  const before = await client.call('units.get', { units: [unit] });
  const job = before.ok ? before.value[0]?.job : undefined;
  if (job !== undefined) {
    const waited = await client.call('job.wait', { job: job.id });
    if (waited.ok) return waited.value;
  }
  const after = await client.call('units.get', { units: [unit] });
  if (!after.ok && after.error.code === 'connection-lost') return undefined;
  const active = after.ok ? after.value[0]?.active : undefined;
  const wanted = verb === 'stop' ? active === 'inactive' || active === 'failed' : active !== 'failed' && active !== undefined;
  return { result: wanted ? 'done' : 'failed' };
}

/** How a unit ended; goes on with the next manager where this one is replaced meanwhile. */
export async function awaitEnd(
  invocation: Pick<Invocation, 'connect'>,
  client: Client,
  watch: Watch,
  unit: string,
): Promise<'inactive' | 'failed'> {
  const ended = await Promise.race([watch.end(unit), client.closed]);
  if (ended !== undefined) return ended;
  const next = await invocation.connect();
  if (!next.ok) return 'failed';
  const nextWatch = new Watch(next.value);
  await next.value.call('changes.subscribe', { units: [unit] });
  return awaitEnd(invocation, next.value, nextWatch, unit);
}

/** Nobody works on the directories of the unit any more; goes on with the next manager where this one is replaced meanwhile. */
export async function awaitMaintenance(invocation: Pick<Invocation, 'connect'>, client: Client, watch: Watch, unit: string): Promise<void> {
  const ended = await Promise.race([watch.maintenanceEnd(unit), client.closed]);
  if (ended === true) return;
  const next = await invocation.connect();
  if (!next.ok) return;
  const nextWatch = new Watch(next.value);
  await next.value.call('changes.subscribe', { units: [unit] });
  await awaitMaintenance(invocation, next.value, nextWatch, unit);
}
