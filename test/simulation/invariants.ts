import type { Change, JobInfo } from '../../src/graph/report.ts';
import { perpetualNames } from '../../src/unit/builtin.ts';
import type { Model, Transition, WatchedUnit } from './model.ts';
import { secondsToUsec, usecOf, valuesOf } from './scenario.ts';

/** What must hold, and when that is looked at. Each gives a sentence where it does not. */
export interface Invariant {
  /** At each change of a unit's state, in the order in which they were announced. */
  readonly moved?: (model: Model, transition: Transition) => string | undefined;
  /** At each job that begins or ends. */
  readonly job?: (model: Model, change: Change) => string | undefined;
  /** Of each unit that has changed, when nothing is left to do at this moment. */
  readonly unit?: (model: Model, unit: WatchedUnit) => string | undefined;
  /** When nothing is left to do at this moment. */
  readonly quiet?: (model: Model, jobs: readonly JobInfo[]) => string | undefined;
}

/** All invariants that are looked at while a scenario runs; besides, no run may throw, and faults may not change the end. */
export const invariants = {
  'ordering is held': { moved: orderingIsHeld },
  'a unit has at most one job': { job: oneJobAtATime },
  'no job waits for nothing': { quiet: jobsHaveReasons },
  'a unit on its way has something to wait for': { unit: somethingIsAwaited },
  'the processes of a unit are those that the keeper has': { unit: processesAreKnown },
  'a stop leaves no process': { unit: stopLeavesNone },
  'the start limit is held': { moved: startLimitIsHeld },
  'an automatic restart waits for RestartSec=': { moved: restartWaits },
  'a timer elapses once and never early': { moved: timersAreExact },
  'no deadline is overlooked': { quiet: noneIsOverdue },
  'a request is answered once': { job: answeredOnce, quiet: ticketsAreKnown },
  'what is remembered is what was said': { unit: rememberedAsSaid },
  'who is frozen is known': { unit: frozenAreKnown },
  'who is to stop is let go on': { moved: stoppedAreThawed },
  'no run begins before the last one is cleared away': { unit: runsAreApart },
  'what is marked stays so until it comes up or goes down': { unit: marksStay },
  'who waits at an automount point is answered, and truly': { quiet: waitersAreAnswered },
} as const satisfies Readonly<Record<string, Invariant>>;

export type InvariantName = keyof typeof invariants | 'faults do not change the end' | 'nothing throws';

/** A job is carried out only when those are over that come before it (systemd.unit(5), Before=). */
export function orderingIsHeld(model: Model, { unit, from, to, job }: Transition): string | undefined {
  if (job === undefined || model.loose.has(unit.name)) return undefined;
  const comesUp = job.type === 'start' && isDown(from) && (to.active === 'active' || to.active === 'activating');
  const goesDown = (job.type === 'stop' || job.type === 'restart') && !isDown(from) && (to.active === 'deactivating' || isDown(to));
  if (!comesUp && !goesDown) return undefined;
  for (const other of model.ordered(unit.name, comesUp ? 'After' : 'Before')) {
    const blocking = model.loose.has(other) ? undefined : model.jobOf(other);
    // Where units are ordered in a circle, one of them does not wait.
    if (blocking === undefined || blocking.id === job.id || model.areInCircle(unit.name, other)) continue;
    const isOver = goesDown && (!goesFirst.has(blocking.type) || isDown(model.unit(other)));
    if (!isOver) return `${unit.name}: its ${job.type} job is carried out while ${other} still has a ${blocking.type} job`;
  }
  return undefined;
}

const goesFirst: ReadonlySet<string> = new Set(['stop', 'restart']);

function isDown({ active, sub }: { readonly active: string; readonly sub: string }): boolean {
  return active === 'inactive' || active === 'failed' || sub.startsWith('auto-restart');
}

