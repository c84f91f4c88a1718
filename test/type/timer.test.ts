import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timerType } from '../../src/type/timer.ts';
import type { TimerState } from '../../src/type/timer/state.ts';
import type { Triggered } from '../../src/type/type.ts';
import type { TimerSettings } from '../../src/unit/settings/timer.ts';
import { parseCalendar } from '../../src/unit/values/calendar.ts';
import { timerOf } from '../unit/config.ts';
import { Rig, second } from './rig.ts';

const down: Triggered = { active: 'inactive', sub: 'dead', result: 'success', load: 'loaded' };
const up: Triggered = { ...down, active: 'active', sub: 'running' };

function rig(settings: Partial<TimerSettings>): Rig<TimerState> {
  const made = new Rig(timerType, timerOf({ AccuracySec: 1, ...settings }));
  made.world.triggered = down;
  return made;
}

function span(base: 'OnActiveSec' | 'OnBootSec' | 'OnStartupSec' | 'OnUnitActiveSec' | 'OnUnitInactiveSec', seconds: number) {
  return { base, usec: seconds * second } as const;
}

function calendar(text: string) {
  const parsed = parseCalendar(text);
  assert.ok(parsed.ok, text);
  return { base: 'OnCalendar', calendar: parsed.value } as const;
}

/** The unit came up or went down, now. */
function unitIs(timer: Rig<TimerState>, state: Triggered): void {
  const now = { monotonicUsec: timer.world.now, realtimeUsec: timer.world.epoch + timer.world.now };
  timer.world.triggered = {
    ...timer.world.triggered,
    ...state,
    ...(state.active === 'active' ? { inactiveExit: now } : { inactiveEnter: now }),
  };
  timer.send({ event: 'triggered-changed', unit: 'a.service', look: state, hasJob: false });
}

/** The wall clock is set to another time. */
function setClock(timer: Rig<TimerState>, seconds: number): void {
  timer.world.epoch += seconds * second;
  timer.send({ event: 'clock-changed' });
}

function wallClock(timer: Rig<TimerState>, iso: string): void {
  timer.world.epoch = Date.parse(iso) * 1000 - timer.world.now;
}

/** What the timer waits for on the wall clock. */
function next(timer: Rig<TimerState>): string {
  return timer.state.sub === 'waiting' && timer.state.realtimeUsec > 0
    ? new Date(timer.state.realtimeUsec / 1000).toISOString()
    : timer.sub;
}

test('a timer elapses, runs its unit, and waits again or has elapsed', () => {
  const timer = rig({ Elapse: [span('OnActiveSec', 10), span('OnUnitInactiveSec', 60)] });
  assert.equal(timer.start(), undefined);
  assert.deepEqual([...timer.timers], [['monotonic', 1010 * second]]);
  timer.elapse('monotonic');
  assert.deepEqual([timer.sub, timer.did], ['running', ['trigger start a.service', 'disarm monotonic']]);
  unitIs(timer, up);
  timer.world.now += 5 * second;
  unitIs(timer, down);
  assert.deepEqual([timer.sub, ...timer.timers], ['waiting', ['monotonic', 1075 * second]]);
});

test('of several lines the earliest counts, and each clock has its own', () => {
  const timer = rig({ Elapse: [span('OnActiveSec', 30), span('OnBootSec', 1020), calendar('2090-01-01'), span('OnStartupSec', 1000)] });
  timer.start();
  assert.equal(timer.timers.get('monotonic'), 1020 * second);
  assert.equal(next(timer), '2090-01-01T00:00:00.000Z');
});

test('a time that is past elapses at once at the first time, and never again', () => {
  const timer = rig({ Elapse: [span('OnBootSec', 1), span('OnStartupSec', 1)] });
  timer.start();
  timer.elapse('monotonic');
  timer.world.now += second;
  unitIs(timer, down);
  assert.deepEqual([timer.sub, ...timer.timers], ['elapsed']);
  setClock(timer, 1000);
  assert.equal(timer.sub, 'elapsed');
});

