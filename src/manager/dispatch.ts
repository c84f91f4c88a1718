import { unreachable } from '../base/assert.ts';
import type { Exit, KeeperEvent } from '../port/keeper.ts';
import type { UnitEvent } from '../type/type.ts';
import { isMissingProgram, spawnFailure } from './exec-failure.ts';
import { errorText } from './error-text.ts';
import { parseNotification } from './notify-message.ts';
import { log } from './records.ts';
import { handleSignal } from './signals.ts';
import { deliver } from './step.ts';
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
      return groupEmpty(world, event.group);
    case 'readable':
    case 'hangup':
      return toHolder(world, event.name, { event: event.event, name: event.name });
    case 'accepted':
      return accepted(world, event);
    case 'notified':
      return notified(world, event);
    case 'signalled':
      return handleSignal(world, event);
    default:
      return unreachable(event);
  }
}

function toChild(world: World, child: number, event: UnitEvent): void {
  const unit = world.children.get(child);
  if (unit !== undefined) deliver(world, unit, event);
}

function spawnFailed(world: World, child: number, errno: number): void {
  const unit = forgetChild(world, child);
  if (unit !== undefined) deliver(world, unit, { event: 'spawn-failed', child, reason: errorText(errno) });
}

function exited(world: World, child: number, exit: Exit): void {
  const path = world.children.get(child)?.children?.get(child) ?? '';
  const unit = forgetChild(world, child);
  if (unit === undefined) return;
  const failure = exit.failedOp < 0 ? undefined : spawnFailure(exit, path);
  const { how, status, groupEmpty: isEmpty } = exit;
  const event: UnitEvent = { event: 'exited', child, how, status, missing: isMissingProgram(exit), groupEmpty: isEmpty };
  deliver(world, unit, failure === undefined ? event : { ...event, failure, failedOp: exit.failedOp }, `process exited: ${how} ${status}`);
}

function forgetChild(world: World, child: number): Unit | undefined {
  const unit = world.children.get(child);
  world.children.delete(child);
  unit?.children?.delete(child);
  if (unit !== undefined) world.dirtyUnits.add(unit);
  return unit;
}

function groupEmpty(world: World, group: string): void {
  const unit = world.peek(group);
  if (unit === undefined) world.command({ do: 'remove-group', group });
  else {
    deliver(world, unit, { event: 'group-empty' });
    world.toCollect.add(unit);
  }
}

function toHolder(world: World, name: string, event: UnitEvent): void {
  const unit = world.held.get(name);
  if (unit !== undefined) deliver(world, unit, event);
}

/** Accept=yes is not carried out yet, so nobody asks for connections; one that comes all the same is closed. */
function accepted(world: World, event: Extract<KeeperEvent, { readonly event: 'accepted' }>): void {
  if (event.errno === 0) world.command({ do: 'close', name: event.as });
}

function notified(world: World, event: Extract<KeeperEvent, { readonly event: 'notified' }>): void {
  const unit = event.group === '' ? undefined : world.peek(event.group);
  if (unit === undefined) {
    log(world, 4, `Notification of process ${event.pid}, which belongs to no unit, is ignored`, undefined);
    for (const name of event.fds) world.command({ do: 'close', name });
    return;
  }
  const message = parseNotification(event.text, event.fds);
  const { main, control } = unit.type.pids(unit.state);
  const from = event.pid === main ? 'main' : event.pid === control ? 'control' : 'other';
  world.renamed.clear();
  deliver(world, unit, { event: 'notified', from, pid: event.pid, uid: event.uid, message }, `notification of process ${event.pid}`);
  const kept = new Set(event.fds.length === 0 ? [] : unit.type.descriptors(unit.state));
  // A barrier's pipe is closed here as well, now that all before it was acted on (sd_notify_barrier(3)).
  for (const name of event.fds) if (!world.renamed.has(name) && !kept.has(name)) world.command({ do: 'close', name });
}
