import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunQueue, type QueueEntry } from '../../src/graph/run-queue.ts';
import type { Op, Plan } from '../../src/exec/op.ts';
import type { ManagerOptions } from '../../src/manager/options.ts';
import type { Batch, Command, KeeperEvent } from '../../src/port/keeper.ts';
import { type InvariantName, invariants } from './invariants.ts';
import { judge } from './judge.ts';
import type { Sabotage } from './run.ts';
import type { Scenario } from './scenario.ts';
import { shrink } from './shrink.ts';

const SECOND = 1_000_000;

const calm: Omit<Scenario, 'units'> = { programs: {}, steps: [], faults: [] };

/** For each invariant a scenario that holds it, and a manager or a world that is broken so that it does not. */
const broken: Readonly<
  Record<InvariantName, { readonly scenario: Scenario; readonly sabotage: Sabotage; readonly around?: (run: () => void) => void }>
> = {
  'ordering is held': {
    scenario: {
      ...calm,
      units: {
        'default.target': ['[Unit]', 'Wants=a.service b.service'],
        'a.service': ['[Unit]', 'After=b.service', '[Service]', 'ExecStart=/bin/daemon-a'],
        'b.service': ['[Service]', 'Type=oneshot', 'ExecStart=/bin/work'],
      },
      programs: { '/bin/work': [{ runUsec: SECOND }] },
    },
    sabotage: withoutLines(/^After=/m),
  },
  'a unit has at most one job': {
    scenario: { ...calm, units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service() } },
    sabotage: { says: (change) => (change.change === 'job-new' ? [change, { ...change, job: change.job + 1000 }] : [change]) },
  },
  'no job waits for nothing': {
    // A stop that comes in the middle of another's way waits for that; nobody tells it that the way is over.
    scenario: {
      ...calm,
      units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service('ExecStop=/bin/stop') },
      programs: { '/bin/stop': [{ runUsec: 5 * SECOND }] },
      steps: [
        { atUsec: SECOND, do: 'request', job: 'stop', unit: 'a.service', mode: 'replace' },
        { atUsec: 2 * SECOND, do: 'request', job: 'start', unit: 'a.service', mode: 'replace' },
      ],
    },
    sabotage: {},
    around: withDeafQueue,
  },
  'a unit on its way has something to wait for': {
    scenario: {
      ...calm,
      units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service('Restart=always', 'RestartSec=3') },
      programs: { '/bin/daemon': [{ runUsec: SECOND }] },
    },
    sabotage: rewritingBlobs((text) => text.replace(/"timers":\[\[.*?\]\],?/, '')),
  },
  'the processes of a unit are those that the keeper has': {
    scenario: {
      ...calm,
      units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service() },
      programs: { '/bin/daemon': [{ runUsec: SECOND }] },
    },
    sabotage: losingEvents(({ event }) => event === 'exited'),
  },
  'a stop leaves no process': {
    scenario: {
      ...calm,
      units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service('TimeoutStopSec=3') },
      programs: { '/bin/daemon': [{ forks: [{ ignores: [15] }] }] },
      steps: [{ atUsec: SECOND, do: 'request', job: 'stop', unit: 'a.service', mode: 'replace' }],
    },
    sabotage: rewritingCommands((command) =>
      command.do === 'signal-group' && command.signal === 9 ? { ...command, signal: 17 } : command,
    ),
  },
  'the start limit is held': {
    scenario: {
      ...calm,
      units: {
        'default.target': ['[Unit]', 'Wants=a.service'],
        'a.service': ['[Unit]', 'StartLimitBurst=2', ...service('Restart=always', 'RestartSec=1')],
      },
      programs: { '/bin/daemon': [{ runUsec: 1000 }] },
    },
    sabotage: withoutLines(/^StartLimitBurst=/m),
  },
  'an automatic restart waits for RestartSec=': {
    scenario: {
      ...calm,
      units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service('Restart=always', 'RestartSec=3') },
      programs: { '/bin/daemon': [{ runUsec: SECOND }] },
    },
    sabotage: withoutLines(/^RestartSec=/m),
  },
  'a timer elapses once and never early': {
    scenario: {
      ...calm,
      units: { 'default.target': ['[Unit]', 'Wants=a.timer'], 'a.timer': ['[Timer]', 'OnActiveSec=30'], 'a.service': service() },
    },
    sabotage: withoutLines(/(?<=OnActiveSec=3)0/m),
  },
  'no deadline is overlooked': {
    scenario: {
      ...calm,
      units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service('RuntimeMaxSec=10') },
      steps: [{ atUsec: 30 * SECOND, do: 'write', path: '/run/x' }],
    },
    sabotage: { adapt: (options) => ({ ...options, clock: { ...options.clock, at: () => () => {} } }) },
  },
  'a request is answered once': {
    scenario: { ...calm, units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service() } },
    sabotage: { says: (change) => (change.change === 'job-removed' ? [change, change] : [change]) },
  },
  'what is remembered is what was said': {
    scenario: {
      ...calm,
      units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service() },
      programs: { '/bin/daemon': [{ runUsec: SECOND }] },
    },
    sabotage: rewritingBlobs((text) => text.replace('"sub":"dead"', '"sub":"running"')),
  },
  'who is frozen is known': {
    scenario: {
      ...calm,
      units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service() },
      steps: [{ atUsec: SECOND, do: 'freeze', unit: 'a.service' }],
    },
    sabotage: rewritingBlobs((text) => text.replace('"frozen":true,', '')),
  },
  'who is to stop is let go on': {
    scenario: {
      ...calm,
      units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service() },
      steps: [
        { atUsec: SECOND, do: 'freeze', unit: 'a.service' },
        { atUsec: 2 * SECOND, do: 'request', job: 'stop', unit: 'a.service', mode: 'replace' },
      ],
    },
    sabotage: rewritingCommands((command) => (command.do === 'attribute' && command.value === '0' ? { ...command, value: '1' } : command)),
  },
  'no run begins before the last one is cleared away': {
    // A new manager that forgets what is being removed begins the next run at once.
    scenario: {
      ...calm,
      units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service('RuntimeDirectory=a') },
      programs: { '/bin/daemon': [{ runUsec: SECOND }, {}] },
      steps: [
        { atUsec: SECOND + 500_000, do: 'write', path: '/run/x' },
        { atUsec: SECOND + 600_000, do: 'request', job: 'start', unit: 'a.service', mode: 'replace' },
      ],
      faults: [4, 5, 6, 7].map((at) => ({ kill: 'after-batch', at, downUsec: 0 })),
    },
    sabotage: forgetting((text) => text.replace(/"cleaner":\{.*?\},/, '')),
  },
  'what is marked stays so until it comes up or goes down': {
    scenario: {
      ...calm,
      units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service() },
      steps: [
        { atUsec: SECOND, do: 'mark', unit: 'a.service', markers: 'needs-restart' },
        { atUsec: 2 * SECOND, do: 'restart-marked' },
      ],
    },
    sabotage: rewritingBlobs((text) => text.replace(/"markers":\[.*?\],/, '')),
  },
  'who waits at an automount point is answered, and truly': {
    scenario: { ...calm, ...automount(), programs: { '/bin/mount': [{ runUsec: 1000, exit: 32 }] } },
    sabotage: rewritingAnswers((answer) => [{ ...answer, error: 0 }]),
  },
  'faults do not change the end': {
    // A new manager that forgets whom it started begins again.
    scenario: {
      ...calm,
      units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service('Type=oneshot') },
      programs: { '/bin/daemon': [{ runUsec: SECOND }] },
      faults: [{ kill: 'after-batch', at: 3, downUsec: 0 }],
    },
    sabotage: rewritingBlobs((text) => text.replace('"started":true', '"started":false')),
  },
  'nothing throws': {
    scenario: { ...calm, units: { 'default.target': ['[Unit]', 'Wants=a.service'], 'a.service': service() } },
    sabotage: {
      adapt: (options) => ({
        ...options,
        freshId: () => {
          throw new Error('no more ids');
        },
      }),
    },
  },
};