/** Jobs of one unit merge, or the older is canceled. */
export function oneJobAtATime(model: Model, change: Change): string | undefined {
  if (change.change !== 'job-new' || change.type === 'nop') return undefined;
  const present = model.jobOf(change.unit);
  return present === undefined ? undefined : `${change.unit} gets a ${change.type} job beside its ${present.type} job`;
}

/** A job that waits does so for another or for its unit, and a job that runs has its unit on the way. */
export function jobsHaveReasons(model: Model, jobs: readonly JobInfo[]): string | undefined {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  for (const job of jobs) {
    if (job.type === 'nop') return `job ${job.id} is a nop that is not over`;
    if (isAmongThem(job, byId, new Set())) return `job ${job.id} of ${job.unit} waits for itself`;
    const { active, blob } = model.unit(job.unit);
    const isOnItsWay = onTheWay.has(active) || blob?.cleaner !== undefined;
    // A device comes by itself, or not in time.
    const awaitsDevice = job.unit.endsWith('.device') && job.type === 'start' && job.state === 'running';
    if (!isOnItsWay && !awaitsDevice && (job.state === 'running' || job.waitsFor?.length === 0))
      return `the ${job.type} job of ${job.unit} is ${job.state} although ${job.unit} is ${active}, and no other job comes before it`;
  }
  return undefined;
}

const onTheWay: ReadonlySet<string> = new Set(['activating', 'deactivating', 'reloading', 'maintenance']);

function isAmongThem(job: JobInfo, byId: ReadonlyMap<number, JobInfo>, path: Set<number>): boolean {
  if (path.has(job.id)) return true;
  path.add(job.id);
  // What runs waits for nobody any more.
  const found = (job.state === 'running' ? [] : (job.waitsFor ?? [])).some((id) => {
    const other = byId.get(id);
    return other !== undefined && isAmongThem(other, byId, path);
  });
  path.delete(job.id);
  return found;
}

/** Nothing is activating, deactivating or reloading for ever: a process, a deadline or a job will bring the next step. */
export function somethingIsAwaited(model: Model, { name, active, sub, blob }: WatchedUnit): string | undefined {
  if (!onTheWay.has(active) || blob === undefined) return undefined;
  if ((blob.children?.length ?? 0) > 0 || (blob.timers?.length ?? 0) > 0 || model.jobOf(name) !== undefined) return undefined;
  return `${name} is ${active} (${sub}), but has neither processes nor deadlines nor a job`;
}

/** What the manager remembers of a unit's children is what the keeper has of them. */
export function processesAreKnown(model: Model, { name, blob, active, sub }: WatchedUnit): string | undefined {
  const known = new Set((blob?.children ?? []).map(([child]) => child));
  const there = new Set<number>();
  for (const { group, child, adopted } of model.processes) {
    const id = child ?? adopted;
    // What works for a unit outside of its group is the unit's if that says so.
    if (group === '' && id !== undefined && known.has(id)) there.add(id);
    if (group !== name) continue;
    if (id !== undefined) there.add(id);
    if (blob?.group === undefined) return `${name} has processes, but no group`;
  }
  for (const child of known) if (!there.has(child)) return `${name}, ${active} (${sub}), counts on child ${child}, which is gone`;
  for (const child of there) if (!known.has(child)) return `${name}, ${active} (${sub}), does not know of child ${child}, which lives`;
  return undefined;
}

/** Nothing of a unit runs on when it is off, unless its KillMode= says so. */
export function stopLeavesNone(model: Model, { name, active, sub, gaveUp }: WatchedUnit): string | undefined {
  if (active !== 'inactive' && active !== 'failed' && !sub.startsWith('auto-restart')) return undefined;
  const modes = valuesOf(model.lines.get(name) ?? [], 'KillMode');
  if (modes.some((mode) => mode === 'process' || mode === 'none')) return undefined;
  // As in systemd: where ExecStopPost= took too long, nobody waits for those that do not heed SIGTERM.
  if (gaveUp) return undefined;
  const left = model.processes.filter(({ group }) => group === name);
  return left.length === 0 ? undefined : `${name} is ${active} (${sub}), and ${left.length} of its processes live`;
}

