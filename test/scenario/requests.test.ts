import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { Script } from '../../src/port/keeper-fake.ts';
import { Simulation } from './simulation.ts';

const units = { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': '[Service]\nExecStart=/bin/daemon\n' };

test('what is set in the environment by request outlives a reload, and what is configured follows the configuration', () => {
  const simulation = new Simulation({ units });
  simulation.environment = ['A=configured', 'B=configured'];
  simulation.boot();
  simulation.manager.setEnvironment(['B=set', 'C=set', 'D=set']);
  simulation.manager.unsetEnvironment(['D', 'A']);
  assert.deepEqual(simulation.manager.environment(), ['A=configured', 'B=set', 'C=set']);
  simulation.clock.settle();
  simulation.environment = ['A=changed', 'B=changed', 'E=new'];
  simulation.manager.reload();
  assert.deepEqual(simulation.manager.environment(), ['A=changed', 'B=set', 'E=new', 'C=set']);
  simulation.clock.settle();
  simulation.crash();
  simulation.startManager();
  simulation.manager.unsetEnvironment(['B', 'C']);
  assert.deepEqual(simulation.manager.environment(), ['A=changed', 'B=changed', 'E=new']);
});

test('what was found not to hold is known afterwards, also by the next manager', () => {
  const simulation = new Simulation({
    units: {
      ...units,
      'a.service': `[Unit]
ConditionPathExists=/never-asked
ConditionPathExists=!/etc/passwd
ConditionPathExists=|/nope
[Service]
ExecStart=/bin/daemon
`,
    },
  }).boot();
  const unmet = ['ConditionPathExists=!/etc/passwd', 'ConditionPathExists=|/nope'];
  assert.deepEqual(simulation.manager.unit('a.service')?.unmetConditions, unmet);
  simulation.crash();
  simulation.startManager();
  assert.deepEqual(simulation.manager.unit('a.service')?.unmetConditions, unmet);
  assert.equal(simulation.manager.properties('a.service')?.['ConditionResult'], 'no');
});

test('LoadError= is the error that a start would end with', () => {
  const simulation = new Simulation({ units: { ...units, 'bad.service': '[Service]\nRestart=always\n', 'off.service': '' } }).boot();
  const errors = ['a.service', 'none.service', 'bad.service', 'off.service'].map(
    (unit) => simulation.manager.properties(unit)?.['LoadError'],
  );
  assert.deepEqual(errors, [
    '',
    'org.freedesktop.systemd1.NoSuchUnit "Unit none.service not found."',
    'org.freedesktop.systemd1.BadUnitSetting "Unit bad.service has a bad unit file setting."',
    'org.freedesktop.systemd1.UnitMasked "Unit off.service is masked."',
  ]);
});

test('signals turn the status lines and the log level, and those about log targets pass', () => {
  const simulation = new Simulation({ units }).boot();
  for (const offset of [20, 21, 22, 23, 26, 27, 28, 29]) simulation.keeper.signalled(34 + offset);
  simulation.clock.settle();
  assert.deepEqual(simulation.settings, ['status true', 'status false', 'level debug', 'level undefined']);
  assert.ok(!simulation.messages().some((message) => message.includes('which means nothing here')));
});

test('kill reaches the processes of a loaded unit, and has nothing to do where there are none', () => {
  const simulation = new Simulation({ units });
  simulation.boot();
  const answer = (unit: string, whom: 'all' | 'main'): string => {
    const result = simulation.manager.kill(unit, whom, 15);
    return result.ok ? 'ok' : `${result.error.code}: ${result.error.message}`;
  };
  assert.deepEqual(
    [
      answer('default.target', 'all'),
      answer('default.target', 'main'),
      answer('other.service', 'all'),
      answer('no unit', 'all'),
      answer('a.service', 'all'),
    ],
    [
      'invalid: Operation not supported',
      'invalid: Operation not supported',
      'no-such-unit: Unit other.service not loaded.',
      'bad-name: Unit name no unit is not valid.',
      'ok',
    ],
  );
  simulation.clock.settle();
  assert.deepEqual(simulation.running(), []);
  assert.equal(answer('a.service', 'all'), 'ok');
});

test('MAINPID= of a process that is not there is refused, and one of the own group is taken over', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=gone.service own.service\n',
      'gone.service': '[Service]\nType=notify\nExecStart=/bin/daemon-gone\n',
      'own.service': '[Service]\nType=notify\nExecStart=/bin/daemon-own\n',
    },
    files: { '/proc/900/stat': '900 (x) S 1 1 1\n', '/proc/900/cgroup': '0::/tysd/system.slice/own.service\n' },
    programs: { '/bin/daemon-gone': naming(901), '/bin/daemon-own': { ...naming(900), forks: [{}] } },
  }).boot();
  const [gone] = simulation.keeper.processes().filter(({ argv }) => argv[0] === '/bin/daemon-gone');
  assert.equal(simulation.manager.unit('gone.service')?.mainPid, gone?.pid);
  assert.ok(simulation.messages().includes('gone.service: New main process 901 is refused: it does not exist'));
  assert.ok(simulation.keeper.batches.some(({ commands }) => commands.some((command) => command.do === 'adopt' && command.pid === 900)));
});