for (const [name, { scenario, sabotage, around = plainly }] of Object.entries(broken)) {
  test(`that it is broken is found: ${name}`, () => {
    assert.deepEqual(judge(scenario).violation, undefined);
    around(() => assert.equal(judge(scenario, sabotage).violation?.invariant, name));
  });
}

test('each invariant is looked at in these tests', () => {
  for (const name of Object.keys(invariants)) assert.ok(name in broken, name);
});

test('a request that nobody answers is found', () => {
  const { scenario } = broken['a request is answered once'];
  const { violation } = judge(scenario, { says: (change) => (change.change === 'job-removed' ? [] : [change]) });
  assert.equal(violation?.invariant, 'a request is answered once');
});

test('who is never answered at an automount point is found', () => {
  const scenario = { ...calm, ...automount() };
  assert.equal(judge(scenario).violation, undefined);
  const { violation } = judge(
    scenario,
    rewritingAnswers(() => []),
  );
  assert.equal(violation?.invariant, 'who waits at an automount point is answered, and truly');
});

test('what is mounted at an automount point ends when nobody has looked for so long, and is told truly', () => {
  const scenario = { ...calm, ...automount('TimeoutIdleSec=3') };
  assert.equal(judge(scenario).violation, undefined);
  const unmounted = judge(
    scenario,
    rewritingAnswers((answer) => (answer.token > 255 ? [{ ...answer, error: 19 }] : [answer])),
  );
  assert.equal(unmounted.violation, undefined);
  const { violation } = judge(
    { ...scenario, programs: { '/bin/umount': [{ runUsec: 1000, exit: 32 }] } },
    rewritingAnswers((answer) => [{ ...answer, error: 0 }]),
  );
  assert.equal(violation?.invariant, 'who waits at an automount point is answered, and truly');
});

