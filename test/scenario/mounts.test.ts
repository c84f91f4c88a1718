import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MountMachine } from './mount-table.ts';
import { SECOND } from './simulation.ts';

const tmpfs = (where: string, more = ''): string => `[Mount]\nWhat=tmpfs\nWhere=${where}\nType=tmpfs\n${more}`;

test('what others mount and unmount becomes a unit and goes', () => {
  const machine = new MountMachine({ units: { 'default.target': '' }, mounts: ['/home'] });
  const { simulation } = machine;
  simulation.boot();
  assert.equal(simulation.state('home.mount'), 'active (mounted)');
  machine.mount('/srv/data');
  const { What, Options, SourcePath, LoadState } = simulation.manager.properties('srv-data.mount') ?? {};
  assert.deepEqual(
    { What, Options, SourcePath, LoadState },
    { What: 'what-srv/data', Options: 'rw,relatime,size=1024k', SourcePath: '/proc/self/mountinfo', LoadState: 'loaded' },
  );
  machine.unmount('/srv/data');
  machine.unmount('/home');
  assert.deepEqual(
    simulation.manager
      .units()
      .filter(({ name }) => name.endsWith('.mount'))
      .map(({ name }) => name),
    ['-.mount'],
  );
});

test('what others swap to becomes a unit, and a priority that the kernel chose is nothing to complain of', () => {
  const machine = new MountMachine({ units: { 'default.target': '' }, swaps: true });
  const { simulation } = machine;
  simulation.boot();
  machine.swapOn('/swap');
  const { What, Priority, ActiveState } = simulation.manager.properties('swap.swap') ?? {};
  assert.deepEqual({ What, Priority, ActiveState }, { What: '/swap', Priority: '-2', ActiveState: 'active' });
  assert.deepEqual(
    simulation.messages().filter((message) => message.includes('Priority')),
    [],
  );
});

test('a mount that is wanted is mounted once, and a service that needs its path comes after it', () => {
  const machine = new MountMachine({
    units: {
      'default.target': '[Unit]\nWants=data.mount a.service\n',
      'data.mount': tmpfs('/data'),
      'a.service': '[Unit]\nRequiresMountsFor=/data/a\n[Service]\nExecStart=/bin/daemon\n',
    },
  });
  machine.simulation.boot();
  machine.simulation.clock.advance(SECOND);
  assert.deepEqual(machine.mounts, ['/', '/data']);
  assert.deepEqual(machine.simulation.states(), {
    'a.service': 'active (running)',
    'data.mount': 'active (mounted)',
    'default.target': 'active (active)',
  });
});

test('a mount that appears later comes before those who use what lies below it', () => {
  const machine = new MountMachine({
    units: { 'default.target': '', 'a.service': '[Unit]\nRequiresMountsFor=/srv/a\n[Service]\nExecStart=/bin/daemon\n' },
  });
  const { simulation } = machine;
  simulation.boot();
  simulation.manager.request('start', 'a.service', 'replace', 'test');
  simulation.clock.settle();
  assert.equal(simulation.manager.properties('a.service')?.['After']?.includes('srv.mount'), false);
  machine.mount('/srv');
  assert.equal(simulation.manager.properties('a.service')?.['After']?.includes('srv.mount'), true);
});

test('what changed in the mount table while there was no manager is seen by the next', () => {
  const machine = new MountMachine({
    units: { 'default.target': '[Unit]\nWants=data.mount\n', 'data.mount': tmpfs('/data') },
    mounts: ['/home'],
  });
  const { simulation } = machine;
  simulation.boot();
  simulation.clock.advance(SECOND);
  simulation.crash();
  machine.unmount('/data', true);
  machine.unmount('/home', true);
  machine.mount('/new', true);
  simulation.startManager();
  simulation.clock.settle();
  assert.deepEqual(
    ['data.mount', 'home.mount', 'new.mount'].map((name) => simulation.state(name)),
    ['inactive (dead)', 'inactive (dead)', 'active (mounted)'],
  );
  machine.unmount('/new');
  assert.equal(simulation.state('new.mount'), 'inactive (dead)');
});

test('a manager that dies at any event of a start and a stop of mounts leaves them as one that lives', () => {
  const whole = startAndStop(undefined);
  assert.deepEqual(whole.mounts, ['/', '/a']);
  for (let event = 1; event <= 20; event++) assert.deepEqual(startAndStop(event), whole, `killed before event ${event}`);
});

/** What is left of a start and a stop of mounts when the manager was killed before it heard of that event. */
function startAndStop(crashAt: number | undefined) {
  const machine = new MountMachine({
    units: {
      'default.target': '[Unit]\nWants=a.mount b.mount\n',
      'a.mount': tmpfs('/a', 'TimeoutSec=5\n'),
      'b.mount': `[Unit]\nAfter=a.mount\n${tmpfs('/b')}`,
    },
  });
  const { simulation } = machine;
  if (crashAt !== undefined) simulation.crashAt(crashAt);
  simulation.boot();
  simulation.clock.advance(SECOND);
  simulation.manager.request('restart', 'a.mount', 'replace', 'test');
  simulation.clock.advance(SECOND);
  simulation.manager.request('stop', 'b.mount', 'replace', 'test');
  simulation.clock.advance(10 * SECOND);
  return { mounts: machine.mounts, states: simulation.states(), jobs: simulation.manager.jobs(), groups: simulation.keeper.groups() };
}

