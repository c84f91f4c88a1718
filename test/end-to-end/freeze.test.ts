import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTysd, wanting } from './tysd.ts';

test('what is frozen stays so when the manager dies, and is refused where there is no cgroup v2', async () => {
  await using daemon = await startTysd({
    units: { 'default.target': wanting('a.service'), 'a.service': '[Service]\nExecStart=/bin/sleep infinity\n' },
  });
  await daemon.untilUnit('a.service', ({ active }) => active === 'active');
  const { tracking } = await daemon.ask('manager.info', {});
  const frozen = await daemon.tysctl('freeze', 'a.service');
  if (tracking !== 'cgroup2') {
    assert.equal(frozen.status, 1);
    assert.match(frozen.err, /^Failed to freeze unit a\.service: Unit 'a\.service' does not support freezing: /);
    return;
  }
  assert.deepEqual({ status: frozen.status, err: frozen.err }, { status: 0, err: '' });
  await daemon.killManager();
  assert.equal((await daemon.properties('a.service'))['FreezerState'], 'frozen');
  assert.equal((await daemon.tysctl('thaw', 'a.service')).status, 0);
  assert.equal((await daemon.properties('a.service'))['FreezerState'], 'running');
  assert.equal((await daemon.tysctl('freeze', 'a.service')).status, 0);
  assert.equal(await daemon.job('stop', 'a.service'), 'done');
});
