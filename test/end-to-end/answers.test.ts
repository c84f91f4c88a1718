import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
import { startTysd, wanting, type Daemon } from './tysd.ts';

const units = {
  'default.target': wanting('a.service', 'b.service'),
  'a.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "exit 3"\n',
  'b.service': '[Service]\nExecStart=/bin/sleep infinity\n',
};

const sleeping = (seconds: number): string => `[Service]\nExecStart=/bin/sleep ${seconds}\n`;

/** The lines of `history` of a unit, without times; once all of them are written down. */
async function history(daemon: Daemon, unit: string, least: number): Promise<readonly string[]> {
  return daemon.until(`${least} entries of ${unit}`, async () => {
    const { out } = await daemon.tysctl('history', unit);
    const lines = out.split('\n').flatMap((line) => (/^\d\d:/.test(line) ? [line.slice('00:00:00.000 '.length)] : []));
    return lines.length >= least ? lines : undefined;
  });
}

test('what takes long is told on the console, with what waits for it', async () => {
  await using daemon = await startTysd({
    early: true,
    units: {
      'default.target': wanting('slow.service', 'after.service'),
      'slow.service': '[Service]\nType=oneshot\nTimeoutStartSec=90\nExecStart=/bin/sleep infinity\n',
      'after.service': '[Unit]\nAfter=slow.service\n[Service]\nExecStart=/bin/sleep infinity\n',
    },
  });
  const [line] = await daemon.untilConsole(/^\[ \*\*\* {2}\] A start job is running for slow\.service .*$/m);
  assert.match(line, /\(\d+s \/ 1min 30s\); 2 more jobs wait for it: start: \/bin\/sleep runs \(process \d+\)$/);
  const { out } = await daemon.tysctl('why', 'after.service');
  assert.match(out, /was to be started \(job \d+\): Wants= of default\.target\n +\S+default\.target:2\n/);
  assert.match(out, /It comes after:\n {4}After=slow\.service \(\S+after\.service:2\)\n/);
  assert.match((await daemon.tysctl('waiting')).out, /^1 job under way, 2 jobs waiting for it\.\n/);
});

test('what takes long at the end is told on the console, too', async () => {
  await using daemon = await startTysd({
    before: 'mkfifo go',
    units: {
      'default.target': wanting('held.service'),
      'held.service': '[Service]\nTimeoutStopSec=90\nExecStart=/bin/sleep infinity\nExecStop=/bin/sh -c "read word <@dir@/go"\n',
    },
  });
  daemon.signal('SIGTERM');
  const [line] = await daemon.untilConsole(/^\[ \*\*\* {2}\] A stop job is running for held\.service .*$/m);
  assert.match(line, /\(\d+s \/ 1min 30s\); \d+ more jobs wait for it: stop: \/bin\/sh runs \(process \d+\)$/);
  assert.match(
    (await daemon.tysctl('waiting')).out,
    /^held\.service is being stopped [\s\S]*Then: \S+, \w+: (?:After|Before)=held\.service/m,
  );
  appendFileSync(daemon.path('go'), 'on\n');
  await daemon.exited;
});

test('apply shows what is other in the files, and restarts just that', async () => {
  await using daemon = await startTysd({
    units: { 'default.target': wanting('a.service', 'b.service'), 'a.service': sleeping(1000), 'b.service': sleeping(1000) },
  });
  const before = [await daemon.unit('a.service'), await daemon.unit('b.service')];
  assert.equal((await daemon.tysctl('diff')).out, 'Nothing that is loaded would change.\n');
  daemon.write('a.service', sleeping(2000));
  daemon.write('b.service', `# nothing new\n${sleeping(1000)}`);
  const shown = [
    'a.service (active, needs a restart)',
    '  - ExecStart=/bin/sleep 1000',
    '  + ExecStart=/bin/sleep 2000  at its next start',
  ];
  const diff = await daemon.tysctl('diff');
  assert.deepEqual([diff.out.split('\n').slice(0, 3), diff.status], [shown, 1]);
  const applied = await daemon.tysctl('apply', '--yes');
  assert.deepEqual([applied.out, applied.err, applied.status], [diff.out, '', 0]);
  const after = [await daemon.unit('a.service'), await daemon.unit('b.service')];
  assert.ok(after[0]?.mainPid !== undefined && after[0].mainPid !== before[0]?.mainPid);
  assert.deepEqual(after[1]?.mainPid, before[1]?.mainPid);
  assert.equal((await daemon.tysctl('diff')).status, 0);
});

test('what happened before a manager was killed is on record with its cause, and what it used', async () => {
  await using daemon = await startTysd({ units });
  const failed = [
    'start job 2 queued: Wants= of default.target, for boot',
    'activating (start): start job 2',
    'failed: /bin/sh exited with status 3',
  ];
  assert.deepEqual(await history(daemon, 'a.service', 3), failed);
  await daemon.killManager();
  assert.deepEqual(await history(daemon, 'a.service', 3), failed);
  await daemon.tysctl('stop', 'b.service');
  const ended = await history(daemon, 'b.service', 6);
  assert.match(ended[3] ?? '', /^stop job \d+ queued: tysctl stop.* \(pid \d+, uid \d+\)$/);
  const { out, status } = await daemon.tysctl('invocations', 'a.service', 'b.service', '--json');
  const runs: { readonly unit: string; readonly result: string; readonly cpuUsec?: number; readonly exit?: unknown }[] = JSON.parse(out);
  assert.deepEqual(
    [status, runs.map(({ unit, result, exit }) => ({ unit, result, exit })), runs.every(({ cpuUsec }) => cpuUsec !== undefined)],
    [
      0,
      [
        { unit: 'a.service', result: 'exit-code', exit: { how: 'exited', status: 3 } },
        { unit: 'b.service', result: 'success', exit: { how: 'killed', status: 15 } },
      ].toSorted((x, y) => runs.findIndex(({ unit }) => unit === x.unit) - runs.findIndex(({ unit }) => unit === y.unit)),
      true,
    ],
  );
});
