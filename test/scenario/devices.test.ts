import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulation } from './simulation.ts';

const mountinfo = '20 1 0:20 / / rw - ext4 /dev/root rw\n21 20 0:21 / /sys rw - sysfs sysfs rw\n';
const record = 'I:1\nG:systemd\nQ:systemd\n';

/** A machine whose udev knows of a network interface. */
function machine(units: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}): Simulation {
  return new Simulation({
    units: { 'default.target': '', ...units },
    files: {
      '/proc/self/mountinfo': mountinfo,
      '/sys/class/net/lo/ifindex': '1\n',
      '/run/udev/data/n1': record,
      '/run/udev/tags/systemd/n1': '',
      ...more,
    },
  });
}

const lo = 'sys-class-net-lo.device';
const bound = `[Unit]\nBindsTo=${lo}\nAfter=${lo}\n[Service]\nExecStart=/bin/daemon\n`;

test('a device that udev tells of later starts what waits for it, and one that goes takes along what is bound to it', () => {
  const simulation = machine({ 'a.service': bound }, { '/run/udev/data/n1': 'I:1\n' });
  simulation.boot();
  assert.equal(simulation.state(lo), 'inactive (dead)');
  simulation.manager.request('start', 'a.service', 'replace', 'test');
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
  simulation.files.write('/run/udev/data/n1', record);
  simulation.clock.settle();
  assert.deepEqual([simulation.state(lo), simulation.state('a.service')], ['active (plugged)', 'active (running)']);
  simulation.files.unlink('/run/udev/data/n1');
  simulation.clock.settle();
  assert.deepEqual([simulation.state(lo), simulation.state('a.service')], ['inactive (dead)', 'inactive (dead)']);
});

test('a device that does not come in 90 s fails what waits for it', () => {
  const simulation = machine({ 'a.service': bound.replaceAll(lo, 'dev-x.device') }).boot();
  simulation.manager.request('start', 'a.service', 'replace', 'test');
  simulation.clock.advance(91_000_000);
  assert.deepEqual([simulation.manager.jobs(), simulation.state('a.service')], [[], 'inactive (dead)']);
});

test('a device that goes while there is no manager is missed by the next, and one that came is there', () => {
  const simulation = machine({ 'a.service': bound }, { '/sys/class/net/eth0/ifindex': '2\n' });
  simulation.boot();
  simulation.manager.request('start', 'a.service', 'replace', 'test');
  simulation.clock.settle();
  simulation.crash();
  simulation.files.unlink('/run/udev/data/n1');
  simulation.files.write('/run/udev/data/n2', record);
  simulation.files.write('/run/udev/tags/systemd/n2', '');
  simulation.startManager();
  simulation.clock.settle();
  assert.deepEqual(
    [lo, 'sys-class-net-eth0.device', 'a.service'].map((name) => simulation.state(name)),
    ['inactive (dead)', 'active (plugged)', 'inactive (dead)'],
  );
});

test('what is mounted is a device that the kernel uses, until it is no more', () => {
  const simulation = machine({});
  simulation.files.live('/proc/self/mountinfo', () => `${mountinfo}${disk}`);
  let disk = '22 20 8:1 / /data rw - ext4 /dev/sda1 rw\n';
  simulation.boot();
  assert.equal(simulation.state('dev-sda1.device'), 'activating (tentative)');
  disk = '';
  simulation.keeper.readable('manager/table/mounts');
  simulation.clock.settle();
  assert.equal(simulation.state('dev-sda1.device'), 'inactive (dead)');
});
