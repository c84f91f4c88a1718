import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTysd, type Daemon } from './tysd.ts';

const units = {
  'default.target': '[Unit]\n',
  'loop.service':
    '[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/sh -c "echo cannot open database; exit 7"\nRestart=always\nRestartSec=10ms\n',
  'limit.service': '[Service]\nExecStart=/bin/sh -c "exit 5"\nRestart=always\nRestartSec=10ms\n',
  'missing.service': '[Service]\nExecStart=/bin/true\nExecStart=\nExecStart=/no/such/program --flag\n',
  'user.service': '[Service]\nUser=nobody-of-that-name\nExecStart=/bin/true\n',
  'directory.service': '[Service]\nWorkingDirectory=/no/such/directory\nExecStart=/bin/true\n',
  'pre.service':
    '[Service]\nExecStartPre=/bin/true\nExecStartPre=-/bin/false\nExecStartPre=/bin/sh -c "echo line 3 is wrong >&2; exit 1"\nExecStart=/bin/true\n',
  'post.service': '[Service]\nExecStart=/bin/sh -c "exit 9"\nExecStopPost=/bin/true\n',
  'late.service': '[Service]\nType=notify\nTimeoutStartSec=100ms\nExecStart=/bin/sleep infinity\n',
  'needy.service': '[Unit]\nRequires=base.service\nAfter=base.service\n[Service]\nExecStart=/bin/true\n',
  'base.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo the base broke; exit 3"\n',
  'condition.service': '[Unit]\nConditionPathExists=/\nConditionPathExists=/no/such/path\n[Service]\nExecStart=/bin/true\n',
  'bad.service': '[Service]\nExecStrat=/bin/true\n',
  'a.service': '[Unit]\nRequires=b.service\nAfter=b.service\n[Service]\nExecStart=/bin/true\n',
  'b.service': '[Unit]\nAfter=a.service\n[Service]\nExecStart=/bin/true\n',
};

