import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readHost, sshArguments } from '../../src/cli/host.ts';
import { withBench } from './run.ts';

/** Runs systemctl with an ssh that notes its arguments, one to a line, and ends with 3. */
async function withSsh(
  argv: readonly string[],
  program = 'systemctl',
): Promise<{ readonly status: number; readonly ssh: readonly string[] }> {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-ssh-'));
  const noted = join(directory, 'noted');
  try {
    writeFileSync(join(directory, 'ssh'), `#!/bin/sh\nprintf '%s\\n' "$@" >'${noted}'\nexit 3\n`, { mode: 0o755 });
    writeFileSync(noted, '');
    let status = -1;
    await withBench(
      () => undefined,
      async ({ run }) => void ({ status } = await run(program, argv, { PATH: `${directory}:/usr/bin:/bin` })),
      false,
    );
    return { status, ssh: readFileSync(noted, 'utf8').split('\n').slice(0, -1) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('-H has ssh run the same command on another machine, and ends as that ends', async () => {
  assert.deepEqual(await withSsh(['-H', 'box', 'is-active', 'x']), { status: 3, ssh: ['-x', '-T', '--', 'box', 'systemctl is-active x'] });
});

test('-H is taken out of the command wherever it stands, and all else goes along as it was meant', async () => {
  const { ssh } = await withSsh(['-qaHroot@box.example:2222', '--sta=failed', 'list-units', '--', '-.mount', "it's $HOME"]);
  assert.deepEqual(ssh, [
    '-x',
    '-T',
    '-p',
    '2222',
    '-l',
    'root',
    '--',
    'box.example',
    `systemctl --quiet --all --state=failed -- list-units -.mount 'it'\\''s $HOME'`,
  ]);
});

test('what follows a verb that has options of its own is not looked at', async () => {
  for (const host of [['--host=box'], ['--host', 'box'], ['-H', 'box'], ['-qH', 'box'], ['-Hbox']]) {
    const { ssh } = await withSsh([...host, '-o', 'json', 'logs', '-u', 'x', '-H', 'other']);
    const quiet = host[0] === '-qH' ? '--quiet ' : '';
    assert.deepEqual(ssh.slice(3), ['box', `systemctl ${quiet}--output=json logs -u x -H other`]);
  }
});

for (const word of [
  '-oProxyCommand=touch /tmp/x',
  'user@-oProxyCommand=x',
  '-l@box',
  'box;reboot',
  'box box',
  '$(reboot)',
  'box\n-oX',
  '',
  'box:0',
  'box:99999',
  'box:22x',
  '@box',
  'a@b@c',
  'box/container',
]) {
  test(`the host ${JSON.stringify(word)} is refused, and ssh never started`, async () => {
    const { status, ssh } = await withSsh(['-H', word, 'list-units']);
    assert.deepEqual({ status, ssh }, { status: 1, ssh: [] });
  });
}

test('a manager of a user cannot be meant on another machine', async () => {
  assert.deepEqual(await withSsh(['--user', '-H', 'box', 'list-units']), { status: 1, ssh: [] });
});

test('addresses of IPv6 stand in brackets', () => {
  const host = readHost('me@[fe80::1%eth0]:22');
  assert.ok(host.ok);
  assert.deepEqual(sshArguments(host.value, ['tysctl', 'status'], true), [
    '-x',
    '-t',
    '-p',
    '22',
    '-l',
    'me',
    '--',
    'fe80::1%eth0',
    'tysctl status',
  ]);
});

test('systemd-analyze -H has the same asked there', async () => {
  const { status, ssh } = await withSsh(['-H', 'box', 'critical-chain', '--fuzz=1s', 'x.service'], 'systemd-analyze');
  assert.deepEqual({ status, command: ssh.at(-1) }, { status: 3, command: 'systemd-analyze --fuzz=1s critical-chain x.service' });
  assert.equal((await withSsh(['analyze', '-H', 'box', 'blame'], 'tysctl')).ssh.at(-1), 'tysctl analyze blame');
  assert.deepEqual(await withSsh(['-H', '-oX=y', 'blame'], 'systemd-analyze'), { status: 1, ssh: [] });
});

test('systemd-run -H runs the command there, with what is of here spelled out', async () => {
  const here = process.cwd();
  const { status, ssh } = await withSsh(
    ['--wait', '-Hbox', '-d', '-E', 'PATH', '-E', 'GONE_', '-p', 'Nice=1', '--', 'echo', '-H', 'x'],
    'systemd-run',
  );
  assert.deepEqual({ status, ssh: ssh.slice(0, 4) }, { status: 3, ssh: ['-x', '-T', '--', 'box'] });
  assert.match(ssh[4] ?? '', /^systemd-run --wait --working-directory=\S+ --setenv=PATH=\S+ --property=Nice=1 -- echo -H x$/);
  assert.ok(ssh[4]?.includes(`--working-directory=${here} `));
  assert.equal((await withSsh(['run', '-H', 'box', 'true'], 'tysctl')).ssh.at(-1), 'tysctl run -- true');
  for (const option of ['--user', '--scope', '--pty', '--pipe'])
    assert.deepEqual(await withSsh(['-H', 'box', option, 'true'], 'systemd-run'), { status: 1, ssh: [] });
});