test('a reload of the manager keeps mounts and goes on to hear of others', () => {
  const machine = new MountMachine({ units: { 'default.target': '[Unit]\nWants=a.mount\n', 'a.mount': tmpfs('/a') } });
  const { simulation } = machine;
  simulation.boot();
  simulation.clock.advance(SECOND);
  simulation.manager.reload();
  simulation.clock.settle();
  machine.mount('/later');
  assert.deepEqual(
    ['a.mount', 'later.mount'].map((name) => simulation.state(name)),
    ['active (mounted)', 'active (mounted)'],
  );
});

test('a shutdown of the machine unmounts what was mounted, but not what the machine stands on', () => {
  const units = { 'default.target': '[Unit]\nWants=a.mount\n', 'a.mount': tmpfs('/a') };
  const machine = new MountMachine({ units, mounts: ['/home', '/proc', '/usr'] });
  machine.simulation.boot();
  machine.simulation.clock.advance(SECOND);
  machine.simulation.manager.exit('poweroff', false);
  machine.simulation.clock.advance(10 * SECOND);
  assert.deepEqual(machine.mounts, ['/', '/proc', '/usr']);
  const beside = new MountMachine({ units, mounts: ['/home'], init: false });
  beside.simulation.boot();
  beside.simulation.clock.advance(SECOND);
  beside.simulation.manager.exit('exit', false);
  beside.simulation.clock.advance(10 * SECOND);
  assert.deepEqual(beside.mounts, ['/', '/home']);
});

test('five thousand mounts are taken in, and one more costs no look at each of them', () => {
  const mounts = Array.from({ length: 5000 }, (_, index) => `/m/${index}`);
  const machine = new MountMachine({ units: { 'default.target': '' }, mounts });
  machine.simulation.boot();
  const blobs = machine.simulation.keeper.batches.length;
  machine.mount('/more');
  const commands = machine.simulation.keeper.batches.slice(blobs).flatMap((batch) => batch.commands);
  assert.equal(
    machine.simulation.manager.units().filter(({ active, name }) => active === 'active' && name.endsWith('.mount')).length,
    5002,
  );
  assert.deepEqual(
    commands.map((command) => (command.do === 'put' ? command.key : command.do)),
    ['poll-priority', 'unit/more.mount', 'journal'],
  );
});

test('a manager that dies while somebody waits at an automount point answers when it is back', () => {
  const machine = new MountMachine({
    units: { 'default.target': '[Unit]\nWants=a.automount\n', 'a.automount': '[Automount]\nWhere=/a\n', 'a.mount': tmpfs('/a') },
    files: { '/dev/autofs': '' },
  });
  const { simulation } = machine;
  simulation.boot();
  simulation.clock.advance(SECOND);
  assert.equal(simulation.state('a.automount'), 'active (waiting)');
  simulation.crash();
  const packet = new Uint8Array(304);
  packet.set([5, 0, 0, 0, 5, 0, 0, 0, 9]);
  simulation.keeper.write('automount/a.automount', packet);
  simulation.startManager();
  simulation.clock.advance(SECOND);
  assert.deepEqual(
    ['a.automount', 'a.mount'].map((name) => simulation.state(name)),
    ['active (running)', 'active (mounted)'],
  );
  const answers = simulation.keeper.batches.flatMap(({ commands }) =>
    commands.flatMap((command) => (command.do === 'run' ? command.plan.filter(({ op }) => op === 'autofs-answer') : [])),
  );
  assert.deepEqual(answers, [{ op: 'autofs-answer', path: '/a', device: 96, token: 9, error: 0, tolerate: true }]);
});

test('plan shows what a mount unit runs by itself: the mount point first, then mount(8), in the keeper’s session', () => {
  const { simulation } = new MountMachine({ units: { 'default.target': '', 'a.mount': tmpfs('/a') } });
  simulation.boot();
  const planned = simulation.manager.plan('a.mount');
  const [mount, remount, unmount] = planned.ok ? planned.value : [];
  assert.deepEqual(
    [mount, remount, unmount].map((command) => command?.list),
    ['ExecMount', 'ExecRemount', 'ExecUnmount'],
  );
  assert.deepEqual(
    mount?.ops.slice(0, 4).map(({ op, text }) => `${op} ${text}`),
    ['umask 0000', 'no-symlink /a', 'mkdir-all /a 0755, if possible', 'signals reset, ignore SIGPIPE'],
  );
});

test('an area for swapping of which the kernel has chosen the priority is a unit, and nothing is complained about', () => {
  const machine = new MountMachine({ units: { 'default.target': '' }, swaps: true });
  const { simulation } = machine;
  simulation.boot();
  machine.swapOn('/dev/sda2');
  assert.equal(simulation.state('dev-sda2.swap'), 'active (active)');
  assert.equal(simulation.manager.properties('dev-sda2.swap')?.['Priority'], '-2');
  assert.deepEqual(
    simulation.messages().filter((message) => message.includes('Priority')),
    [],
  );
});