test('RemainAfterElapse=no ends a timer, but not one whose unit may come back', () => {
  const gone = rig({ Elapse: [span('OnActiveSec', 1)], RemainAfterElapse: false });
  gone.start();
  gone.elapse('monotonic');
  gone.world.now += second;
  unitIs(gone, down);
  assert.equal(gone.sub, 'dead');
  const stays = rig({ Elapse: [span('OnUnitActiveSec', 1)], RemainAfterElapse: false });
  stays.start();
  assert.equal(stays.sub, 'elapsed');
  unitIs(stays, up);
  assert.equal(stays.sub, 'waiting');
});

test('a timer that has nothing to wait for at all is not even started', () => {
  const timer = rig({ Elapse: [calendar('2000-01-01')], RemainAfterElapse: false });
  assert.deepEqual(timer.start(), { refused: 'already' });
});

test('an alarm that comes too early is set again', () => {
  const timer = rig({ Elapse: [calendar('2090-01-01')] });
  timer.start();
  const armed = timer.timers.get('realtime');
  timer.send({ event: 'elapsed', timer: 'realtime' });
  assert.deepEqual([timer.sub, timer.timers.get('realtime')], ['waiting', armed]);
});

test('when the clock is set forward over the time, the timer elapses at once; when it is set back, it waits longer', () => {
  const timer = rig({ Elapse: [calendar('*-*-* 12:00')] });
  wallClock(timer, '2026-05-05T10:00:00Z');
  timer.start();
  setClock(timer, 3600);
  assert.equal(timer.timers.get('realtime'), timer.world.now + 3600 * second);
  setClock(timer, -7200);
  assert.equal(timer.timers.get('realtime'), timer.world.now + 3 * 3600 * second);
  setClock(timer, 5 * 3600);
  assert.equal(timer.timers.get('realtime'), timer.world.now);
  timer.elapse('realtime');
  assert.equal(timer.sub, 'running');
  timer.world.now += second;
  unitIs(timer, down);
  assert.equal(next(timer), '2026-05-06T12:00:00.000Z');
});

test('a clock that is set back far does not keep a timer from elapsing on the days that come again', () => {
  const timer = rig({ Elapse: [calendar('daily')] });
  wallClock(timer, '2036-05-05T10:00:00Z');
  timer.start();
  timer.elapse('realtime');
  unitIs(timer, down);
  setClock(timer, -10 * 365 * 86_400 - 1);
  assert.equal(next(timer), '2026-05-09T00:00:00.000Z');
});

test('OnClockChange= and OnTimezoneChange= elapse by the change itself, while the timer waits', () => {
  for (const event of ['clock-changed', 'zone-changed'] as const) {
    const timer = rig({ OnClockChange: event === 'clock-changed', OnTimezoneChange: event === 'zone-changed' });
    timer.start();
    assert.deepEqual([timer.sub, ...timer.timers], ['waiting']);
    timer.send({ event: event === 'clock-changed' ? 'zone-changed' : 'clock-changed' });
    assert.equal(timer.sub, 'waiting');
    timer.send({ event });
    assert.deepEqual([timer.sub, timer.did], ['running', ['trigger start a.service']]);
    timer.send({ event });
    assert.deepEqual([timer.sub, timer.did], ['running', []]);
  }
});

test('another time zone moves what is local time', () => {
  const timer = rig({ Elapse: [calendar('*-*-* 12:00'), calendar('*-*-* 23:00 Asia/Tokyo')] });
  wallClock(timer, '2026-07-05T11:00:00Z');
  timer.start();
  assert.equal(next(timer), '2026-07-05T12:00:00.000Z');
  timer.world.zone = 'America/New_York';
  timer.send({ event: 'zone-changed' });
  assert.equal(next(timer), '2026-07-05T14:00:00.000Z');
});

