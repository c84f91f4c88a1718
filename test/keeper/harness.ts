import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type Server, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Plan } from '../../src/exec/op.ts';
import { serveNodeSocket } from '../../src/net/node-sockets.ts';
import { type KeeperConnection, overSocket } from '../../src/port/keeper-connection.ts';
import type { Command, KeeperEvent, KeeperEventBody } from '../../src/port/keeper.ts';
import { FrameWriter, encodeBatch, encodeHello } from '../../src/port/wire.ts';

/** A keeper that runs for a test, whose manager (and journal) is the test itself, behind test/keeper/bridge.ts. */
export interface TestKeeper {
  readonly directory: string;
  readonly process: ChildProcess;
  /** What the keeper wrote on stderr so far. */
  stderr(): string;
  /** Resolves with it when it is as wanted. */
  untilStderr(wanted: RegExp | ((text: string) => boolean)): Promise<string>;
  /** The next connection that the keeper's manager makes. */
  manager(): Promise<TestManager>;
  /** The same, as a bare socket. */
  managerSocket(): Promise<Socket>;
  /** The next connection that the keeper's journal makes. */
  journalSocket(): Promise<Socket>;
  /** Resolves with the keeper's exit status. */
  readonly exited: Promise<number | null>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TestManager {
  readonly connection: KeeperConnection;
  /** All events so far. */
  readonly events: readonly KeeperEvent[];
  /** Sends commands and acknowledges nothing. */
  do(...commands: readonly Command[]): void;
  /** The first event, past or future, of this kind that the predicate likes. */
  event<K extends KeeperEventBody['event']>(
    kind: K,
    wanted?: (event: Extract<KeeperEvent, { event: K }>) => boolean,
  ): Promise<Extract<KeeperEvent, { event: K }>>;
}

/** The binary under test: the sanitized one if TYSD_TEST_KEEPER says so. */
export const binary = process.env['TYSD_TEST_KEEPER'] ?? join(import.meta.dirname, '../../keeper/build/tysd-keeper');

/** Starts a keeper in a directory of its own, with these options on top; `before` are shell commands of the process that becomes `program`, as `ulimit -n 64`. */
export async function startKeeper(options: readonly string[] = [], journal = false, before = ':', program = binary): Promise<TestKeeper> {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-keeper-'));
  leftovers.add(directory);
  const managers = await acceptAt(join(directory, 'test-manager'));
  const journals = await acceptAt(join(directory, 'test-journal'));
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      `${before}; exec "$@"`,
      'sh',
      program,
      `--runtime-directory=${directory}`,
      ...bridge('manager', managers.path),
      ...(journal ? bridge('journal', journals.path) : []),
      ...options,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const untilStderr = async (wanted: RegExp | ((text: string) => boolean)): Promise<string> => {
    const isWanted = wanted instanceof RegExp ? (text: string) => wanted.test(text) : wanted;
    while (!isWanted(stderr)) await once(child.stderr ?? child, 'data');
    return stderr;
  };
  const exited = new Promise<number | null>((resolve) => child.on('exit', (status) => resolve(status)));
  return {
    directory,
    process: child,
    stderr: () => stderr,
    untilStderr,
    exited,
    managerSocket: managers.next,
    manager: async () => {
      const socket = await managers.next();
      return testManager(await overSocket((served) => void serveNodeSocket(socket, served)));
    },
    journalSocket: journals.next,
    [Symbol.asyncDispose]: async () => {
      // By `end`, so that nothing that the keeper started is left behind.
      const ended = child.exitCode === null && child.signalCode === null ? end(managers.accepted, managers.next) : undefined;
      const overdue = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await Promise.race([exited, ended]);
      await exited;
      clearTimeout(overdue);
      for (const { server } of [managers, journals]) server.close();
      remove(directory);
    },
  };
}

// A test that timed out never comes to its end. (What of this a SIGKILL prevents, bridge.ts does.)
const leftovers = new Set<string>();
process.on('exit', () => leftovers.forEach(remove));

function remove(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  leftovers.delete(directory);
}

/** A plan that runs a shell script. */
export function shell(script: string, env: readonly string[] = []): Plan {
  return [
    { op: 'signals', ignorePipe: 0 },
    { op: 'setsid' },
    { op: 'exec', paths: ['/bin/sh'], argv: ['sh', '-c', script], env: ['PATH=/usr/bin:/bin', ...env] },
  ];
}

function bridge(name: string, path: string): readonly string[] {
  return [process.execPath, join(import.meta.dirname, 'bridge.ts'), path].map((word) => `--${name}=${word}`);
}

function testManager(connection: KeeperConnection): TestManager {
  const events: KeeperEvent[] = [];
  const waiting = new Set<(event: KeeperEvent) => boolean>();
  connection.receive((event) => {
    events.push(event);
    for (const waiter of waiting) if (waiter(event)) waiting.delete(waiter);
  });
  return {
    connection,
    events,
    do: (...commands) => connection.send({ acknowledge: 0, commands }),
    event: (kind, wanted = () => true) => {
      type Wanted = Extract<KeeperEvent, { event: typeof kind }>;
      const isKind = (event: KeeperEvent): event is Wanted => event.event === kind;
      const is = (event: KeeperEvent): event is Wanted => isKind(event) && wanted(event);
      const found = events.find(is);
      if (found) return Promise.resolve(found);
      return new Promise((resolve) => {
        waiting.add((event) => {
          if (!is(event)) return false;
          resolve(event);
          return true;
        });
      });
    },
  };
}

/** Sends `end` over the newest connection, or over the next if that is gone. */
async function end(accepted: readonly Socket[], next: () => Promise<Socket>): Promise<void> {
  const writer = new FrameWriter();
  let socket = accepted.at(-1);
  if (socket === undefined || socket.destroyed) {
    socket = await next();
    encodeHello(writer);
  }
  encodeBatch(writer, { acknowledge: 0, commands: [{ do: 'end', status: 0, action: 'exit' }] });
  socket.on('error', () => {});
  socket.write(writer.take());
}

interface Acceptor {
  readonly path: string;
  readonly server: Server;
  readonly accepted: readonly Socket[];
  readonly next: () => Promise<Socket>;
}

async function acceptAt(path: string): Promise<Acceptor> {
  const accepted: Socket[] = [];
  const ready: Socket[] = [];
  const wanting: ((socket: Socket) => void)[] = [];
  const server = createServer((socket) => {
    accepted.push(socket);
    const want = wanting.shift();
    if (want) want(socket);
    else ready.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    server,
    accepted,
    next: () => {
      const socket = ready.shift();
      return socket ? Promise.resolve(socket) : new Promise((resolve) => wanting.push(resolve));
    },
  };
}
