import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
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

test('what is a table or a list can be JSON, by either name of the option, with times in microseconds', () =>
  withBench(booted, async ({ run }) => {
    const records = async (...argv: readonly string[]): Promise<unknown> => {
      const { out, err, status } = await run('systemd-analyze', argv);
      assert.deepEqual([err, status], [[], 0], argv.join(' '));
      return JSON.parse(out.join('\n'));
    };
    const stages = [
      { stage: 'userspace', time: 3 * second },
      { stage: 'default.target', time: 2.5 * second },
    ];
    assert.deepEqual(await records('-o', 'json', 'time'), stages);
    assert.deepEqual(await records('--output=json-pretty', 'time'), stages);
    assert.deepEqual(await records('--json=pretty', 'blame'), [{ unit: 'web.service', time: second }]);
    assert.deepEqual(await records('-o', 'json', 'critical-chain', 'web.service'), [
      { unit: 'web.service', before: null, activating: second, activated: 2 * second, time: second },
    ]);
    assert.deepEqual(await records('-o', 'json', 'timespan', '5min', '2s'), [
      { original: '5min', usec: 300 * second, human: '5min' },
      { original: '2s', usec: 2 * second, human: '2s' },
    ]);
    assert.deepEqual(await records('-o', 'json', 'timestamp', '2026-01-01 UTC'), [
      { original: '2026-01-01 UTC', normalized: 'Thu 2026-01-01 00:00:00 UTC', usec: Date.UTC(2026, 0, 1) * 1000 },
    ]);
    const midnights = ['2026-01-02', '2026-01-03'].map((day) => Date.parse(`${day}T00:00:00`) * 1000);
    assert.deepEqual(await records('-o', 'json', 'calendar', 'daily', '--base-time=2026-01-01', '--iterations=2'), [
      { original: 'daily', normalized: '*-*-* 00:00:00', elapses: midnights },
    ]);
    assert.deepEqual(await records('-o', 'json', 'exit-status', '1'), [{ name: 'FAILURE', status: 1, class: 'libc' }]);
    assert.deepEqual(await records('-o', 'json', 'filesystems', '@anonymous'), [
      {
        set: '@anonymous',
        description: 'What is behind pipes, sockets and other descriptors without a path',
        members: ['anon_inodefs', 'pipefs', 'sockfs'],
      },
    ]);
    const [swap] = [await records('-o', 'json', 'syscall-filter', '@swap')].flat();
    assert.deepEqual(swap, { set: '@swap', description: 'Enable/disable swap devices', members: ['swapoff', 'swapon'] });
    const paths = [await records('-o', 'json', 'unit-paths')].flat();
    assert.ok(paths.some((each) => isDeepStrictEqual(each, { path: '/etc/systemd/system' })));
    assert.ok(Array.isArray(await records('-o', 'json', 'unit-files')));
  }));

test('what is no table is not said to be JSON, and -o before the verb of tysctl is meant, too', () =>
  withBench(booted, async ({ run, tysctl }) => {
    const { err, status } = await run('systemd-analyze', ['-o', 'json', 'dot']);
    assert.match(err.join('\n'), /^Option --json= is only supported for security, .* right now\.$/);
    assert.equal(status, 1);
    assert.deepEqual((await run('systemd-analyze', ['-o', 'yaml', 'blame'])).err, ["Unknown output 'yaml'."]);
    assert.deepEqual((await tysctl('-o', 'json', 'analyze', 'blame')).out, ['[{"unit":"web.service","time":1000000}]']);
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
