import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECOND, Simulation } from './simulation.ts';

const units = {
  'default.target': '[Unit]\nWants=a.service\n',
  'a.service': '[Service]\nType=notify\nWatchdogSec=10\nExecStart=/bin/a-daemon\n',
};

/** A service that feeds its watchdog every four seconds until so many are over, and whose manager is dead for a minute from the fifth on. */
function afterAMinute(feedsUntilSec: number): Simulation {
  const feeds = Array.from({ length: Math.floor(feedsUntilSec / 4) }, (_, index) => ({
    afterUsec: (index + 1) * 4 * SECOND,
    text: 'WATCHDOG=1',
  }));
  const simulation = new Simulation({
    units,
    programs: { '/bin/a-daemon': { notify: [{ afterUsec: 1000, text: 'READY=1' }, ...feeds] } },
  }).boot();
  simulation.clock.advance(5 * SECOND);
  assert.equal(simulation.state('a.service'), 'active (running)');
  simulation.crash();
  simulation.clock.advance(60 * SECOND);
  simulation.startManager();
  simulation.clock.settle();
  return simulation;
}

test('a service that fed its watchdog while there was no manager is not taken to hang, and goes on being watched', () => {
  const simulation = afterAMinute(64);
  simulation.clock.advance(9 * SECOND);
  assert.equal(simulation.state('a.service'), 'active (running)');
  simulation.clock.advance(2 * SECOND);
  assert.equal(simulation.manager.unit('a.service')?.result, 'watchdog');
});

test('a service that fell silent while there was no manager is ended by the next one at once', () => {
  const simulation = afterAMinute(4);
  simulation.clock.advance(SECOND);
  assert.deepEqual([simulation.state('a.service'), simulation.manager.unit('a.service')?.result], ['failed (failed)', 'watchdog']);
  assert.deepEqual(simulation.running(), []);
});

test('a feed that no manager has heard yet counts from when one hears it', () => {
  const simulation = afterAMinute(8);
  simulation.clock.advance(9 * SECOND);
  assert.equal(simulation.state('a.service'), 'active (running)');
  simulation.clock.advance(2 * SECOND);
  assert.deepEqual([simulation.state('a.service'), simulation.manager.unit('a.service')?.result], ['failed (failed)', 'watchdog']);
});

test('while watchdogs are off a silent service is left alone, also by the next manager; on again, one that goes on feeding is watched', () => {
  const simulation = afterAMinute(64);
  simulation.manager.setServiceWatchdogs(false);
  simulation.clock.settle();
  simulation.crash();
  simulation.startManager();
  simulation.clock.advance(60 * SECOND);
  assert.equal(simulation.state('a.service'), 'active (running)');
  assert.equal(simulation.manager.managerProperties()['ServiceWatchdogs'], 'no');
  assert.ok(simulation.messages().includes('a.service: Watchdogs are off, so a timeout is not acted on.'));
  simulation.manager.setServiceWatchdogs(true);
  simulation.clock.advance(60 * SECOND);
  assert.equal(simulation.state('a.service'), 'active (running)');
  simulation.manager.request('restart', 'a.service', 'replace', 'test');
  simulation.clock.advance(100 * SECOND);
  assert.equal(simulation.manager.unit('a.service')?.result, 'watchdog');
});

test('while watchdogs are off what a unit asks for when it fails is not done, and what it asks for when it succeeds is', () => {
  assert.deepEqual(
    withoutWatchdogs('FailureAction=exit').filter((message) => message.startsWith('Watchdogs')),
    ['Watchdogs are off, so exit is not carried out: a.service failed'],
  );
  assert.ok(withoutWatchdogs('SuccessAction=exit').some((message) => message.includes('starting exit.target (exit)')));
});

/** What is said of the end of the manager when a service ends that asks for it. */
function withoutWatchdogs(text: string): readonly string[] {
  const simulation = new Simulation({
    units: { 'default.target': '', 'a.service': `[Unit]\n${text}\n[Service]\nType=oneshot\nExecStart=/bin/a`, 'exit.target': '' },
    programs: { '/bin/a': { exit: text.startsWith('Failure') ? 1 : 0, runUsec: SECOND } },
  }).boot();
  simulation.manager.setServiceWatchdogs(false);
  simulation.manager.request('start', 'a.service', 'replace', 'test');
  simulation.clock.advance(5 * SECOND);
  return simulation.messages().filter((message) => message.includes('exit'));
}
