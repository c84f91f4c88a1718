import type { UnitEvent } from '../type.ts';
import { liveOf } from './elapsed.ts';
import { adopt } from './pid-file.ts';
import { enterRunning, enterStartPost } from './start.ts';
import type { ServiceState, ServiceSub } from './state.ts';
import type { Turn } from './turn.ts';

type BusName = Extract<UnitEvent, { readonly event: 'bus-name' }>;

/** The name of BusName= has another owner (systemd.service(5), Type=dbus): with that such a service is up, without it is not. */
export function busNameChanged(turn: Turn, state: ServiceState, event: BusName): ServiceState {
  const owner = event.owner ?? null;
  if (owner === state.memory.busOwner) return state;
  const owned: ServiceState = { ...state, memory: { ...state.memory, busOwner: owner } };
  if (turn.service.Type !== 'dbus') return owner === null ? owned : withOwner(turn, owned, event.pid ?? 0);
  if (owned.sub === 'running' && owner === null) return enterRunning(turn, liveOf(owned), 'success');
  return owned.sub === 'start' && owner !== null ? enterStartPost(turn, liveOf(owned)) : owned;
}

const unguessed: readonly ServiceSub[] = ['start', 'start-post', 'running', 'reload', 'reload-signal', 'reload-notify', 'reload-post'];

/** A service whose main process is not known is known by whoever owns its name. */
function withOwner(turn: Turn, state: ServiceState, pid: number): ServiceState {
  if (pid === 0 || !('main' in state) || state.main !== null || !unguessed.includes(state.sub)) return state;
  const live = adopt(turn, liveOf(state), pid);
  return { ...state, main: live.main, memory: live.memory };
}
