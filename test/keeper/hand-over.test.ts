import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Plan } from '../../src/exec/op.ts';
import { startKeeper, type TestKeeper } from './harness.ts';

const own = 0xffff_ffff;

function printing(path: string): Plan {
  return [
    { op: 'output', slot: 1, stream: 1n, meta: 'a.service {}' },
    { op: 'journal', slot: 1, path, header: 'a\na.service\n6\n1\n0\n0\n0\n', uid: own, gid: own, tolerate: true },
    { op: 'dup', slot: 1, number: 1 },
    { op: 'exec', paths: ['/bin/sh'], argv: ['sh', '-c', 'echo one; echo two'], env: ['PATH=/usr/bin:/bin'] },
  ];
}

/** A child that writes to a journal at the path if one listens, and its end. */
async function print(keeper: TestKeeper, path: string): Promise<void> {
  const manager = await keeper.manager();
  manager.do({ do: 'run', child: 1, group: '', plan: printing(path) });
  const { exit } = await manager.event('exited');
  assert.deepEqual([exit.failedOp, exit.status], [-1, 0]);
  manager.do({ do: 'end', status: 0, action: 'exit' });
  assert.equal(await keeper.exited, 0);
}

test('where another journal listens, a child writes to it, after what it is to know of the stream', async () => {
  await using keeper = await startKeeper();
  const path = join(keeper.directory, 'stdout');
  const heard = Promise.withResolvers<string>();
  const server = createServer((socket) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.on('end', () => heard.resolve(text));
  });
  server.listen(path);
  await once(server, 'listening');
  await print(keeper, path);
  assert.equal(await heard.promise, 'a\na.service\n6\n1\n0\n0\n0\none\ntwo\n');
  server.close();
  assert.doesNotMatch(keeper.stderr(), /one/);
});

test('where nobody listens, or what is there is none, it writes to us as ever', async () => {
  for (const name of ['missing', 'file', 'x'.repeat(200)]) {
    await using keeper = await startKeeper();
    writeFileSync(join(keeper.directory, 'file'), '');
    await print(keeper, join(keeper.directory, name));
    await keeper.untilStderr(/^a\.service: one\na\.service: two\n/m);
  }
});

test('a journal that takes no more connections is not waited for', async () => {
  await using keeper = await startKeeper();
  const path = join(keeper.directory, 'stdout');
  const script = `import socket, sys, time
server = socket.socket(socket.AF_UNIX); server.bind(sys.argv[1]); server.listen(0)
waiting = []
try:
    while True:
        one = socket.socket(socket.AF_UNIX); one.setblocking(False); one.connect(sys.argv[1]); waiting.append(one)
except BlockingIOError:
    print('full', flush=True)
time.sleep(1000)`;
  const stuck: ChildProcess = spawn('python3', ['-c', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    if (stuck.stdout !== null) await once(stuck.stdout, 'data');
    await print(keeper, path);
    await keeper.untilStderr(/^a\.service: one\na\.service: two\n/m);
  } finally {
    stuck.kill('SIGKILL');
    await once(stuck, 'exit');
  }
});
