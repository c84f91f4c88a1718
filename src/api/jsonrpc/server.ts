import { unlinkSync } from 'node:fs';
import { err, ok, type Result } from '../../base/result.ts';
import { type ByteSocket, isAnswered, listenSocket, type SocketReceiver } from '../../net/socket.ts';
import type { ApiServices } from '../handler.ts';
import { serve } from './connection.ts';
import { failure } from './message.ts';

/** Where to listen: on a socket that the keeper holds and handed down, or at a path. */
export type Listen = { readonly fd: number } | { readonly path: string };

/** The control socket while it is served. */
export interface ControlServer {
  /** How many clients are there. */
  readonly clients: number;
  /** Takes no more clients, and lets those that are there go. */
  close(): void;
}

/** More clients than this at once are told to come back later. */
const clientLimit = 512;

/**
 * Serves the API as JSON-RPC 2.0 on a unix stream socket, mode 0600.
 * `changed` hears when a client comes or goes. A dead socket file that is in the way is replaced, one that answers is an error. A socket that came as a descriptor stays when the server closes.
 */
export async function listenControl(
  listen: Listen,
  services: ApiServices,
  changed: () => void = () => undefined,
): Promise<Result<ControlServer, string>> {
  if ('path' in listen && (await isAnswered(listen.path))) return err(`${listen.path} is served by another process`);
  const clients = new Set<ByteSocket>();
  if ('path' in listen) removeFile(listen.path);
  const server = await listenSocket('path' in listen ? { path: listen.path, mode: 0o600 } : listen, (socket) => {
    if (clients.size >= clientLimit) return turnAway(socket);
    clients.add(socket);
    changed();
    const receiver = serve(socket, services);
    return {
      ...receiver,
      closed: () => {
        clients.delete(socket);
        receiver.closed();
        changed();
      },
    };
  });
  if (!server.ok) return err(server.error.message);
  return ok({
    get clients() {
      return clients.size;
    },
    close: () => {
      server.value.close();
      for (const client of clients) client.destroy();
      if ('path' in listen) removeFile(listen.path);
    },
  });
}

function turnAway(socket: ByteSocket): SocketReceiver {
  socket.write(
    Buffer.from(`${failure(null, { code: 'failed', message: `There are ${clientLimit} clients already; try again later.` })}\n`),
  );
  socket.end();
  return { data: () => undefined, closed: () => undefined };
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // There was none; if it is in the way for another reason, listening says so.
  }
}
