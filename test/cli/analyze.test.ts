import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeManager } from '../api/fake-manager.ts';
import { withBench } from './run.ts';

const second = 1_000_000;

/** A container whose manager came up at 10 s, and was done at 13 s. */
function booted(manager: FakeManager): void {
  manager.own = { UserspaceTimestampMonotonic: String(10 * second), FinishTimestampMonotonic: String(13 * second), LogLevel: 'info' };
  manager.add('default.target', {}, { ActiveEnterTimestampMonotonic: String(12.5 * second) });
  const times = { InactiveExitTimestampMonotonic: String(11 * second), ActiveEnterTimestampMonotonic: String(12 * second) };
  manager.add('web.service', {}, { ...times, Documentation: 'man:web(1)', Environment: 'A=\u001b[31mred\u009b' });
}

test('time counts from the start of the manager in a container, and from that of the kernel on a machine', () =>
  withBench(booted, async ({ manager, run }) => {
    const inContainer = await run('systemd-analyze', []);
    assert.deepEqual(inContainer.out, ['Startup finished in 3s (userspace) ', 'default.target reached after 2.500s in userspace.']);
    manager.own = {
      ...manager.own,
      KernelTimestamp: 'Sun 2026-11-29 12:00:00 UTC',
      FirmwareTimestampMonotonic: String(5 * second),
      LoaderTimestampMonotonic: String(2 * second),
    };
    const onMachine = await run('systemd-analyze', ['time']);
    assert.deepEqual(onMachine.out, [
      'Startup finished in 3s (firmware) + 2s (loader) + 10s (kernel) + 3s (userspace) = 18s ',
      'default.target reached after 2.500s in userspace.',
    ]);
  }));

test('as long as the boot is not over there is nothing to tell', () =>
  withBench(booted, async ({ manager, run }) => {
    manager.own = { ...manager.own, FinishTimestampMonotonic: '0' };
    for (const verb of ['time', 'blame', 'critical-chain', 'plot']) {
      const { out, err, status } = await run('systemd-analyze', [verb]);
      assert.deepEqual([out, err.length, status], [[], 3, 1], verb);
    }
  }));

test('blame and plot tell how long units took', () =>
  withBench(booted, async ({ run }) => {
    assert.deepEqual((await run('systemd-analyze', ['blame'])).out, ['1s web.service']);
    assert.deepEqual(JSON.parse((await run('systemd-analyze', ['--json=short', 'plot'])).out.join('')), [
      { name: 'web.service', activated: 2 * second, activating: second, time: second, deactivated: 0, deactivating: 0 },
    ]);
  }));

test('what a unit says of itself cannot command the terminal where it is dumped', () =>
  withBench(booted, async ({ run }) => {
    const { out } = await run('systemd-analyze', ['dump', 'web.service']);
    assert.equal(out[0], '-> Unit web.service:');
    assert.ok(out.some((line) => line.includes('Documentation: man:web(1)')));
    assert.doesNotMatch(out.join('\n'), /[\u001b\u009b]/);
  }));

test('log-level and service-watchdogs are shown and set', () =>
  withBench(booted, async ({ run }) => {
    assert.deepEqual((await run('systemd-analyze', ['log-level'])).out, ['info']);
    assert.equal((await run('systemd-analyze', ['log-level', '7'])).status, 0);
    assert.deepEqual((await run('systemd-analyze', ['get-log-level'])).out, ['debug']);
    assert.equal((await run('systemd-analyze', ['service-watchdogs', 'no'])).status, 0);
    assert.deepEqual((await run('systemd-analyze', ['service-watchdogs'])).out, ['no']);
  }));
