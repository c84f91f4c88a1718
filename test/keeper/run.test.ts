import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startKeeper } from './harness.ts';

test('a plan that executes a program reports its pid, its exec and its exit status', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  manager.do({
    do: 'run',
    child: 1,
    group: '',
    reportExec: true,
    plan: [{ op: 'signals', ignorePipe: 0 }, { op: 'setsid' }, { op: 'exec', paths: ['/bin/sh'], argv: ['sh', '-c', 'exit 7'], env: [] }],
  });
  const exited = await manager.event('exited');
  assert.deepEqual(
    manager.events.map(({ event }) => event),
    ['spawned', 'executed', 'exited'],
  );
  assert.deepEqual(
    { child: exited.child, how: exited.exit.how, status: exited.exit.status, failedOp: exited.exit.failedOp, errno: exited.exit.errno },
    { child: 1, how: 'exited', status: 7, failedOp: -1, errno: 0 },
  );
});
