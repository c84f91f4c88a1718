import { EventEmitter } from 'node:events';
import { writeSync } from 'node:fs';
import type { LogOutput } from '../journal/logs-print.ts';

/**
 * Standard output, written to as it is. The runtime's own stream takes longer to make than most calls take, and makes a pipe non-blocking and leaves it
 * so for all that share it, which programs that come after us in a script do not expect.
 */
export function standardOutput(): LogOutput {
  return new StandardOutput();
}

class StandardOutput extends EventEmitter implements LogOutput {
  writable = true;
  /** The runtime's stream, once it is needed. */
  #stream: NodeJS.WriteStream | undefined;

  write(bytes: Uint8Array): boolean {
    let left = bytes;
    try {
      while (left.length > 0) left = left.subarray(writeSync(1, left));
      return true;
    } catch (error) {
      if (isAgain(error)) this.#wait(left);
      else this.#end(error);
      return false;
    }
  }

  /** Somebody made it non-blocking before us: the runtime's stream knows how to wait. */
  #wait(left: Uint8Array): void {
    this.#stream ??= process.stdout.on('error', (error) => this.#end(error));
    this.#stream.write(left, (error) => {
      if (error === undefined || error === null) this.emit('drain');
    });
  }

  #end(error: unknown): void {
    if (!this.writable) return;
    this.writable = false;
    // As with streams, after the call that failed.
    process.nextTick(() => this.emit('error', error));
  }
}

function isAgain(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
