import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Program, compiledAct } from '../differential/run/both.ts';
import { dial } from './dial.ts';
import { payload } from './payload.ts';
import { startTysd, type Daemon } from './tysd.ts';

// What systemd has since 253 to 257, so that the systemd 252 of the differential tests cannot be asked.

/** The clock of /proc/uptime counts hundredths, so it is asked later than the signal by more than that. */
const reloads = String.raw`notify() { ${join(import.meta.dirname, '../../keeper/build/tysd-keeper')} --notify "$1"; }
now() { awk '{ printf "%.0f", $1 * 1000000 }' /proc/uptime; }
trap 'sleep 0.05; notify "$(printf "RELOADING=1\nMONOTONIC_USEC=%s" "$(now)")"; notify READY=1' USR1
notify READY=1
while :; do sleep 60 & wait; done
`;

let daemon: Daemon;
let act: Program;
before(async () => {
  act = compiledAct();
  const program = act.path;
  const unlimited = '[Unit]\nStartLimitIntervalSec=0\n';
  const runs = `[Service]\nType=exec\nExecStart=${payload} wait\nRestart=always\nRestartSec=10ms\n`;
  daemon = await startTysd({
    units: {
      'default.target': '[Unit]\n',
      'normal.service': `${unlimited}${runs}`,
      'direct.service': `${unlimited}${runs}RestartMode=direct\n`,
      'with-normal.service': `[Unit]\nBindsTo=normal.service\nAfter=normal.service\n[Service]\nExecStart=${payload} wait\n`,
      'with-direct.service': `[Unit]\nBindsTo=direct.service\nAfter=direct.service\n[Service]\nExecStart=${payload} wait\n`,
      'slower.service': `${unlimited}[Service]\nExecStart=/bin/false\nRestart=always\nRestartSec=1ms\nRestartSteps=2\nRestartMaxDelaySec=100000h\n`,
      'kept.service': `[Service]\nType=notify\nFileDescriptorStoreMax=3\nFileDescriptorStorePreserve=yes\nExecStart=${program} to %t/kept passed store first one notify READY=1 wait\n`,
      'reloads.service': `[Service]\nType=notify-reload\nNotifyAccess=all\nReloadSignal=SIGUSR1\nExecStart=/bin/bash @dir@/units/reloads.sh\n`,
      'reloads.sh': reloads,
      'polled.socket': '[Socket]\nListenStream=%t/polled.sock\nPollLimitIntervalSec=1h\nPollLimitBurst=2\n',
      'polled.service': `${unlimited}[Service]\nType=oneshot\nStandardOutput=append:%t/polled\nExecStart=/bin/echo ran\n`,
      'nowhere.mount': '[Mount]\nWhat=nothing\nWhere=/nowhere\nType=nosuchfs\n',
      'wants-mount.service': `[Unit]\nWantsMountsFor=/nowhere/below\n[Service]\nExecStart=${payload} wait\n`,
      'requires-mount.service': `[Unit]\nRequiresMountsFor=/nowhere/below\n[Service]\nExecStart=${payload} wait\n`,
    },
  });
});
after(async () => {
  await daemon[Symbol.asyncDispose]();
  act[Symbol.dispose]();
});

async function restarted(name: string): Promise<void> {
  process.kill(await daemon.pidOf(name), 'SIGKILL');
  await daemon.until(`a restart of ${name}`, async () => (await daemon.properties(name))['NRestarts'] === '1' || undefined);
  await daemon.untilUnit(name, ({ sub }) => sub === 'running');
}

test('RestartMode=direct spares what is bound to the service; RestartMode=normal does not', async () => {
  for (const mode of ['normal', 'direct']) assert.equal(await daemon.job('start', `with-${mode}.service`), 'done');
  const spared = await daemon.pidOf('with-direct.service');
  await restarted('direct.service');
  assert.equal(await daemon.pidOf('with-direct.service'), spared);
  await restarted('normal.service');
  await daemon.untilUnit('with-normal.service', ({ active }) => active === 'inactive');
});

