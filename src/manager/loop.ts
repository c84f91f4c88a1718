import { formatTimespan, MILLISECOND } from '../base/duration.ts';
import { messageIds } from '../graph/message-ids.ts';
import { check, checkItself } from './rules.ts';
import { dispatch } from './dispatch.ts';
import { queueJob, finishJob, timeOutJob } from './jobs.ts';
import { readStaleTables } from './kernel-tables.ts';
import { endFirstBoot } from './first-boot.ts';
import { log } from './records.ts';
import { runJob } from './run-job.ts';
import { generatorsTimedOut, generatorTimer } from './generators.ts';
import { releaseIdle } from './idle-pipe.ts';
import { writeState } from './state-blob.ts';
import { deliver, moveTo } from './step.ts';
import { collect } from './collect.ts';
import { Job } from './job.ts';
import { keepTimer, letGoUnlessHeld } from './keep.ts';
import { endManager } from './emergency.ts';
import { minimumUptimeTimer } from './minimum-uptime.ts';
import { Unit } from './unit.ts';
import type { World } from './world.ts';

/** How many jobs one turn carries out, so that its batch stays small and events are not kept waiting. */
const jobsPerTurn = 64;

/**
 * One turn: acts on all events that wait, runs the queues until nothing is left to decide, and tells the keeper everything
 * in one batch. Whatever the manager has changed of its state since the last batch goes along, so that state and deeds
 * never disagree, whenever the manager dies. Tells whether there was anything to tell but that events have been heard.
 */
export function turn(world: World): boolean {
  // The end may have been decided outside of a turn.
  if (world.ended) return send(world);
  world.now = world.options.clock.now();
  readStaleTables(world);
  takeEvents(world);
  takeTimers(world);
  const done = settle(world) && (!tellQuiet(world) || settle(world));
  const hasDecided = send(world);
  if (!done) world.wake();
  return hasDecided;
}

/** Carries out the jobs that can run, of what was asked for since the last turn; all else that follows, and what the keeper hears, is left to the next one. */
export function carryOutReady(world: World): void {
  if (world.ended || !world.runQueue.hasReady) return;
  for (let job = world.runQueue.next(); job !== undefined; job = world.runQueue.next()) {
    runJob(world, job);
    followAll(world);
  }
}

/** Tells the keeper what was decided; false where that is nothing. */
export function send(world: World): boolean {
  writeState(world);
  world.history.tell(world);
  const { commands } = world;
  if (commands.length === 0 && world.acknowledge === world.acknowledged) return false;
  world.commands = [];
  world.acknowledged = world.acknowledge;
  world.options.keeper.send({ acknowledge: world.acknowledge, commands });
  world.removeDeparted();
  return commands.length > 0;
}

function takeEvents(world: World): void {
  for (let event = world.inbox.shift(); event !== undefined; event = world.inbox.shift()) {
    dispatch(world, event);
    world.acknowledge = event.sequence;
    // That a process is there belongs to the start that asked for it: with systemd the two are one.
    if (event.event === 'spawned') followAll(world);
    else decideAll(world);
  }
}

function takeTimers(world: World): void {
  for (let due = world.timers.take(world.now.monotonicUsec); due !== undefined; due = world.timers.take(world.now.monotonicUsec)) {
    if (due.key instanceof Unit) {
      if (due.name === keepTimer) {
        letGoUnlessHeld(world, due.key);
        continue;
      }
      due.key.timers?.delete(due.name);
      world.dirtyUnits.add(due.key);
      deliver(world, due.key, { event: 'elapsed', timer: due.name });
    } else if (due.key instanceof Job) timeOutJob(world, due.key);
    else if (due.name === generatorTimer) generatorsTimedOut(world);
    else if (due.name === minimumUptimeTimer && world.delayedEnd !== undefined) endManager(world, world.delayedEnd.action);
    else world.busNames.recheck();
    decideAll(world);
  }
}

/**
 * Runs the queues until they are empty; false where jobs are left for the next turn. Only jobs can be left: all else would be
 * lost if the manager died between the two turns.
 */
