import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TransientRequest } from '../../src/graph/request.ts';
import type { Files } from '../../src/port/files.ts';
import type { Batch } from '../../src/port/keeper.ts';
import { SECOND, Simulation, type SimulationOptions } from './simulation.ts';

const transient = '/run/systemd/transient';

function machine(options: Partial<SimulationOptions> = {}): Simulation {
  return new Simulation({ units: { 'default.target': '[Unit]\n' }, ...options }).boot();
}

function asked(unit: string, properties: Readonly<Record<string, string>>, more: Partial<TransientRequest> = {}): TransientRequest {
  const list = Object.entries(properties).map(([name, value]) => ({ name, value }));
  return { unit, properties: list, auxiliary: [], pids: [], ...more };
}

/** Makes the unit and lets it do what needs no time; gives the error's text if there is one. */
function start(simulation: Simulation, request: TransientRequest): string {
  const ticket = simulation.manager.startTransient(request, 'fail', 'test');
  simulation.clock.settle();
  return ticket.ok ? 'started' : ticket.error.message;
}

const sleeper = { Description: 'A sleeper', ExecStart: '"/bin/sleep" "100%"', Nice: '3' };

test('a transient service is a file like any other, but for the time that it is there', () => {
  const simulation = machine();
  assert.equal(start(simulation, asked('nap.service', sleeper)), 'started');
  const { FragmentPath, Transient, Description } = simulation.manager.properties('nap.service') ?? {};
  assert.deepEqual(
    [simulation.state('nap.service'), FragmentPath, Transient, Description, simulation.running()],
    ['active (running)', `${transient}/nap.service`, 'yes', 'A sleeper', ['/bin/sleep 100%']],
  );
  simulation.manager.request('stop', 'nap.service', 'replace', 'test');
  simulation.clock.advance(SECOND);
  assert.deepEqual([simulation.files.list(transient), simulation.manager.unit('nap.service')?.load], [[], 'not-found']);
});

test('a transient unit whose file is written later in the turn than the turn began is not out of date', () => {
  const simulation = machine();
  simulation.files.laterThan(simulation.clock.now().realtimeUsec);
  start(simulation, asked('nap.service', sleeper));
  assert.equal(simulation.manager.properties('nap.service')?.['NeedDaemonReload'], 'no');
});

test('a transient unit survives a reload and a new manager', () => {
  const simulation = machine();
  start(simulation, asked('nap.service', sleeper));
  simulation.manager.reload();
  simulation.clock.settle();
  const reloaded = [simulation.state('nap.service'), simulation.manager.properties('nap.service')?.['Nice']];
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.deepEqual(
    [reloaded, simulation.state('nap.service'), simulation.manager.properties('nap.service')?.['Transient'], simulation.running()],
    [['active (running)', '3'], 'active (running)', 'yes', ['/bin/sleep 100%']],
  );
});

test('the file of a unit that the manager was killed over before it told the keeper is removed by the next', () => {
  const simulation = machine();
  simulation.manager.startTransient(asked('lost.service', sleeper), 'fail', 'test');
  const before = simulation.files.list(transient);
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.deepEqual([before, simulation.files.list(transient), simulation.running()], [['lost.service'], [], []]);
});

