import { messageIds } from '../graph/message-ids.ts';
import { unreachable } from '../base/assert.ts';
import { errnoMessage } from '../exec/errno.ts';
import type { Plan } from '../exec/op.ts';
import { utmpEndPlan } from '../exec/utmp.ts';
import { describeFailure } from '../exec/exit-status.ts';
import type { Exit, KeeperEvent } from '../port/keeper.ts';
import type { UnitEvent } from '../type/type.ts';
import { describeEnd } from './cause-text.ts';
import { offerOf } from './connections.ts';
import { noteProcess } from './run-usage.ts';
import { watchFired, watchMade } from './clock-watch.ts';
import { removeGroup } from './effects.ts';
import { countedTraffic } from './group-usage.ts';
import { generatorEnded } from './generators.ts';
import { liveMountEnded } from './live-mount.ts';
import { lookupEnded } from './lookups.ts';
import { idlePipeMade } from './idle-pipe.ts';
import { readTable, tableChanged, tableOpened } from './kernel-tables.ts';
import { judgeMainPid } from './named-main.ts';
import { parseNotification } from './notify-message.ts';
import { log } from './records.ts';
import { tolerated } from './refusals.ts';
import { handleSignal } from './signals.ts';
import { count } from './rate-limit.ts';
import { unknownMark } from './spawn.ts';
import { cleaned, deliver } from './step.ts';
import { takeDescriptors } from './streams.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Hands an event of the keeper to the unit that it is about. */
export function dispatch(world: World, event: KeeperEvent): void {
  switch (event.event) {
    case 'spawned':
      return toChild(world, event.child, { event: 'spawned', child: event.child, pid: event.pid });
    case 'executed':
      return toChild(world, event.child, { event: 'executed', child: event.child });
    case 'spawn-failed':
      return spawnFailed(world, event.child, event.errno);
    case 'exited':
      return exited(world, event.child, event.exit);
    case 'group-empty':
      return groupEmpty(world, event.group, event.usec);
    case 'readable':
      if (tableChanged(world, event.name)) return;
      return toHolder(world, event.name, { event: 'readable', name: event.name });
    case 'hangup':
      return toHolder(world, event.name, { event: 'hangup', name: event.name });
    case 'read':
      return toHolder(world, event.name, { event: 'data', bytes: event.bytes, errno: event.errno });
    case 'accepted':
      return accepted(world, event);
    case 'notified':
      return notified(world, event);
    case 'entered':
      return entered(world, event);
    case 'attribute-failed':
      return world.resources.failed(event);
    case 'oom-kill':
      return outOfMemory(world, event.group);
    case 'signalled':
      return handleSignal(world, event);
    case 'tolerated':
      return tolerated(world, event.child, event.op, event.errno);
    case 'ping':
      return;
    default:
      return unreachable(event);
  }
}

function toChild(world: World, child: number, event: UnitEvent): void {
  const unit = world.children.get(child);
  if (unit !== undefined && unit.cleaner?.child !== child && unit.recorder !== child) deliver(world, unit, event);
}

function spawnFailed(world: World, child: number, errno: number): void {
  if (child === world.idlePipeMaker) return idlePipeMade(world, false);
  if (lookupEnded(world, child, { failure: errnoMessage(errno) })) return;
  if (liveMountEnded(world, child, { failure: errnoMessage(errno) })) return;
  if (watchMade(world, child, errnoMessage(errno))) return;
  if (generatorEnded(world, child, errnoMessage(errno))) return;
  world.opsToTell.delete(child);
  const unit = forgetChild(world, child);
  if (unit === undefined || endCleaner(world, unit, child, errnoMessage(errno)) || endRecorder(unit, child)) return;
  deliver(world, unit, { event: 'spawn-failed', child, reason: errnoMessage(errno) });
}

