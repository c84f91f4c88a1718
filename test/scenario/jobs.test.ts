import { test } from 'node:test';
import assert from 'node:assert/strict';
import { SECOND, Simulation } from './simulation.ts';

const oneshot = (more = ''): string => `[Unit]\n${more}\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/%n\n`;
const daemon = (more = '', service = ''): string => `[Unit]\n${more}\n[Service]\nExecStart=/bin/daemon-%n\n${service}\n`;
const wants = (names: string, more = ''): string => `[Unit]\nAllowIsolate=yes\nWants=${names}\n${more}\n`;

/** The order in which jobs ended, as `unit: message`. */
const ended = (simulation: Simulation): readonly string[] =>
  simulation.lines.filter(({ kind }) => kind !== 'plain').map(({ text }) => text.replace(/ - .*$/, '.'));

test('units start in the order of After=, and what is not ordered starts at once', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service b.service c.service d.service'),
      'a.service': oneshot(),
      'b.service': oneshot('After=a.service'),
      'c.service': oneshot('After=b.service'),
      'd.service': oneshot(),
    },
    programs: {
      '/bin/a.service': { runUsec: SECOND },
      '/bin/b.service': { runUsec: SECOND },
      '/bin/c.service': { runUsec: SECOND },
      '/bin/d.service': { runUsec: SECOND },
    },
  }).boot();
  assert.deepEqual(simulation.running(), ['/bin/a.service', '/bin/d.service']);
  simulation.clock.advance(SECOND);
  assert.deepEqual(simulation.running(), ['/bin/b.service']);
  simulation.clock.advance(2 * SECOND);
  assert.deepEqual(ended(simulation).slice(-5), [
    'Finished a.service.',
    'Finished d.service.',
    'Finished b.service.',
    'Finished c.service.',
    'Reached target default.target.',
  ]);
});

test('what requires a unit that fails is not started, what only wants it is', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('needs.service likes.service'),
      'bad.service': oneshot(),
      'needs.service': daemon('Requires=bad.service\nAfter=bad.service'),
      'likes.service': daemon('Wants=bad.service\nAfter=bad.service'),
    },
    programs: { '/bin/bad.service': { runUsec: SECOND, exit: 1 } },
  }).boot();
  simulation.clock.advance(2 * SECOND);
  assert.deepEqual(simulation.states(), {
    'bad.service': 'failed (failed)',
    'default.target': 'active (active)',
    'likes.service': 'active (running)',
  });
  assert.ok(ended(simulation).includes('Dependency failed for needs.service.'));
  assert.ok(simulation.messages().includes("bad.service: Failed with result 'exit-code'."));
});

test('units stop in reverse order, and those that require a stopped one stop with it', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service b.service'),
      'a.service': daemon(),
      'b.service': daemon('Requires=a.service\nAfter=a.service'),
    },
    programs: { '/bin/daemon-b.service': { slowUsec: SECOND }, '/bin/daemon-a.service': { slowUsec: SECOND } },
  }).boot();
  assert.equal(simulation.state('b.service'), 'active (running)');
  const asked = simulation.manager.request('stop', 'a.service', 'replace', 'test');
  assert.ok(asked.ok);
  simulation.clock.settle();
  assert.equal(simulation.state('b.service'), 'deactivating (stop-sigterm)');
  assert.equal(simulation.state('a.service'), 'active (running)');
  simulation.clock.advance(SECOND);
  assert.equal(simulation.state('b.service'), 'inactive (dead)');
  assert.equal(simulation.state('a.service'), 'deactivating (stop-sigterm)');
  simulation.clock.advance(SECOND);
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
  assert.deepEqual(simulation.running(), []);
});

test('a restart stops first and starts again, and takes along those who are part of the unit', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service part.service'),
      'a.service': daemon(),
      'part.service': daemon('PartOf=a.service\nAfter=a.service'),
    },
  }).boot();
  const before = simulation.keeper.processes().map(({ pid }) => pid);
  assert.ok(simulation.manager.request('restart', 'a.service', 'replace', 'test').ok);
  simulation.clock.settle();
  const after = simulation.keeper.processes();
  assert.deepEqual(
    after.map(({ argv }) => argv.join(' ')),
    ['/bin/daemon-a.service', '/bin/daemon-part.service'],
  );
  assert.ok(after.every(({ pid }) => !before.includes(pid)));
  assert.deepEqual(simulation.manager.jobs(), []);
});

