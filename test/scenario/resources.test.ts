import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulation, type SimulationOptions } from './simulation.ts';

const root = '/sys/fs/cgroup/tysd';
const machine = {
  [`${root}/cgroup.controllers`]: 'cpuset cpu io memory hugetlb pids\n',
  '/proc/meminfo': 'MemTotal:        1024000 kB\n',
  '/proc/sys/kernel/pid_max': '32768\n',
  '/proc/sys/kernel/threads-max': '10000\n',
};

/** A machine whose cgroup v2 has all controllers, or these files instead. */
function booted(units: SimulationOptions['units'], more: Partial<SimulationOptions> = {}): Simulation {
  const wants = Object.keys(units).filter((name) => name.endsWith('.service'));
  return new Simulation({
    files: machine,
    ...more,
    units: { 'default.target': `[Unit]\nWants=${wants.join(' ')}\n`, ...units },
  }).boot();
}

/** What was written to the files of one cgroup. */
function written({ keeper }: Simulation, path: string): Readonly<Record<string, string>> {
  const found = [...keeper.attributes].filter(([file]) => file.slice(0, file.lastIndexOf('/')) === path);
  return Object.fromEntries(found.map(([file, value]) => [file.slice(path.length + 1), value]));
}

/** All that was written to a file of a cgroup, in order. */
function writes({ keeper }: Simulation, path: string, file: string): readonly string[] {
  return keeper.batches.flatMap(({ commands }) =>
    commands.flatMap((command) => (command.do === 'attribute' && command.path === path && command.file === file ? [command.value] : [])),
  );
}

const daemon = '[Service]\nExecStart=/bin/daemon\n';

test('limits are written before the first process of a unit is there, and the controllers are enabled above it', () => {
  const simulation = booted({ 'a.service': `${daemon}CPUWeight=300\nMemoryMax=1M\nTasksMax=7\n` });
  assert.deepEqual(written(simulation, 'system.slice/a.service'), { 'cpu.weight': '300', 'memory.max': '1048576', 'pids.max': '7' });
  for (const path of ['', 'system.slice'])
    assert.deepEqual(writes(simulation, path, 'cgroup.subtree_control').toSorted(), ['+cpu', '+memory', '+pids']);
  const order = simulation.keeper.batches.flatMap(({ commands }) => commands);
  const run = order.findIndex((command) => command.do === 'run' && command.group === 'a.service');
  const last = order.findLastIndex((command) => command.do === 'attribute' && command.path === 'system.slice/a.service');
  assert.ok(last < run);
});

test('a controller is enabled only below the slices whose units need it, and never in a cgroup with processes', () => {
  const simulation = booted({
    'a.service': `${daemon}Slice=x-y.slice\nAllowedCPUs=0\n`,
    'b.service': `${daemon}TasksMax=infinity\nTasksAccounting=no\nMemoryAccounting=no\n`,
  });
  assert.deepEqual(
    ['', 'x.slice', 'x.slice/x-y.slice', 'system.slice'].map((path) =>
      writes(simulation, path, 'cgroup.subtree_control').includes('+cpuset'),
    ),
    [true, true, true, false],
  );
  assert.deepEqual(writes(simulation, 'x.slice/x-y.slice/a.service', 'cgroup.subtree_control'), []);
});

test('what a slice disables is not enabled below it, whatever its units need', () => {
  const simulation = booted({
    'x.slice': '[Slice]\nDisableControllers=cpu\nMemoryMax=50%\n',
    'a.service': `${daemon}Slice=x.slice\nCPUWeight=10\n`,
  });
  assert.deepEqual(writes(simulation, 'x.slice', 'cgroup.subtree_control').toSorted(), ['+memory', '+pids']);
  assert.deepEqual(written(simulation, 'x.slice/a.service'), { 'pids.max': '1500' });
  assert.equal(written(simulation, 'x.slice')['memory.max'], '524288000');
});

test('where no controller is there nothing is written, and plan says so', () => {
  const simulation = booted({ 'a.service': `${daemon}CPUWeight=300\n` }, { files: {} });
  assert.deepEqual([...simulation.keeper.attributes], []);
  const planned = simulation.manager.plan('a.service');
  assert.deepEqual(planned.ok && planned.value[0]?.notApplied, ['CPUWeight= is not applied: there is no cgroup controller cpu here']);
});

test('units that ask for nothing get the manager’s limit of tasks and nothing else', () => {
  const simulation = booted({ 'a.service': daemon });
  assert.deepEqual(written(simulation, 'system.slice/a.service'), { 'pids.max': '1500' });
});

test('what set-property forbids a slice goes from the cgroups in it, and what it allows again is written anew', () => {
  const simulation = booted({ 'x.slice': '[Slice]\n', 'a.service': `${daemon}Slice=x.slice\nCPUWeight=10\nMemoryMax=1M\n` });
  const set = (value: string) => {
    assert.ok(simulation.manager.setProperties('x.slice', [{ name: 'DisableControllers', value }], { runtime: true }).ok);
    simulation.clock.settle();
    return written(simulation, 'x.slice/a.service');
  };
  const all = { 'cpu.weight': '10', 'memory.max': '1048576', 'pids.max': '1500' };
  assert.deepEqual([set('cpu'), set('memory'), set('')], [{ 'memory.max': '1048576', 'pids.max': '1500' }, { 'pids.max': '1500' }, all]);
  assert.equal(writes(simulation, 'x.slice', 'cgroup.subtree_control').filter((value) => value === '-cpu').length, 1);
});

