import { messageIds } from '../../graph/message-ids.ts';
import { dropConnection } from './connection.ts';
import { shallRestart, restartDelay } from './restart-table.ts';
import type { Memory, ServiceResult, ServiceState, StoredDescriptor } from './state.ts';
import { type Live, noteResult, say, type Turn, withDeadline } from './turn.ts';
import { sayEnd } from '../say-end.ts';

/** The end of a run: dead, failed, or on the way to an automatic restart. */
export function enterDead(turn: Turn, live: Live, result: ServiceResult, options: { readonly mayRestart: boolean }): ServiceState {
  const ended = dropConnection(turn, noteResult(live.memory, result));
  const failed = isFailure(ended.result);
  report(turn, ended);
  if (turn.service.PIDFile !== '') turn.effects.push({ effect: 'unlink', path: turn.service.PIDFile });
  turn.effects.push({ effect: turn.groupEmpty ? 'remove-group' : 'watch-group' });
  const lingering = !turn.groupEmpty;

  if (options.mayRestart && !turn.context.stopRequested && shallRestart(ended, turn.service)) {
    const delay = restartDelay(ended, turn.service, turn.context.defaults.restartUsec) + randomDelay(turn);
    const memory = withDeadline(turn, releaseStored(turn, ended, turn.service.FileDescriptorStorePreserve !== 'no'), 'restart', delay);
    if (turn.service.RestartMode !== 'direct') {
      turn.through = { sub: failed ? 'failed-before-auto-restart' : 'dead-before-auto-restart', lingering, memory };
    }
    return { sub: 'auto-restart', lingering, memory };
  }
  return { sub: failed ? 'failed' : 'dead', lingering, memory: releaseStored(turn, ended, staysStored(turn, failed)) };
}

/** RestartRandomizedDelaySec=: each restart waits a while of its own. */
function randomDelay({ service, context }: Turn): number {
  return service.RestartRandomizedDelaySec === 0 ? 0 : Math.floor(context.random() * service.RestartRandomizedDelaySec);
}

/** Whether a result makes the unit failed; a condition that did not hold does not. */
export function isFailure(result: ServiceResult): boolean {
  return result !== 'success' && result !== 'exec-condition';
}

/** Drops the stored descriptors unless they are kept. */
export function releaseStored(turn: Turn, memory: Memory, keep: boolean): Memory {
  if (keep || memory.stored.length === 0) return memory;
  closeStored(turn, memory.stored);
  return { ...memory, stored: [] };
}

/** Has the keeper close stored descriptors. */
export function closeStored(turn: Turn, stored: readonly StoredDescriptor[]): void {
  for (const { held } of stored) turn.effects.push({ effect: 'close', name: held });
}

/** FileDescriptorStorePreserve= at the end of a run that no automatic restart follows. */
function staysStored(turn: Turn, failed: boolean): boolean {
  const preserve = turn.service.FileDescriptorStorePreserve;
  if (preserve === 'yes' || (preserve === 'on-success' && !failed)) return true;
  return preserve !== 'no' && turn.context.restartRequested;
}

function report(turn: Turn, memory: Memory): void {
  const { name } = turn.config;
  if (memory.result !== 'exec-condition') return sayEnd(turn.effects, name, memory.result);
  say(turn, 6, `${name}: Skipped due to 'exec-condition'.`, { MESSAGE_ID: messageIds.unitSkipped });
}
