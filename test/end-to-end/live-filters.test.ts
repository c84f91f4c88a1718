import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isRoot, startTysd, wanting } from './tysd.ts';

const hasCgroup2 = / - cgroup2 /.test(readFileSync('/proc/self/mountinfo', 'utf8'));
const skip = !isRoot ? 'needs root' : !hasCgroup2 ? 'needs a cgroup v2' : false;

/** Says into the file, whenever it is told to, whether it may open the device. */
const tries = (path: string) =>
  `trap '(true </dev/kmsg) 2>/dev/null && echo open >>${path} || echo denied >>${path}' USR1; echo ready >>${path}; while :; do sleep 1000 & wait $!; done`;

test('rules on devices that are set of a running service hold for its processes at once, and are taken away again', { skip }, async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('tries.service'),
      'tries.sh': tries('@dir@/said'),
      'tries.service': '[Service]\nExecStart=/bin/sh @dir@/units/tries.sh\n',
      'after.service': '[Service]\nType=oneshot\nExecStart=/bin/true\n',
    },
  });
  const pid = await daemon.pidOf('tries.service');
  let told = 1;
  const answer = async (): Promise<string> => {
    process.kill(pid, 'SIGUSR1');
    told += 1;
    return linesOf(await daemon.untilFile('said', (text) => linesOf(text).length >= told)).at(-1) ?? '';
  };
  await daemon.untilFile('said');
  const set = async (...properties: readonly string[]): Promise<void> => {
    const ran = await daemon.tysctl('set-property', '--runtime', 'tries.service', ...properties);
    assert.deepEqual([ran.status, ran.err], [0, '']);
    // What was asked for before is done when this has run.
    assert.equal(await daemon.job('start', 'after.service'), 'done');
  };
  const seen = [await answer()];
  await set('DevicePolicy=closed');
  seen.push(await answer());
  await set('DeviceAllow=/dev/kmsg r');
  seen.push(await answer());
  await set('DeviceAllow=', 'DevicePolicy=auto');
  seen.push(await answer());
  assert.deepEqual(seen, ['open', 'denied', 'open', 'open']);
  await set('DevicePolicy=strict');
  assert.equal(await answer(), 'denied');
});

test('a scope is filtered before its processes are in it, by its own rules and those of its slice', { skip }, async () => {
  await using daemon = await startTysd({
    units: { 'default.target': wanting(), 'closed.slice': '[Slice]\nDevicePolicy=closed\n' },
  });
  const looks = '(true </dev/kmsg) 2>/dev/null && echo open || echo denied';
  const ran = await Promise.all([
    daemon.tysctl('run', '--scope', '--quiet', '-p', 'DevicePolicy=closed', 'sh', '-c', looks),
    daemon.tysctl('run', '--scope', '--quiet', '--slice=closed.slice', 'sh', '-c', looks),
    daemon.tysctl('run', '--scope', '--quiet', 'sh', '-c', looks),
  ]);
  assert.deepEqual(
    ran.map(({ out }) => out.trim()),
    ['denied', 'denied', 'open'],
  );
});

test('a socket unit opens its sockets in a cgroup that is filtered', { skip }, async () => {
  await using daemon = await startTysd({
    // Ports of its own.
    before: 'set -- unshare --net "$@"',
    units: {
      'default.target': wanting(),
      'denied.socket': '[Socket]\nListenStream=4711\nSocketBindDeny=any\n',
      'allowed.socket': '[Socket]\nListenStream=4711\n',
      'denied.service': '[Service]\nExecStart=/bin/true\n',
      'allowed.service': '[Service]\nExecStart=/bin/true\n',
    },
  });
  assert.equal(await daemon.job('start', 'denied.socket'), 'failed');
  assert.equal(await daemon.job('start', 'allowed.socket'), 'done');
});

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