test('a service that crashes is started again after RestartSec=', () => {
  const simulation = new Simulation({
    units: { 'default.target': wants('a.service'), 'a.service': daemon('', 'Restart=always\nRestartSec=5\n') },
    programs: { '/bin/daemon-a.service': (run) => (run === 0 ? { runUsec: SECOND, exit: 1 } : {}) },
  }).boot();
  simulation.clock.advance(SECOND);
  assert.equal(simulation.state('a.service'), 'activating (auto-restart)');
  simulation.clock.advance(5 * SECOND);
  assert.equal(simulation.state('a.service'), 'active (running)');
  assert.equal(simulation.manager.properties('a.service')?.['NRestarts'], '1');
});

test('what follows from its failure has a service not start before RestartSec=, but who asks does', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service'),
      'a.service': daemon('StartLimitIntervalSec=0\nWants=b.service', 'Restart=always\nRestartSec=5\n'),
      'b.service': daemon('Requires=a.service\nWants=slow.service\nAfter=slow.service'),
      'slow.service': '[Service]\nType=oneshot\nExecStart=/bin/sleep\n',
    },
    // As when there is no process number left.
    programs: { '/bin/daemon-a.service': { forkErrno: 11 } },
  }).boot();
  const restarts = (): unknown => simulation.manager.properties('a.service')?.['NRestarts'];
  const waiting = (): readonly string[] =>
    simulation.manager.jobs().flatMap(({ unit, type, state }) => (state === 'waiting' ? [`${unit} ${type}`] : []));
  assert.deepEqual([simulation.state('a.service'), restarts()], ['activating (auto-restart)', '0']);
  const queued = ['default.target start', 'b.service start', 'a.service start'];
  simulation.clock.advance(5 * SECOND - 1);
  assert.deepEqual([restarts(), waiting()], ['0', queued]);
  simulation.clock.advance(1);
  assert.deepEqual([restarts(), waiting()], ['1', queued]);
  simulation.crash();
  simulation.boot();
  assert.deepEqual([simulation.state('a.service'), restarts(), waiting()], ['activating (auto-restart)', '1', queued]);
  simulation.manager.request('start', 'a.service', 'replace', 'test');
  simulation.clock.settle();
  assert.equal(restarts(), '2');
});

test('a handler of OnFailure= that asks for what failed is not started without end', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('x.service'),
      'x.service': daemon(),
      // It cannot be started while its service runs.
      'x.socket': '[Socket]\nListenStream=/run/x.sock\n',
      'a.service': daemon('Requires=x.socket\nOnFailure=b.service'),
      'b.service': daemon('BindsTo=a.service'),
    },
  }).boot();
  simulation.manager.request('start', 'a.service', 'replace', 'test');
  simulation.clock.settle();
  assert.deepEqual([simulation.manager.jobs(), simulation.state('a.service')], [[], 'inactive (dead)']);
  assert.equal(simulation.messages().filter((message) => message.includes('this happened too often')).length, 1);
});

test('a service that crashes too often hits the start limit and stays failed until it is reset', () => {
  const simulation = new Simulation({
    units: { 'default.target': wants('a.service'), 'a.service': daemon('', 'Restart=always\nRestartSec=100ms\n') },
    programs: { '/bin/daemon-a.service': { runUsec: 1000, exit: 1 } },
  }).boot();
  simulation.clock.advance(20 * SECOND);
  assert.equal(simulation.state('a.service'), 'failed (failed)');
  // What failed first stays the result, as with systemd.
  assert.equal(simulation.manager.unit('a.service')?.result, 'exit-code');
  assert.deepEqual(simulation.messages().slice(-3), [
    'a.service: Start request repeated too quickly.',
    "a.service: Failed with result 'exit-code'.",
    'Failed to start a.service.',
  ]);
  assert.equal(simulation.keeper.batches.flatMap(({ commands }) => commands).filter((command) => command.do === 'run').length, 5);
  assert.ok(simulation.manager.resetFailed('a.service').ok);
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
});

