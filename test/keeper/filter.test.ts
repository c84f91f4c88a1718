import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Op, Plan } from '../../src/exec/op.ts';
import { seccompFilter } from '../../src/exec/seccomp/filter.ts';
import type { ExecSettings } from '../../src/unit/settings/exec.ts';
import { serviceConfig } from '../exec/example.ts';
import { startKeeper, type TestKeeper } from './harness.ts';

const native = process.arch === 'arm64' ? 'arm64' : 'x86-64';
const privileged = process.getuid?.() === 0;

function filterOf(settings: Partial<ExecSettings>): Op {
  const { exec } = serviceConfig(settings);
  assert.ok(exec !== undefined);
  const { program } = seccompFilter(exec, native);
  assert.ok(program !== undefined);
  return { op: 'seccomp', program };
}

async function run(keeper: TestKeeper, plan: Plan): Promise<readonly [how: string, status: number, failedOp: number, errno: number]> {
  const manager = await keeper.manager();
  manager.do({ do: 'run', child: 1, group: '', plan });
  const { exit } = await manager.event('exited');
  return [exit.how, exit.status, exit.failedOp, exit.errno];
}

function script(text: string, keeper: TestKeeper): Op {
  return { op: 'exec', paths: ['/bin/sh'], argv: ['sh', '-c', text], env: ['PATH=/usr/bin:/bin', `REPORT=${keeper.directory}/report`] };
}

const unlessAdmin: Op = { op: 'no-new-privileges-unless-admin' };

test('what a filter refuses fails with its error, and what it kills is killed', async () => {
  await using keeper = await startKeeper();
  const refusing = filterOf({ SystemCallFilter: [{ invert: true, rules: ['mkdir', 'mkdirat'].map((name) => ({ name, action: 28 })) }] });
  const made = join(keeper.directory, 'made');
  const text = `mkdir ${made} 2>"$REPORT"; exit $((10 + $?))`;
  assert.deepEqual(await run(keeper, [unlessAdmin, refusing, script(text, keeper)]), ['exited', 11, -1, 0]);
  assert.match(readFileSync(join(keeper.directory, 'report'), 'utf8'), /No space left on device/);
  await using other = await startKeeper();
  const killing = filterOf({ SystemCallFilter: [{ invert: true, rules: [{ name: 'chdir' }] }] });
  const [how, status] = await run(other, [unlessAdmin, killing, script('cd /usr', other)]);
  assert.deepEqual([how === 'exited', status], [false, 31]);
});

test(
  'a bad program is refused, and so is one of a process that may still gain privileges',
  { skip: !privileged && 'needs root' },
  async () => {
    for (const [plan, end] of [
      [[{ op: 'seccomp', program: new Uint8Array(7) }], ['exited', 228, 0, 22]],
      [[{ op: 'seccomp', program: new Uint8Array(8) }], ['exited', 228, 0, 22]],
      [
        [{ op: 'uid', uid: 65534 }, filterOf({ RestrictRealtime: true })],
        ['exited', 228, 1, 13],
      ],
      [
        [{ op: 'uid', uid: 65534 }, unlessAdmin, filterOf({ RestrictRealtime: true })],
        ['exited', 0, -1, 0],
      ],
    ] as const) {
      await using keeper = await startKeeper();
      assert.deepEqual(await run(keeper, plan), end);
    }
  },
);

test('new privileges are given up only where a filter needs it', { skip: !privileged && 'needs root' }, async () => {
  const ended: number[] = [];
  for (const user of [[], [{ op: 'uid', uid: 65534 }]] as const) {
    await using keeper = await startKeeper();
    const [, status] = await run(keeper, [...user, unlessAdmin, script("exec grep -q '^NoNewPrivs:.1' /proc/self/status", keeper)]);
    ended.push(status);
  }
  assert.deepEqual(ended, [1, 0]);
});

test('the limit of descriptors is set before the filter, which may refuse to set it', async () => {
  await using keeper = await startKeeper();
  const limit: Op = { op: 'rlimit', resource: 7, soft: 77n, hard: 77n };
  const filter = filterOf({
    SystemCallFilter: [{ invert: true, rules: ['prlimit64', 'setrlimit', 'getrlimit'].map((name) => ({ name, action: 1 })) }],
  });
  const text = `sed -n 's/^Max open files *\\([0-9]*\\) .*/\\1/p' /proc/self/limits >"$REPORT"`;
  await run(keeper, [limit, unlessAdmin, filter, script(text, keeper)]);
  assert.equal(readFileSync(join(keeper.directory, 'report'), 'utf8').trim(), '77');
});