test('a calendar honours daylight saving in its own zone', () => {
  const timer = rig({ Elapse: [calendar('*-*-* 02:30 Europe/Berlin')] });
  wallClock(timer, '2026-03-28T12:00:00Z');
  timer.start();
  assert.equal(next(timer), '2026-03-30T00:30:00.000Z');
  const autumn = rig({ Elapse: [calendar('*-*-* 02:30 Europe/Berlin')] });
  wallClock(autumn, '2026-10-24T12:00:00Z');
  autumn.start();
  assert.equal(next(autumn), '2026-10-25T00:30:00.000Z');
  autumn.elapse('realtime');
  unitIs(autumn, down);
  assert.equal(next(autumn), '2026-10-26T01:30:00.000Z');
});

test('RandomizedDelaySec= is drawn once for each elapse, FixedRandomDelay= never', () => {
  const timer = rig({ Elapse: [span('OnActiveSec', 10), span('OnUnitInactiveSec', 10)], RandomizedDelaySec: 8 * second });
  timer.start();
  assert.equal(timer.timers.get('monotonic'), 1014 * second);
  timer.world.random = 0;
  unitIs(timer, down);
  assert.equal(timer.timers.get('monotonic'), 1014 * second);
  timer.elapse('monotonic');
  unitIs(timer, down);
  assert.equal(timer.timers.get('monotonic'), 1024 * second);
  const fixed = rig({ Elapse: [span('OnActiveSec', 10)], RandomizedDelaySec: 8 * second, FixedRandomDelay: true });
  fixed.start();
  assert.equal(fixed.timers.get('monotonic'), 1012 * second);
});

test('RandomizedOffsetSec= shifts the whole calendar by the same', () => {
  const timer = rig({ Elapse: [calendar('hourly')], RandomizedOffsetSec: 3600 * second });
  wallClock(timer, '2026-05-05T10:10:00Z');
  timer.start();
  assert.equal(next(timer), '2026-05-05T10:15:00.000Z');
  timer.elapse('realtime');
  unitIs(timer, down);
  assert.equal(next(timer), '2026-05-05T11:15:00.000Z');
});

/** When a timer of every ten minutes elapses next after a run of 25 minutes. */
function nextAfterLongRun(DeferReactivation: boolean): string {
  const timer = rig({ Elapse: [calendar('*:0/10')], DeferReactivation });
  wallClock(timer, '2026-05-05T10:00:01Z');
  timer.start();
  timer.elapse('realtime');
  timer.world.now += 1500 * second;
  unitIs(timer, down);
  return next(timer);
}

test('DeferReactivation=yes counts from the end of the run, so that a long one is not followed by another at once', () => {
  assert.deepEqual([nextAfterLongRun(false), nextAfterLongRun(true)], ['2026-05-05T10:20:00.000Z', '2026-05-05T10:40:00.000Z']);
});

test('Persistent= makes good what was missed, counted from when the machine came up', () => {
  const timer = rig({ Elapse: [calendar('daily')], Persistent: true, RandomizedDelaySec: 100 * second });
  wallClock(timer, '2026-05-05T10:00:00Z');
  timer.world.modified = { '/var/lib/systemd/timers/stamp-a.timer': Date.parse('2026-05-01T00:00:05Z') * 1000 };
  timer.start();
  // The manager came up 900 s ago, and half of the delay is drawn.
  assert.equal(next(timer), '2026-05-05T09:45:50.000Z');
  timer.elapse('realtime');
  assert.deepEqual(timer.did, ['trigger start a.service', 'run 2 ops', 'disarm realtime']);
});

test('a stamp from the future is not believed, and a first one is made', () => {
  const ahead = rig({ Elapse: [calendar('daily')], Persistent: true });
  wallClock(ahead, '2026-05-05T10:00:00Z');
  ahead.world.modified = { '/var/lib/systemd/timers/stamp-a.timer': Date.parse('2030-05-01T00:00:05Z') * 1000 };
  ahead.start();
  assert.deepEqual([next(ahead), ahead.did], ['2026-05-06T00:00:00.000Z', ['arm realtime']]);
  const first = rig({ Elapse: [calendar('daily')], Persistent: true });
  first.start();
  assert.deepEqual(first.did, ['run 2 ops', 'arm realtime']);
});

