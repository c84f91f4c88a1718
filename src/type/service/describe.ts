import { signalName } from '../../unit/values/signal.ts';
import type { ProcessExit } from './state.ts';

/** How a process ended, for people: `code=killed, status=9/KILL`. */
export function describeExit({ how, status }: ProcessExit): string {
  const name = how === 'exited' ? undefined : signalName(status);
  return `code=${how}, status=${status}${name === undefined ? '' : `/${name}`}`;
}