function settle(world: World): boolean {
  for (let jobs = 0; ;) {
    // What a job brings about comes before the next job, but the rules look at the units only when no job can run any more.
    followAll(world);
    const job = jobs < jobsPerTurn ? world.runQueue.next() : undefined;
    if (job !== undefined) {
      jobs += 1;
      runJob(world, job);
      continue;
    }
    if (checkAll(world)) continue;
    // What is to be unloaded can wait: a manager that begins anew looks at all units.
    if (jobs >= jobsPerTurn) return false;
    if (collect(world)) continue;
    world.resources.settle();
    noteStartup(world);
    return true;
  }
}

/** All that follows from what has happened so far, except that jobs are carried out: as systemd does, after each single event. */
function decideAll(world: World): void {
  do followAll(world);
  while (checkAll(world));
}

function followAll(world: World): void {
  while (tellAll(world) || failAll(world) || requestAll(world) || endNops(world));
}

function tellAll(world: World): boolean {
  if (world.told.length === 0) return false;
  for (let next = world.told.shift(); next !== undefined; next = world.told.shift()) deliver(world, next.unit, next.event);
  return true;
}

/** Once in a turn: who is told and asks again hears of it in a later one. */
function tellQuiet(world: World): boolean {
  if (world.quietWatchers.size === 0 || world.jobs.size > 0) return false;
  for (const unit of world.quietWatchers) world.tell(unit, { event: 'elapsed', timer: 'quiet' });
  world.quietWatchers.clear();
  return true;
}

function failAll(world: World): boolean {
  const next = world.failures.shift();
  if (next === undefined) return false;
  moveTo(world, next.unit, next.unit.type.fail(next.unit.state, next.result), next.result);
  return true;
}

function requestAll(world: World): boolean {
  if (world.wanted.length === 0) return false;
  for (const { request, unit, mode, cause, by, after, details, refused } of world.wanted.splice(0)) {
    const queued = queueJob(world, request, unit, mode, cause, by?.name ?? after);
    if (queued.ok) {
      queued.value.details ??= details;
      continue;
    }
    if (refused === undefined) log(world, 4, `Cannot ${request} ${unit} (${cause}): ${queued.error.message}`, world.peek(unit));
    else refused(queued.error.message);
  }
  return true;
}

function endNops(world: World): boolean {
  const nop = world.nops.shift();
  if (nop !== undefined) finishJob(world, nop, 'done', { recursive: false });
  return nop !== undefined;
}

function checkAll(world: World): boolean {
  const { toCheck: changed, toCheckItself: alone } = world;
  if (changed.size + alone.size === 0) return false;
  world.toCheck = new Set();
  world.toCheckItself = new Set();
  for (const unit of changed) check(world, unit);
  for (const unit of alone) if (!changed.has(unit)) checkItself(world, unit);
  return true;
}

function isMachine({ options: { scope, init, container } }: World): boolean {
  return scope === 'system' && init && !container;
}

/** The first time that no job is left, the start is over. */
function noteStartup(world: World): void {
  if (world.jobs.size > 0) return;
  releaseIdle(world);
  if (world.startup !== undefined || !world.started) return;
  world.startup = world.now;
  world.dirtyManager = true;
  world.resources.startupFinished();
  const problem = world.options.init && world.options.scope === 'system' ? endFirstBoot(world.options.files) : undefined;
  if (problem !== undefined) log(world, 4, `It still counts as the first boot: ${problem}`, undefined);
  const usec = Math.floor(world.now.monotonicUsec - world.options.keeper.inventory.startedAt.monotonicUsec);
  log(world, 6, `Startup finished in ${formatTimespan(usec, MILLISECOND)}.`, undefined, {
    MESSAGE_ID: isMachine(world) ? messageIds.startupFinished : messageIds.userStartupFinished,
    USERSPACE_USEC: String(usec),
  });
  world.announce({ change: 'startup-finished' });
}