test('RestartSteps= goes from RestartSec= to RestartMaxDelaySec=', async () => {
  assert.equal(await daemon.job('start', 'slower.service'), 'done');
  // The second waits for the geometric mean of the first and the last.
  const properties = await daemon.until('the first restart', async () => {
    const found = await daemon.properties('slower.service');
    return found['NRestarts'] === '1' && found['SubState'] === 'auto-restart' ? found : undefined;
  });
  assert.match(properties['RestartUSecNext'] ?? '', /^(10min|9min 59\.9+s)$/);
  assert.equal(await daemon.job('stop', 'slower.service'), 'done');
});

test('FileDescriptorStorePreserve=yes keeps the store over a stop', async () => {
  assert.equal(await daemon.job('start', 'kept.service'), 'done');
  assert.equal(await daemon.job('stop', 'kept.service'), 'done');
  assert.equal((await daemon.properties('kept.service'))['NFileDescriptorStore'], '1');
  assert.equal(await daemon.job('start', 'kept.service'), 'done');
  assert.match(readFileSync(join(daemon.directory, 'kept'), 'utf8'), /LISTEN_FDS=1 LISTEN_PID=mine LISTEN_FDNAMES=first\n3 file one /);
});

test('ReloadSignal= asks a service of Type=notify-reload, and its answer ends the job', async () => {
  assert.equal(await daemon.job('start', 'reloads.service'), 'done');
  assert.equal(await daemon.job('reload', 'reloads.service'), 'done');
  assert.equal(await daemon.state('reloads.service'), 'active (running)');
});

test('PollLimitBurst= lets a socket rest that nobody reads from, and does not fail it', async () => {
  assert.equal(await daemon.job('start', 'polled.socket'), 'done');
  using connection = await dial(join(daemon.directory, 'polled.sock'));
  connection.write('hello');
  const path = join(daemon.directory, 'polled');
  await daemon.untilFile('polled', (text) => text === 'ran\nran\n');
  await daemon.untilUnit('polled.service', ({ active }) => active === 'inactive');
  await daemon.untilIdle();
  assert.equal(readFileSync(path, 'utf8'), 'ran\nran\n');
  assert.equal(await daemon.state('polled.socket'), 'active (listening)');
});

test('WantsMountsFor= does without a mount that fails, RequiresMountsFor= does not', async () => {
  assert.equal(await daemon.job('start', 'wants-mount.service'), 'done');
  assert.equal(await daemon.job('start', 'requires-mount.service'), 'dependency');
});

test('a slice has no more units at a time than it says, and what waits for room says so', async () => {
  const member = '[Service]\nExecStart=sleep infinity\nSlice=x.slice\n';
  await using limited = await startTysd({
    units: {
      'default.target': '',
      'x.slice': '[Slice]\nConcurrencySoftMax=1\nConcurrencyHardMax=2\n',
      'a.service': member,
      'b.service': member,
      'c.service': member,
    },
  });
  assert.equal((await limited.tysctl('start', 'a.service')).status, 0);
  assert.equal((await limited.tysctl('start', '--no-block', 'b.service')).status, 0);
  const refused = await limited.tysctl('start', 'c.service');
  assert.match(refused.err, /Concurrency limit of the slice unit 'x\.slice' .* refusing start job/);
  const listed = await limited.tysctl('list-jobs', '--before');
  assert.match(listed.out, /b\.service +start +waiting[^]*waiting for room in x\.slice \(ConcurrencySoftMax=1\)/);
  const waiting = await limited.tysctl('waiting');
  assert.match(waiting.out, /it waits for room in x\.slice \(ConcurrencySoftMax=1\); there are a\.service/);
  await limited.tysctl('stop', 'a.service');
  assert.equal((await limited.tysctl('start', 'b.service')).status, 0);
  assert.equal((await limited.tysctl('is-active', 'a.service', 'b.service')).out, 'inactive\nactive\n');
});
