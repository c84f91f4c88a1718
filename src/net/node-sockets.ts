import { connect, createServer, type Server, type Socket } from 'node:net';
import { err, ok } from '../base/result.ts';
import { bindWithMode } from './mode.ts';
import type { ByteSocket, Served, SocketReceiver, Sockets } from './socket.ts';

/** The sockets of Node. */
export const nodeSockets: Sockets = {
  connect: (path, served) =>
    new Promise((resolve) => {
      const socket = connect({ path, allowHalfOpen: true });
      socket.once('error', (error) => resolve(err(error)));
      socket.once('connect', () => resolve(ok(serveNodeSocket(socket, served))));
    }),
  listen: (at, served) =>
    new Promise((resolve) => {
      const server = createServer({ allowHalfOpen: true }, (socket) => void serveNodeSocket(socket, served));
      server.once('error', (error) => resolve(err(error)));
      server.once('listening', () => {
        // Failing to accept one client (no descriptors left) is no reason to end.
        server.on('error', () => undefined);
        resolve(ok({ close: () => void server.close() }));
      });
      if ('path' in at) bindHere(server, at);
      else server.listen(at);
    }),
};

/** Node says later what is wrong; then what is at the path is not ours. */
function bindHere(server: Server, { path, mode }: { readonly path: string; readonly mode: number }): void {
  try {
    bindWithMode(path, mode, () => {
      if (!server.listen(path).listening) throw new Error(`${path} is not bound`);
    });
  } catch {
    // `error` follows.
  }
}

/** Serves a socket of Node that is connected. */
export function serveNodeSocket<R extends SocketReceiver>(socket: Socket, served: Served<R>): R {
  let failure: Error | undefined;
  const ours: ByteSocket = {
    get unsent() {
      return socket.writableLength;
    },
    get isGone() {
      return socket.destroyed;
    },
    write: (bytes, gone) => {
      if (socket.writable)
        socket.write(bytes, (error) => {
          if (error === undefined || error === null) gone?.();
        });
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
  const receiver = served(ours);
  socket.on('data', (bytes: Uint8Array) => receiver.data(bytes));
  socket.on('end', () => {
    receiver.end?.();
    if (receiver.end === undefined) socket.end();
  });
  socket.on('drain', () => receiver.drain?.());
  socket.on('error', (error) => {
    failure = error;
    socket.destroy();
  });
  socket.on('close', () => receiver.closed(failure));
  return receiver;
}
