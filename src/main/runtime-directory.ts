import { closeSync, constants, fchmodSync, fstatSync, lstatSync, mkdirSync, openSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { followLinks } from '../base/follow-links.ts';
import { err, ok, type Result } from '../base/result.ts';
import { isAnswered } from '../net/socket.ts';

/** Where tysd's sockets are, where nothing else is asked for. */
export function defaultRuntimeDirectory(scope: 'system' | 'user', uid: number, environment: NodeJS.ProcessEnv): string {
  if (scope === 'system') return '/run/tysd';
  const user = environment['XDG_RUNTIME_DIR'];
  return user !== undefined && user.startsWith('/') ? join(user, 'tysd') : `/tmp/tysd-${uid}`;
}

/** Where they may be instead, in a container whose root cannot be written to. */
export function otherRuntimeDirectories(uid: number): readonly string[] {
  return ['/tmp', '/dev/shm'].map((directory) => join(directory, `tysd-${uid}`));
}

/** Where tysd keeps what outlives it, where nothing else is asked for. */
export function defaultStateDirectory(scope: 'system' | 'user', environment: NodeJS.ProcessEnv): string {
  if (scope === 'system') return '/var/lib/tysd';
  const state = environment['XDG_STATE_HOME'];
  return state !== undefined && state.startsWith('/') ? join(state, 'tysd') : join(environment['HOME'] ?? '/', '.local/state/tysd');
}

/**
 * Makes a directory that only we can write to, or checks that it is one. Below /tmp everybody may have made it before
 * us, so what is there counts only if it is a directory, ours, and closed to others.
 */
export function ownDirectory(path: string, mode: number, uid: number): Result<undefined, string> {
  try {
    const stranger = uid === 0 ? strangerAbove(path) : undefined;
    if (stranger !== undefined) return err(`${path} could be replaced by others: ${stranger}`);
    mkdirSync(join(path, '..'), { recursive: true });
    try {
      mkdirSync(path, { mode });
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
    const found = lstatSync(path);
    if (!found.isDirectory()) return err(`${path} is not a directory`);
    if (found.uid !== uid) return err(`${path} belongs to uid ${found.uid}, not to ${uid}`);
    close(path, mode, uid);
    return ok(undefined);
  } catch (error) {
    return err(`cannot make ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** By descriptor: what was looked at may be something else by now. */
function close(path: string, mode: number, uid: number): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    if (fstatSync(fd).uid !== uid) throw new Error('another was put in its place');
    fchmodSync(fd, mode);
  } finally {
    closeSync(fd);
  }
}

/** Who else than root could put another directory in the place of this one, or a symlink: a sentence about the first directory or symlink on the way that says so. */
function strangerAbove(path: string): string | undefined {
  const ours = new Set([0, lstatSync('/').uid]);
  let stranger: string | undefined;
  followLinks(dirname(path), (at) => {
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (!ours.has(found.uid)) stranger ??= `${at} belongs to uid ${found.uid}`;
    if (found.isSymbolicLink()) return readlinkSync(at);
    if (isOpenToAll(found.mode)) stranger ??= `everybody may write to ${at}`;
    return undefined;
  });
  return stranger;
}

/** In a sticky directory only owners move what is there. */
function isOpenToAll(mode: number): boolean {
  return (mode & 0o1002) === 0o002;
}

/** A directory of ours, and what kept it from being the one that was wanted. */
export interface Place {
  readonly path: string;
  readonly problem?: string;
}

/**
 * The directory, or where that cannot be made the first of others that can; the error is that of the directory itself. What somebody else has put
 * in its place is refused, and not passed by.
 */
export function ownDirectoryOr(path: string, mode: number, uid: number, others: readonly string[]): Result<Place, string> {
  const first = ownDirectory(path, mode, uid);
  if (first.ok) return ok({ path });
  if (isOccupied(path, uid)) return first;
  const other = others.find((each) => ownDirectory(each, mode, uid).ok);
  return other === undefined ? first : ok({ path: other, problem: first.error });
}

function isOccupied(path: string, uid: number): boolean {
  const found = attempt(() => lstatSync(path, { throwIfNoEntry: false }));
  return found !== undefined && (!found.isDirectory() || found.uid !== uid);
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** Whether a tysd answers on the control socket there. */
export function isServed(runtimeDirectory: string): Promise<boolean> {
  return isAnswered(join(runtimeDirectory, 'control.sock'));
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
