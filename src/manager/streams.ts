import type { KeeperEvent } from '../port/keeper.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

type Notified = Extract<KeeperEvent, { readonly event: 'notified' }>;

/** How a message begins that is about descriptors for a transient unit; a token follows, which only a client of the control socket can have. */
const prefix = 'TYSD_DESCRIPTORS=';

/** Gives a fresh token under which a client may send descriptors. */
export function expectDescriptors(world: World): string {
  const token = world.options.freshId();
  world.expected.set(token, []);
  return token;
}

/** The client is gone, or has no more use for what it has sent. */
export function forgetDescriptors(world: World, token: string): void {
  for (const name of world.expected.get(token) ?? []) world.command({ do: 'close', name });
  world.expected.delete(token);
}

/** Takes descriptors that a client was told to send; false where the message is none of these. What nobody waits for is closed. */
export function takeDescriptors(world: World, { text, fds }: Notified): boolean {
  if (!text.startsWith(prefix)) return false;
  const token = text.slice(prefix.length).trim();
  const isAwaited = world.expected.get(token)?.length === 0 && fds.length === streamCount;
  const names = fds.map((_, index) => `stream/${token}/${index}`);
  for (const [index, name] of fds.entries()) {
    const to = names[index];
    world.command(isAwaited && to !== undefined ? { do: 'rename', name, to } : { do: 'close', name });
  }
  if (isAwaited) world.expected.set(token, names);
  return true;
}

/** Makes the descriptors of a token the unit's; false where there are none. */
export function adoptStreams(world: World, unit: Unit, token: string): boolean {
  const names = world.expected.get(token) ?? [];
  if (names.length !== streamCount) return false;
  world.expected.delete(token);
  unit.streams = names;
  for (const name of names) world.held.set(name, unit);
  world.dirtyUnits.add(unit);
  return true;
}

/** The unit has no more use for its streams; whoever reads the other end of a pipe is to see that. */
export function releaseStreams(world: World, unit: Unit): void {
  for (const name of unit.streams) {
    world.held.delete(name);
    world.command({ do: 'close', name });
  }
  if (unit.streams.length > 0) world.dirtyUnits.add(unit);
  unit.streams = [];
}

/** Standard input, output and error. */
const streamCount = 3;
