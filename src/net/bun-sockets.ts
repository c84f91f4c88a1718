import { err, ok, type Result } from '../base/result.ts';
import { bindWithMode } from './mode.ts';
import type { ByteSocket, Listener, ListenAt, Served, SocketReceiver, Sockets } from './socket.ts';

/** As much of Bun's sockets (https://bun.sh/docs/api/tcp) as is used here. */
interface NativeSocket {
  data: BunSocket;
  /** Gives how many bytes the kernel took, less than 0 where the socket is closed. */
  write(bytes: Uint8Array): number;
  pause(): void;
  resume(): void;
  /** Closes the writing side. */
  shutdown(): void;
  end(): void;
  terminate(): void;
}

interface Handlers {
  open(socket: NativeSocket): void;
  data(socket: NativeSocket, bytes: Uint8Array): void;
  end(socket: NativeSocket): void;
  drain(socket: NativeSocket): void;
  close(socket: NativeSocket, error?: Error): void;
  error(socket: NativeSocket, error: Error): void;
}

interface BunRuntime {
  connect(options: { readonly unix: string; readonly allowHalfOpen: true; readonly socket: Handlers }): Promise<NativeSocket>;
  listen(options: ({ readonly unix: string } | { readonly fd: number }) & { readonly allowHalfOpen: true; readonly socket: Handlers }): {
    stop(): void;
  };
}

/** The sockets of Bun; undefined in another runtime. */
export const bunSockets: Sockets | undefined = socketsIn(Reflect.get(globalThis, 'Bun'));

function socketsIn(runtime: unknown): Sockets | undefined {
  return isBun(runtime) ? socketsOf(runtime) : undefined;
}

function isBun(runtime: unknown): runtime is BunRuntime {
  return typeof runtime === 'object' && runtime !== null && 'connect' in runtime && 'listen' in runtime;
}

function socketsOf(bun: BunRuntime): Sockets {
  return {
    async connect(path, served) {
      try {
        const opened = Promise.withResolvers<ReturnType<typeof served>>();
        const open: Served<ReturnType<typeof served>> = (socket) => {
          const receiver = served(socket);
          opened.resolve(receiver);
          return receiver;
        };
        await bun.connect({ unix: path, allowHalfOpen: true, socket: handlers(open) });
        return ok(await opened.promise);
      } catch (error) {
        return err(error instanceof Error ? error : new Error(String(error)));
      }
    },
    listen: (at, served) => Promise.resolve(listen(bun, at, served)),
  };
}

function listen(bun: BunRuntime, at: ListenAt, served: Served): Result<Listener, Error> {
  const options = { allowHalfOpen: true, socket: handlers(served) } as const;
  try {
    const listener =
      'path' in at
        ? bindWithMode(at.path, at.mode, () => bun.listen({ ...options, unix: at.path }))
        : bun.listen({ ...options, fd: at.fd });
    return ok({ close: () => listener.stop() });
  } catch (error) {
    return err(error instanceof Error ? error : new Error(String(error)));
  }
}

function handlers(served: Served): Handlers {
  return {
    open: (native) => {
      native.data = new BunSocket(native, served);
    },
    data: ({ data: socket }, bytes) => socket.receiver.data(bytes),
    end: ({ data: socket }) => socket.otherEnded(),
    drain: ({ data: socket }) => socket.drain(),
    close: ({ data: socket }, error) => socket.closed(error),
    // What is thrown above would end here, and nobody would know.
    error: (_, error) =>
      queueMicrotask(() => {
        throw error;
      }),
  };
}

/** Bytes that wait, and who wants to know when they are gone. */
interface Waiting {
  readonly bytes: Uint8Array;
  readonly gone: (() => void) | undefined;
}

class BunSocket implements ByteSocket {
  readonly receiver: SocketReceiver;
  readonly #native: NativeSocket;
  #waiting: Waiting[] = [];
  #hasEnded = false;
  #hasOtherEnded = false;
  unsent = 0;
  isGone = false;

  constructor(native: NativeSocket, served: Served) {
    this.#native = native;
    this.receiver = served(this);
  }

  write(bytes: Uint8Array, gone?: () => void): void {
    if (this.isGone || this.#hasEnded) return;
    const taken = this.#waiting.length === 0 ? this.#give(bytes) : 0;
    if (taken === bytes.length) return gone?.();
    this.unsent += bytes.length - taken;
    this.#waiting.push({ bytes: bytes.subarray(taken), gone });
  }

  pause(): void {
    if (!this.isGone) this.#native.pause();
  }

  resume(): void {
    if (!this.isGone) this.#native.resume();
  }

  end(): void {
    if (this.#hasEnded || this.isGone) return;
    this.#hasEnded = true;
    if (this.#waiting.length === 0) this.#shutdown();
  }

  destroy(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#waiting = [];
    this.#native.terminate();
  }

  otherEnded(): void {
    this.#hasOtherEnded = true;
    this.receiver.end?.();
    // Who does not care has nothing more to say either.
    if (this.receiver.end === undefined) this.end();
  }

  drain(): void {
    if (this.#waiting.length === 0) return;
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      const taken = this.#give(first.bytes);
      this.unsent -= taken;
      if (taken < first.bytes.length) {
        this.#waiting[0] = { bytes: first.bytes.subarray(taken), gone: first.gone };
        return;
      }
      this.#waiting.shift();
      first.gone?.();
    }
    if (this.#hasEnded) this.#shutdown();
    this.receiver.drain?.();
  }

  closed(error?: Error): void {
    this.isGone = true;
    this.#waiting = [];
    queueMicrotask(() => this.receiver.closed(error));
  }

  #give(bytes: Uint8Array): number {
    return Math.max(0, this.#native.write(bytes));
  }

  #shutdown(): void {
    if (this.isGone) return;
    if (this.#hasOtherEnded) this.#native.end();
    else this.#native.shutdown();
  }
}