test('a unit that a loaded one mentions is loaded for who resets or signals it, though nothing has looked at it', () => {
  const simulation = new Simulation({ units: { 'default.target': '[Unit]\nAfter=a.service', 'a.service': daemon() } }).boot();
  assert.deepEqual(simulation.manager.resetFailed('a.service'), { ok: true, value: undefined });
  const reset = simulation.manager.resetFailed('other.service');
  assert.ok(!reset.ok && reset.error.code === 'no-such-unit');
});

test('isolating a target stops what it does not want', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service b.service stays.service'),
      'other.target': wants('b.service'),
      'a.service': daemon(),
      'b.service': daemon(),
      'stays.service': daemon('IgnoreOnIsolate=yes'),
    },
  }).boot();
  assert.ok(simulation.manager.request('start', 'other.target', 'isolate', 'test').ok);
  simulation.clock.settle();
  assert.deepEqual(simulation.states(), {
    'b.service': 'active (running)',
    'other.target': 'active (active)',
    'stays.service': 'active (running)',
  });
});

test('starting a unit stops the one that it conflicts with first', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service'),
      'a.service': daemon(),
      'b.service': daemon('Conflicts=a.service\nAfter=a.service'),
    },
    programs: { '/bin/daemon-a.service': { slowUsec: SECOND } },
  }).boot();
  assert.ok(simulation.manager.request('start', 'b.service', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.deepEqual(simulation.running(), ['/bin/daemon-a.service']);
  simulation.clock.advance(SECOND);
  assert.deepEqual(simulation.running(), ['/bin/daemon-b.service']);
});

test('a cycle is broken by dropping a job that does not matter, and said', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service b.service', 'Requires=c.service'),
      'a.service': oneshot('After=b.service'),
      'b.service': oneshot('After=c.service'),
      'c.service': oneshot('After=a.service'),
    },
  }).boot();
  simulation.clock.advance(SECOND);
  assert.equal(simulation.state('c.service'), 'active (exited)');
  assert.equal(simulation.state('default.target'), 'active (active)');
  assert.ok(simulation.messages().some((message) => message.includes('ordering cycle')));
  assert.equal(['a.service', 'b.service'].filter((name) => simulation.state(name) === 'active (exited)').length, 1);
});

test('a cycle is told in the words of systemd, whether it can be broken or not', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\n',
      'one.service': oneshot('DefaultDependencies=no\nAfter=two.service'),
      'two.service': oneshot('DefaultDependencies=no\nAfter=three.service'),
      'three.service': oneshot('DefaultDependencies=no\nAfter=one.service'),
      'some.target': '[Unit]\nDefaultDependencies=no\nRequires=one.service two.service\nWants=three.service\n',
      'all.target': '[Unit]\nDefaultDependencies=no\nRequires=one.service two.service three.service\n',
    },
  }).boot();
  const told = (unit: string): readonly string[] => {
    const before = simulation.messages().length;
    simulation.manager.request('start', unit, 'replace', 'test');
    simulation.clock.advance(SECOND);
    return simulation
      .messages()
      .slice(before)
      .filter((message) => /cycle|dependency on/.test(message));
  };
  const found = [
    'one.service: Found ordering cycle on two.service/start',
    'one.service: Found dependency on three.service/start',
    'one.service: Found dependency on one.service/start',
  ];
  assert.deepEqual(
    [told('all.target'), told('some.target')],
    [
      [...found, 'one.service: Unable to break cycle starting with one.service/start'],
      [...found, 'one.service: Job three.service/start deleted to break ordering cycle starting with one.service/start'],
    ],
  );
});