/** No more starts in StartLimitIntervalSec= than StartLimitBurst= (systemd.unit(5)). */
export function startLimitIsHeld(model: Model, { unit, from, to, job, at }: Transition): string | undefined {
  const lines = model.lines.get(unit.name) ?? [];
  if (job?.type !== 'start' || !unit.name.endsWith('.service') || !isDown(from) || isDown(to)) return undefined;
  const intervalUsec = usecOf(lines, 'StartLimitIntervalSec') ?? 10_000_000;
  const burst = Number(valuesOf(lines, 'StartLimitBurst').at(-1) ?? 5);
  if (intervalUsec === 0) return undefined;
  const window = unit.starts;
  if (window === undefined || window.beganUsec + intervalUsec < at.monotonicUsec) {
    unit.starts = { beganUsec: at.monotonicUsec, count: 1 };
    return undefined;
  }
  window.count += 1;
  return window.count > burst ? `${unit.name} was started ${window.count} times in ${intervalUsec} µs, of ${burst}` : undefined;
}

/** The job of an automatic restart is not queued before RestartSec= is over (systemd.service(5)). */
export function restartWaits(model: Model, { unit, from, to, at }: Transition): string | undefined {
  if (to.sub === 'auto-restart')
    unit.pause = { sinceUsec: at.monotonicUsec, usec: pauseOf(model.lines.get(unit.name) ?? [], unit.restarts) };
  // Whoever asks cuts the pause short, and that start is the restart.
  if (from.sub === 'auto-restart' && !isDown(to)) unit.restarts += 1;
  else if (isDown(from) && !isDown(to) && !from.sub.startsWith('auto-restart')) unit.restarts = 0;
  if (from.sub !== 'auto-restart' || to.sub !== 'auto-restart-queued' || unit.pause === undefined) return undefined;
  const waitedUsec = at.monotonicUsec - unit.pause.sinceUsec;
  return waitedUsec < unit.pause.usec ? `${unit.name} starts again after ${waitedUsec} µs, not ${unit.pause.usec}` : undefined;
}

/** The pause before the next restart: it grows in RestartSteps= from RestartSec= to RestartMaxDelaySec=. */
function pauseOf(lines: readonly string[], restarts: number): number {
  const least = usecOf(lines, 'RestartSec') ?? 100_000;
  const most = usecOf(lines, 'RestartMaxDelaySec');
  const steps = Number(valuesOf(lines, 'RestartSteps').at(-1) ?? 0);
  if (most === undefined || steps === 0 || restarts === 0 || least >= most) return least;
  return restarts >= steps ? most : Math.floor(least * (most / least) ** (restarts / steps)) - 1;
}

/** Each time that a timer elapses, one of its lines says so that has not been answered for this time (systemd.timer(5)). */
export function timersAreExact(model: Model, { unit, from, to, at }: Transition): string | undefined {
  if (!unit.name.endsWith('.timer')) return undefined;
  const { timer } = unit;
  if (isDown(from) && !isDown(to)) {
    // As in systemd, the calendar goes on from the activation before this one.
    timer.calendarFromUsec = (timer.activated ?? at).realtimeUsec;
    timer.slots.clear();
    timer.lastUsec = undefined;
    timer.activated = at;
    timer.spent.clear();
    timer.clockWasSet = false;
  }
  if (to.sub !== 'running') return undefined;
  const lines = (model.lines.get(unit.name) ?? []).filter((line) => line.startsWith('On'));
  const reason = lines.find((line) => isDueNow(model, unit, line, at));
  if (reason === undefined && !timer.clockWasSet && !model.loose.has(unit.name))
    return `${unit.name} elapses at ${at.monotonicUsec}, when none of its lines is due`;
  if (reason !== undefined && onceOnly.test(reason)) timer.spent.add(reason);
  // All of the calendar that has passed by now is answered.
  for (const line of lines) if (line.startsWith('OnCalendar=')) timer.slots.set(line, slotOf(line, at.realtimeUsec));
  timer.lastUsec = at.monotonicUsec;
  timer.clockWasSet = false;
  return undefined;
}

