import { unreachable } from '../base/assert.ts';
import type { JobResult, JobType } from '../graph/job.ts';
import { messageIds } from '../graph/message-ids.ts';
import type { UnitTypeName } from '../unit/config.ts';
import type { Job } from './job.ts';
import type { StatusLine } from './options.ts';
import { log } from './records.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Says that a unit is being started, stopped or reloaded, for the types for which that takes time. */
export function sayJobBegins(world: World, job: Job): void {
  const unit = job.owner;
  const begins = beginnings[job.type];
  if (begins === undefined || instant.has(unit.config.type) || (job.type === 'start' && startsAtOnce(unit))) return;
  const text = `${begins.verb} ${titleOf(world, unit)}...`;
  world.options.status?.({ kind: 'plain', text, unit: unit.name });
  log(world, 6, text, unit, { ...fieldsOf(job, begins.type), MESSAGE_ID: begins.id });
}

/** Says how a job ended. */
export function sayJobEnded(world: World, job: Job, result: JobResult, reason: string | undefined): void {
  const { owner } = job;
  if (isSkippedByCondition(job, result)) return;
  const text = endingText(owner, titleOf(world, owner), job.type, result);
  if (text === undefined) return;
  const [priority, kind] = tones[result] ?? [4, 'failed'];
  const message = reason === undefined ? text : `${text.replace(/\.$/, '')}: ${reason}`;
  const details = job.type === 'start' && result === 'failed' ? ({ hasDetails: true } as const) : {};
  world.options.status?.({ kind, text: message, unit: owner.name, ...details });
  log(world, priority, message, owner, endFields(job, result));
}

/** Says that the unit never came to what would have told of its failure. */
export function sayJobFailed(world: World, job: Job, result: JobResult): void {
  log(world, 5, `${job.unit}: Job ${job.unit}/${job.type} failed with result '${result}'.`, job.owner, {
    JOB_TYPE: job.type,
    JOB_RESULT: result,
  });
}

/** Says that a unit is left as it is, for a condition does not hold. */
export function saySkipped(world: World, job: Job, why: string): void {
  log(world, 6, `${titleOf(world, job.owner)} was skipped because ${why}.`, job.owner, endFields(job, 'done'));
}

function fieldsOf(job: Job, type: JobType): Readonly<Record<string, string>> {
  return { JOB_ID: String(job.id), JOB_TYPE: type, INVOCATION_ID: job.owner.invocationId };
}

function endFields(job: Job, result: JobResult): Readonly<Record<string, string>> {
  const id = job.type === 'start' && result !== 'done' ? messageIds.unitFailed : endings[job.type];
  return { ...fieldsOf(job, job.type), JOB_RESULT: result, ...(id === undefined ? {} : { MESSAGE_ID: id }) };
}

/** Job type → what is said when it begins; a restart begins as a stop. */
const beginnings: Readonly<Partial<Record<JobType, { readonly verb: string; readonly type: JobType; readonly id: string }>>> = {
  start: { verb: 'Starting', type: 'start', id: messageIds.unitStarting },
  stop: { verb: 'Stopping', type: 'stop', id: messageIds.unitStopping },
  restart: { verb: 'Stopping', type: 'stop', id: messageIds.unitStopping },
  reload: { verb: 'Reloading', type: 'reload', id: messageIds.unitReloading },
};

const endings: Readonly<Partial<Record<JobType, string>>> = {
  start: messageIds.unitStarted,
  stop: messageIds.unitStopped,
  restart: messageIds.unitStopped,
  reload: messageIds.unitReloaded,
};

/** Services that count as started with the fork of their only process, so that there is no time in which they are being started. */
function startsAtOnce({ config: { service } }: Unit): boolean {
  if (service === undefined || (service.Type !== 'simple' && service.Type !== 'idle')) return false;
  return [service.ExecCondition, service.ExecStartPre, service.ExecStartPost].every((commands) => commands.length === 0);
}

/** Types that are up or down as soon as they are asked. */
const instant: ReadonlySet<UnitTypeName> = new Set(['target', 'slice', 'timer', 'path', 'device', 'automount', 'socket', 'scope']);

const tones: Readonly<Partial<Record<JobResult, readonly [number, StatusLine['kind']]>>> = {
  done: [6, 'ok'],
  skipped: [6, 'skipped'],
  failed: [3, 'failed'],
  timeout: [3, 'timeout'],
  dependency: [4, 'dependency'],
  assert: [4, 'assert'],
  unsupported: [4, 'unsupported'],
};

/** What is said when a start is done, where it is not "Started". */
const started: Readonly<Partial<Record<UnitTypeName, string>>> = {
  target: 'Reached target',
  socket: 'Listening on',
  slice: 'Created slice',
  mount: 'Mounted',
  automount: 'Set up automount',
  swap: 'Activated swap',
  device: 'Found device',
};

const stopped: Readonly<Partial<Record<UnitTypeName, string>>> = {
  target: 'Stopped target',
  socket: 'Closed',
  slice: 'Removed slice',
  mount: 'Unmounted',
  automount: 'Unset automount',
  swap: 'Deactivated swap',
};

/** How messages call the unit (systemd-system.conf(5), StatusUnitFormat=). */
function titleOf({ options: { config } }: World, unit: Unit): string {
  switch (config.statusUnitFormat ?? 'combined') {
    case 'name':
      return unit.name;
    case 'description':
      return unit.description;
    default:
      return unit.title;
  }
}

function endingText(unit: Unit, title: string, type: JobType, result: JobResult): string | undefined {
  switch (type) {
    case 'start':
      return startText(unit, title, result);
    case 'stop':
    case 'restart':
      // What is not ours to stop stays, and its job is done all the same.
      if (result === 'done' && type === 'stop' && unit.look.active === 'active') return undefined;
      if (result === 'done') return `${stopped[unit.config.type] ?? 'Stopped'} ${title}.`;
      if (result === 'failed') return `Stopped (with error) ${title}.`;
      return result === 'timeout' ? `Timed out stopping ${title}.` : undefined;
    case 'reload':
      if (result === 'done') return `Reloaded ${title}.`;
      if (result === 'failed') return `Reload failed for ${title}.`;
      return result === 'timeout' ? `Timed out reloading ${title}.` : undefined;
    case 'verify-active':
      return result === 'skipped' ? `${title} is not active.` : undefined;
    case 'nop':
      return undefined;
    default:
      return unreachable(type);
  }
}

function startText(unit: Unit, title: string, result: JobResult): string | undefined {
  switch (result) {
    case 'done':
      return `${isFinished(unit) ? 'Finished' : (started[unit.config.type] ?? 'Started')} ${title}.`;
    case 'failed':
      return unit.config.type === 'socket' ? `Failed to listen on ${title}.` : `Failed to start ${title}.`;
    case 'timeout':
      return `Timed out starting ${title}.`;
    case 'dependency':
      return `Dependency failed for ${title}.`;
    case 'assert':
      return `Assertion failed for ${title}.`;
    case 'unsupported':
      return `Starting of ${title} unsupported.`;
    default:
      return undefined;
  }
}

function isFinished(unit: Unit): boolean {
  return unit.config.service?.Type === 'oneshot';
}

/** That was said when the condition was found not to hold. */
function isSkippedByCondition(job: Job, result: JobResult): boolean {
  return job.type === 'start' && result === 'done' && job.owner.condition?.met === false && job.owner.look.active !== 'active';
}