test('a condition that does not hold leaves the unit inactive and its job done; an assert fails it', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service b.service after.service'),
      'a.service': daemon('ConditionPathExists=/nowhere'),
      'b.service': daemon('AssertPathExists=/nowhere'),
      'after.service': daemon('Requires=a.service\nAfter=a.service'),
    },
  }).boot();
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
  assert.equal(simulation.state('b.service'), 'inactive (dead)');
  assert.equal(simulation.state('after.service'), 'active (running)');
  assert.ok(simulation.messages().includes('a.service was skipped because of an unmet condition check (ConditionPathExists=/nowhere).'));
  assert.ok(ended(simulation).includes('Assertion failed for b.service.'));
});

test('a service that ignores SIGTERM is killed when TimeoutStopSec= is over', () => {
  const simulation = new Simulation({
    units: { 'default.target': wants('a.service'), 'a.service': daemon('', 'TimeoutStopSec=10\n') },
    programs: { '/bin/daemon-a.service': { ignores: [15] } },
  }).boot();
  assert.ok(simulation.manager.request('stop', 'a.service', 'replace', 'test').ok);
  simulation.clock.advance(9 * SECOND);
  assert.equal(simulation.state('a.service'), 'deactivating (stop-sigterm)');
  simulation.clock.advance(2 * SECOND);
  assert.equal(simulation.state('a.service'), 'failed (failed)');
  assert.deepEqual(simulation.running(), []);
});

test('a notify service is started when it says so, and its dependents wait for it', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service b.service'),
      'a.service': daemon('', 'Type=notify\n'),
      'b.service': daemon('After=a.service'),
    },
    programs: { '/bin/daemon-a.service': { notify: [{ afterUsec: SECOND, text: 'STATUS=Up\nREADY=1' }] } },
  }).boot();
  assert.equal(simulation.state('a.service'), 'activating (start)');
  assert.equal(simulation.state('b.service'), 'inactive (dead)');
  simulation.clock.advance(SECOND);
  assert.equal(simulation.state('b.service'), 'active (running)');
  assert.equal(simulation.manager.unit('a.service')?.statusText, 'Up');
});

test('a missing program fails its service with a message that names the step', () => {
  const simulation = new Simulation({
    units: { 'default.target': wants('a.service'), 'a.service': daemon() },
    programs: { '/bin/daemon-a.service': { execErrno: 2 } },
  }).boot();
  assert.equal(simulation.state('a.service'), 'failed (failed)');
  assert.ok(
    simulation
      .messages()
      .some((message) => message.includes('Failed at step EXEC spawning /bin/daemon-a.service: No such file or directory')),
  );
});

test('jobs of units that the machine cannot have end as unsupported and disturb nobody', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('dev-x.swap a.service'),
      'dev-x.swap': '[Swap]\nWhat=/dev/x\n',
      'a.service': daemon(),
    },
  }).boot();
  assert.deepEqual(simulation.manager.jobs(), []);
  assert.equal(simulation.state('a.service'), 'active (running)');
  assert.ok(
    simulation.messages().some((message) => message.startsWith('Starting of dev-x.swap - /dev/x unsupported: the kernel has no swap')),
  );
});

test('a unit file that comes later is found without a reload, also where its name was mentioned before', () => {
  const simulation = new Simulation({ units: { 'default.target': wants('late.service') } }).boot();
  assert.equal(simulation.manager.unit('late.service')?.load, 'not-found');
  simulation.files.write('/etc/systemd/system/late.service', oneshot());
  simulation.files.write('/etc/systemd/system/unmentioned.service', oneshot());
  for (const unit of ['late.service', 'unmentioned.service']) assert.ok(simulation.manager.request('start', unit, 'replace', 'test').ok);
  simulation.clock.advance(SECOND);
  assert.deepEqual(simulation.states(), {
    'default.target': 'active (active)',
    'late.service': 'active (exited)',
    'unmentioned.service': 'active (exited)',
  });
  assert.equal(simulation.manager.properties('unmentioned.service')?.['NeedDaemonReload'], 'no');
});

