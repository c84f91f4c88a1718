import { exitStatusName } from '../../unit/values/exit-status.ts';
import { signalName } from '../../unit/values/signal.ts';
import type { ProcessExit } from './state.ts';

/** How a process ended, for people: `code=killed, status=9/KILL`. */
export function describeExit({ how, status }: ProcessExit): string {
  const name = how === 'exited' ? exitStatusName(status) : signalName(status);
  return `code=${how}, status=${status}/${name ?? 'n/a'}`;
}
