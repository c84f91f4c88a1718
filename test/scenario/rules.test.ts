import { test } from 'node:test';
import assert from 'node:assert/strict';
import { SECOND, Simulation } from './simulation.ts';

const daemon = (more = '', service = ''): string => `[Unit]\n${more}\n[Service]\nExecStart=/bin/daemon-%n\n${service}\n`;
const wants = (names: string): string => `[Unit]\nAllowIsolate=yes\nWants=${names}\n`;
const pidOf = (simulation: Simulation, name: string): number => simulation.manager.unit(name)?.mainPid ?? 0;

test('a unit that is bound to another stops when that one dies, one that requires it does not', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service bound.service needs.service'),
      'a.service': daemon(),
      'bound.service': daemon('BindsTo=a.service\nAfter=a.service'),
      'needs.service': daemon('Requires=a.service\nAfter=a.service'),
    },
  }).boot();
  simulation.keeper.kill(pidOf(simulation, 'a.service'), 9);
  simulation.clock.settle();
  assert.deepEqual(simulation.states(), {
    'a.service': 'failed (failed)',
    'default.target': 'active (active)',
    'needs.service': 'active (running)',
  });
});

test('a unit that is upheld is started again whenever it is down, but not for ever', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('holder.service'),
      'holder.service': daemon('Upholds=held.service'),
      'held.service': daemon('StartLimitIntervalSec=0'),
    },
  }).boot();
  const first = pidOf(simulation, 'held.service');
  simulation.keeper.kill(first, 9);
  simulation.clock.settle();
  assert.equal(simulation.state('held.service'), 'active (running)');
  assert.notEqual(pidOf(simulation, 'held.service'), first);
  for (let round = 0; round < 20; round += 1) {
    simulation.keeper.kill(pidOf(simulation, 'held.service'), 9);
    simulation.clock.settle();
  }
  assert.equal(simulation.state('held.service'), 'failed (failed)');
});

test('a unit with StopWhenUnneeded= stops when nobody needs it any more', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('user.service'),
      'user.service': daemon('Requires=helper.service'),
      'helper.service': daemon('StopWhenUnneeded=yes'),
    },
  }).boot();
  assert.equal(simulation.state('helper.service'), 'active (running)');
  assert.ok(simulation.manager.request('stop', 'user.service', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.equal(simulation.state('helper.service'), 'inactive (dead)');
});

test('OnFailure= starts its unit when the unit fails, OnSuccess= when it ends well', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('bad.service good.service'),
      'bad.service': '[Unit]\nOnFailure=sorry.service\nOnSuccess=wrong.service\n[Service]\nType=oneshot\nExecStart=/bin/bad\n',
      'good.service': '[Unit]\nOnFailure=wrong.service\nOnSuccess=fine.service\n[Service]\nType=oneshot\nExecStart=/bin/good\n',
      'sorry.service': daemon(),
      'fine.service': daemon(),
      'wrong.service': daemon(),
    },
    programs: { '/bin/bad': { runUsec: 10, exit: 3 } },
  }).boot();
  simulation.clock.advance(SECOND);
  assert.deepEqual(simulation.states(), {
    'bad.service': 'failed (failed)',
    'default.target': 'active (active)',
    'fine.service': 'active (running)',
    'sorry.service': 'active (running)',
  });
});

test('PropagatesStopTo= and PropagatesReloadTo= pass on what is asked', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service b.service'),
      'a.service': daemon('PropagatesStopTo=b.service\nPropagatesReloadTo=b.service', 'ExecReload=/bin/reload-a'),
      'b.service': daemon('', 'ExecReload=/bin/reload-b'),
    },
  }).boot();
  assert.ok(simulation.manager.request('reload', 'a.service', 'replace', 'test').ok);
  simulation.clock.advance(SECOND);
  const ran = simulation.messages().filter((message) => message.startsWith('Reloaded'));
  assert.deepEqual(ran.toSorted(), ['Reloaded a.service.', 'Reloaded b.service.']);
  assert.ok(simulation.manager.request('stop', 'a.service', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.deepEqual(simulation.states(), { 'default.target': 'active (active)' });
});

test('Requisite= never starts the other, and fails if it is not active', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants(''),
      'a.service': daemon(),
      'b.service': daemon('Requisite=a.service\nAfter=a.service'),
    },
  }).boot();
  assert.ok(simulation.manager.request('start', 'b.service', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.deepEqual(simulation.states(), { 'default.target': 'active (active)' });
  assert.ok(simulation.manager.request('start', 'a.service', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.ok(simulation.manager.request('start', 'b.service', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.equal(simulation.state('b.service'), 'active (running)');
});

test('a job that waits too long times out', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service b.service'),
      'a.service': '[Service]\nType=oneshot\nExecStart=/bin/long\n',
      'b.service': daemon('After=a.service\nJobTimeoutSec=5\nOnFailure=sorry.service'),
      'sorry.service': daemon(),
    },
    programs: { '/bin/long': { runUsec: 60 * SECOND } },
  }).boot();
  simulation.clock.advance(6 * SECOND);
  assert.equal(simulation.state('b.service'), 'inactive (dead)');
  assert.ok(simulation.messages().includes('Timed out starting b.service.'));
  assert.equal(simulation.state('sorry.service'), 'active (running)');
});

