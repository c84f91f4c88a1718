import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { ManagerApi } from '../../src/api/manager.ts';
import type { ManagerOptions } from '../../src/manager/options.ts';
import type { UnitSource } from '../../src/manager/unit-source.ts';
import type { Batch } from '../../src/port/keeper.ts';
import { SECOND, Simulation } from './simulation.ts';

const daemon = (more = '', service = ''): string => `[Unit]\n${more}\n[Service]\nExecStart=/bin/daemon-%n\n${service}\n`;

test('the manager is what the API takes it for', () => {
  const simulation = new Simulation({ units: { 'default.target': '' } }).boot();
  const api: ManagerApi = simulation.manager;
  assert.equal(api.info.scope, 'system');
});

test('twenty services survive the death of the manager, and their processes are not touched', () => {
  const names = Array.from({ length: 20 }, (_, index) => `s${index}.service`);
  const units = Object.fromEntries(names.map((name) => [name, daemon()]));
  const simulation = new Simulation({ units: { ...units, 'default.target': `[Unit]\nWants=${names.join(' ')}\n` } }).boot();
  const before = { states: simulation.states(), pids: simulation.keeper.processes().map(({ pid }) => pid) };
  assert.equal(before.pids.length, 20);
  const ids = names.map((name) => simulation.manager.properties(name)?.['InvocationID']);
  const victim = simulation.manager.unit('s3.service')?.mainPid ?? 0;
  simulation.crash();
  simulation.keeper.kill(victim, 9);
  simulation.startManager();
  simulation.clock.settle();
  assert.equal(simulation.state('s3.service'), 'failed (failed)');
  assert.deepEqual(
    simulation.keeper.processes().map(({ pid }) => pid),
    before.pids.filter((pid) => pid !== victim),
  );
  assert.deepEqual(
    names.map((name) => simulation.manager.properties(name)?.['InvocationID']),
    ids,
  );
});

test('a reload reads the unit files afresh and keeps what runs, its jobs and its timers', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=a.service slow.service\n',
      'a.service': daemon('Description=Old'),
      'slow.service': '[Service]\nType=oneshot\nTimeoutStartSec=10\nExecStart=/bin/sleep\n',
    },
  }).boot();
  simulation.files.write('/etc/systemd/system/a.service', daemon('Description=New'));
  assert.equal(simulation.manager.properties('a.service')?.['NeedDaemonReload'], 'yes');
  const pid = simulation.manager.unit('a.service')?.mainPid;
  simulation.clock.advance(4 * SECOND);
  simulation.manager.reload();
  simulation.clock.settle();
  assert.equal(simulation.manager.properties('a.service')?.['NeedDaemonReload'], 'no');
  assert.equal(simulation.manager.unit('a.service')?.description, 'New');
  assert.equal(simulation.manager.unit('a.service')?.mainPid, pid);
  assert.equal(simulation.manager.jobs().filter(({ unit }) => unit === 'slow.service').length, 1);
  simulation.clock.advance(7 * SECOND);
  assert.equal(simulation.state('slow.service'), 'failed (failed)');
  assert.deepEqual(simulation.manager.jobs(), []);
});