const onceOnly = /^On(Active|Boot)Sec=/;

function isDueNow(
  model: Model,
  { name, timer }: WatchedUnit,
  line: string,
  at: { readonly monotonicUsec: number; readonly realtimeUsec: number },
): boolean {
  const [key = '', value = ''] = line.split('=');
  switch (key) {
    case 'OnActiveSec':
      return !timer.spent.has(line) && at.monotonicUsec >= (timer.activated?.monotonicUsec ?? 0) + secondsToUsec(value);
    case 'OnBootSec':
      return !timer.spent.has(line) && at.monotonicUsec >= secondsToUsec(value);
    case 'OnUnitActiveSec':
    case 'OnUnitInactiveSec':
      return at.monotonicUsec >= sinceOf(model, name, timer.lastUsec, key) + secondsToUsec(value);
    case 'OnCalendar':
      return model.clockWentBack || slotOf(line, at.realtimeUsec) > (timer.slots.get(line) ?? slotOf(line, timer.calendarFromUsec));
    default:
      return false;
  }
}

/** When the timer elapsed last, or its service came up or went, as that is remembered. */
function sinceOf(model: Model, timer: string, lastUsec: number | undefined, key: 'OnUnitActiveSec' | 'OnUnitInactiveSec'): number {
  const stamps = model.unit(timer.replace('.timer', '.service')).blob?.stamps ?? [];
  const stamp = stamps[key === 'OnUnitActiveSec' ? 1 : 4] ?? 0;
  const unitUsec = stamp === 0 ? undefined : stamp[0];
  return Math.max(lastUsec ?? 0, unitUsec ?? 0) || Infinity;
}

/** The number of the period of the calendar in which a time is. */
function slotOf(line: string, realtimeUsec: number): number {
  return Math.floor(realtimeUsec / (line === 'OnCalendar=*:*:0/10' ? 10_000_000 : 60_000_000));
}

/** What was due by now was acted on. */
export function noneIsOverdue(model: Model): string | undefined {
  for (const { name, dueUsec } of model.units.values())
    if (dueUsec < model.now.monotonicUsec) return `${name}: a deadline was ${model.now.monotonicUsec - dueUsec} µs ago`;
  return undefined;
}

/** The end of a job is told once, and no number is used again. */
export function answeredOnce(model: Model, change: Change): string | undefined {
  if (change.change === 'job-removed' && model.ended.has(change.job)) return `the end of job ${change.job} is told again`;
  if (change.change === 'job-removed' && !model.jobs.has(change.job)) return `the end of job ${change.job} is told, which never began`;
  if (change.change === 'job-new' && (model.jobs.has(change.job) || model.ended.has(change.job))) return `job ${change.job} begins again`;
  return undefined;
}

/** A job that a client was told of is there until its end is told; and the manager has just those jobs that it has told of. */
export function ticketsAreKnown(model: Model, jobs: readonly JobInfo[]): string | undefined {
  for (const id of model.tickets) {
    if (model.ended.has(id)) model.tickets.delete(id);
    else if (!jobs.some((job) => job.id === id)) return `job ${id} is gone, and nobody who waits for it was told`;
  }
  for (const { id, unit } of jobs) if (!model.jobs.has(id)) return `job ${id} of ${unit} was never told of`;
  return jobs.length === model.jobs.size ? undefined : `of ${model.jobs.size} jobs ${jobs.length} are left`;
}

