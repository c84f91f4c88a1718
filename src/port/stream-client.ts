import type { Socket } from 'node:net';

/** Where a stream leads to: a socket of the file system (of no file with a NUL first), or a port of a host. */
export type StreamAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** Sends pieces of bytes one after the other to whoever listens; a connection is made when there is something to send. */
export interface StreamClient {
  /** What cannot be taken in is left out, whole, and counted. */
  readonly send: (bytes: Uint8Array) => void;
  /** Nothing waits to be sent: all is with the kernel. */
  readonly isEmpty: boolean;
  /** Waits until all is sent that was given, for a second at most. */
  readonly close: () => Promise<void>;
}

/** A client of one address. A connection that is refused or lost is made again after a second, and what waited goes on then. */
export function createStreamClient(address: StreamAddress, warn: (text: string) => void): StreamClient {
  let socket: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOpen = false;
  let isTold = false;
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let missed = 0;

  function connect(): void {
    if (socket !== undefined || timer !== undefined) return;
    // Loaded when there is something to send, which mostly there never is.
    const made = process.getBuiltinModule('node:net').createConnection(address);
    socket = made;
    made.on('connect', () => {
      isOpen = true;
      isTold = false;
      flush();
    });
    made.on('error', (error) => {
      if (!isTold) warn(`Cannot pass entries on to ${textOf(address)}: ${error.message}`);
      isTold = true;
    });
    made.on('close', () => {
      socket = undefined;
      isOpen = false;
      timer = setTimeout(() => {
        timer = undefined;
        if (waiting.length > 0) connect();
      }, pauseMs);
      timer.unref();
    });
    // What the other end says is of no interest, but it must not fill the kernel's buffer.
    made.resume();
  }

  function flush(): void {
    if (socket === undefined || !isOpen || waiting.length === 0) return;
    socket.write(Buffer.concat(waiting));
    waiting = [];
    bytes = 0;
  }

  return {
    send(piece) {
      if (bytes + (socket?.writableLength ?? 0) + piece.length > longestQueue) {
        missed++;
        return;
      }
      if (missed > 0) warn(`${missed} entries could not be passed on to ${textOf(address)}, as they are not read there.`);
      missed = 0;
      if (waiting.length === 0) setImmediate(flush);
      waiting.push(piece);
      bytes += piece.length;
      connect();
    },
    get isEmpty() {
      return waiting.length === 0 && (socket?.writableLength ?? 0) === 0;
    },
    async close() {
      const last = socket;
      if (last === undefined) return;
      await new Promise<void>((resolve) => {
        const patience = setTimeout(resolve, pauseMs);
        last.once('close', () => {
          clearTimeout(patience);
          resolve();
        });
        const end = (): void => {
          flush();
          last.end();
        };
        if (isOpen) end();
        else last.once('connect', end);
      });
    },
  };
}

const pauseMs = 1_000;
const longestQueue = 8 << 20;

function textOf(address: StreamAddress): string {
  if ('path' in address) return address.path.replace('\0', '@');
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