/** What `why` says of a unit after its first line: without times, the directory of the test, numbers of jobs and processes, what the unit is doing at this moment, and what to type next. */
async function why(daemon: Daemon, unit: string): Promise<readonly string[]> {
  const { out } = await daemon.tysctl('why', unit);
  return out
    .trimEnd()
    .split('\n')
    .slice(1)
    .filter((line) => !/^ {2}(?:Its log|To |More of|What is wrong|Now: its )/.test(line))
    .map((line) =>
      line
        .replaceAll(`${daemon.units}/`, '')
        .replace(/^ {2}\d\d:\d\d:\d\d /, '')
        .replace(/^ +(?:\w+ \d+ [\d:]+ \S+ (?=sh\[))?/, '')
        .replace(/ \(the first time at [\d:]+\)$/, '')
        .replaceAll(/(?<=job |pid |uid |sh\[)\d+/g, 'N'),
    );
}

test('why names the failure, the line of the file that it is about, and what the program wrote, whatever the failure is', async () => {
  await using daemon = await startTysd({ units });
  const failing = ['missing', 'user', 'directory', 'post', 'limit'].map((name) => `${name}.service`);
  for (const unit of failing) {
    await daemon.job('start', unit);
    await daemon.untilUnit(unit, ({ active }) => active === 'failed');
  }
  for (const unit of ['pre', 'late', 'needy', 'condition']) await daemon.job('start', `${unit}.service`);
  await daemon.untilLog('pre.service', (line) => line === 'line 3 is wrong');
  await daemon.untilLog('base.service', (line) => line === 'the base broke');
  const [asked = ''] = (await why(daemon, 'missing.service')).slice(-1);
  assert.match(asked, /^it was to be started \(job N\): /);
  const expected: Readonly<Record<string, readonly string[]>> = {
    'missing.service': [
      'it became failed: Failed at step EXEC spawning /no/such/program: No such file or directory',
      'missing.service:4: ExecStart=/no/such/program --flag',
      asked,
    ],
    'user.service': [
      'it became failed: Failed at step USER spawning /bin/true: there is no such account',
      'user.service:2: User=nobody-of-that-name',
      asked,
    ],
    'directory.service': [
      'it became failed: Failed at step CHDIR spawning /bin/true: No such file or directory',
      'directory.service:2: WorkingDirectory=/no/such/directory',
      asked,
    ],
    'post.service': ['it became failed: /bin/sh exited with status 9', 'post.service:2: ExecStart=/bin/sh -c "exit 9"', asked],
    'pre.service': [
      'it became failed: /bin/sh exited with status 1/FAILURE',
      'pre.service:4: ExecStartPre=/bin/sh -c "echo line 3 is wrong >&2; exit 1"',
      asked,
      'Its last words:',
      'sh[N]: line 3 is wrong',
    ],
    'late.service': [
      'it became failed: its start took longer than its time limit (TimeoutStartSec=)',
      'late.service:3: TimeoutStartSec=100ms',
      asked,
    ],
    'limit.service': [
      'it became failed: it was started too often (StartLimitBurst= in StartLimitIntervalSec=)',
      'it was started again by Restart=, 4 times, each time after: /bin/sh exited with status 5',
      'limit.service:2: ExecStart=/bin/sh -c "exit 5"',
      asked,
    ],
    'condition.service': [
      'it was not started, as a condition did not hold: ConditionPathExists=/no/such/path did not hold',
      'condition.service:3: ConditionPathExists=/no/such/path',
      asked,
    ],
    'needy.service': [
      'it was not started, as a unit that it needs was not (base.service)',
      'base.service became failed: /bin/sh exited with status 3',
      'base.service:3: ExecStart=/bin/sh -c "echo the base broke; exit 3"',
      'base.service was to be started (job N): Requires= of needy.service',
      'needy.service:2',
      asked,
      'The last words of base.service:',
      'sh[N]: the base broke',
    ],
  };
  const told: Record<string, readonly string[]> = {};
  for (const unit of Object.keys(expected)) told[unit] = await why(daemon, unit);
  assert.deepEqual(told, expected);
});

test('why tells a loop of restarts in one line: what fails, since when and how often', async () => {
  await using daemon = await startTysd({ units });
  await daemon.job('start', 'loop.service');
  const often = async (): Promise<boolean> => Number((await daemon.properties('loop.service'))['NRestarts']) >= 5;
  await daemon.until('five restarts', async () => ((await often()) ? true : undefined));
  await daemon.untilLog('loop.service', (line) => line === 'cannot open database');
  // While it runs once more there are no last words yet.
  const lines = await daemon.until('a moment between two runs', async () => {
    const seen = await why(daemon, 'loop.service');
    return seen.at(-1)?.startsWith('sh[N]: ') === true ? seen : undefined;
  });
  const failures = lines.filter((line) => line.includes('/bin/sh exited with status 7'));
  const restarts = lines.filter((line) => /^it was started again by Restart=, (?:[5-9]|\d\d+) times, each time after/.test(line));
  assert.deepEqual([failures.length, restarts.length], [1, 1], lines.join('\n'));
  assert.ok(lines.includes('loop.service:4: ExecStart=/bin/sh -c "echo cannot open database; exit 7"'), lines.join('\n'));
  assert.match(lines.at(-1) ?? '', /^sh\[N\]: cannot open database$/);
  await daemon.job('stop', 'loop.service');
});

test('why knows of requests that came to nothing', async () => {
  await using daemon = await startTysd({ units });
  for (const unit of ['a', 'nothing', 'bad']) assert.notEqual((await daemon.tysctl('start', unit)).status, 0);
  assert.deepEqual((await why(daemon, 'a.service')).slice(1, 3).toSorted(), [
    'a.service comes after b.service: After=b.service of a.service (a.service:3)',
    'b.service comes after a.service: After=a.service of b.service (b.service:2)',
  ]);
  assert.match((await why(daemon, 'a.service')).at(-1) ?? '', /^it was asked for: tysctl start/);
  assert.deepEqual((await why(daemon, 'bad.service')).slice(1, 3), [
    'bad.service:2: unknown key ExecStrat= in section [Service], ignored; did you mean ExecStart=?',
    'bad.service: the service has neither ExecStart= nor ExecStop= nor SuccessAction=',
  ]);
  assert.match((await daemon.tysctl('history', 'nothing')).out, /start refused: Unit nothing\.service not found\. \(tysctl start/);
});
