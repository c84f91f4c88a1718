import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** A held descriptor, and its name for LISTEN_FDNAMES. */
export interface HeldSocket {
  readonly held: string;
  readonly name: string;
}

/** The listening descriptors that a service is to be given: those of Sockets= first, then those of the other sockets that trigger it. */
export function heldSockets(world: World, unit: Unit): readonly HeldSocket[] {
  const named = unit.config.service?.Sockets ?? [];
  const triggers = world.graph.related(unit.name, 'triggered-by').filter((name) => !named.includes(name));
  const units = [...named, ...triggers.toSorted()].map((name) => world.peek(name)).filter((socket) => socket !== undefined);
  return [...new Set(units)].flatMap(listeners);
}

function listeners(socket: Unit): readonly HeldSocket[] {
  const settings = socket.config.socket;
  if (settings === undefined) return [];
  const name = settings.FileDescriptorName === '' ? socket.name : settings.FileDescriptorName;
  return socket.type.descriptors(socket.state).map((held) => ({ held, name }));
}