test('set-property changes the cgroup of a running unit at once, back to the kernel’s own value too', () => {
  const simulation = booted({ 'a.service': daemon });
  const set = (name: string, value: string) => {
    assert.ok(simulation.manager.setProperties('a.service', [{ name, value }], { runtime: true }).ok);
    simulation.clock.settle();
  };
  set('CPUWeight', '500');
  set('MemoryHigh', '10%');
  assert.deepEqual(written(simulation, 'system.slice/a.service'), { 'cpu.weight': '500', 'memory.high': '104857600', 'pids.max': '1500' });
  set('MemoryHigh', '');
  set('TasksMax', '5');
  assert.deepEqual(written(simulation, 'system.slice/a.service'), { 'cpu.weight': '500', 'memory.high': 'max', 'pids.max': '5' });
  // Nobody needs the controller any more, and with it its files go.
  set('CPUWeight', '');
  assert.deepEqual(written(simulation, 'system.slice/a.service'), { 'memory.high': 'max', 'pids.max': '5' });
});

test('what the files say otherwise after a reload is written, and what they say no more is undone; a crash writes nothing', () => {
  const simulation = booted({ 'a.service': `${daemon}MemoryMax=1M\nCPUQuota=50%\n` });
  const before = simulation.keeper.batches.length;
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  const again = simulation.keeper.batches.slice(before).flatMap(({ commands }) => commands);
  assert.deepEqual(
    again.filter((command) => command.do === 'attribute' && command.file !== 'cgroup.subtree_control'),
    [],
  );
  simulation.files.write('/etc/systemd/system/a.service', `${daemon}MemoryMax=2M\n`);
  simulation.manager.reload();
  simulation.clock.settle();
  assert.deepEqual(written(simulation, 'system.slice/a.service'), { 'cpu.max': 'max 100000', 'memory.max': '2097152', 'pids.max': '1500' });
});

test('Startup*= applies until the start is over', () => {
  const simulation = booted({ 'a.service': `${daemon}StartupCPUWeight=1000\nCPUWeight=50\n` });
  assert.deepEqual(writes(simulation, 'system.slice/a.service', 'cpu.weight'), ['1000', '50']);
});

/** ActiveState, Result and how many processes are left once one beside the main process was killed. */
function afterKill(policy: string): readonly string[] {
  const simulation = booted({ 'a.service': `${daemon}OOMPolicy=${policy}\n` }, { programs: { '/bin/daemon': { forks: [{}] } } });
  const [main, other] = simulation.keeper.processes();
  assert.ok(main !== undefined && other !== undefined);
  simulation.keeper.outOfMemory(other.pid);
  simulation.clock.settle();
  const unit = simulation.manager.unit('a.service');
  return [unit?.active ?? '', unit?.result ?? '', String(simulation.keeper.processes().length)];
}

test('a kill for want of memory stops the service, or kills it, or is noted only, by OOMPolicy=', () => {
  assert.deepEqual(afterKill('stop'), ['failed', 'oom-kill', '0']);
  assert.deepEqual(afterKill('kill'), ['failed', 'oom-kill', '0']);
  assert.deepEqual(afterKill('continue'), ['active', 'success', '1']);
});

test('that the main process was killed for want of memory is the result, not its signal', () => {
  const simulation = booted({ 'a.service': daemon });
  const [main] = simulation.keeper.processes();
  simulation.keeper.outOfMemory(main?.pid ?? 0);
  simulation.clock.settle();
  assert.equal(simulation.manager.unit('a.service')?.result, 'oom-kill');
});

test('what cannot be written is said, with the unit', () => {
  const simulation = new Simulation({
    files: machine,
    units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': `${daemon}AllowedCPUs=63\n` },
  });
  simulation.keeper.unwritable.set('system.slice/a.service/cpuset.cpus', 34);
  simulation.boot();
  assert.deepEqual(
    simulation.messages().filter((message) => message.includes('cpuset')),
    ["a.service: Failed to set cpuset.cpus of its cgroup to '63': Numerical result out of range"],
  );
});

test('a setting whose value the kernel refused is not said to be applied, until it takes one; also by the next manager', () => {
  const simulation = new Simulation({
    files: machine,
    units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': `${daemon}AllowedCPUs=63\nTasksMax=5\n` },
  });
  simulation.keeper.unwritable.set('system.slice/a.service/cpuset.cpus', 34);
  simulation.boot();
  const said = () => {
    const notApplied = simulation.manager.notApplied('a.service');
    return notApplied.ok ? notApplied.value : [];
  };
  const refused = ['AllowedCPUs= is not applied: the kernel refused it: Numerical result out of range'];
  assert.deepEqual(said(), refused);
  simulation.crash();
  simulation.boot();
  assert.deepEqual(said(), refused);
  simulation.keeper.unwritable.clear();
  assert.ok(
    simulation.manager.setProperties(
      'a.service',
      [
        ['AllowedCPUs', ''],
        ['AllowedCPUs', '0'],
      ].map(([name = '', value = '']) => ({ name, value })),
      { runtime: true },
    ).ok,
  );
  simulation.clock.settle();
  assert.deepEqual(said(), []);
});
