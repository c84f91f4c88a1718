import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECOND, Simulation, type SimulationOptions } from './simulation.ts';

const minute = 60 * SECOND;

/** A timer that is started at boot, and its service, which takes a millisecond. */
function timed(timer: string, more: Partial<SimulationOptions> = {}): SimulationOptions {
  return {
    ...more,
    units: {
      'default.target': '[Unit]\nWants=a.timer\n',
      'a.timer': `[Timer]\nAccuracySec=1us\n${timer}\n`,
      'a.service': '[Service]\nType=oneshot\nExecStart=/bin/work\n',
      ...more.units,
    },
  };
}

/** When the service was run, in seconds since the machine came up. */
function runs(simulation: Simulation): readonly number[] {
  return simulation.keeper.batches.flatMap(({ commands }) =>
    commands.flatMap((command) => (command.do === 'run' && command.group === 'a.service' ? [simulation.clock.now().monotonicUsec] : [])),
  );
}

/** Goes on step by step, and gives the seconds at which the service was started. */
function watch(simulation: Simulation, usec: number): readonly number[] {
  const end = simulation.clock.now().monotonicUsec + usec;
  const found: number[] = [];
  let seen = runs(simulation).length;
  while (simulation.clock.now().monotonicUsec < end && simulation.clock.step(end - simulation.clock.now().monotonicUsec)) {
    const now = runs(simulation).length;
    for (; seen < now; seen += 1) found.push(Math.round(simulation.clock.now().monotonicUsec / 100_000) / 10);
  }
  simulation.clock.advance(Math.max(0, end - simulation.clock.now().monotonicUsec));
  return found;
}

test('a timer runs its service again and again', () => {
  const simulation = new Simulation(timed('OnActiveSec=10\nOnUnitInactiveSec=20')).boot();
  assert.deepEqual(watch(simulation, 60 * SECOND), [11, 31, 51]);
});

test('a timer elapses once and never early, wherever the manager is killed', () => {
  const options = timed('OnActiveSec=10\nOnUnitActiveSec=20\nOnCalendar=*:*:45');
  const whole = new Simulation(options).boot();
  const expected = watch(whole, 3 * minute);
  const events = Math.max(...whole.keeper.batches.map(({ acknowledge }) => acknowledge));
  assert.ok(events > 10);
  for (let sequence = 1; sequence <= events; sequence += 1) {
    const simulation = new Simulation(options);
    simulation.crashAt(sequence);
    assert.deepEqual(watch(simulation.boot(), 3 * minute), expected, `killed before event ${sequence}`);
  }
});

test('a timer elapses once and never early, whenever the manager is killed between two events', () => {
  const options = timed('OnActiveSec=10\nOnUnitActiveSec=20');
  const expected = watch(new Simulation(options).boot(), 2 * minute);
  for (let at = 0; at < 50; at += 3) {
    const simulation = new Simulation(options).boot();
    const before = watch(simulation, at * SECOND);
    simulation.crash();
    simulation.startManager();
    assert.deepEqual([...before, ...watch(simulation, 2 * minute - at * SECOND)], expected, `killed after ${at} s`);
  }
});

test('what is due while the manager is dead is made good once', () => {
  const simulation = new Simulation(timed('OnCalendar=*:*:0/10')).boot();
  simulation.crash();
  simulation.clock.advance(45 * SECOND);
  simulation.startManager();
  simulation.clock.settle();
  assert.equal(runs(simulation).length, 1);
  assert.deepEqual(watch(simulation, 10 * SECOND).length, 1);
});

