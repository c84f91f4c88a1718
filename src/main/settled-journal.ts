import { closeSync, existsSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { connectSocket } from '../net/socket.ts';

/** So long a reader waits for a journal that is busy or has to start: longer than that is trouble, and what is stored is better than nothing. */
const patienceMs = 2000;

/**
 * Resolves when all that was said before is stored, or when it cannot be found out. One who connects to the socket for output and ends without a word is
 * told so by the keeper: it closes the connection then (keeper/PROTOCOL.md). The front has begun that already (front/front.c) where it could, so
 * that it passes while the tool is loaded.
 */
export function settledJournal(runtimeDirectory: string): Promise<void> {
  const path = join(runtimeDirectory, 'stdout');
  const handed = takeHanded();
  if (handed !== undefined) {
    const isThis = handed.path === path;
    if (isThis) awaitEnd(handed.fd);
    closeSync(handed.fd);
    if (isThis) return Promise.resolve();
  }
  return existsSync(path) ? askKeeper(path) : Promise.resolve();
}

/** The connection that the front made for this process; it counts for what was said before the call, so once. */
function takeHanded(): { readonly fd: number; readonly path: string } | undefined {
  const [, pid, fd, path] = /^(\d+) (\d+) (.+)$/.exec(process.env['TYSD_SETTLED'] ?? '') ?? [];
  delete process.env['TYSD_SETTLED'];
  return path === undefined || Number(pid) !== process.pid ? undefined : { fd: Number(fd), path };
}

/** A read fails after as long as the patience is, for which the front has seen. */
function awaitEnd(fd: number): void {
  try {
    readSync(fd, new Uint8Array(1));
  } catch {
    // Not in time, or not at all.
  }
}

async function askKeeper(path: string): Promise<void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const asked = await connectSocket(path, (socket) => ({ socket, data: () => undefined, closed: () => end() }));
  if (!asked.ok) return;
  const { socket } = asked.value;
  const timer = setTimeout(() => socket.destroy(), patienceMs);
  socket.end();
  await ended;
  clearTimeout(timer);
}