test('a unit whose file is gone after a reload keeps running and can be stopped', () => {
  const simulation = new Simulation({ units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': daemon() } }).boot();
  simulation.files.unlink('/etc/systemd/system/a.service');
  simulation.manager.reload();
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'active (running)');
  assert.equal(simulation.manager.unit('a.service')?.load, 'not-found');
  assert.ok(simulation.manager.request('stop', 'a.service', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.deepEqual(simulation.running(), []);
});

test('a saved state that cannot be read costs only that unit, is said, and its processes run on until somebody stops them', () => {
  const simulation = new Simulation({
    units: { 'default.target': '[Unit]\nWants=a.service b.service\n', 'a.service': daemon(), 'b.service': daemon() },
  }).boot();
  simulation.crash();
  simulation.keeper.spoil('unit/a.service', '{"s":');
  simulation.startManager();
  simulation.clock.settle();
  assert.deepEqual(simulation.running(), ['/bin/daemon-a.service', '/bin/daemon-b.service']);
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
  assert.equal(simulation.state('b.service'), 'active (running)');
  assert.ok(simulation.messages().some((message) => message.startsWith('a.service: the saved state cannot be read, and is lost:')));
  // The next manager leaves them alone as well.
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.deepEqual(simulation.running(), ['/bin/daemon-a.service', '/bin/daemon-b.service']);
  const [leftover] = simulation.keeper.processes();
  simulation.files.write('/sys/fs/cgroup/tysd/system.slice/a.service/cgroup.procs', `${leftover?.pid}\n`);
  simulation.files.write(`/proc/${leftover?.pid}/comm`, 'daemon\n');
  assert.ok(simulation.manager.request('start', 'a.service', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'active (running)');
  const warning = `a.service: Found left-over process ${leftover?.pid} (daemon) in control group while starting unit. Ignoring.`;
  assert.ok(simulation.messages().includes(warning));
  assert.ok(simulation.manager.request('stop', 'a.service', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.deepEqual(simulation.running(), ['/bin/daemon-b.service']);
});

test('a group whose unit has lost its state goes when its last process ends', () => {
  const simulation = new Simulation({ units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': daemon() } }).boot();
  simulation.crash();
  simulation.keeper.spoil('unit/a.service', '{"s":');
  simulation.startManager();
  simulation.clock.settle();
  assert.deepEqual(simulation.keeper.groups(), ['a.service']);
  const [leftover] = simulation.keeper.processes();
  simulation.keeper.kill(leftover?.pid ?? 0, 15);
  simulation.clock.settle();
  assert.deepEqual(simulation.keeper.groups(), []);
});

test('a stop that is under way when the manager dies is finished by the next', () => {
  const simulation = new Simulation({
    units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': daemon('', 'TimeoutStopSec=10') },
    programs: { '/bin/daemon-a.service': { ignores: [15] } },
  }).boot();
  assert.ok(simulation.manager.request('stop', 'a.service', 'replace', 'test').ok);
  simulation.clock.advance(3 * SECOND);
  simulation.crash();
  simulation.clock.advance(3 * SECOND);
  simulation.startManager();
  simulation.clock.advance(3 * SECOND);
  assert.equal(simulation.state('a.service'), 'deactivating (stop-sigterm)');
  simulation.clock.advance(2 * SECOND);
  assert.deepEqual(simulation.running(), []);
  assert.deepEqual(simulation.manager.jobs(), []);
});

test('the state of a unit takes about a kilobyte', () => {
  const simulation = new Simulation({ units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': daemon() } }).boot();
  const size = simulation.keeper.blobs().get('unit/a.service')?.length ?? Infinity;
  assert.ok(size < 1200, `${size} bytes`);
});

test('what triggered a unit is told to its processes also by the manager after a crash and a reload', () => {
  const simulation = new Simulation({ units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': daemon() } }).boot();
  simulation.crash();
  const blob = JSON.parse(new TextDecoder().decode(simulation.keeper.blobs().get('unit/a.service')));
  simulation.keeper.spoil('unit/a.service', JSON.stringify({ ...blob, details: { unit: 'a.path', path: '/run/a' } }));
  simulation.startManager();
  simulation.manager.reload();
  simulation.manager.request('restart', 'a.service', 'replace', 'test');
  simulation.clock.settle();
  assert.deepEqual(
    simulation.keeper.processes().map(({ env }) => env.filter((entry) => entry.startsWith('TRIGGER_'))),
    [['TRIGGER_UNIT=a.path', 'TRIGGER_PATH=/run/a']],
  );
});

test('a new manager counts the time of waiting jobs on, keeps irreversible ones and the order of all', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\n',
      'long.service': '[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/long\n',
      'late.service': '[Unit]\nDefaultDependencies=no\nAfter=long.service\nJobTimeoutSec=10s\n[Service]\nExecStart=/bin/daemon\n',
      'next.service': '[Unit]\nDefaultDependencies=no\nAfter=long.service\n[Service]\nExecStart=/bin/daemon\n',
    },
    programs: { '/bin/long': { runUsec: 20 * SECOND } },
  }).boot();
  const { manager } = simulation;
  manager.request('start', 'long.service', 'replace-irreversibly', 'test');
  for (const unit of ['late.service', 'next.service']) manager.request('start', unit, 'replace', 'test');
  simulation.clock.advance(6 * SECOND);
  simulation.crash();
  simulation.startManager();
  simulation.clock.advance(2 * SECOND);
  const waiting = simulation.manager.jobs({ order: true }).map(({ unit, state, waitsFor }) => [unit, state, waitsFor?.length]);
  const stop = simulation.manager.request('stop', 'long.service', 'replace', 'test');
  simulation.clock.advance(3 * SECOND);
  const later = simulation.manager.jobs().map(({ unit }) => unit);
  simulation.clock.advance(10 * SECOND);
  assert.deepEqual(
    { waiting, stop: stop.ok ? 'queued' : stop.error.code, later, end: simulation.states() },
    {
      waiting: [
        ['long.service', 'running', 0],
        ['late.service', 'waiting', 1],
        ['next.service', 'waiting', 1],
      ],
      stop: 'destructive',
      later: ['long.service', 'next.service'],
      end: { 'default.target': 'active (active)', 'long.service': 'active (exited)', 'next.service': 'active (running)' },
    },
  );
});

test('a new manager loads what the last one had loaded, also what never ran: what it declares counts', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=a.service b.service\n',
      'a.service': '[Unit]\nConflicts=b.service\n[Service]\nExecStart=/bin/sleep-a\n',
      'b.service': '[Unit]\nBindsTo=c.service\n[Service]\nExecStart=/bin/sleep-b\n',
      'c.service': '[Service]\nExecStart=/bin/sleep-c\n',
    },
  }).boot();
  const units = ['a.service', 'b.service', 'c.service'];
  const known = (): readonly boolean[] => units.map((unit) => simulation.keeper.blobs().has(`unit/${unit}`));
  assert.deepEqual(
    [units.map((unit) => simulation.state(unit)), known()],
    [
      ['active (running)', 'inactive (dead)', 'inactive (dead)'],
      [true, true, true],
    ],
  );
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.deepEqual(known(), [true, true, true]);
});

test('what became of a request is known to the next managers, while its job runs and for a while after it; of one that never came, nothing is', () => {
  const simulation = new Simulation({
    units: { 'default.target': '', 'a.service': daemon('', 'Type=oneshot'), 'b.service': daemon('', 'Type=oneshot') },
    programs: { '/bin/daemon-a.service': { runUsec: 5 * SECOND, exit: 3 }, '/bin/daemon-b.service': { runUsec: SECOND } },
  }).boot();
  const again = () => {
    simulation.crash();
    simulation.startManager();
    simulation.clock.settle();
  };
  const ticket = simulation.manager.request('start', 'a.service', 'replace', 'tysctl start (pid 1)', 'tysctl start (pid 1)');
  assert(ticket.ok);
  const { job } = ticket.value;
  assert(simulation.manager.request('start', 'a.service', 'replace', 'tysctl start (pid 2)', 'tysctl start (pid 2)').ok);
  simulation.clock.settle();
  again();
  const outcomes = () => [1, 2, 3].map((pid) => simulation.manager.outcome('a.service', `tysctl start (pid ${pid})`));
  assert.deepEqual(outcomes(), [{ job }, { job }, undefined]);
  simulation.clock.advance(5 * SECOND);
  assert.deepEqual(outcomes(), [
    { job, result: 'failed', unitResult: 'exit-code' },
    { job, result: 'failed', unitResult: 'exit-code' },
    undefined,
  ]);
  again();
  assert.deepEqual(outcomes(), [
    { job, result: 'failed', unitResult: 'exit-code' },
    { job, result: 'failed', unitResult: 'exit-code' },
    undefined,
  ]);
  // The next answer takes the place of those that are old.
  simulation.clock.advance(60 * SECOND);
  assert(simulation.manager.request('start', 'b.service', 'replace', 'another', 'another').ok);
  simulation.clock.advance(2 * SECOND);
  assert.deepEqual(outcomes(), [undefined, undefined, undefined]);
  assert.deepEqual(
    [...simulation.keeper.blobs().keys()].filter((key) => key.startsWith('answer/')),
    [`answer/${job + 1}`],
  );
});

const many = Array.from({ length: 40 }, (_, index) => `s${index}.service`);

/** Forty services that run, a manager that was killed, and the next, which has not had a turn yet. */
function whileUnitsComeBack(happen: (simulation: Simulation) => void = () => {}): { simulation: Simulation; read: string[] } {
  const read: string[] = [];
  const simulation = new Simulation({
    units: {
      ...Object.fromEntries(many.map((name) => [name, daemon()])),
      'slow.service': '[Service]\nType=oneshot\nExecStart=/bin/sleep\n',
      'default.target': `[Unit]\nWants=${many.join(' ')} slow.service\n`,
    },
    adapt: (options) => ({ ...options, openUnits: () => noted(options, read) }),
  }).boot();
  simulation.crash();
  happen(simulation);
  read.length = 0;
  simulation.startManager();
  return { simulation, read };
}

/** The main processes of the forty, by the group that each is in. */
function pids({ keeper }: Simulation): readonly number[] {
  const pidOf = new Map(keeper.processes().map(({ argv, pid }) => [argv[0], pid]));
  return many.map((name) => pidOf.get(`/bin/daemon-${name}`) ?? 0);
}

function noted(options: ManagerOptions, read: string[]): UnitSource {
  const source = options.openUnits();
  return {
    ...source,
    load: (name) => {
      read.push(name);
      return source.load(name);
    },
  };
}

test('a unit that is asked for while thousands come back is answered before the others are read', () => {
  const { simulation, read } = whileUnitsComeBack();
  assert.equal(simulation.state('s31.service'), 'active (running)');
  assert.deepEqual(read, ['s31.service']);
  // Again, and others in any order, some of them after their turn.
  simulation.clock.settle();
  assert.ok(read.length > 40);
  assert.deepEqual(
    many.map((name) => simulation.state(name)),
    many.map(() => 'active (running)'),
  );
  assert.equal(new Set(read).size, read.length);
});

test('what the keeper does not know, all units at once, and a unit with a job are looked at only when all units are back', () => {
  for (const look of [
    (simulation: Simulation) => simulation.state('unknown.service') === 'inactive (dead)',
    (simulation: Simulation) =>
      simulation.manager.units().filter(({ name, sub }) => many.includes(name) && sub === 'running').length === 40,
    (simulation: Simulation) => simulation.manager.unit('slow.service')?.job?.type === 'start',
    (simulation: Simulation) => simulation.manager.properties('s7.service')?.['SubState'] === 'running',
    (simulation: Simulation) => simulation.manager.request('stop', 's7.service', 'replace', 'test').ok,
  ]) {
    const { simulation, read } = whileUnitsComeBack();
    assert.ok(look(simulation), String(look));
    assert.ok(read.length > 40, String(look));
  }
});

test('what happened while no manager was there is in the first answer', () => {
  const { simulation } = whileUnitsComeBack((machine) => machine.keeper.kill(pids(machine)[31] ?? 0, 9));
  // The keeper tells at once of what waits, the manager has only begun.
  simulation.clock.step(0);
  simulation.clock.step(0);
  assert.equal(simulation.state('s31.service'), 'failed (failed)');
});

test('a manager that is killed while units come back leaves to the next what it found', () => {
  const { simulation } = whileUnitsComeBack();
  const before = simulation.keeper.processes().map(({ pid }) => pid);
  for (let steps = 0; steps < 30; steps += 3) {
    for (let step = 0; step < steps; step += 1) simulation.clock.step(0);
    assert.equal(simulation.state('s20.service'), 'active (running)');
    simulation.crash();
    simulation.startManager();
  }
  simulation.clock.settle();
  assert.deepEqual(
    simulation.keeper.processes().map(({ pid }) => pid),
    before,
  );
  assert.deepEqual(
    simulation.manager
      .jobs()
      .map(({ unit }) => unit)
      .toSorted(),
    ['default.target', 'slow.service'],
  );
});

test('a reload that takes long tells the keeper each second that the manager is at work, and decides nothing meanwhile', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `w${index}.target`);
  const sent: Batch[] = [];
  let perLookUsec = 0;
  const simulation = new Simulation({
    units: { 'default.target': `[Unit]\nWants=${names.join(' ')}\n`, ...Object.fromEntries(names.map((name) => [name, '[Unit]\n'])) },
    adapt: (options) => {
      const { clock, keeper } = options;
      let addedUsec = 0;
      const now = () => {
        addedUsec += perLookUsec;
        const { monotonicUsec, realtimeUsec } = clock.now();
        return { monotonicUsec: monotonicUsec + addedUsec, realtimeUsec: realtimeUsec + addedUsec };
      };
      return {
        ...options,
        clock: { now, at: (usec, elapsed) => clock.at(usec, elapsed), soon: (turn) => clock.soon(turn) },
        keeper: {
          inventory: keeper.inventory,
          receive: (receiver) => keeper.receive(receiver),
          whenTold: (then) => keeper.whenTold(then),
          send: (batch) => {
            sent.push(batch);
            keeper.send(batch);
          },
        },
      };
    },
  }).boot();
  const emptyOnes = () => sent.splice(0).filter(({ commands }) => commands.length === 0);
  emptyOnes();
  simulation.manager.reload();
  assert.deepEqual(emptyOnes(), []);
  simulation.clock.settle();
  emptyOnes();
  // A look each 64 units: some fifteen seconds for a thousand.
  perLookUsec = 1_100_000;
  simulation.manager.reload();
  perLookUsec = 0;
  const told = emptyOnes();
  assert.ok(told.length >= 10 && told.length <= 16, `${told.length} batches`);
  assert.equal(new Set(told.map(({ acknowledge }) => acknowledge)).size, 1);
});
