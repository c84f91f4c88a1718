import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Script } from '../../src/port/keeper-fake.ts';
import { type CrashPlan, runWithCrashes } from './crashing.ts';
import { SECOND } from './simulation.ts';

const kinds = {
  simple: {},
  notify: { notify: [{ afterUsec: 2 * SECOND + 2000, text: 'READY=1' }] },
  'notify-reload': {
    notify: [{ afterUsec: SECOND + 2000, text: 'READY=1' }],
    answers: { 1: 'RELOADING=1\nMONOTONIC_USEC=99999999999\nREADY=1' },
  },
  dbus: {},
} as const satisfies Readonly<Record<string, Script>>;

const service = fc.record({
  type: fc.constantFrom('simple', 'notify', 'notify-reload', 'dbus'),
  restart: fc.constantFrom('no', 'on-failure', 'always'),
  steps: fc.boolean(),
  direct: fc.boolean(),
  runtime: fc.option(fc.integer({ min: 3, max: 15 })),
  startMode: fc.constantFrom('terminate', 'abort', 'kill'),
  stopMode: fc.constantFrom('terminate', 'abort', 'kill'),
  group: fc.boolean(),
  watchdog: fc.boolean(),
  ignores: fc.subarray([6, 15]),
  leaks: fc.option(fc.integer({ min: 2, max: 12 })),
  runs: fc.option(fc.integer({ min: 1, max: 20 })),
  exit: fc.constantFrom(0, 1, 75),
  stop: fc.boolean(),
  stopPost: fc.boolean(),
  remain: fc.boolean(),
});

const names = ['a', 'b', 'c'];

/** Never at the very moment of another event: which of the two comes first, nobody promises. */
const moment = (seconds: number, place: number): number => seconds * SECOND + 300_000 + place * 10_000;

const plans: fc.Arbitrary<CrashPlan> = fc
  .record({
    services: fc.array(service, { minLength: 3, maxLength: 3 }),
    owners: fc.array(fc.record({ second: fc.integer({ min: 1, max: 20 }), name: fc.constantFrom(...names), isOwned: fc.boolean() }), {
      maxLength: 6,
    }),
    requests: fc.array(
      fc.record({
        second: fc.integer({ min: 0, max: 8 }),
        job: fc.constantFrom('start' as const, 'stop' as const, 'restart' as const, 'reload' as const),
        name: fc.constantFrom(...names),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ services, owners, requests }) => {
    const units: Record<string, string> = {
      'default.target': '[Unit]\nWants=dbus.service a.service b.service c.service\n',
      'dbus.socket': '[Socket]\nListenStream=/run/dbus/system_bus_socket\n',
      'dbus.service': '[Unit]\nRequires=dbus.socket\n[Service]\nExecStart=/bin/dbus-daemon\n',
    };
    const programs: Record<string, Script> = {};
    for (const [index, kind] of services.entries()) {
      const name = names[index] ?? '';
      units[`${name}.service`] = [
        '[Unit]\nStartLimitBurst=4\nStartLimitIntervalSec=30',
        '[Service]',
        `Type=${kind.type}`,
        ...(kind.type === 'dbus' ? [`BusName=org.example.${name}`] : []),
        `Restart=${kind.restart}`,
        'RestartSec=1070ms',
        ...(kind.steps ? ['RestartSteps=3', 'RestartMaxDelaySec=5'] : []),
        `RestartMode=${kind.direct ? 'direct' : 'normal'}`,
        ...(kind.runtime === null ? [] : [`RuntimeMaxSec=${kind.runtime}030ms`]),
        `TimeoutStartFailureMode=${kind.startMode}`,
        `TimeoutStopFailureMode=${kind.stopMode}`,
        'TimeoutStartSec=7130ms',
        'TimeoutStopSec=3170ms',
        'TimeoutAbortSec=2190ms',
        `ExitType=${kind.group ? 'cgroup' : 'main'}`,
        ...(kind.watchdog ? ['WatchdogSec=9370ms'] : []),
        `RemainAfterExit=${kind.remain ? 'yes' : 'no'}`,
        'SuccessExitStatus=TEMPFAIL',
        `ExecStart=/bin/main-${name}`,
        ...(kind.stop ? [`ExecStop=/bin/stop-${name}`] : []),
        ...(kind.stopPost ? [`ExecStopPost=/bin/stop-post-${name}`] : []),
        '',
      ].join('\n');
      programs[`/bin/main-${name}`] = {
        ...kinds[kind.type],
        ...(kind.runs === null ? {} : { runUsec: kind.runs * SECOND + 1000 + index }),
        exit: kind.exit,
        ignores: kind.ignores,
        ...(kind.leaks === null ? {} : { forks: [{ runUsec: kind.leaks * SECOND + 5000 + index }] }),
      };
    }
    return {
      units,
      programs,
      requests: requests.map(({ second, job, name }) => ({ afterUsec: moment(second, 0) + 200_000, job, unit: `${name}.service` })),
      names: owners.map(({ second, name, isOwned }, place) => ({
        afterUsec: moment(second, place),
        name: `org.example.${name}`,
        owner: isOwned ? `:1.${place}` : undefined,
      })),
    };
  });

test('services of every detail end alike, whether or not the manager is killed before any one event', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 0, max: 1_000_000 }), (plan, choice) => {
      const whole = runWithCrashes(plan, []);
      const crash = 1 + (choice % Math.max(1, whole.events));
      assert.deepEqual(runWithCrashes(plan, [crash]).outcome, whole.outcome);
    }),
    { numRuns: 80 },
  );
});

test('services of every detail end alike, also if the manager is killed again and again', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(plans, fc.uniqueArray(fc.integer({ min: 1, max: 80 }), { maxLength: 15 }), (plan, crashes) => {
      assert.deepEqual(runWithCrashes(plan, crashes).outcome, runWithCrashes(plan, []).outcome);
    }),
    { numRuns: 40 },
  );
});
