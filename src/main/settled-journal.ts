import { connect } from 'node:net';
import { join } from 'node:path';

/** So long a reader waits for a journal that is busy or has to start: longer than that is trouble, and what is stored is better than nothing. */
const patienceMs = 2000;

/**
 * Resolves when all that was said before is stored, or when it cannot be found out. One who connects to the socket for output and ends without a word is
 * told so by the keeper: it closes the connection then (keeper/PROTOCOL.md).
 */
export function settledJournal(runtimeDirectory: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(join(runtimeDirectory, 'stdout'));
    const timer = setTimeout(() => socket.destroy(), patienceMs);
    socket.once('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume();
    socket.end();
  });
}