function exited(world: World, child: number, exit: Exit): void {
  const path = world.children.get(child)?.children?.get(child) ?? '';
  const unit = forgetChild(world, child);
  if (unit === undefined) return ownExited(world, child, exit);
  const failure = exit.failedOp < 0 ? undefined : describeFailure(exit, path);
  const op = exit.failedOp < 0 ? undefined : world.opsToTell.get(child)?.[exit.failedOp];
  world.opsToTell.delete(child);
  if (op !== undefined && op !== '') log(world, 3, `${unit.name}: ${op}: ${errnoMessage(exit.errno)}`, unit);
  if (endCleaner(world, unit, child, failure) || endRecorder(unit, child)) return;
  noteUsage(world, unit, exit.groupUsec, exit.groupEmpty);
  noteProcess(unit, exit);
  unit.deadRecord = deadRecord(unit, exit);
  const { how, status, groupEmpty: isEmpty } = exit;
  // Its work is in the table by now, whether or not the keeper has told of that yet.
  if (unit.type.follows !== undefined) readTable(world, unit.type.follows);
  const event: UnitEvent = { event: 'exited', child, how, status, missing: isMissingProgram(exit), groupEmpty: isEmpty };
  deliver(
    world,
    unit,
    failure === undefined ? event : { ...event, failure, failureFields: spawnFailure(exit, path), failedOp: exit.failedOp },
    () => failure ?? describeEnd(path, exit),
  );
  writeDeadRecord(world, unit);
}

function spawnFailure({ errno }: Exit, path: string): Readonly<Record<string, string>> {
  return { MESSAGE_ID: messageIds.spawnFailed, EXECUTABLE: path, ERRNO: String(errno) };
}

/** A child that works for the manager itself. */
function ownExited(world: World, child: number, exit: Exit): void {
  if (child === world.idlePipeMaker) return idlePipeMade(world, exit.failedOp < 0);
  if (tableOpened(world, child) || lookupEnded(world, child, exit) || liveMountEnded(world, child, exit)) return;
  if (generatorEnded(world, child, generatorFailure(exit))) return;
  watchMade(world, child, exit.failedOp < 0 ? undefined : describeFailure(exit, ''));
}

/** What tells utmp(5) that the process is dead. */
function deadRecord(unit: Unit, exit: Exit): Plan {
  const { exec } = unit.config;
  if (exec === undefined || exec.UtmpIdentifier === '') return [];
  const { main, control } = unit.type.pids(unit.state);
  return utmpEndPlan(exec, { ...exit, pids: [main, control].filter((pid) => pid !== undefined) });
}

/** Where neither the unit's cleaner nor its next process writes the record, a child of its own does. */
function writeDeadRecord(world: World, unit: Unit): void {
  const plan = unit.deadRecord;
  if (plan.length === 0) return;
  unit.deadRecord = [];
  unit.recorder = world.nextChild();
  world.children.set(unit.recorder, unit);
  world.command({ do: 'run', child: unit.recorder, group: '', plan });
}

function endRecorder(unit: Unit, child: number): boolean {
  if (unit.recorder !== child) return false;
  unit.recorder = undefined;
  return true;
}

function generatorFailure(exit: Exit): string | undefined {
  if (exit.failedOp >= 0) return describeFailure(exit, '');
  if (exit.how === 'exited') return exit.status === 0 ? undefined : `it ended with exit status ${exit.status}`;
  return `signal ${exit.status} ended it`;
}

/** The program's file does not exist. */
function isMissingProgram({ failedOp, status, errno }: Exit): boolean {
  return failedOp >= 0 && status === EXIT_EXEC && errno === ENOENT;
}

const EXIT_EXEC = 203;
const ENOENT = 2;

/** Tells whether the child was the unit's cleaner, and not a process of the unit. */
function endCleaner(world: World, unit: Unit, child: number, failure: string | undefined): boolean {
  const { cleaner } = unit;
  if (cleaner?.child !== child) return false;
  if (failure !== undefined) log(world, 4, `${unit.name}: cannot remove its runtime directory: ${failure}`, unit);
  cleaned(world, unit, cleaner.before);
  return true;
}

