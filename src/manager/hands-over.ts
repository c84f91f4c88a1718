import type { ManagerOptions } from './options.ts';

type Given = Pick<ManagerOptions, 'mayHandOver' | 'files'>;

const socket = '/run/systemd/journal/stdout';

/** Whether there may be another journal than ours for what is said now. Ours is a link at that place (main/tysd.ts), where there is one. */
export function handsOver({ mayHandOver, files }: Given): boolean {
  return mayHandOver === true && files.stat(socket).kind === 'socket';
}

/** Whether that journal listens, too: the socket of one that is gone stays where it was. */
export function otherJournalListens(given: Given): boolean {
  if (!handsOver(given)) return false;
  const table = given.files.read('/proc/net/unix', longestTable);
  return table === undefined || listening.test(new TextDecoder().decode(table));
}

/** A line of a socket that accepts connections. */
const listening = /^\S+ \S+ \S+ 00010000 .* \/run\/systemd\/journal\/stdout$/m;
const longestTable = 16 << 20;