test('only what is needed is loaded, and what is not needed any more is unloaded', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service'),
      'a.service': daemon(),
      'other.service': daemon('Wants=third.service'),
      'third.service': daemon(),
    },
  }).boot();
  const names = (): readonly string[] => simulation.manager.units().map(({ name }) => name);
  assert.ok(!names().includes('other.service'));
  assert.equal(simulation.manager.unit('other.service')?.load, 'loaded');
  simulation.clock.settle();
  assert.ok(!names().includes('other.service'));
  assert.ok(names().includes('a.service'));
});

test('units that only mention each other are unloaded, those that a running one leads to are not', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service'),
      'a.service': daemon('After=b.service'),
      'b.service': daemon('After=c.service'),
      'c.service': daemon('PartOf=b.service'),
      'd.service': daemon('Wants=e.service'),
      'e.service': daemon('After=d.service f.service'),
      'f.service': daemon('Before=e.service'),
    },
  }).boot();
  assert.notEqual(simulation.manager.properties('d.service'), undefined);
  const own = (): readonly string[] =>
    simulation.manager
      .units()
      .map(({ name }) => name)
      .filter((name) => /^[a-f]\.service$/.test(name));
  const before = own();
  simulation.clock.settle();
  assert.deepEqual([before.length, own()], [6, ['a.service', 'b.service', 'c.service']]);
});

test('a handler is told whose end it handles, unless several could have called it', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=bad.service\n',
      'bad.service': '[Unit]\nOnFailure=sorry.service shared.service\n[Service]\nType=oneshot\nExecStart=/bin/bad\n',
      'other.service': '[Unit]\nOnFailure=shared.service\n[Service]\nExecStart=/bin/daemon-other\n',
      'sorry.service': '[Service]\nExecStart=/bin/daemon-sorry\n',
      'shared.service': '[Unit]\nWants=other.service\n[Service]\nExecStart=/bin/daemon-shared\n',
    },
    programs: { '/bin/bad': { runUsec: SECOND, exit: 3 } },
  }).boot();
  simulation.clock.advance(2 * SECOND);
  const told = simulation.keeper
    .processes()
    .map(({ argv, env }) => [
      argv.join(' '),
      env.filter((assignment) => assignment.startsWith('MONITOR_') && !assignment.startsWith('MONITOR_INVOCATION_ID=')).toSorted(),
    ]);
  assert.deepEqual(Object.fromEntries(told), {
    '/bin/daemon-other': [],
    '/bin/daemon-shared': [],
    '/bin/daemon-sorry': [
      'MONITOR_EXIT_CODE=exited',
      'MONITOR_EXIT_STATUS=3',
      'MONITOR_SERVICE_RESULT=exit-code',
      'MONITOR_UNIT=bad.service',
    ],
  });
});

test('what a skipped unit pulled in stays, until its own job is over or the manager is another', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\n',
      'skipped.service': `[Unit]\nConditionPathExists=/nowhere\nWants=unneeded.service\nAfter=unneeded.service\n[Service]\nExecStart=/bin/daemon\n`,
      'unneeded.service': '[Unit]\nStopWhenUnneeded=yes\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/work\n',
    },
  }).boot();
  const start = (unit: string): string => {
    assert.ok(simulation.manager.request('start', unit, 'replace', 'test').ok);
    simulation.clock.advance(SECOND);
    return simulation.state('unneeded.service');
  };
  const running = [start('skipped.service'), start('unneeded.service'), start('skipped.service')];
  simulation.manager.reload();
  simulation.clock.settle();
  assert.deepEqual(
    [...running, simulation.state('unneeded.service')],
    ['active (exited)', 'inactive (dead)', 'active (exited)', 'inactive (dead)'],
  );
});

test('a start whose conditions do not hold does not count for the start limit', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('holder.service'),
      'holder.service': daemon('Upholds=skipped.service'),
      'skipped.service': daemon('ConditionPathExists=/nowhere\nStartLimitBurst=2'),
    },
  }).boot();
  assert.deepEqual([simulation.state('skipped.service'), simulation.state('holder.service')], ['inactive (dead)', 'active (running)']);
});
