import { type EventEmitter, once } from 'node:events';

/**
 * Where a log is printed to, as a stream of the runtime is: it says `drain` when it takes more after a write that gave false, and `error` or `close` when its
 * reader has gone away.
 */
export interface LogOutput extends EventEmitter {
  readonly writable: boolean;
  write(bytes: Uint8Array): boolean;
}

/** Writes, and waits while the reader of the output is behind. False when the reader has gone away. */
export async function printed(out: LogOutput, text: string | Uint8Array, signal?: AbortSignal): Promise<boolean> {
  if (text.length === 0) return true;
  if (!out.writable || signal?.aborted === true) return false;
  if (out.write(typeof text === 'string' ? Buffer.from(text) : text)) return true;
  try {
    await once(out, 'drain', signal === undefined ? {} : { signal });
    return true;
  } catch {
    return false;
  }
}

/** A signal for when the reader of the output has gone away, or `signal` says so; a closed pipe is no error. */
export function ended(out: LogOutput, signal: AbortSignal): AbortSignal {
  const gone = new AbortController();
  out.once('error', () => gone.abort());
  out.once('close', () => gone.abort());
  return AbortSignal.any([signal, gone.signal]);
}
