import type { UnitConfig } from '../../unit/config.ts';
import type { Step, StepContext } from '../type.ts';
import { listenKey } from './open-plan.ts';
import type { SocketMemory, SocketState, SocketSub } from './state.ts';
import { concludeSocket, openSocketTurn, pollAll, pollNone, type SocketTurn } from './turn.ts';

/**
 * The unit's files may have other lines of Listen*= than those that were opened: what no line names is closed, at once, and what is
 * new is opened only when the unit is started the next time.
 */
export function socketReread(state: SocketState, config: UnitConfig, context: StepContext): Step<SocketState> {
  if (!isOpened.has(state.sub)) return { state, effects: [] };
  const turn = openSocketTurn(config, context);
  const memory = withListed(turn, state.memory);
  if (!isStopping.has(state.sub)) warn(turn, memory);
  return concludeSocket(turn, state, { ...state, memory: state.sub === 'listening' ? heardAnew(turn, memory) : memory });
}

const isStopping: ReadonlySet<SocketSub> = new Set(['stop-pre', 'stop-pre-sigterm', 'stop-pre-sigkill']);

/** The stages in which all that the unit listens on has been opened, and may still be open. */
const isOpened: ReadonlySet<SocketSub> = new Set(['start-post', 'listening', 'deferred', 'running', ...isStopping]);

/** The descriptors that lines of Listen*= name, in the order of the lines; the others are closed. */
export function withListed(turn: SocketTurn, memory: SocketMemory): SocketMemory {
  const { held, listens } = memory;
  if (listens === undefined) return memory;
  const left = held.map((name, index) => ({ name, listen: listens[index] ?? '' }));
  const kept = turn.socket.Listen.flatMap((line) => {
    const key = listenKey(line);
    const index = left.findIndex(({ listen }) => listen === key);
    return index === -1 ? [] : left.splice(index, 1);
  });
  const gone = new Set(left.map(({ name }) => name));
  for (const name of memory.polled) if (gone.has(name)) turn.effects.push({ effect: 'unpoll', name });
  for (const name of gone) turn.effects.push({ effect: 'close', name });
  return {
    ...memory,
    held: kept.map(({ name }) => name),
    listens: kept.map(({ listen }) => listen),
    polled: memory.polled.filter((name) => !gone.has(name)),
  };
}

/** Accept= may be another than when the keeper was told what to tell. */
function heardAnew(turn: SocketTurn, memory: SocketMemory): SocketMemory {
  const { accepting, polled } = memory;
  if (accepting === undefined || accepting === turn.socket.Accept || polled.length === 0) return memory;
  return pollAll(turn, pollNone(turn, memory));
}

function warn({ config, socket, effects }: SocketTurn, { held }: SocketMemory): void {
  if (held.length >= socket.Listen.length && held.length > 0) return;
  const lacks =
    held.length === 0
      ? 'no open socket file descriptor left. The socket unit is not functional until restarted.'
      : 'and some socket file descriptors have not been opened yet. The socket unit is not fully functional until restarted.';
  const message = `${config.name}: Socket unit configuration has changed while unit has been running, ${lacks}`;
  effects.push({ effect: 'log', priority: 4, message });
}
