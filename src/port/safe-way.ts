import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** What the last part of a path names, as it was when it was looked up. */
export interface Found extends Disposable {
  /** Leads there whatever others do to the directories that were gone through, until it is disposed of. */
  readonly path: string;
}

/**
 * Goes to the directory that holds the last part of an path, each by its name in the one before. As `keeper/way.c`, it follows a symlink
 * only where that and all directories before it belong to root or to us: what is another's leads nowhere (ELOOP).
 */
export function openAbove(path: string): Found {
  let rest = (isAbsolute(path) ? path : join(process.cwd(), path)).split('/').filter((part) => part !== '');
  const last = rest.pop() ?? '.';
  let at = openDirectory('/');
  const [owner, self] = [fstatSync(at).uid, process.geteuid?.()];
  const isOurs = (uid: number): boolean => uid === 0 || uid === self || uid === owner;
  let strange = false;
  const move = (next: number): void => {
    closeSync(at);
    at = next;
    strange ||= !isOurs(fstatSync(at).uid);
  };
  try {
    for (let links = 0; rest.length > 0;) {
      const [part = '', ...after] = rest;
      rest = after;
      if (strange && part === '..') throw loop(path);
      const target = readLink(at, part);
      if (target === undefined) {
        move(openDirectory(below(at, part)));
        continue;
      }
      links += 1;
      if (strange || links > mostLinks || !isOurs(target.uid)) throw loop(path);
      rest = [...target.text.split('/').filter((each) => each !== ''), ...rest];
      if (target.text.startsWith('/')) move(openDirectory('/'));
    }
    const found = at;
    return { path: below(found, last), [Symbol.dispose]: () => closeSync(found) };
  } catch (error) {
    closeSync(at);
    throw error;
  }
}

const mostLinks = 40;
/** open(2) of what is only to be named; Node has no name for it. */
const O_PATH = 0o10000000;

function openDirectory(path: string): number {
  return openSync(path, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

function below(directory: number, name: string): string {
  return `/proc/self/fd/${directory}/${name}`;
}

/** What the symlink of this name says, and whose it is; undefined for what is none. */
function readLink(directory: number, name: string): { readonly text: string; readonly uid: number } | undefined {
  const fd = openSync(below(directory, name), O_PATH | constants.O_NOFOLLOW);
  try {
    const found = fstatSync(fd);
    if (!found.isSymbolicLink()) return undefined;
    const text = readlinkSync(below(directory, name));
    if (lstatSync(below(directory, name)).ino !== found.ino) throw loop(name);
    return { text, uid: found.uid };
  } finally {
    closeSync(fd);
  }
}

function loop(path: string): Error {
  return Object.assign(new Error(`ELOOP: a symlink that others could have put there is not followed, '${path}'`), { code: 'ELOOP' });
}
