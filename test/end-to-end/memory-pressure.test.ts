import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readControllers } from '../../src/main/cgroup-place.ts';
import { isAlive } from './processes.ts';
import { isRoot, startTysd, wanting } from './tysd.ts';

/** CAP_SYS_RESOURCE's bit (capability.h). */
const resource = 24n;
const capabilities = BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`);
const mayBeSpared = ((capabilities >> resource) & 1n) === 1n;

function scoreOf(pid: number | 'self'): number {
  return Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'));
}

test('the kernel never kills the keeper for want of memory, where that may be asked; all that it starts has the score that tysd was started with', async () => {
  const service = '[Service]\nExecStart=/bin/sleep infinity\n';
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('a.service', 'b.service'),
      'a.service': `${service}OOMScoreAdjust=17\n`,
      'b.service': service,
      'c.service': service,
    },
  });
  const own = scoreOf('self');
  const { DefaultOOMScoreAdjust: shown } = await daemon.ask('manager.properties', {});
  const scores = async () => ({
    keeper: scoreOf(daemon.pid),
    manager: scoreOf(await daemon.managerPid()),
    journal: scoreOf(await daemon.journalPid()),
    asked: scoreOf(await daemon.pidOf('a.service')),
    other: scoreOf(await daemon.pidOf('b.service')),
  });
  const expected = { keeper: mayBeSpared ? -1000 : own, manager: own, journal: own, asked: 17, other: Number(shown) };
  assert.deepEqual(await scores(), expected);
  await daemon.killManager();
  assert.equal(await daemon.job('start', 'c.service'), 'done');
  assert.deepEqual([await scores(), scoreOf(await daemon.pidOf('c.service'))], [expected, Number(shown)]);
});

const memory = readControllers(readFileSync('/proc/self/mountinfo', 'utf8'), readFileSync('/proc/self/cgroup', 'utf8')).find(
  ({ controller }) => controller === 'memory',
);

test(
  'where all memory that tysd and its services may have is used up, the kernel ends the service that took it, and nobody else',
  { skip: !isRoot ? 'needs root' : memory === undefined ? 'there is no hierarchy of cgroup v1 for memory' : false },
  async () => {
    assert(memory !== undefined);
    const group = join(memory.own, `tysd-pressure-${process.pid}`);
    mkdirSync(group);
    try {
      writeFileSync(join(group, 'memory.limit_in_bytes'), String(512 << 20));
      const grow = 'text=0123456789abcdef; while :; do text=$text$text; done';
      await using daemon = await startTysd({
        units: {
          'default.target': wanting('quiet.service'),
          'quiet.service': '[Service]\nExecStart=/bin/sleep infinity\n',
          'greedy.service': `[Service]\nExecStart=/bin/sh -c '${grow.replaceAll('$', '$$')}'\n`,
        },
        before: `echo $$ > ${group}/cgroup.procs`,
      });
      const before = [daemon.pid, await daemon.managerPid(), await daemon.pidOf('quiet.service')];
      await daemon.job('start', 'greedy.service');
      const { result } = await daemon.untilUnit('greedy.service', ({ active }) => active === 'failed');
      assert(['oom-kill', 'signal'].includes(result), result);
      assert.deepEqual([daemon.pid, await daemon.managerPid(), await daemon.pidOf('quiet.service')], before);
      assert.deepEqual(before.map(isAlive), [true, true, true]);
      assert.equal(await daemon.job('restart', 'quiet.service'), 'done');
    } finally {
      if (existsSync(group)) rmdirSync(group);
    }
  },
);
