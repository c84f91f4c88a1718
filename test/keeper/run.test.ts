import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

import type { Op } from '../../src/exec/op.ts';
import { shell, startKeeper } from './harness.ts';

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
    manager.events.map(({ event }) => event).filter((event) => event !== 'ping'),
    ['spawned', 'executed', 'exited'],
  );
  assert.deepEqual(
    { child: exited.child, how: exited.exit.how, status: exited.exit.status, failedOp: exited.exit.failedOp, errno: exited.exit.errno },
    { child: 1, how: 'exited', status: 7, failedOp: -1, errno: 0 },
  );
});

function output(slot: number, name: string): Op {
  return { op: 'output', slot, stream: BigInt(slot), meta: name };
}

/** The whole lines that are not the keeper's own words. */
function outputsIn(text: string): readonly string[] {
  return text
    .split('\n')
    .slice(0, -1)
    .filter((line) => !line.startsWith('tysd-keeper: '));
}

test('many children that are run at once are each given their own descriptors, and so is one with more than a message holds', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const names = Array.from({ length: 100 }, (_, i) => `unit-${i}`);
  const many = Array.from({ length: 80 }, (_, i) => output(i, `slot-${i}`));
  manager.do(
    ...names.map((name, i) => ({
      do: 'run' as const,
      child: i + 1,
      group: '',
      plan: [output(1, name), { op: 'dup', slot: 1, number: 1 } as const, ...shell(`echo ${name}`)],
    })),
    { do: 'run', child: 101, group: '', plan: [...many, { op: 'dup', slot: 79, number: 1 }, ...shell('echo last')] },
  );
  await Promise.all(Array.from({ length: 101 }, (_, i) => manager.event('exited', ({ child }) => child === i + 1)));
  manager.do({ do: 'end', status: 0, action: 'exit' });
  await keeper.exited;
  assert.deepEqual(
    outputsIn(await keeper.untilStderr((text) => outputsIn(text).length >= 101)).toSorted(),
    [...names.map((name) => `${name}: ${name}`), 'slot-79: last'].toSorted(),
  );
});

test('children that are killed before they have begun leave room for the next', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  for (let child = 1; child <= 30; child++)
    manager.do({ do: 'run', child, group: '', plan: shell('exec sleep 1000') }, { do: 'signal', child, signal: 9 });
  manager.do({ do: 'run', child: 31, group: '', plan: shell('exit 5') });
  const { exit } = await manager.event('exited', ({ child }) => child === 31);
  assert.equal(exit.status, 5);
});

test('the manager is in a session of its own, out of reach of signals to the keeper’s process group', async () => {
  await using keeper = await startKeeper();
  await keeper.manager();
  const { pid } = keeper.process;
  const children = readdirSync(`/proc/${pid}/task`).map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'));
  const [manager] = children.join('').split(' ');
  const session = readFileSync(`/proc/${manager}/stat`, 'utf8').split(') ')[1]?.split(' ')[3];
  assert.equal(session, manager);
});
