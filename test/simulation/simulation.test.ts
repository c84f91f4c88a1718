import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { generate } from './generate.ts';
import { failureText } from './report.ts';
import { judge } from './judge.ts';
import type { Scenario } from './scenario.ts';

/** How many seeds are looked at each time: the same ones, and fresh ones. */
const [known, fresh] = [60, 40];

/** SIMULATE_SEED= takes the fresh ones from there. */
const freshSeed = Number(process.env['SIMULATE_SEED'] ?? Math.floor(Math.random() * 0x7fff_ffff));

test(`what must hold does hold in the scenarios of ${known} seeds, with and without faults`, { timeout: 600_000 }, () =>
  judgeSeeds(1, known),
);

test(`and in those of ${fresh} fresh seeds`, { timeout: 600_000 }, () => judgeSeeds(freshSeed, fresh));

function judgeSeeds(from: number, count: number): void {
  for (let seed = from; seed < from + count; seed += 1) {
    const scenario = generate(seed);
    const { violation } = judge(scenario);
    if (violation !== undefined) assert.fail(failureText(seed, scenario, violation, { shrink: true }));
  }
}

test('a seed comes to the same scenario and the same number of events each time', () => {
  for (const seed of [3, 77]) {
    assert.deepEqual(generate(seed), generate(seed));
    assert.equal(judge(generate(seed)).events, judge(generate(seed)).events);
  }
});

test('npm run simulate judges seeds in workers, and counts them', { timeout: 600_000 }, () => {
  const program = join(import.meta.dirname, 'simulate.ts');
  const { stdout, status } = spawnSync(process.execPath, [program, '--seed=1', '--seeds=2', '--workers=1'], { encoding: 'utf8' });
  assert.match(stdout, /^2 seeds, \d+ events in .*; 0 failed$/m);
  assert.equal(status, 0);
});

test('it is looked at whole microseconds whether a mount is idle', () => {
  const scenario: Scenario = {
    units: {
      'net.mount': ['[Mount]', 'What=tmpfs'],
      'net.automount': ['[Automount]', 'TimeoutIdleSec=11'],
      'default.target': ['[Unit]', 'Wants=net.automount'],
    },
    programs: {},
    steps: [{ atUsec: 1_000_000, do: 'visit', unit: 'net.automount', token: 1 }],
    faults: [],
  };
  assert.equal(judge(scenario).violation, undefined);
});

test('a service whose failure has others ask for it again does not spin', { timeout: 600_000 }, () => {
  const scenario: Scenario = {
    units: {
      's1.service': ['[Unit]', 'Wants=s3.service', 'StartLimitIntervalSec=0', '[Service]', 'Restart=always', 'ExecStart=/bin/main-s1'],
      's3.service': ['[Unit]', 'BindsTo=s3.timer', '[Service]', 'ExecStart=/bin/main-s3'],
      's3.timer': ['[Unit]', 'Requires=s1.service', '[Timer]', 'OnCalendar=*:*:0/10'],
      'default.target': ['[Unit]', 'Wants=s3.service'],
    },
    programs: { '/bin/main-s1': [{ forkErrno: 11 }], '/bin/main-s3': [] },
    steps: [],
    faults: [],
  };
  assert.equal(judge(scenario).violation, undefined);
});

test('what was written into the pipe of an automount point that is taken away is not read from the pipe of the next', () => {
  const scenario: Scenario = {
    units: {
      'net.mount': ['[Mount]', 'What=tmpfs'],
      'net.automount': ['[Unit]', 'Requires=s1.service', '[Automount]', 'TimeoutIdleSec=2'],
      's1.service': ['[Service]', 'Restart=on-failure', 'RestartSec=3', 'ExecStart=/bin/main-s1', 'ExecStopPost=/bin/stop-post-s1'],
      's5.service': ['[Service]', 'Restart=on-failure', 'ExecCondition=/bin/condition-s5', 'ExecStart=/bin/main-s5'],
      'default.target': ['[Unit]', 'Wants=s5.service net.automount net.mount'],
    },
    programs: {
      '/bin/main-s1': [{ runUsec: 71_473 }],
      '/bin/stop-post-s1': [{ runUsec: 29_426, exit: 1 }],
      '/bin/main-s5': [{ execErrno: 13 }],
      '/bin/condition-s5': [{ runUsec: 69_545 }],
    },
    steps: [],
    faults: [{ kill: 'after-batch', at: 21, downUsec: 11_394_140 }],
  };
  assert.equal(judge(scenario).violation, undefined);
});

test('an automount point behind a service is behind itself, by way of sysinit.target, so it does not wait', () => {
  const scenario: Scenario = {
    units: {
      'net.mount': ['[Mount]', 'What=tmpfs'],
      'net.automount': ['[Unit]', 'Wants=named.service'],
      'named.service': ['[Unit]', 'Before=net.automount', '[Service]', 'ExecStart=/bin/daemon-named'],
      'default.target': [],
    },
    programs: {},
    steps: [{ atUsec: 8_657_341, do: 'request', job: 'restart', unit: 'net.automount', mode: 'flush' }],
    faults: [],
  };
  assert.equal(judge(scenario).violation, undefined);
});

test('who waits for the end of a mount whose stop is refused is answered', () => {
  const scenario: Scenario = {
    units: {
      'net.mount': ['[Mount]', 'What=tmpfs'],
      'net.automount': ['[Unit]', 'After=net.mount', 'PartOf=net.mount', '[Automount]', 'TimeoutIdleSec=2'],
      'default.target': ['[Unit]', 'Wants=net.automount net.mount'],
    },
    programs: {},
    steps: [{ atUsec: 69_468_114, do: 'request', job: 'restart', unit: 'default.target', mode: 'replace' }],
    faults: [],
  };
  assert.equal(judge(scenario).violation, undefined);
});
