import { test } from 'node:test';
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Script } from '../../src/port/keeper-fake.ts';
import { type CrashPlan, runWithCrashes } from './crashing.ts';
import { SECOND } from './simulation.ts';

/** SEED= looks elsewhere; test/simulation/ looks at far more. */
const seed = Number(process.env['SEED'] ?? 252);

const services = ['a', 'b', 'c', 'd', 'e'];

const service = fc.record({
  type: fc.constantFrom('simple', 'oneshot', 'notify', 'exec'),
  restart: fc.constantFrom('no', 'always', 'on-failure'),
  remain: fc.boolean(),
  runs: fc.option(fc.integer({ min: 1, max: 20 })),
  exit: fc.constantFrom(0, 0, 1),
  readyAfter: fc.integer({ min: 0, max: 5 }),
  ignoresTerm: fc.boolean(),
  leaks: fc.boolean(),
  pre: fc.boolean(),
  post: fc.boolean(),
  stopPost: fc.boolean(),
});

const edge = fc.record({
  from: fc.integer({ min: 0, max: 4 }),
  to: fc.integer({ min: 0, max: 4 }),
  key: fc.constantFrom(
    'Wants',
    'Requires',
    'BindsTo',
    'PartOf',
    'After',
    'After',
    'Before',
    'Conflicts',
    'Upholds',
    'OnFailure',
    'PropagatesStopTo',
    'Requisite',
  ),
});

const plans: fc.Arbitrary<CrashPlan> = fc
  .record({
    services: fc.array(service, { minLength: 5, maxLength: 5 }),
    edges: fc.array(edge, { maxLength: 8 }),
    requests: fc.array(
      fc.record({
        afterUsec: fc.integer({ min: 0, max: 10 }).map((seconds) => seconds * SECOND + 500_000),
        job: fc.constantFrom('start' as const, 'stop' as const, 'restart' as const),
        unit: fc.constantFrom(...services.map((name) => `${name}.service`)),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ services: kinds, edges, requests }) => {
    const units: Record<string, string> = { 'default.target': `[Unit]\nWants=${services.map((name) => `${name}.service`).join(' ')}\n` };
    const programs: Record<string, Script> = {};
    for (const [index, kind] of kinds.entries()) {
      const name = services[index] ?? '';
      const declared = edges
        .filter(({ from, to }) => from === index && to !== from)
        .map(({ key, to }) => `${key}=${services[to] ?? ''}.service`);
      const restart = kind.type === 'oneshot' && kind.restart === 'always' ? 'on-failure' : kind.restart;
      units[`${name}.service`] = [
        '[Unit]',
        ...declared,
        '[Service]',
        `Type=${kind.type}`,
        `Restart=${restart}`,
        'TimeoutStartSec=15',
        'TimeoutStopSec=5',
        `RemainAfterExit=${kind.remain ? 'yes' : 'no'}`,
        `ExecStart=/bin/main-${name}`,
        ...(kind.pre ? [`ExecStartPre=/bin/pre-${name}`] : []),
        ...(kind.post ? [`ExecStartPost=/bin/post-${name}`, `RuntimeDirectory=${name}`] : []),
        ...(kind.stopPost ? [`ExecStopPost=/bin/stop-post-${name}`] : []),
        '',
      ].join('\n');
      // Never at the very moment at which a timer elapses: which of the two comes first, nobody promises.
      const runUsec = kind.runs === null ? undefined : kind.runs * SECOND + 1000;
      programs[`/bin/main-${name}`] = {
        ...(runUsec === undefined ? (kind.type === 'oneshot' ? { runUsec: SECOND } : {}) : { runUsec }),
        exit: kind.exit,
        ...(kind.type === 'notify' ? { notify: [{ afterUsec: kind.readyAfter * SECOND + 2000, text: 'READY=1' }] } : {}),
        ...(kind.ignoresTerm ? { ignores: [15] } : {}),
        ...(kind.leaks ? { forks: [{}] } : {}),
      };
    }
    return { units, programs, requests };
  });

test('a run in which the manager is killed before any one event ends where the run without ends', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 0, max: 1_000_000 }), (plan, choice) => {
      const whole = runWithCrashes(plan, []);
      if (whole.events === 0) return;
      const crash = 1 + (choice % whole.events);
      assert.deepEqual(runWithCrashes(plan, [crash]).outcome, whole.outcome);
    }),
    { numRuns: 60, seed },
  );
});

test('a run in which the manager is killed again and again ends where the run without ends', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(plans, fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 12 }), (plan, crashes) => {
      assert.deepEqual(runWithCrashes(plan, crashes).outcome, runWithCrashes(plan, []).outcome);
    }),
    { numRuns: 30, seed },
  );
});
