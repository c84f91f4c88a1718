import { writeSync } from 'node:fs';
import { reopenConsole } from './console.ts';

/**
 * Writes to standard error, which may be a pipe that the container's runtime reads. Full, it is waited for, so that no line of a service that talks much is lost; but not
 * for long, as the journal must go on: what nobody reads is left out until somebody reads again.
 */
export function writeToConsole(fd: number = reopenConsole() ?? 2): (text: string) => void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let isRead = true;
  let isTorn = false;
  return (text) => {
    // What was cut off must not spoil the line after it.
    let left: Uint8Array = Buffer.from(isTorn ? `\n${text}` : text);
    const whole = left.length;
    for (let waits = 0; left.length > 0;) {
      try {
        left = left.subarray(writeSync(fd, left));
        isRead = true;
        isTorn = isTorn && left.length > 0;
      } catch (error) {
        const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
        if (!isFull || !isRead) {
          isTorn ||= left.length < whole;
          return;
        }
        isRead = waits++ < longestWaits;
        Atomics.wait(pause, 0, 0, waitMs);
      }
    }
  };
}

const waitMs = 2;
const longestWaits = 500;