test('a timer whose unit is not loaded is not started, one whose job cannot be queued fails', () => {
  const timer = rig({ Elapse: [span('OnActiveSec', 1)] });
  timer.world.triggered = { ...down, load: 'not-found' };
  assert.deepEqual(timer.start(), { refused: 'failed', reason: 'unit a.service to trigger not loaded' });
  timer.world.triggered = down;
  timer.start();
  timer.elapse('monotonic').send({ event: 'trigger-refused', reason: 'no' });
  assert.deepEqual([timer.sub, timer.result], ['failed', 'resources']);
  timer.send({ event: 'reset-failed' });
  assert.deepEqual([timer.sub, timer.result], ['dead', 'success']);
});

test('a timer that is about to be stopped starts nothing', () => {
  const timer = rig({ Elapse: [span('OnActiveSec', 1)] });
  timer.start();
  timer.world.stopRequested = true;
  timer.elapse('monotonic');
  assert.deepEqual([timer.sub, timer.did], ['waiting', []]);
  timer.stop();
  assert.deepEqual([timer.sub, ...timer.timers], ['dead']);
});

test('WakeSystem= is refused with the reason where the machine cannot be woken', () => {
  const timer = rig({ Elapse: [span('OnActiveSec', 1)], WakeSystem: true });
  timer.world.cannotWake = 'it has no alarm clock';
  timer.start();
  assert.deepEqual(
    [timer.sub, timer.result, timer.log[0]],
    ['failed', 'resources', 'a.timer: WakeSystem=yes is not possible here: it has no alarm clock'],
  );
});

test('WakeSystem= has an alarm clock held for what the timer waits for, and lets go of it when that is another time', () => {
  const timer = rig({ Elapse: [span('OnActiveSec', 10), span('OnUnitInactiveSec', 60)], WakeSystem: true });
  timer.start();
  const [first] = timer.state.memory.wake ?? [];
  assert.deepEqual([first?.clock, first?.usec, first?.made], ['monotonic', timer.world.now + 10 * second, false]);
  assert.ok(first !== undefined);
  timer.send({ event: 'exited', child: first.child, how: 'exited', status: 0, missing: false, groupEmpty: false });
  assert.deepEqual(timerType.descriptors(timer.state), [first.held]);
  // The machine slept: by CLOCK_MONOTONIC it is too early, but the alarm has gone off.
  timer.send({ event: 'readable', name: first.held });
  assert.deepEqual([timer.sub, timer.state.memory.wake], ['running', []]);
  timer.world.now += second;
  unitIs(timer, down);
  const [second_] = timer.state.memory.wake ?? [];
  assert.deepEqual([timer.sub, second_?.usec], ['waiting', timer.world.now + 60 * second]);
  timer.stop();
  assert.ok(second_ !== undefined);
  // It is still being made; when it is there nobody wants it.
  timer.send({ event: 'exited', child: second_.child, how: 'exited', status: 0, missing: false, groupEmpty: false });
  assert.deepEqual([timer.sub, timer.state.memory.wake], ['dead', []]);
});

test('an alarm clock that cannot be had is told once, and the timer elapses all the same', () => {
  const timer = rig({ Elapse: [span('OnActiveSec', 10)], WakeSystem: true });
  timer.start();
  const [alarm] = timer.state.memory.wake ?? [];
  assert.ok(alarm !== undefined);
  timer.send({
    event: 'exited',
    child: alarm.child,
    how: 'exited',
    status: 202,
    missing: false,
    groupEmpty: false,
    failure: 'wake-timer: Operation not permitted',
  });
  assert.deepEqual(timer.log, ['a.timer: the machine will not be woken up: wake-timer: Operation not permitted']);
  timer.elapse('monotonic');
  assert.equal(timer.sub, 'running');
});

test('what is due when the manager comes back elapses, whatever the unit did meanwhile', () => {
  const timer = rig({ Elapse: [span('OnActiveSec', 1), span('OnActiveSec', 50)] });
  timer.start();
  timer.elapse('monotonic');
  timer.world.now += second;
  unitIs(timer, down);
  timer.world.now += 100 * second;
  unitIs(timer, up);
  assert.equal(timer.sub, 'running');
});