test('with RestartMode=direct the start job goes on until the restart has worked', () => {
  const simulation = new Simulation({
    units: { 'default.target': wants('a.service', 'After=a.service'), 'a.service': daemon('', 'Restart=always\nRestartMode=direct') },
    programs: { '/bin/daemon-a.service': (run) => (run < 2 ? { forkErrno: 11 } : {}) },
  }).boot();
  simulation.clock.advance(150_000);
  assert.deepEqual([simulation.state('a.service'), simulation.state('default.target')], ['activating (auto-restart)', 'inactive (dead)']);
  simulation.clock.advance(SECOND);
  assert.deepEqual([simulation.state('a.service'), simulation.state('default.target')], ['active (running)', 'active (active)']);
  assert.deepEqual(simulation.manager.jobs(), []);
});

test('a job that is asked for again with ignore-dependencies keeps nobody waiting', () => {
  const simulation = new Simulation({
    units: { 'default.target': wants('a.service', 'After=a.service'), 'a.service': oneshot('After=b.service'), 'b.service': oneshot() },
    programs: { '/bin/a.service': { runUsec: SECOND }, '/bin/b.service': { runUsec: 60 * SECOND } },
  }).boot();
  assert.ok(simulation.manager.request('restart', 'a.service', 'ignore-dependencies', 'test').ok);
  simulation.clock.advance(5 * SECOND);
  assert.deepEqual([simulation.state('a.service'), simulation.state('default.target')], ['active (exited)', 'active (active)']);
});

test('a service whose restart is refused by what it depends on is off, and does not wait for ever', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service b.service'),
      'a.service': daemon('Requisite=b.service\nAfter=b.service', 'Restart=on-failure\nRestartSec=5'),
      'b.service': daemon(),
    },
    programs: { '/bin/daemon-a.service': { runUsec: 2 * SECOND, exit: 1 }, '/bin/daemon-b.service': { runUsec: 3 * SECOND } },
  }).boot();
  simulation.clock.advance(20 * SECOND);
  assert.deepEqual([simulation.state('a.service'), simulation.manager.jobs()], ['inactive (dead)', []]);
});

test('a service that is bound to a unit without a file stops, also if the manager is killed before it is up', () => {
  for (const sequence of [1, 2, 3]) {
    const simulation = new Simulation({ units: { 'default.target': wants('a.service'), 'a.service': daemon('BindsTo=missing.service') } });
    simulation.crashAt(sequence);
    simulation.boot();
    assert.equal(simulation.state('a.service'), 'inactive (dead)', `killed before event ${sequence}`);
  }
});

test('a restart of a unit that is ordered in a circle goes on, and who comes after it still does', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service slow.service'),
      'c.service': oneshot('After=a.service'),
      'a.service': daemon('After=b.service'),
      'b.service': daemon('After=a.service slow.service'),
      'slow.service': daemon('', 'TimeoutStopSec=30'),
    },
    programs: { '/bin/daemon-slow.service': { ignores: [15] }, '/bin/daemon-a.service': { slowUsec: SECOND } },
  }).boot();
  for (const [job, unit] of [
    ['stop', 'slow.service'],
    ['start', 'b.service'],
    ['restart', 'a.service'],
    ['start', 'c.service'],
  ] as const) {
    assert.ok(simulation.manager.request(job, unit, 'replace', 'test').ok, `${job} ${unit}`);
    simulation.clock.settle();
  }
  simulation.clock.advance(60 * SECOND);
  assert.deepEqual(
    ['a.service', 'b.service', 'slow.service'].map((unit) => simulation.state(unit)),
    ['active (running)', 'active (running)', 'failed (failed)'],
  );
  assert.ok(simulation.messages().some((message) => message.includes('ordered in a circle')));
  const upAgain = simulation.manager.history('a.service').findLast((entry) => entry.what === 'state' && entry.to === 'active (running)');
  const began = simulation.manager.history('c.service').find(({ what }) => what === 'state');
  assert.equal(began?.monotonicUsec, upAgain?.monotonicUsec);
  assert.equal(simulation.state('c.service'), 'active (exited)');
});