test('a timer that elapses twice for one line is found', () => {
  const scenario: Scenario = {
    ...calm,
    units: {
      'default.target': ['[Unit]', 'Wants=a.timer'],
      'a.timer': ['[Timer]', 'OnActiveSec=30'],
      'a.service': service('Type=oneshot'),
    },
    programs: { '/bin/daemon': [{ runUsec: 1000 }] },
  };
  const twice = withoutLines(/(?<=OnActiveSec=30)$/m, '\nOnUnitInactiveSec=5');
  assert.equal(judge(scenario, twice).violation?.invariant, 'a timer elapses once and never early');
});

test('what fails is made small, down to what it takes', () => {
  const { scenario, sabotage } = broken['the start limit is held'];
  const large: Scenario = {
    units: {
      ...scenario.units,
      'b.service': service('Restart=always', 'RestartSec=2'),
      'c.target': ['[Unit]', 'Wants=a.service b.service'],
    },
    programs: { '/bin/daemon': [{ runUsec: 1000, exit: 1, notify: [{ afterUsec: 10, text: 'STATUS=x' }] }, { runUsec: 900 }] },
    steps: [
      { atUsec: SECOND, do: 'request', job: 'start', unit: 'c.target', mode: 'replace' },
      { atUsec: 50 * SECOND, do: 'write', path: '/run/x' },
    ],
    faults: [{ reload: true, at: 4 }],
  };
  const small = shrink(large, (candidate) => judge(candidate, sabotage).violation);
  assert.deepEqual(small, {
    units: {
      'default.target': ['[Unit]', 'Wants=a.service'],
      'a.service': ['[Unit]', 'StartLimitBurst=2', '[Service]', 'ExecStart=/bin/daemon', 'Restart=always'],
    },
    programs: { '/bin/daemon': [{ runUsec: 900 }] },
    steps: [],
    faults: [],
  });
});

function service(...lines: readonly string[]): readonly string[] {
  return ['[Service]', 'ExecStart=/bin/daemon', ...lines];
}