/** Kills the first manager just before it sends the batch that has this command; what it does after that has no effect. */
function killedBefore(key: string, restart: () => void): NonNullable<SimulationOptions['adapt']> {
  let isArmed = true;
  return (options) => {
    if (!isArmed) return options;
    let isAlive = true;
    const { keeper, files } = options;
    const dying = {
      inventory: keeper.inventory,
      receive: keeper.receive.bind(keeper),
      whenTold: keeper.whenTold.bind(keeper),
      send: (batch: Batch) => {
        if (isArmed && batch.commands.some((command) => command.do === 'delete' && command.key === key)) {
          [isArmed, isAlive] = [false, false];
          restart();
        } else if (isAlive) keeper.send(batch);
      },
    };
    const unlink: Files['unlink'] = (path) => isAlive && files.unlink(path);
    const mortal = new Proxy(files, {
      get: (target, name) => {
        const member: unknown = name === 'unlink' ? unlink : Reflect.get(target, name, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    return { ...options, keeper: dying, files: mortal };
  };
}

test('a unit that a manager was killed over while it let it go is let go by the next, with its file', () => {
  const simulation: Simulation = machine({
    programs: { '/bin/fail': { runUsec: 1000, exit: 3 } },
    adapt: killedBefore('unit/gone.service', () => {
      simulation.crash();
      simulation.clock.soon(() => simulation.startManager());
    }),
  });
  start(simulation, asked('gone.service', { ExecStart: '/bin/fail', CollectMode: 'inactive-or-failed' }));
  const first = simulation.manager;
  simulation.clock.advance(SECOND);
  assert.notEqual(simulation.manager, first);
  assert.deepEqual([simulation.state('gone.service'), simulation.files.list(transient)], ['inactive (dead)', []]);
});

test('a unit whose file had gone before the keeper was told that the unit had is let go by the next manager', () => {
  const simulation = machine({ programs: { '/bin/fail': { runUsec: 1000, exit: 3 } } });
  start(simulation, asked('gone.service', { ExecStart: '/bin/fail' }));
  start(simulation, asked('nap.service', sleeper));
  simulation.clock.advance(SECOND);
  const before = ['gone.service', 'nap.service'].map((name) => simulation.state(name));
  simulation.crash();
  for (const name of ['gone.service', 'nap.service']) simulation.files.unlink(`${transient}/${name}`);
  simulation.startManager();
  simulation.clock.settle();
  const after = ['gone.service', 'nap.service'].map((name) => simulation.state(name));
  assert.deepEqual(
    [before, after],
    [
      ['failed (failed)', 'active (running)'],
      ['inactive (dead)', 'active (running)'],
    ],
  );
  assert.deepEqual(
    [...simulation.keeper.blobs().keys()].filter((key) => key.startsWith('unit/gone')),
    [],
  );
});

test('a name that is taken is refused, and so are properties that are none', () => {
  const simulation = machine({ units: { 'default.target': '[Unit]\n', 'there.service': '[Service]\nExecStart=/bin/daemon\n' } });
  start(simulation, asked('nap.service', sleeper));
  const refusals = [
    asked('nap.service', sleeper),
    asked('there.service', sleeper),
    asked('a.service', { ...sleeper, Nope: '1' }),
    asked('a.service', { ...sleeper, TimeoutStopSec: 'banana' }),
    asked('a.service', { ...sleeper, Nice: '999' }),
    asked('a.service', { ...sleeper, Type: 'bogus' }),
    asked('a.service', { ...sleeper, Description: 'x\nExecStart=/bin/evil' }),
    asked('a.service', { ...sleeper, Description: 'x\\' }),
    asked('a.service', { Description: 'nothing to run' }),
    asked('a.target', {}),
    asked('a@.service', sleeper),
    asked('a.service', sleeper, { pids: [7] }),
    asked('a.scope', {}),
    asked('a.service', sleeper, { descriptors: 'unknown' }),
    asked('a.timer', { OnActiveSec: '1h' }, { auxiliary: [{ unit: 'nap.service', properties: [] }] }),
  ].map((request) => start(simulation, request));
  assert.deepEqual(refusals, [
    'Unit nap.service was already loaded or has a fragment file.',
    'Unit there.service was already loaded or has a fragment file.',
    'Unknown assignment: Nope=1',
    'Failed to parse TimeoutStopSec=banana: Invalid argument',
    'Failed to parse Nice=999: Numerical result out of range',
    'Invalid Type setting: bogus',
    'Failed to parse Description=x\nExecStart=/bin/evil: Invalid argument',
    'Failed to parse Description=x\\: Invalid argument',
    'Unit a.service has a bad unit file setting: the service has neither ExecStart= nor ExecStop= nor SuccessAction=',
    'Unit type target does not support transient units.',
    'Unit name a@.service is not valid.',
    'Cannot set property PIDs, or unknown property.',
    'Scope has no PIDs. Refusing.',
    'The descriptors have not come.',
    'Unit nap.service was already loaded or has a fragment file.',
  ]);
  assert.deepEqual(simulation.files.list(transient), ['nap.service']);
});

test('a failed transient unit stays until it is reset, or goes at once with CollectMode=inactive-or-failed', () => {
  const simulation = machine({ programs: { '/bin/fail': { runUsec: 1000, exit: 3 } } });
  start(simulation, asked('bad.service', { ExecStart: '/bin/fail' }));
  start(simulation, asked('gone.service', { ExecStart: '/bin/fail', CollectMode: 'inactive-or-failed' }));
  simulation.clock.advance(SECOND);
  const kept = simulation.files.list(transient);
  simulation.manager.resetFailed('bad.service');
  simulation.clock.settle();
  assert.deepEqual([kept, simulation.files.list(transient)], [['bad.service'], []]);
});

test('a unit that a client holds stays when it has ended, until the client lets go', () => {
  const simulation = machine();
  start(simulation, asked('quick.service', { ExecStart: '/bin/quick' }));
  simulation.manager.hold('quick.service');
  simulation.clock.advance(SECOND);
  const held = simulation.manager.properties('quick.service')?.['ExecMainCode'];
  simulation.manager.letGo('quick.service');
  simulation.clock.settle();
  assert.deepEqual([held, simulation.files.list(transient)], ['1', []]);
});

test('a unit that was held when the manager was killed is kept for clients that come back, and no longer', () => {
  const simulation = machine();
  for (const name of ['a.service', 'b.service']) {
    start(simulation, asked(name, { ExecStart: '/bin/quick' }));
    simulation.manager.hold(name);
  }
  simulation.clock.settle();
  simulation.crash();
  simulation.startManager();
  simulation.clock.advance(SECOND);
  const kept = simulation.files.list(transient);
  assert.equal(simulation.manager.hold('a.service'), true);
  simulation.clock.advance(60 * SECOND);
  const left = simulation.files.list(transient);
  simulation.manager.letGo('a.service');
  simulation.clock.settle();
  assert.deepEqual([kept, left, simulation.files.list(transient)], [['a.service', 'b.service'], ['a.service'], []]);
});

test('what a client sends with the right token becomes the streams of its service, and is closed at its end', () => {
  const simulation = machine();
  const { keeper, manager } = simulation;
  const sender = keeper.outsider();
  const token = manager.expectDescriptors();
  keeper.notifies(sender, `TYSD_DESCRIPTORS=${token}`, 3);
  keeper.notifies(sender, 'TYSD_DESCRIPTORS=00000000000000000000000000000bad', 3);
  simulation.clock.settle();
  const held = keeper.descriptors();
  assert.equal(start(simulation, asked('piped.service', sleeper, { descriptors: token })), 'started');
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  const kept = keeper.descriptors();
  simulation.manager.request('stop', 'piped.service', 'replace', 'test');
  simulation.clock.advance(SECOND);
  const names = [0, 1, 2].map((number) => `stream/${token}/${number}`);
  assert.deepEqual([held, kept, keeper.descriptors()], [names, names, []]);
  const plan = keeper.batches.flatMap(({ commands }) => commands).find((command) => command.do === 'run');
  assert.deepEqual(plan?.do === 'run' ? plan.plan.flatMap((op) => (op.op === 'take' ? [op.name] : [])) : [], names);
});

test('descriptors of a client that has gone are closed', () => {
  const simulation = machine();
  const token = simulation.manager.expectDescriptors();
  simulation.keeper.notifies(simulation.keeper.outsider(), `TYSD_DESCRIPTORS=${token}`, 3);
  simulation.clock.settle();
  simulation.manager.forgetDescriptors(token);
  simulation.clock.settle();
  assert.deepEqual(simulation.keeper.descriptors(), []);
});

test('a scope takes the processes that come with it, and ends with the last of them', () => {
  const simulation = machine();
  const [one, two] = [simulation.keeper.outsider(), simulation.keeper.outsider({ runUsec: 20 * SECOND })];
  assert.equal(start(simulation, asked('s.scope', { Description: 'Two of them' }, { pids: [one, two] })), 'started');
  const begun = simulation.state('s.scope');
  simulation.manager.reload();
  simulation.clock.advance(30 * SECOND);
  const later = simulation.state('s.scope');
  simulation.keeper.kill(one, 9);
  simulation.clock.settle();
  assert.deepEqual(
    [begun, later, simulation.state('s.scope'), simulation.keeper.groups(), simulation.files.list(transient)],
    ['active (running)', 'active (running)', 'inactive (dead)', [], []],
  );
});

/** Active state, result and how many processes are left of a scope of two once one of them was killed for want of memory. */
function scopeAfterKill(properties: Readonly<Record<string, string>>): readonly string[] {
  const simulation = machine({ files: { '/sys/fs/cgroup/tysd/cgroup.controllers': 'memory\n' } });
  const [one, two] = [simulation.keeper.outsider(), simulation.keeper.outsider()];
  assert.equal(start(simulation, asked('s.scope', properties, { pids: [one, two] })), 'started');
  const group = [...simulation.keeper.attributes].filter(([file]) => file.endsWith('memory.oom.group')).map(([, value]) => value);
  simulation.keeper.outOfMemory(one);
  simulation.clock.settle();
  const unit = simulation.manager.unit('s.scope');
  return [unit?.active ?? '', unit?.result ?? '', String(simulation.keeper.processes().filter(({ pid }) => pid === two).length), ...group];
}

test('a kill for want of memory stops the scope, or kills it as a whole, or is noted only, by OOMPolicy=', () => {
  assert.deepEqual(scopeAfterKill({}), ['failed', 'oom-kill', '0']);
  assert.deepEqual(scopeAfterKill({ OOMPolicy: 'kill' }), ['failed', 'oom-kill', '0', '1']);
  assert.deepEqual(scopeAfterKill({ OOMPolicy: 'continue' }), ['active', 'success', '1']);
  assert.deepEqual(scopeAfterKill({ Delegate: 'yes' }), ['active', 'success', '1']);
});

test('who asked a manager that died before it had told of the unit may ask the next one at once', () => {
  const simulation = machine();
  const pid = simulation.keeper.outsider();
  for (let time = 0; time < 2; time += 1) {
    simulation.manager.startTransient(asked('s.scope', {}, { pids: [pid] }), 'fail', 'test');
    simulation.manager.startTransient(asked('nap.service', sleeper), 'fail', 'test');
    simulation.crash();
    simulation.startManager();
  }
  const answers = [start(simulation, asked('s.scope', {}, { pids: [pid] })), start(simulation, asked('nap.service', sleeper))];
  assert.deepEqual(
    [answers, simulation.state('s.scope'), simulation.state('nap.service')],
    [['started', 'started'], 'active (running)', 'active (running)'],
  );
});

test('a scope survives a new manager, and is stopped by it with SIGKILL where SIGTERM does not do', () => {
  const simulation = machine();
  const pid = simulation.keeper.outsider({ ignores: [15] });
  start(simulation, asked('s.scope', { TimeoutStopSec: '5s' }, { pids: [pid] }));
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  simulation.manager.request('stop', 's.scope', 'replace', 'test');
  simulation.clock.advance(SECOND);
  const stopping = simulation.state('s.scope');
  simulation.crash();
  simulation.startManager();
  simulation.clock.advance(5 * SECOND);
  assert.deepEqual(
    [stopping, simulation.state('s.scope'), simulation.keeper.processes()],
    ['deactivating (stop-sigterm)', 'failed (failed)', []],
  );
});

test('a scope whose processes have all gone before it begins fails', () => {
  const simulation = machine();
  start(simulation, asked('s.scope', {}, { pids: [4242] }));
  assert.deepEqual([simulation.state('s.scope'), simulation.manager.unit('s.scope')?.result], ['failed (failed)', 'resources']);
});

test('a scope is started once only, and restart makes no sense for it', () => {
  const simulation = machine();
  const pid = simulation.keeper.outsider();
  start(simulation, asked('s.scope', { RuntimeMaxSec: '10s' }, { pids: [pid] }));
  const restart = simulation.manager.request('restart', 's.scope', 'replace', 'test');
  simulation.clock.advance(11 * SECOND);
  simulation.manager.request('start', 's.scope', 'replace', 'test');
  simulation.clock.settle();
  assert.deepEqual(
    [restart.ok ? 'queued' : restart.error.code, simulation.state('s.scope'), simulation.manager.unit('s.scope')?.result],
    ['not-applicable', 'failed (failed)', 'timeout'],
  );
});

test('a scope that is abandoned has no time limit any more', () => {
  const simulation = machine();
  const pid = simulation.keeper.outsider();
  start(simulation, asked('s.scope', { RuntimeMaxSec: '10s' }, { pids: [pid] }));
  simulation.manager.abandon('s.scope');
  simulation.clock.advance(60 * SECOND);
  assert.equal(simulation.state('s.scope'), 'active (abandoned)');
});

test('a scope that lies in a unit directory is no unit', () => {
  const simulation = machine({ units: { 'default.target': '[Unit]\n', 'file.scope': '[Scope]\n' } });
  assert.equal(simulation.manager.unit('file.scope')?.load, 'not-found');
});

test('set-property applies at once and by a drop-in, and refuses what cannot change while a unit runs', () => {
  const simulation = machine({ units: { 'default.target': '[Unit]\n', 'a.service': '[Service]\nExecStart=/bin/daemon\n' } });
  const set = (name: string, value: string, runtime = false): string => {
    const done = simulation.manager.setProperties('a.service', [{ name, value }], { runtime });
    return done.ok ? 'set' : done.error.message;
  };
  simulation.manager.request('start', 'a.service', 'replace', 'test');
  simulation.clock.settle();
  const answers = [set('Description', 'Now'), set('MemoryMax', '50%', true), set('Nice', '3'), set('TimeoutStopSec', '3')];
  const text = new TextDecoder().decode(simulation.files.read('/run/systemd/system.control/a.service.d/50-MemoryMax.conf'));
  const now = simulation.manager.properties('a.service') ?? {};
  simulation.manager.reload();
  simulation.clock.settle();
  assert.deepEqual(
    [answers, text.split('\n').slice(1), now['Description'], now['NeedDaemonReload'], simulation.manager.unit('a.service')?.description],
    [
      ['set', 'set', 'Cannot set property Nice, or unknown property.', 'Cannot set property TimeoutStopUSec, or unknown property.'],
      ['[Service]', 'MemoryMax=50%', ''],
      'Now',
      'no',
      'Now',
    ],
  );
});

test('set-property of processors is instead of those that were set, and of a device instead of what that device had', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\n',
      'a.service': '[Service]\nAllowedCPUs=1\nDeviceAllow=/dev/full r\nDeviceAllow=/dev/null w\nExecStart=/bin/daemon\n',
    },
  }).boot();
  const set = (name: string, value: string): boolean =>
    simulation.manager.setProperties('a.service', [{ name, value }], { runtime: false }).ok;
  const shown = (): readonly (string | undefined)[] => {
    const properties = simulation.manager.properties('a.service') ?? {};
    return [properties['AllowedCPUs'], properties['DeviceAllow']];
  };
  assert.ok(set('AllowedCPUs', '0-3') && set('AllowedCPUs', '0'));
  assert.ok(set('DeviceAllow', '/dev/zero rw') && set('DeviceAllow', '/dev/null r'));
  const expected = ['0', '/dev/null r\n/dev/zero rw\n/dev/full r'];
  assert.deepEqual(shown(), expected);
  simulation.manager.reload();
  simulation.clock.settle();
  assert.deepEqual(shown(), expected);
  assert.ok(!set('IPIngressFilterPath', '/sys/fs/bpf/x'));
});

test('a signal to a slice reaches all that runs below it, and its stop stops them', () => {
  const simulation = machine({
    units: {
      'default.target': '[Unit]\n',
      'a.service': '[Service]\nSlice=big-inner.slice\nExecStart=/bin/daemon a\n',
      'b.service': '[Service]\nExecStart=/bin/daemon b\n',
    },
  });
  for (const name of ['a.service', 'b.service']) simulation.manager.request('start', name, 'replace', 'test');
  simulation.clock.settle();
  simulation.manager.kill('big.slice', 'all', 10);
  simulation.clock.settle();
  const killed = simulation.running();
  simulation.manager.request('restart', 'a.service', 'replace', 'test');
  simulation.clock.settle();
  simulation.manager.request('stop', 'big.slice', 'replace', 'test');
  simulation.clock.advance(SECOND);
  assert.deepEqual(
    [killed, simulation.running(), simulation.state('a.service')],
    [['/bin/daemon b'], ['/bin/daemon b'], 'inactive (dead)'],
  );
});