test('a timer that is due while its stop waits in the queue does not keep the manager busy', () => {
  const simulation = new Simulation(timed('OnActiveSec=10')).boot();
  simulation.clock.advance(9 * SECOND);
  simulation.crash();
  simulation.clock.advance(2 * SECOND);
  simulation.startManager();
  assert.ok(simulation.manager.request('stop', 'a.timer', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.deepEqual([simulation.state('a.timer'), runs(simulation).length], ['inactive (dead)', 0]);
});

test('a reload neither puts off nor repeats an elapse', () => {
  const options = timed('OnActiveSec=10\nOnUnitActiveSec=20');
  const expected = watch(new Simulation(options).boot(), 2 * minute);
  for (let at = 0; at < 50; at += 7) {
    const simulation = new Simulation(options).boot();
    const before = watch(simulation, at * SECOND);
    simulation.manager.reload();
    assert.deepEqual([...before, ...watch(simulation, 2 * minute - at * SECOND)], expected, `reloaded after ${at} s`);
  }
});

test('a reload brings the times that the unit file has now', () => {
  const simulation = new Simulation(timed('OnUnitInactiveSec=1h\nOnActiveSec=10')).boot();
  assert.deepEqual(watch(simulation, minute), [11]);
  simulation.files.write('/etc/systemd/system/a.timer', '[Timer]\nAccuracySec=1us\nOnUnitInactiveSec=90\n');
  simulation.manager.reload();
  assert.deepEqual(watch(simulation, minute), [101]);
});

test('a timer that waits fails when a reload finds its unit file gone', () => {
  const simulation = new Simulation(timed('OnActiveSec=10')).boot();
  simulation.files.unlink('/etc/systemd/system/a.timer');
  simulation.manager.reload();
  simulation.clock.settle();
  assert.deepEqual(watch(simulation, minute), []);
  assert.equal(simulation.state('a.timer'), 'failed (failed)');
});

/** The wall clock is set, which the keeper notices whether or not a manager is there. */
function setClock(simulation: Simulation, usec: number): void {
  simulation.clock.jump(usec);
  simulation.keeper.readable('manager/clock');
}

test('a clock that is set forward brings the elapse nearer, one that is set back puts it off', () => {
  const simulation = new Simulation(timed('OnCalendar=*-*-* *:30:00')).boot();
  assert.deepEqual(simulation.keeper.descriptors(), ['manager/clock', 'manager/zone']);
  setClock(simulation, 10 * minute);
  assert.deepEqual(watch(simulation, 21 * minute), [20 * 60]);
  setClock(simulation, -40 * minute);
  assert.deepEqual(watch(simulation, 39 * minute), [60 * 60]);
});

test('a clock that jumps over an elapse, while the manager is dead, has it made good once', () => {
  for (const isDead of [false, true]) {
    const simulation = new Simulation(timed('OnCalendar=*-*-* 12:00')).boot();
    if (isDead) simulation.crash();
    setClock(simulation, 20 * 60 * minute);
    if (isDead) simulation.startManager();
    assert.deepEqual(watch(simulation, minute), [1]);
    assert.deepEqual(watch(simulation, 16 * 60 * minute).length, 1);
  }
});

test('OnClockChange= elapses for a change also when the manager is killed before it hears of that', () => {
  const simulation = new Simulation(timed('OnClockChange=yes')).boot();
  simulation.crash();
  setClock(simulation, 5 * SECOND);
  simulation.startManager();
  assert.deepEqual(watch(simulation, minute).length, 1);
  setClock(simulation, 5 * SECOND);
  assert.deepEqual(watch(simulation, minute).length, 1);
  assert.deepEqual(watch(simulation, minute), []);
});

test('another time zone moves local times, and OnTimezoneChange= elapses, also if that was set while the manager was dead', () => {
  for (const isDead of [false, true]) {
    const simulation = new Simulation(
      timed('OnCalendar=*-*-* 12:00', {
        files: { '/etc/localtime': '-> /usr/share/zoneinfo/Europe/Berlin' },
        units: {
          'default.target': '[Unit]\nWants=a.timer z.timer\n',
          'z.timer': '[Timer]\nOnTimezoneChange=yes\n',
          'z.service': '[Service]\nExecStart=/bin/daemon\n',
        },
      }),
    ).boot();
    const next = (): string | undefined => simulation.manager.properties('a.timer')?.['NextElapseUSecRealtime'];
    assert.equal(next(), 'Thu 2026-01-01 11:00:00 UTC');
    if (isDead) simulation.crash();
    simulation.files.symlink('/usr/share/zoneinfo/America/New_York', '/etc/localtime');
    simulation.keeper.readable('manager/zone');
    if (isDead) simulation.startManager();
    simulation.clock.settle();
    assert.deepEqual([next(), simulation.state('z.service')], ['Thu 2026-01-01 17:00:00 UTC', 'active (running)']);
    assert.deepEqual(simulation.settings, ['zone America/New_York']);
  }
});

test('what a timer says of its elapse is known to the service also after a crash', () => {
  const simulation = new Simulation(timed('OnActiveSec=10', { units: { 'a.service': '[Service]\nExecStart=/bin/daemon\n' } })).boot();
  simulation.clock.advance(10 * SECOND);
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  const [process] = simulation.keeper.processes();
  assert.deepEqual(
    process?.env.filter((entry) => entry.startsWith('TRIGGER_')),
    ['TRIGGER_UNIT=a.timer', 'TRIGGER_TIMER_REALTIME_USEC=1767225611000000', 'TRIGGER_TIMER_MONOTONIC_USEC=11000000'],
  );
  assert.equal(simulation.state('a.timer'), 'active (running)');
});

test('timers of a minute’s accuracy share their wake-ups', () => {
  const units: Record<string, string> = { 'a.service': '[Service]\nType=oneshot\nExecStart=/bin/work\n' };
  const names = Array.from({ length: 20 }, (_, index) => `t${index}.timer`);
  for (const [index, name] of names.entries()) units[name] = `[Timer]\nOnActiveSec=${120 + index}\nUnit=a.service\n`;
  const simulation = new Simulation({ units: { ...units, 'default.target': `[Unit]\nWants=${names.join(' ')}\n` } }).boot();
  let wakes = 0;
  while (simulation.clock.step(4 * minute) && simulation.clock.now().monotonicUsec < 4 * minute) wakes += 1;
  const elapsed = names.map((name) => simulation.state(name));
  assert.deepEqual(new Set(elapsed), new Set(['active (elapsed)']));
  assert.ok(wakes <= 6, `${wakes} wake-ups`);
});

test('a thousand armed timers cost nothing while they wait, and one that elapses is no dearer for them', () => {
  const units: Record<string, string> = { 'a.service': '[Service]\nType=oneshot\nExecStart=/bin/work\n' };
  const names = Array.from({ length: 1000 }, (_, index) => `t${index}.timer`);
  for (const [index, name] of names.entries()) units[name] = `[Timer]\nOnActiveSec=${3600 + index}\nAccuracySec=1us\nUnit=a.service\n`;
  const simulation = new Simulation({ units: { ...units, 'default.target': `[Unit]\nWants=${names.join(' ')}\n` } }).boot();
  const before = simulation.keeper.batches.length;
  simulation.clock.advance(3599 * SECOND);
  assert.equal(simulation.keeper.batches.length, before);
  simulation.clock.advance(1.5 * SECOND);
  assert.deepEqual([simulation.state('t0.timer'), simulation.state('t1.timer')], ['active (elapsed)', 'active (waiting)']);
});

test('a timer whose service ends at the very moment at which it elapsed does not elapse again', () => {
  const simulation = new Simulation(
    timed('OnActiveSec=10', { units: { 'a.service': '[Unit]\nConditionPathExists=/nope\n[Service]\nExecStart=/bin/daemon\n' } }),
  ).boot();
  simulation.clock.advance(minute);
  const elapses = simulation.manager.history('a.timer').filter((entry) => entry.what === 'state' && entry.to === 'active (running)');
  assert.deepEqual([elapses.length, simulation.state('a.timer')], [1, 'active (elapsed)']);
});
