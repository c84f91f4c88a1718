import { errnoMessage } from '../exec/errno.ts';
import type { KeeperEvent } from '../port/keeper.ts';
import type { Connection, ConnectionOffer, Effect } from '../type/type.ts';
import { log } from './records.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** What the names of connections begin with that the keeper has taken and no unit has acted on yet. */
export const acceptedPrefix = 'accepted/';

/** A connection as the keeper tells of it. */
export function offerOf(event: Extract<KeeperEvent, { readonly event: 'accepted' }>): ConnectionOffer {
  const { name, as: held, errno, peer, local, pid, uid, cookie } = event;
  const offer: ConnectionOffer = { name, held, peer, local, cookie };
  if (errno !== 0) return { ...offer, failure: errnoMessage(errno) };
  return uid === unknownUid ? offer : { ...offer, credentials: { pid, uid } };
}

const unknownUid = 0xffff_ffff;

/** Gives a connection to the service that is to serve it, and starts that. */
export function serveConnection(world: World, socket: Unit, { unit: name, offered, connection }: ServeEffect): void {
  const unit = world.unit(name);
  const refused = (message: string): void => {
    log(world, 4, `${socket.name}: Cannot start ${unit.name} for a connection (is there a template for it?): ${message}`, socket);
    world.tell(socket, { event: 'connection', is: 'unserved' });
  };
  if (unit.look.active !== 'inactive' || unit.job !== undefined || holdsConnection(unit)) {
    endConnection(world, { ...connection, held: offered });
    return refused('there is one already that serves another');
  }
  world.command({ do: 'rename', name: offered, to: connection.held });
  bindConnection(world, unit, connection);
  world.tell(unit, { event: 'connection', is: 'given', connection });
  const withdraw = (message: string): void => {
    world.tell(unit, { event: 'connection', is: 'withdrawn' });
    refused(message);
  };
  world.wanted.push({
    request: 'start',
    unit: unit.name,
    mode: 'replace',
    cause: `connection to ${socket.name}`,
    after: socket.name,
    refused: withdraw,
  });
}

type ServeEffect = Extract<Effect, { readonly effect: 'serve' }>;

/** Closes a connection, and tells the socket that it has room for another. */
export function endConnection(world: World, { held, socket, source }: Connection): void {
  world.held.delete(held);
  world.command({ do: 'close', name: held });
  const unit = world.peek(socket);
  if (unit !== undefined) world.tell(unit, { event: 'connection', is: 'over', source });
}

/** A service that was to serve a connection, but never ran, is not going to. */
export function withdrawConnection(world: World, name: string): void {
  const unit = world.peek(name);
  if (unit !== undefined && holdsConnection(unit)) world.tell(unit, { event: 'connection', is: 'withdrawn' });
}

function holdsConnection({ type, state }: Unit): boolean {
  const connection = type.connection?.(state);
  return connection !== undefined && type.descriptors(state).includes(connection.held);
}

/** What a connection makes of its service: it follows the socket, which triggers it, and is described by who is at the other end. */
export function bindConnection(world: World, unit: Unit, { socket, peer }: Connection): void {
  world.graph.add(unit.name, 'After', socket);
  world.graph.add(unit.name, 'TriggeredBy', socket);
  unit.peer = peer;
}