function forgetChild(world: World, child: number): Unit | undefined {
  const unit = world.children.get(child);
  world.children.delete(child);
  unit?.children?.delete(child);
  unit?.tolerates?.delete(child);
  if (unit !== undefined) world.dirtyUnits.add(unit);
  return unit;
}

function groupEmpty(world: World, group: string, usec: number): void {
  const unit = world.ofGroup(group);
  if (unit === undefined) world.command({ do: 'remove-group', group });
  else {
    noteUsage(world, unit, usec, true);
    deliver(world, unit, { event: 'group-empty' });
    if (unit.groupMark === unknownMark) removeGroup(world, unit);
    world.toCollect.add(unit);
  }
}

function outOfMemory(world: World, group: string): void {
  const unit = world.ofGroup(group);
  if (unit === undefined) return;
  log(world, 5, `${unit.name}: A process of this unit has been killed by the OOM killer.`, unit, {
    MESSAGE_ID: messageIds.outOfMemory,
  });
  deliver(world, unit, { event: 'oom-kill' });
}

/** What its group has used is known to the last: nobody can ask when it is gone. */
function noteUsage(world: World, unit: Unit, usec: number, isEmpty: boolean): void {
  if (usec > 0) unit.cpuUsec = usec;
  if (isEmpty) unit.traffic = countedTraffic(world, unit);
}

function entered(world: World, { group, pid, errno }: Extract<KeeperEvent, { readonly event: 'entered' }>): void {
  const unit = world.ofGroup(group);
  if (unit === undefined) return;
  deliver(world, unit, errno === 0 ? { event: 'entered', pid } : { event: 'entered', pid, failure: errnoMessage(errno) });
}

function toHolder(world: World, name: string, event: UnitEvent): void {
  if (watchFired(world, name)) return;
  const unit = world.held.get(name);
  if (unit !== undefined) deliver(world, unit, event);
}

/** A connection came to a socket; one that nobody is there for any more is closed. */
function accepted(world: World, event: Extract<KeeperEvent, { readonly event: 'accepted' }>): void {
  const unit = world.held.get(event.name);
  if (unit !== undefined) deliver(world, unit, { event: 'connection', is: 'offered', offer: offerOf(event) }, 'a connection came');
  else if (event.errno === 0) world.command({ do: 'close', name: event.as });
}

/** Anybody can send as many as he likes, so only some are told. */
function tellOfStranger(world: World, pid: number): void {
  const { window, allowed } = count(world.strangers, world.options.clock.now().monotonicUsec, { intervalUsec: 10_000_000, burst: 10 });
  world.strangers = window;
  if (allowed) log(world, 4, `Notification of process ${pid}, which belongs to no unit, is ignored`, undefined);
}

function notified(world: World, event: Extract<KeeperEvent, { readonly event: 'notified' }>): void {
  if (takeDescriptors(world, event)) return;
  const unit = event.group === '' ? undefined : world.ofGroup(event.group);
  if (unit === undefined) {
    tellOfStranger(world, event.pid);
    for (const name of event.fds) world.command({ do: 'close', name });
    return;
  }
  const { message, own } = judgeMainPid(world, unit, event, parseNotification(event.text, event.fds));
  const { main, control } = unit.type.pids(unit.state);
  const from = event.pid === main ? 'main' : event.pid === control ? 'control' : 'other';
  world.renamed.clear();
  deliver(world, unit, { event: 'notified', from, pid: event.pid, uid: event.uid, message, ...own });
  const kept = new Set(event.fds.length === 0 ? [] : unit.type.descriptors(unit.state));
  // A barrier's pipe is closed here as well, now that all before it was acted on (sd_notify_barrier(3)).
  for (const name of event.fds) if (!world.renamed.has(name) && !kept.has(name)) world.command({ do: 'close', name });
}
