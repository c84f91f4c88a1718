import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { lstatSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { attackerUid, makeArea } from '../keeper/attacker.ts';
import { needsRoot, startTysd, type Daemon } from './tysd.ts';

// What another user exchanges without end while units are started and stopped: a directory of his that they use, and a symlink to one of root's.

const wanted = '[Unit]\nStartLimitIntervalSec=0\n';
const rounds = 40;
const daemonUid = 1;

/** Starts and stops it again and again; each start is done or fails. */
async function again(daemon: Daemon, unit: string): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    assert.match(await daemon.job('start', unit), /^(done|failed)$/);
    assert.equal(await daemon.job('stop', unit), 'done');
  }
}

const notFollowed = 'Too many levels of symbolic links; a symlink that others than root could have put there is not followed';

test(
  'runtime directories, their links and PID files in what another user exchanges are his own, or the start is refused',
  { skip: needsRoot },
  async () => {
    using area = makeArea(['link', 'pid'], '/run');
    const name = basename(area.path);
    const before = area.victim();
    const units = {
      'default.target': '[Unit]\n',
      'a.service': `${wanted}[Service]
Type=oneshot
RemainAfterExit=yes
User=daemon
RuntimeDirectory=${name}/sub/leaf:${name}/sub/link
PIDFile=${area.path}/sub/pid
ExecStart=/bin/true
`,
    };
    await using daemon = await startTysd({ units, options: ['--system'] });

    area.exchange();
    assert.equal(await daemon.job('start', 'a.service'), 'failed');
    assert.deepEqual(area.victim(), before);
    await daemon.untilLog('a.service', (line) => line.endsWith(notFollowed));

    area.exchange();
    const exchanges = await area.exchangeDuring(() => again(daemon, 'a.service'));
    assert.deepEqual(area.victim(), before);
    assert.ok(exchanges > 100, `${exchanges} exchanges`);

    // What was in the way of a removal may be left; alone the service has all that it asks for, and leaves nothing.
    assert.equal(await daemon.job('start', 'a.service'), 'done');
    const facts = [statSync(join(area.path, 'sub/leaf')).uid, lstatSync(join(area.path, 'sub/link')).isSymbolicLink()];
    assert.deepEqual(facts, [daemonUid, true]);
    writeFileSync(join(area.path, 'sub/pid'), '1\n');
    assert.equal(await daemon.job('stop', 'a.service'), 'done');
    assert.deepEqual([readdirSync(join(area.path, 'sub')), area.victim()], [[], before]);
  },
);

const listening = {
  'a socket with a symlink to it': { listen: 'ListenStream', node: 'sock', more: 'Symlinks=@sub@/link\n' },
  'a FIFO': { listen: 'ListenFIFO', node: 'fifo', more: '' },
};

for (const [what, { listen, node, more }] of Object.entries(listening)) {
  test(`${what} in what another user exchanges is where he can have it, or the start is refused`, { skip: needsRoot }, async () => {
    using area = makeArea(['sock', 'fifo', 'link'], '/run');
    const sub = join(area.path, 'sub');
    const at = join(sub, node);
    const before = area.victimContent();
    const settings = `${listen}=${at}\nSocketUser=daemon\nSocketMode=0660\nRemoveOnStop=yes\n${more.replace('@sub@', sub)}`;
    const units = {
      'default.target': '[Unit]\n',
      'a.service': '[Service]\nExecStart=/bin/true\n',
      'a.socket': `${wanted}[Socket]\n${settings}`,
    };
    await using daemon = await startTysd({ units, options: ['--system'] });

    area.exchange();
    assert.equal(await daemon.job('start', 'a.socket'), 'failed');
    assert.deepEqual(area.victimContent(), before);
    await daemon.untilLog('a.socket', (line) => line.includes(`Cannot listen on ${at}: ${notFollowed}`));

    area.exchange();
    const exchanges = await area.exchangeDuring(() => again(daemon, 'a.socket'));
    assert.deepEqual(area.victimContent(), before);
    assert.ok(exchanges > 100, `${exchanges} exchanges`);

    assert.equal(await daemon.job('start', 'a.socket'), 'done');
    assert.deepEqual([statSync(at).uid, (statSync(at).mode & 0o777).toString(8)], [daemonUid, '660']);
    assert.equal(await daemon.job('stop', 'a.socket'), 'done');
    assert.deepEqual([readdirSync(sub), area.victimContent()], [[], before]);
  });
}

test('tysd does not run in a directory that another user can put another in the place of', { skip: needsRoot }, () => {
  using area = makeArea([]);
  const options = ['--system', `--runtime-directory=${area.path}/sub/run`, `--state-directory=${area.path}/sub/state`];
  const { status, stderr } = spawnSync(join(import.meta.dirname, '../../bin/tysd'), options, { encoding: 'utf8' });
  assert.deepEqual(
    [status, stderr, readdirSync(join(area.path, 'sub'))],
    [1, `tysd: ${area.path}/sub/run could be replaced by others: ${area.path} belongs to uid ${attackerUid}\n`, []],
  );
});