/** A program that says at once which process is to be the main one. */
function naming(pid: number): Script {
  return { notify: [{ afterUsec: 0, text: `READY=1\nMAINPID=${pid}` }] };
}

test('who asks for a job hears which others came with it, and not what others asked for at the same time', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\n',
      'a.service': '[Unit]\nWants=b.service\n[Service]\nExecStart=/bin/daemon\n',
      'b.service': '[Service]\nExecStart=/bin/daemon\n',
      'c.service': '[Unit]\nWants=b.service\n[Service]\nExecStart=/bin/daemon\n',
    },
  }).boot();
  const heard: [number, string][] = [];
  simulation.manager.subscribe((change) => {
    if (change.change === 'job-new') heard.push([change.anchor, `${change.unit}/${change.type}`]);
  });
  const [a, c] = ['a.service', 'c.service'].map((unit) => simulation.manager.request('start', unit, 'replace', 'test'));
  simulation.clock.settle();
  assert.ok(a?.ok === true && c?.ok === true);
  const jobsWith = (anchor: number) => heard.filter(([its]) => its === anchor).map(([, job]) => job);
  assert.deepEqual(
    jobsWith(a.value.job)
      .filter((job) => job.includes('.service'))
      .toSorted(),
    ['a.service/start', 'b.service/start'],
  );
  assert.deepEqual(jobsWith(c.value.job), ['c.service/start']);
});

test('of two requests at once, what the first can do is done before the second is heard', () => {
  const simulation = new Simulation({
    units: {
      ...units,
      'there.target': '[Unit]\n',
      'other.service': '[Unit]\nConflicts=there.target\n[Service]\nType=oneshot\nExecStart=/bin/once\n',
      'late.service': '[Unit]\nAfter=other.service\n[Service]\nType=oneshot\nExecStart=/bin/late\n',
    },
    programs: { '/bin/once': { runUsec: 1_000_000 }, '/bin/late': { runUsec: 1_000_000 } },
  }).boot();
  simulation.manager.request('start', 'there.target', 'replace', 'test');
  simulation.clock.settle();
  const ends: string[] = [];
  simulation.manager.subscribe((change) => {
    if (change.change === 'job-removed') ends.push(`${change.unit} ${change.result}`);
  });
  simulation.manager.request('start', 'there.target', 'replace', 'test');
  simulation.manager.request('start', 'late.service', 'replace', 'test');
  simulation.manager.request('start', 'other.service', 'replace', 'test');
  simulation.clock.settle();
  assert.deepEqual(simulation.running().toSorted(), ['/bin/daemon', '/bin/late', '/bin/once']);
  assert.deepEqual(ends, ['there.target done', 'there.target done']);
});

test('of types that have no templates no instance is a unit, and none is depended on', () => {
  const simulation = new Simulation({
    units: {
      'a@.slice': '[Slice]\n',
      'b@.mount': '[Mount]\nWhat=tmpfs\nWhere=/b\n',
      'c@.target': '[Unit]\n',
      'default.target': '[Unit]\nWants=a@1.slice b@1.mount c@1.target\n',
    },
  }).boot();
  for (const name of ['a@1.slice', 'b@1.mount', 'd@1.device', 'e@1.scope']) {
    const asked = simulation.manager.request('start', name, 'replace', 'test');
    assert.deepEqual(asked.ok ? undefined : asked.error.message, `Unit name ${name} is not valid.`);
    assert.equal(simulation.manager.unit(name), undefined);
  }
  assert.equal(simulation.state('c@1.target'), 'active (active)');
  assert.ok(simulation.messages().some((message) => message.includes('"a@1.slice": there are no templates of type slice')));
});