/** A manager that dies now is followed by one that knows what this one has said. */
export function rememberedAsSaid(_model: Model, { name, active, sub, blob }: WatchedUnit): string | undefined {
  // What is always there never becomes so.
  if (perpetual.has(name)) return undefined;
  if (blob === undefined) return active === 'inactive' ? undefined : `${name} is ${active} (${sub}), and the keeper knows nothing of it`;
  const state = blob.s;
  const remembered = typeof state === 'object' && state !== null && 'sub' in state ? state.sub : undefined;
  return remembered === sub || sub === 'dead-resources-pinned' || aliasesOf[sub] === remembered
    ? undefined
    : `${name} is ${active} (${sub}), and is remembered as ${String(remembered)}`;
}

/** Of those that have a cgroup of their own the manager remembers which it has frozen. */
export function frozenAreKnown(model: Model, { name, blob }: WatchedUnit): string | undefined {
  if (blob === undefined || !/\.(service|scope)$/.test(name)) return undefined;
  const isFrozen = model.isFrozen(name);
  if ((blob.frozen === true) === isFrozen) return undefined;
  return `${name} is ${isFrozen ? '' : 'not '}frozen, and is remembered as the contrary`;
}

/** A job that ends a unit lets its processes go on, or they could not heed any signal (systemctl(1), freeze). */
export function stoppedAreThawed(model: Model, { unit, from, to, job }: Transition): string | undefined {
  const goesDown = (job?.type === 'stop' || job?.type === 'restart') && !isDown(from) && (to.active === 'deactivating' || isDown(to));
  return goesDown && model.isFrozen(unit.name) ? `${unit.name} is to stop, and is frozen` : undefined;
}

/** While the directories of a unit are being removed no program of it runs (systemd.exec(5), RuntimeDirectory=; systemctl(1), clean). */
export function runsAreApart(model: Model, { name, gaveUp }: WatchedUnit): string | undefined {
  if (!model.work.isRemovingAny || gaveUp || model.loose.has(name)) return undefined;
  const lines = model.lines.get(name) ?? [];
  if (valuesOf(lines, 'KillMode').some((mode) => mode === 'process' || mode === 'none')) return undefined;
  const path = directoryKeys
    .flatMap(([key, base]) => valuesOf(lines, key).map((directory) => `${base}/${directory}`))
    .find((each) => model.work.isRemoving(each));
  if (path === undefined) return undefined;
  const running = model.processes.find(({ group, argv }) => group === name && argv.length > 0);
  return running === undefined ? undefined : `${running.argv.join(' ')} of ${name} runs while ${path} is being removed`;
}

const directoryKeys = [
  ['RuntimeDirectory', '/run'],
  ['StateDirectory', '/var/lib'],
  ['CacheDirectory', '/var/cache'],
] as const;

/** Only a start, a stop or the failure of a unit takes its marks away (org.freedesktop.systemd1(5), Markers). */
export function marksStay(_model: Model, { name, active, sub, blob, isMarked }: WatchedUnit): string | undefined {
  if (blob === undefined || (blob.markers?.includes('needs-restart') ?? false) === isMarked) return undefined;
  return `${name}, ${active} (${sub}), is ${isMarked ? '' : 'not '}marked, and is remembered as the contrary`;
}

/** Nobody hangs at an automount point when there is nothing on the way that could mount there or end what is mounted. */
export function waitersAreAnswered({ work, units, jobs }: Model): string | undefined {
  if (work.lie !== undefined) return work.lie;
  for (const [token, { asks, point }] of work.waiting) {
    const names = ['automount', 'mount'].map((suffix) => `${point.slice(1)}.${suffix}`);
    const isOnItsWay = names.some((name) => onTheWay.has(units.get(name)?.active ?? 'inactive'));
    if (isOnItsWay || [...jobs.values()].some(({ unit }) => names.includes(unit))) continue;
    return `nobody answers token ${token}, which asks to ${asks} at ${point}`;
  }
  return undefined;
}

const perpetual: ReadonlySet<string> = new Set(perpetualNames('system'));

/** Where SubState= is not the name of the state: a path that makes its first watches counts as waiting. */
const aliasesOf: Readonly<Record<string, string>> = { waiting: 'starting' };
