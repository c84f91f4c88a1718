import type { Result } from '../base/result.ts';
import { bunSockets } from './bun-sockets.ts';

/** A stream socket that is connected. */
export interface ByteSocket {
  /** Bytes that were given to `write` and that the kernel has not taken yet. */
  readonly unsent: number;
  /** Whether it is closed, or about to be. */
  readonly isGone: boolean;
  /** What is written after `end` is lost. The bytes must stay as they are. `gone` is called when the kernel has all of them, perhaps before this returns; never, if the socket is closed before. */
  write(bytes: Uint8Array, gone?: () => void): void;
  /** Reads no more until `resume`. */
  pause(): void;
  resume(): void;
  /** Closes the writing side when all is sent; the socket is closed when the other side has closed its own, too. */
  end(): void;
  /** Closes it at once, whatever waits. */
  destroy(): void;
}

/** Who is told what happens to a socket. */
export interface SocketReceiver {
  /** The bytes are the receiver's to keep. */
  data(bytes: Uint8Array): void;
  /** The other side writes no more. */
  end?(): void;
  /** All is sent, after some had to wait. */
  drain?(): void;
  /** It is closed, by whichever side; called once, never from within a call of the socket. The error is that of the socket, if it broke. */
  closed(error?: Error): void;
}

/** Called for a socket that has just been connected, before anything comes over it. */
export type Served<R extends SocketReceiver = SocketReceiver> = (socket: ByteSocket) => R;

/** A unix socket: one that is to be made, with this mode, or one that listens already. */
export type ListenAt = { readonly path: string; readonly mode: number } | { readonly fd: number };

/** A socket that listens. */
export interface Listener {
  /** Takes no more connections; those that are there stay. */
  close(): void;
}

/** The stream sockets of a runtime. */
export interface Sockets {
  connect<R extends SocketReceiver>(path: string, served: Served<R>): Promise<Result<R, NodeJS.ErrnoException>>;
  listen(at: ListenAt, served: Served): Promise<Result<Listener, Error>>;
}

/** Connects to a unix socket; gives who serves it. The error has the `code` of connect(2), as ENOENT. */
export async function connectSocket<R extends SocketReceiver>(path: string, served: Served<R>): Promise<Result<R, NodeJS.ErrnoException>> {
  return (await socketsOfRuntime()).connect(path, served);
}

/** Whether somebody answers on a unix socket. */
export async function isAnswered(path: string): Promise<boolean> {
  const answered = await connectSocket(path, (socket) => ({ socket, data: () => undefined, closed: () => undefined }));
  if (answered.ok) answered.value.socket.destroy();
  return answered.ok;
}

/** Serves those who connect to a unix socket. */
export async function listenSocket(at: ListenAt, served: Served): Promise<Result<Listener, Error>> {
  return (await socketsOfRuntime()).listen(at, served);
}

/** Those of Bun where that is there: what Node has instead, and Bun has, too, takes nearly as long to load and begin with as Bun to start. */
async function socketsOfRuntime(): Promise<Sockets> {
  return bunSockets ?? (await import('./node-sockets.ts')).nodeSockets;
}
