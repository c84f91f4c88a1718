import { type ByteSocket, connectSocket, type Served } from '../net/socket.ts';
import type { Inventory, Keeper, KeeperEvent } from './keeper.ts';
import { FrameWriter, type KeeperFrame, decodeKeeperFrames, encodeBatch, encodeHello, encodeRest } from './wire.ts';
import { wireVersion } from './wire-version.ts';
import { opsHash } from '../exec/ops-hash.ts';

/** The keeper behind its socket. */
export interface KeeperConnection extends Keeper {
  /** Resolves, with what is wrong or '' for a plain end, when the keeper is gone; nothing can be sent from then on. */
  readonly closed: Promise<string>;
  close(): void;
  /** Has the keeper close the connection, and start a manager when something happens or the time has come (CLOCK_MONOTONIC in microseconds, Infinity for never). */
  rest(idleUsec: number, wakeUsec: number): void;
}

/** Connects the manager to the keeper's socket, whose path is in $TYSD_KEEPER; rejects with a message for people. */
export function connectKeeper(path: string): Promise<KeeperConnection> {
  return overSocket(async (served) => {
    const connected = await connectSocket(path, served);
    if (!connected.ok) throw new Error(`The keeper's socket: ${connected.error.message}`);
  });
}

/** Speaks with the keeper over a socket that leads to it, which `connect` has served. */
export async function overSocket(connect: (served: Served) => void | Promise<void>): Promise<KeeperConnection> {
  const { promise, resolve, reject } = Promise.withResolvers<KeeperConnection>();
  await connect((socket) => {
    const closed = Promise.withResolvers<string>();
    void closed.promise.then((failure) => reject(new Error(failure === '' ? 'The keeper closed the connection' : failure)));
    const state: Receiving = { rest: new Uint8Array(0), inventory: emptyInventory(), waiting: [], failure: '' };
    const writer = new FrameWriter();
    const outgoing: Outgoing = { sent: 0, gone: 0, waiting: [] };
    encodeHello(writer);
    write(socket, writer, outgoing);
    return {
      data: (chunk) =>
        received(socket, state, chunk, (inventory, forget) => {
          resolve({
            inventory,
            forget,
            closed: closed.promise,
            close: () => socket.destroy(),
            receive: (receiver) => receive(state, receiver),
            send: (batch) => {
              encodeBatch(writer, batch);
              write(socket, writer, outgoing);
            },
            rest: (idleUsec, wakeUsec) => {
              encodeRest(writer, idleUsec, wakeUsec);
              write(socket, writer, outgoing);
            },
            whenTold: (then) => whenTold(outgoing, then),
          });
        }),
      closed: (error) => {
        if (error !== undefined && state.failure === '') state.failure = `The keeper's socket: ${error.message}`;
        closed.resolve(state.failure);
      },
    };
  });
  return promise;
}

/** What has come from the keeper so far. */
interface Receiving {
  rest: Uint8Array;
  inventory: Gathered;
  /** Events that came before there was a receiver. */
  waiting: KeeperEvent[];
  receiver?: (event: KeeperEvent) => void;
  failure: string;
}

interface Gathered {
  readonly children: { readonly child: number; readonly pid: number; readonly group: string }[];
  readonly groups: string[];
  readonly descriptors: string[];
  readonly blobs: Map<string, Uint8Array>;
}

function emptyInventory(): Gathered {
  return { children: [], groups: [], descriptors: [], blobs: new Map() };
}

function fail(socket: ByteSocket, state: Receiving, message: string): void {
  if (state.failure === '') state.failure = message;
  socket.destroy();
}

/** Called when the inventory is complete; `forget` empties its lists. */
type Ready = (inventory: Inventory, forget: () => void) => void;

function received(socket: ByteSocket, state: Receiving, chunk: Uint8Array, ready: Ready): void {
  const decoded = decodeKeeperFrames(state.rest.length === 0 ? chunk : Buffer.concat([state.rest, chunk]));
  if (!decoded.ok) return fail(socket, state, `The keeper sent nonsense: ${decoded.error}`);
  state.rest = decoded.value.rest;
  for (const frame of decoded.value.frames) {
    const problem = take(state, frame, ready);
    if (problem !== undefined) return fail(socket, state, problem);
  }
}

/** Gives what is wrong with the frame, if anything. */
function take(state: Receiving, frame: KeeperFrame, ready: Ready): string | undefined {
  const { inventory } = state;
  switch (frame.kind) {
    case 'hello':
      if (frame.version !== wireVersion)
        return `The keeper speaks version ${frame.version} of the protocol, and the manager ${wireVersion}`;
      if (frame.opsHash !== opsHash) return 'The keeper has another op table than the manager: build the keeper anew';
      return undefined;
    case 'child':
      inventory.children.push({ child: frame.child, pid: frame.pid, group: frame.group });
      return undefined;
    case 'group':
      inventory.groups.push(frame.group);
      return undefined;
    case 'descriptor':
      inventory.descriptors.push(frame.name);
      return undefined;
    case 'blob':
      // A copy, so that the frames around it need not be kept.
      inventory.blobs.set(frame.key, new Uint8Array(frame.bytes));
      return undefined;
    case 'ready':
      state.inventory = emptyInventory();
      ready({ ...inventory, ...frame.ready }, () => empty(inventory));
      return undefined;
    case 'event':
      if (state.receiver === undefined) state.waiting.push(frame.event);
      else state.receiver(frame.event);
      return undefined;
    default:
      return frame satisfies never;
  }
}

function empty({ children, groups, descriptors, blobs }: Gathered): void {
  for (const list of [children, groups, descriptors]) list.length = 0;
  blobs.clear();
}

function receive(state: Receiving, receiver: (event: KeeperEvent) => void): void {
  state.receiver = receiver;
  const waiting = state.waiting;
  state.waiting = [];
  for (const event of waiting) receiver(event);
}

/** What this process has written, of which the kernel may not have taken all. */
interface Outgoing {
  sent: number;
  gone: number;
  /** Who waits until so many writes are gone, in order. */
  waiting: { readonly until: number; readonly call: () => void }[];
}

function write(socket: ByteSocket, writer: FrameWriter, outgoing: Outgoing): void {
  outgoing.sent += 1;
  socket.write(writer.take(), () => {
    outgoing.gone += 1;
    while ((outgoing.waiting[0]?.until ?? Infinity) <= outgoing.gone) outgoing.waiting.shift()?.call();
  });
}

function whenTold(outgoing: Outgoing, then: () => void): void {
  if (outgoing.gone === outgoing.sent) then();
  else outgoing.waiting.push({ until: outgoing.sent, call: then });
}