test('a reload that is over at once is over', () => {
  const simulation = new Simulation({
    units: { 'default.target': wants('a.service'), 'a.service': daemon('', 'Type=notify-reload\nRemainAfterExit=yes') },
    programs: { '/bin/daemon-a.service': { runUsec: 5 * SECOND, notify: [{ afterUsec: 1000, text: 'READY=1' }] } },
  }).boot();
  simulation.clock.advance(10 * SECOND);
  assert.equal(simulation.state('a.service'), 'active (exited)');
  assert.ok(simulation.manager.request('reload', 'a.service', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.deepEqual(simulation.manager.jobs(), []);
});

test('a queued job that is asked for again irreversibly stays so after a crash', () => {
  const simulation = new Simulation({
    units: { 'default.target': wants('a.service'), 'a.service': oneshot('After=b.service'), 'b.service': oneshot() },
    programs: { '/bin/b.service': { runUsec: 60 * SECOND } },
  }).boot();
  for (const unit of ['b.service', 'a.service']) simulation.manager.request('start', unit, 'replace', 'test');
  simulation.clock.settle();
  assert.ok(simulation.manager.request('start', 'a.service', 'replace-irreversibly', 'test').ok);
  simulation.clock.settle();
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  const refused = simulation.manager.request('stop', 'a.service', 'replace', 'test');
  assert.equal(refused.ok ? 'queued' : refused.error.code, 'destructive');
});

test('a unit that is unloaded while a deadline runs leaves nothing behind', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants(''),
      'a.service': daemon('CollectMode=inactive-or-failed\nStartLimitBurst=1', 'Restart=always\nRestartSec=5'),
    },
    programs: { '/bin/daemon-a.service': { runUsec: SECOND } },
  }).boot();
  simulation.manager.request('start', 'a.service', 'replace', 'test');
  simulation.clock.advance(2 * SECOND);
  assert.equal(simulation.state('a.service'), 'activating (auto-restart)');
  simulation.manager.request('start', 'a.service', 'replace', 'test');
  simulation.clock.advance(60 * SECOND);
  assert.deepEqual(
    [...simulation.keeper.blobs().keys()].filter((key) => key.startsWith('unit/a.')),
    [],
  );
});

test('a job that waits for its unit to stop keeps its time limit over a crash', () => {
  for (const crashes of [false, true]) {
    const simulation = new Simulation({
      units: { 'default.target': wants('a.service'), 'a.service': daemon('JobRunningTimeoutSec=10', 'RuntimeMaxSec=5\nTimeoutStopSec=60') },
      programs: { '/bin/daemon-a.service': { ignores: [15] } },
    }).boot();
    simulation.clock.advance(6 * SECOND);
    assert.equal(simulation.state('a.service'), 'deactivating (stop-sigterm)');
    assert.ok(simulation.manager.request('start', 'a.service', 'replace', 'test').ok);
    simulation.clock.advance(6 * SECOND);
    if (crashes) {
      simulation.crash();
      simulation.startManager();
    }
    simulation.clock.advance(3.5 * SECOND);
    assert.equal(simulation.manager.jobs().length, 1, `crashes: ${crashes}`);
    simulation.clock.advance(SECOND);
    assert.deepEqual(simulation.manager.jobs(), [], `crashes: ${crashes}`);
  }
});

test('a start with restart-dependencies restarts what depends on the unit and runs, but not the unit itself', () => {
  const simulation = new Simulation({
    units: {
      'default.target': wants('a.service b.service c.service d.service'),
      'a.service': daemon(),
      'b.service': daemon('Requires=a.service\nAfter=a.service'),
      'c.service': daemon('PartOf=a.service'),
      'd.service': daemon('Wants=a.service'),
      'e.service': daemon('Requires=a.service'),
    },
  }).boot();
  const ids = (): readonly string[] =>
    ['a', 'b', 'c', 'd', 'e'].map((name) => simulation.manager.properties(`${name}.service`)?.['InvocationID'] ?? '');
  const before = ids();
  const asked = simulation.manager.request('start', 'a.service', 'restart-dependencies', 'test');
  assert.ok(asked.ok);
  simulation.clock.settle();
  const after = ids();
  assert.deepEqual(
    before.map((id, index) => id === after[index]),
    [true, false, false, true, true],
  );
  const stop = simulation.manager.request('stop', 'a.service', 'restart-dependencies', 'test');
  assert.equal(stop.ok ? '' : stop.error.code, 'invalid');
});
