import type { Stamp } from '../port/keeper.ts';
import type { ManagerOptions } from './options.ts';
import type { World } from './world.ts';

type Given = Pick<ManagerOptions, 'mayHandOver' | 'files'>;

const socket = '/run/systemd/journal/stdout';

/** Whether there may be another journal than ours for what is said in this turn, in which that is looked at once. */
export function handsOver(world: World): boolean {
  if (world.options.mayHandOver !== true) return false;
  const known = seen.get(world);
  if (known?.at === world.now) return known.found;
  const found = isThere(world.options);
  seen.set(world, { at: world.now, found });
  return found;
}

/** Whether that journal listens, too: the socket of one that is gone stays where it was. */
export function otherJournalListens(given: Given): boolean {
  if (!isThere(given)) return false;
  const table = given.files.read('/proc/net/unix', longestTable);
  return table === undefined || listening.test(new TextDecoder().decode(table));
}

/** Ours is a link at that place (main/tysd.ts), where there is one. */
function isThere({ mayHandOver, files }: Given): boolean {
  return mayHandOver === true && files.stat(socket).kind === 'socket';
}

const seen = new WeakMap<World, { readonly at: Stamp; readonly found: boolean }>();

/** A line of a socket that accepts connections. */
const listening = /^\S+ \S+ \S+ 00010000 .* \/run\/systemd\/journal\/stdout$/m;
const longestTable = 16 << 20;
