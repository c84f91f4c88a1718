import { test } from 'node:test';
import assert from 'node:assert/strict';
import { SECOND, Simulation } from './simulation.ts';

const name = 'org.example.A';

/** A machine with a bus: `dbus.service` runs, and its socket says so. */
function machine(units: Readonly<Record<string, string>> = {}): Simulation {
  return new Simulation({
    programs: { '/bin/starter': { runUsec: 1000, forks: [{}] } },
    units: {
      'default.target': '[Unit]\nWants=dbus.service a.service\n',
      'dbus.socket': '[Socket]\nListenStream=/run/dbus/system_bus_socket\n',
      'dbus.service': '[Unit]\nRequires=dbus.socket\n[Service]\nExecStart=/bin/dbus-daemon\nRestart=always\nRestartSec=1\n',
      'a.service': `[Service]\nType=dbus\nBusName=${name}\nExecStart=/bin/daemon-a\n`,
      ...units,
    },
  });
}

test('a service of Type=dbus is up once its name is owned, and stops when the name is lost', () => {
  const simulation = machine().boot();
  assert.equal(simulation.state('a.service'), 'activating (start)');
  simulation.bus.own(name, { unique: ':1.5' });
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'active (running)');
  simulation.bus.release(name);
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
  assert.deepEqual(simulation.running(), ['/bin/dbus-daemon']);
});

test('nobody connects to a bus before it is up, nor without one', () => {
  const simulation = machine({ 'default.target': '[Unit]\nWants=dbus.socket a.service\n' }).boot();
  assert.equal(simulation.state('a.service'), 'activating (start)');
  assert.equal(simulation.bus.connects, 0);
  simulation.manager.request('start', 'dbus.service', 'replace', 'test');
  simulation.clock.settle();
  assert.equal(simulation.bus.connects, 1);
});

test('the bus has units started for names that are called, over the death of the manager', () => {
  const simulation = machine({
    'b.service': '[Service]\nBusName=org.example.B\nExecStart=/bin/daemon-b\n',
    'bus-b.service': '-> b.service',
    'shy.service': '[Unit]\nRefuseManualStart=yes\n[Service]\nExecStart=/bin/daemon-shy\n',
  }).boot();
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  simulation.bus.want('bus-b.service');
  simulation.clock.settle();
  assert.equal(simulation.state('b.service'), 'activating (start)');
  for (const unit of ['missing.service', 'shy.service', 'no unit']) simulation.bus.want(unit);
  simulation.clock.settle();
  assert.deepEqual(simulation.bus.refusals, [
    'missing.service org.freedesktop.systemd1.NoSuchUnit',
    'shy.service org.freedesktop.systemd1.OnlyByDependency',
    'no unit org.freedesktop.DBus.Error.InvalidArgs',
  ]);
});

test('a name that is owned while the manager is dead is found by the next', () => {
  const simulation = machine().boot();
  simulation.crash();
  simulation.bus.own(name, { unique: ':1.5' });
  simulation.startManager();
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'active (running)');
});

test('a name that is lost while the manager is dead is missed by the next', () => {
  const simulation = machine().boot();
  simulation.bus.own(name, { unique: ':1.5' });
  simulation.clock.settle();
  simulation.crash();
  simulation.bus.release(name);
  simulation.startManager();
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
});

test('a reload asks for the names again', () => {
  const simulation = machine().boot();
  simulation.manager.reload();
  simulation.clock.settle();
  simulation.bus.own(name, { unique: ':1.5' });
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'active (running)');
  simulation.manager.reload();
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'active (running)');
  assert.equal(simulation.bus.connects, 3);
});

test('when the bus comes back the names are asked for again', () => {
  const simulation = machine().boot();
  simulation.bus.own(name, { unique: ':1.5' });
  simulation.clock.settle();
  simulation.bus.end();
  const pid = simulation.manager.unit('dbus.service')?.mainPid ?? 0;
  simulation.keeper.kill(pid, 9);
  simulation.clock.settle();
  // As long as there is no bus, nobody knows that the name is lost.
  assert.equal(simulation.state('a.service'), 'active (running)');
  simulation.bus.isUp = true;
  simulation.bus.own(name, { unique: ':1.1' });
  simulation.clock.advance(2 * SECOND);
  assert.equal(simulation.state('a.service'), 'active (running)');
  simulation.bus.release(name);
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
});

test('a bus that counts as up but refuses is tried again', () => {
  const simulation = machine();
  simulation.bus.isUp = false;
  simulation.boot();
  simulation.bus.isUp = true;
  simulation.bus.own(name, { unique: ':1.5' });
  simulation.clock.advance(SECOND);
  assert.equal(simulation.state('a.service'), 'active (running)');
  assert.equal(simulation.bus.connects, 2);
});

test('a forking service whose main process cannot be guessed is known by the owner of its name', () => {
  const simulation = machine({ 'a.service': `[Service]\nType=forking\nGuessMainPID=no\nBusName=${name}\nExecStart=/bin/starter\n` });
  simulation.boot();
  simulation.clock.advance(SECOND);
  assert.equal(simulation.manager.unit('a.service')?.mainPid, undefined);
  const pid = simulation.keeper.processes().at(-1)?.pid ?? 0;
  simulation.bus.own(name, { unique: ':1.5', pid });
  simulation.clock.settle();
  assert.equal(simulation.manager.unit('a.service')?.mainPid, pid);
});

test('of two services with one name the second to be loaded is refused', () => {
  const simulation = machine({ 'b.service': `[Service]\nBusName=${name}\nExecStart=/bin/daemon-b\n` }).boot();
  const asked = simulation.manager.request('start', 'b.service', 'replace', 'test');
  assert.equal(asked.ok ? '' : asked.error.message, `Unit b.service failed to load properly: a.service has the same BusName=${name}`);
});
