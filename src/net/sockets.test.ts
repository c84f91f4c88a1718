import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bunSockets } from './bun-sockets.ts';
import { nodeSockets } from './node-sockets.ts';
import type { ByteSocket, SocketReceiver, Sockets } from './socket.ts';

const runtimes: readonly (readonly [string, Sockets | undefined])[] = [
  ['those of Node', nodeSockets],
  ['those of Bun', bunSockets],
];

for (const [name, sockets] of runtimes)
  describe(name, { skip: sockets === undefined && 'this runtime has none' }, () => {
    if (sockets === undefined) return;

    test('what is written arrives whole and in order, also what had to wait; then both sides end', async () => {
      await using pair = await connected(sockets);
      const { client, server } = pair;
      server.socket.pause();
      const parts = Array.from({ length: 40 }, (_, index) => new Uint8Array(100_000).fill(index));
      const gone: number[] = [];
      for (const [index, part] of parts.entries()) client.socket.write(part, () => gone.push(index));
      assert.ok(client.socket.unsent > 0, 'all was taken at once');
      assert.ok(gone.length < parts.length);
      client.socket.end();
      server.socket.resume();
      await server.ended;
      assert.deepEqual(Buffer.concat(server.read), Buffer.concat(parts));
      assert.deepEqual([client.socket.unsent, gone], [0, [...parts.keys()]]);
      // A side that has ended still hears the other one.
      server.socket.write(Buffer.from('well'));
      server.socket.end();
      assert.equal(await client.closed, undefined);
      assert.equal(await server.closed, undefined);
      assert.equal(Buffer.concat(client.read).toString(), 'well');
    });

    test('one that is destroyed closes the other; what is written then is nowhere, and it is told once, later', async () => {
      await using pair = await connected(sockets);
      const { client, server } = pair;
      client.socket.destroy();
      assert.ok(client.socket.isGone);
      assert.deepEqual([client.told, server.told], [0, 0]);
      client.socket.write(Buffer.from('x'), () => assert.fail('it is gone'));
      client.socket.end();
      client.socket.destroy();
      await client.closed;
      await server.ended;
      server.socket.end();
      await server.closed;
      assert.deepEqual([client.told, server.told, server.read.length], [1, 1, 0]);
    });

    test('a connection that cannot be made says why, as connect(2)', async () => {
      using directory = temporary();
      const none = await sockets.connect(directory.path('none'), () => assert.fail('nobody is there'));
      assert.equal(!none.ok && none.error.code, 'ENOENT');
      assert.equal((await sockets.listen({ path: directory.path('no/where'), mode: 0o600 }, () => assert.fail('nobody comes'))).ok, false);
    });

    test('the socket of a path has the mode that is asked for', async () => {
      using directory = temporary();
      for (const mode of [0o600, 0o666]) {
        const path = directory.path(`s${mode}`);
        const listener = await sockets.listen({ path, mode }, () => assert.fail('nobody comes'));
        assert.ok(listener.ok);
        assert.equal(statSync(path).mode & 0o777, mode);
        listener.value.close();
      }
    });
  });

/** Both sides of a connection. */
async function connected(sockets: Sockets): Promise<AsyncDisposable & { readonly client: Watched; readonly server: Watched }> {
  const directory = temporary();
  const path = directory.path('s');
  const accepted = Promise.withResolvers<Watched>();
  const listener = await sockets.listen({ path, mode: 0o600 }, (socket) => {
    const side = new Watched(socket);
    accepted.resolve(side);
    return side.receiver;
  });
  assert.ok(listener.ok);
  let client: Watched | undefined;
  const made = await sockets.connect(path, (socket) => (client = new Watched(socket)).receiver);
  assert.ok(made.ok && client !== undefined);
  const server = await accepted.promise;
  const both = { client, server };
  return {
    ...both,
    [Symbol.asyncDispose]: async () => {
      for (const side of [both.client, both.server]) side.socket.destroy();
      await Promise.all([both.client.closed, both.server.closed]);
      listener.value.close();
      directory[Symbol.dispose]();
    },
  };
}

/** One side of a connection, and what it was told. */
class Watched {
  readonly socket: ByteSocket;
  readonly read: Uint8Array[] = [];
  readonly #end = Promise.withResolvers<void>();
  readonly #close = Promise.withResolvers<Error | undefined>();
  readonly ended = this.#end.promise;
  readonly closed = this.#close.promise;
  /** How often it was told that it is closed. */
  told = 0;

  constructor(socket: ByteSocket) {
    this.socket = socket;
  }

  get receiver(): SocketReceiver {
    return {
      data: (bytes) => void this.read.push(bytes),
      end: () => this.#end.resolve(),
      closed: (error) => {
        this.told += 1;
        this.#end.resolve();
        this.#close.resolve(error);
      },
    };
  }
}

function temporary(): Disposable & { path(name: string): string } {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-net-'));
  return {
    path: (name) => join(directory, name),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
