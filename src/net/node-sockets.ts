import { createServer, type Socket, connect } from 'node:net';
import { err, ok } from '../base/result.ts';
import { withMode } from './mode.ts';
import type { ByteSocket, Served, Sockets } from './socket.ts';

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
      const begin = (): void =>
        void server.listen('path' in at ? { path: at.path } : at, () => {
          // Failing to accept one client (no descriptors left) is no reason to end.
          server.on('error', () => undefined);
          resolve(ok({ close: () => void server.close() }));
        });
      if ('path' in at) withMode(at.mode, begin);
      else begin();
    }),
};

/** Serves a socket of Node that is connected. */
export function serveNodeSocket(socket: Socket, served: Served): ByteSocket {
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
  return ours;
}
