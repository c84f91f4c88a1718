import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

test(
  'a unit whose image is to be verified is refused, with the line that asks for it, in the log, by plan and by status',
  { skip: needsRoot },
  async () => {
    const text = '[Service]\nType=oneshot\nExecStart=/bin/true\nRootImage=/nonexistent.raw\n';
    const asking = {
      RootHash: '00112233445566778899aabbccddeeff',
      RootHashSignature: '/etc/hash.p7s',
      RootVerity: '/nonexistent.verity',
      RootImagePolicy: 'root=verity',
    };
    const names = Object.keys(asking).map((setting) => [setting, `${setting.toLowerCase()}.service`] as const);
    await using daemon = await startTysd({
      units: {
        'default.target': '[Unit]\n',
        ...Object.fromEntries(names.map(([setting, name]) => [name, `${text}${setting}=${Reflect.get(asking, setting)}\n`])),
      },
    });
    for (const [setting, name] of names) {
      const place = `units/${name}:5`;
      assert.equal((await daemon.tysctl('start', name)).status, 1);
      const { out: log } = await daemon.tysctl('logs', '-u', name);
      assert.match(log, new RegExp(`${name}: ${setting}= (asks for a verified image|cannot be checked here).*\\(.*${place}\\)`));
      assert.match(log, new RegExp(`${name}: Failed at step NAMESPACE spawning /bin/true: Operation not supported`));
      const { out: plan } = await daemon.tysctl('plan', name);
      assert.match(plan, new RegExp(`fail Operation not supported +← ${setting}= .*${place}`));
      assert.match(plan, new RegExp(`${setting}= is not applied: .*(not used unverified|not be used without)`));
      const { out: status } = await daemon.tysctl('status', name);
      assert.match(status, new RegExp(`Not applied: ${setting}=`));
      assert.match(status, /status=226\/NAMESPACE/);
    }
  },
);

test('plan --diff says what another file would have a process do otherwise, and which line', async () => {
  await using daemon = await startTysd({
    units: { 'default.target': '[Unit]\n', 'a.service': '[Service]\nExecStart=/bin/true\nNice=3\nUMask=0077\n' },
  });
  const other = join(daemon.directory, 'other.service');
  writeFileSync(other, '[Service]\nExecStart=/bin/true\nNice=5\n');
  const { status, out } = await daemon.tysctl('plan', '--diff', 'a.service', other);
  const lines = out.split('\n').filter((line) => /^[-+] /.test(line));
  assert.equal(status, 1);
  assert.ok(lines.some((line) => /^- .*nice.*3/.test(line)) && lines.some((line) => /^\+ .*nice.*5/.test(line)), lines.join('\n'));
  assert.ok(
    lines.some((line) => /^- .*umask/.test(line)),
    lines.join('\n'),
  );
});
