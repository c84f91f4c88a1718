import { chmodSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { err, ok, type Result } from '../../base/result.ts';
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
  const clients = new Set<Socket>();
  // A client may close its writing side and still wait for answers.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (clients.size >= clientLimit) {
      socket.on('error', () => socket.destroy());
      socket.end(`${failure(null, { code: 'failed', message: `There are ${clientLimit} clients already; try again later.` })}\n`);
      return;
    }
    clients.add(socket);
    changed();
    socket.on('close', () => {
      clients.delete(socket);
      changed();
    });
    serve(socket, services);
  });
  const problem = await start(server, listen);
  if (problem !== undefined) return err(problem);
  return ok({
    get clients() {
      return clients.size;
    },
    close: () => {
      server.close();
      for (const client of clients) client.destroy();
      if ('path' in listen) removeFile(listen.path);
    },
  });
}

function start(server: Server, listen: Listen): Promise<string | undefined> {
  if ('path' in listen) removeFile(listen.path);
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(error.message));
    // The socket must not be open to others even for a moment; chmod is for when it is bound later than here.
    const umask = process.umask(0o177);
    server.listen(listen, () => {
      if ('path' in listen) chmodSync(listen.path, 0o600);
      // Failing to accept one client (no descriptors left) is no reason to end.
      server.on('error', () => undefined);
      resolve(undefined);
    });
    process.umask(umask);
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // There was none; if it is in the way for another reason, listening says so.
  }
}
