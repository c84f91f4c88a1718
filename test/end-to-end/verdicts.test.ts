import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsRoot, startTysd, wanting } from './tysd.ts';

test('what is left out of a sandbox since the kernel refuses it is said of the unit, when it was tried', { skip: needsRoot }, async () => {
  const program = '/sys/fs/bpf/there-is-no-such-program';
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('filtered.service', 'other.service'),
      'filtered.service': `[Service]\nExecStart=/bin/sleep infinity\nBPFProgram=egress:${program}\nTasksMax=100\n`,
      'other.service': '[Service]\nExecStart=/bin/sleep infinity\n',
      'never.service': `[Service]\nExecStart=/bin/sleep infinity\nBPFProgram=egress:${program}\n`,
    },
  });
  const { tracking } = await daemon.ask('manager.info', {});
  const why =
    tracking === 'cgroup2'
      ? /^BPFProgram= is not applied: the kernel refused it: No such file or directory$/
      : /^BPFProgram= is not applied: /;
  // The service is up when its job is done, and what it lacks is known when its program runs.
  const said = await daemon.until('the refusal', async () => {
    const notApplied = await daemon.ask('unit.not-applied', { unit: 'filtered.service' });
    return notApplied.some((sentence) => why.test(sentence)) ? notApplied : undefined;
  });
  assert.equal(said.length, 1);
  await daemon.killManager();
  const plan = await daemon.tysctl('plan', 'filtered.service');
  assert.match(plan.out, /BPFProgram= is not applied/);
  const status = await daemon.tysctl('status', 'filtered.service');
  assert.match(status.out, /Not applied: .*BPFProgram=/);
  const shown = await daemon.tysctl('show', 'filtered.service', '-p', 'TysdNotApplied');
  assert.match(shown.out, /^TysdNotApplied=BPFProgram= is not applied/);
  assert.deepEqual(await daemon.ask('unit.not-applied', { unit: 'other.service' }), []);
  if (tracking === 'cgroup2') assert.deepEqual(await daemon.ask('unit.not-applied', { unit: 'never.service' }), []);
});
