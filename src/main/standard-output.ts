import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';

/**
 * Standard output as a stream. The runtime's own takes milliseconds to make, and makes a pipe non-blocking and leaves it so for all that share it, which programs that
 * come after us in a script do not expect; so it is written to as it is.
 */
export function standardOutput(): NodeJS.WritableStream {
  return new Writable({ write: (chunk: Buffer, _encoding, done) => writeAll(chunk, done) });
}

function writeAll(chunk: Buffer, done: (error?: Error | null) => void): void {
  let left: Uint8Array = chunk;
  try {
    while (left.length > 0) left = left.subarray(writeSync(1, left));
  } catch (error) {
    // Somebody made it non-blocking before us: the runtime's stream knows how to wait.
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') process.stdout.write(left, done);
    else done(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  done();
}
