import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { before, test } from 'node:test';
import { createRelay, type Datagram } from '../../src/port/relay.ts';

const root = join(import.meta.dirname, '../..');
const keeper = join(root, 'keeper/build/tysd-keeper');

before(() => {
  assert.equal(spawnSync('make', ['-s', '-C', join(root, 'keeper')]).status, 0);
});

/** A socket that takes datagrams and tells each line by line. */
async function listen() {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-relay-'));
  const [program, path] = [join(directory, 'receive'), join(directory, 'socket')];
  const source = join(root, 'test/differential/run/helpers/receive.c');
  assert.equal(spawnSync('cc', ['-o', program, source]).status, 0);
  const child = spawn(program, [path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await spawnedSocket(directory);
  return {
    path,
    next: async (): Promise<string> => String((await lines.next()).value),
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, 'exit');
      rmSync(directory, { recursive: true });
    },
  };
}

function spawnedSocket(directory: string): Promise<unknown> {
  const waiter = spawn('sh', ['-c', `until [ -S ${directory}/socket ]; do sleep 0.02; done`]);
  return once(waiter, 'exit');
}

function datagram(path: string, text: string | Uint8Array, more: Partial<Datagram> = {}): Datagram {
  return {
    path,
    pid: process.pid,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    waits: false,
    bytes: Buffer.from(text),
    ...more,
  };
}

function who(id: number): string {
  return `uid=${id} gid=${id}`;
}

test('datagrams go in the name of who wrote them, and of the relay’s own process where that is gone', async () => {
  await using socket = await listen();
  const relay = createRelay(keeper, assert.fail, () => performance.now() * 1000);
  const isRoot = process.getuid?.() === 0;
  relay.send(datagram(socket.path, 'one\n\0\xff'));
  relay.send(datagram(`${socket.path}.not`, 'nobody listens'));
  relay.send(datagram(socket.path, 'a stranger’s', { uid: 65_534, gid: 65_534 }));
  relay.send(datagram(socket.path, 'from one who is gone', { pid: 2 ** 22 + 1 }));
  relay.send(datagram(socket.path, Buffer.alloc(100_000, 'x'), { waits: true }));
  const own = who(process.getuid?.() ?? 0);
  const said = [await socket.next(), await socket.next(), await socket.next(), await socket.next()];
  assert.match(said[0] ?? '', new RegExp(`${own} one\\\\x0a\\\\x00\\\\xc3\\\\xbf$`));
  assert.match(said[1] ?? '', new RegExp(`${isRoot ? who(65_534) : own} a stranger`));
  assert.match(said[2] ?? '', new RegExp(`^tysd-keeper ${own} from one who is gone$`));
  assert.equal(said[3]?.endsWith('x'.repeat(65_536)), true);
  await relay.close();
});

test('what is no frame ends the relay', () => {
  for (const bytes of [Buffer.from([1, 0, 0, 0, 7]), Buffer.alloc(4, 0xff), Buffer.from([14, 0, 0, 0, ...Buffer.alloc(13), 200])]) {
    const run = spawnSync(keeper, ['--relay'], { input: bytes });
    assert.equal(run.status, 1);
  }
});
