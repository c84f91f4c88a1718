import type { ExecRequest } from '../../exec/request.ts';
import type { Connection } from '../type.ts';
import type { Memory, ServiceState } from './state.ts';
import type { Turn } from './turn.ts';

/** The service is made for this connection, which it is to be given when it starts. */
export function takeConnection(state: ServiceState, connection: Connection): ServiceState {
  return { ...state, memory: { ...state.memory, connection: { ...connection, open: true } } };
}

/** Lets go of the connection. A service that is started again has none: the other end has been told that it is over. */
export function dropConnection(turn: Turn, memory: Memory): Memory {
  if (memory.connection?.open !== true) return memory;
  const { open: _, ...connection } = memory.connection;
  turn.effects.push({ effect: 'disconnect', connection });
  return { ...memory, connection: { ...connection, open: false } };
}

/** Name of a connection in LISTEN_FDNAMES (sd_listen_fds(3)). */
const connectionName = 'connection';

/** The descriptors of sockets that the main process is given: its connection, or else all that its sockets listen on. */
export function socketsFor({ context }: Turn, { connection }: Memory): ExecRequest['descriptors'] {
  if (connection?.open !== true) return context.sockets();
  const { held, attributes } = connection;
  return [{ held, name: connectionName, ...(attributes.length === 0 ? {} : { attributes }) }];
}