/** An automount point at which somebody looks. */
function automount(...lines: readonly string[]): Pick<Scenario, 'units' | 'steps'> {
  return {
    units: {
      'default.target': ['[Unit]', 'Wants=net.automount'],
      'net.automount': ['[Automount]', 'Where=/net', ...lines],
      'net.mount': ['[Mount]', 'What=tmpfs', 'Where=/net', 'Type=tmpfs'],
    },
    steps: [{ atUsec: SECOND, do: 'visit', unit: 'net.automount', token: 1 }],
  };
}

type Answer = Extract<Op, { readonly op: 'autofs-answer' }>;

/** A manager whose answers to the kernel are others, or none. */
function rewritingAnswers(rewrite: (answer: Answer) => readonly Answer[]): Sabotage {
  return rewritingCommands((command) => {
    if (command.do !== 'run') return command;
    return { ...command, plan: command.plan.flatMap((op): Plan => (op.op === 'autofs-answer' ? rewrite(op) : [op])) };
  });
}

function plainly(run: () => void): void {
  run();
}

/** A queue that never offers a job again that could not run in its unit's state. */
function withDeafQueue(run: () => void): void {
  const prototype: { retry: RunQueue<QueueEntry>['retry'] } = RunQueue.prototype;
  const { retry } = prototype;
  prototype.retry = () => {};
  try {
    run();
  } finally {
    prototype.retry = retry;
  }
}

/** A manager that reads other unit files than are there. */
function withoutLines(pattern: RegExp, replacement = ''): Sabotage {
  return {
    adapt: (options) => {
      const { files } = options;
      const read = files.read.bind(files);
      // One file system is behind all managers of a run, so this is done once.
      if (!('isChanged' in files)) {
        Object.assign(files, {
          isChanged: true,
          read: (path: string, limit?: number) => {
            const bytes = read(path, limit);
            if (bytes === undefined || !path.startsWith('/etc/systemd/')) return bytes;
            return new TextEncoder().encode(new TextDecoder().decode(bytes).replace(pattern, replacement));
          },
        });
      }
      return options;
    },
  };
}

/** A manager whose commands reach the keeper changed. */
function rewritingCommands(rewrite: (command: Command) => Command): Sabotage {
  return changingKeeper({ send: (batch) => ({ ...batch, commands: batch.commands.map(rewrite) }) });
}

/** A keeper that remembers other than it was told. */
function rewritingBlobs(rewrite: (text: string) => string): Sabotage {
  return rewritingCommands((command) => {
    if (command.do !== 'put') return command;
    const { bytes } = command;
    return { ...command, bytes: rewrite(typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes)) };
  });
}

/** A manager that reads other things than the one before it had remembered. */
function forgetting(rewrite: (text: string) => string): Sabotage {
  return {
    adapt: (options) => {
      const { inventory } = options.keeper;
      const blobs = [...inventory.blobs].map(([key, bytes]): [string, Uint8Array] => [
        key,
        new TextEncoder().encode(rewrite(new TextDecoder().decode(bytes))),
      ]);
      return { ...options, keeper: { ...options.keeper, inventory: { ...inventory, blobs: new Map(blobs) } } };
    },
  };
}

/** A manager that does not hear of some events. */
function losingEvents(isLost: (event: KeeperEvent) => boolean): Sabotage {
  return changingKeeper({ hears: (event) => !isLost(event) });
}

function changingKeeper({
  send = sameBatch,
  hears = always,
}: {
  send?: (batch: Batch) => Batch;
  hears?: (event: KeeperEvent) => boolean;
}): Sabotage {
  return {
    adapt: (options: ManagerOptions) => ({
      ...options,
      keeper: {
        inventory: options.keeper.inventory,
        send: (batch) => options.keeper.send(send(batch)),
        receive: (receiver) => options.keeper.receive((event) => hears(event) && receiver(event)),
        whenTold: (then) => options.keeper.whenTold(then),
      },
    }),
  };
}

function sameBatch(batch: Batch): Batch {
  return batch;
}

function always(): boolean {
  return true;
}
