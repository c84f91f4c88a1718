// The real less(1), in a real terminal.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { noTerminal, Screen } from './screen.ts';
import { type Daemon, startTysd, wanting } from './tysd.ts';

const skip = noTerminal || (spawnSync('less', ['--version']).status === 0 ? false : 'there is no less here');

describe('less', { skip }, () => {
  let daemon: Daemon;
  before(async () => {
    daemon = await startTysd({
      units: {
        'default.target': wanting('runs.service'),
        'runs.service': '[Unit]\nDescription=It runs\n[Service]\nExecStart=/bin/sleep infinity\n',
        'count.service':
          '[Service]\nType=oneshot\nExecStart=/bin/sh -c "for i in $(seq 150); do echo number $i of all; done; echo \\"<3>the last one\\""\n',
      },
    });
    await daemon.job('start', 'count.service');
    await daemon.untilLog('count.service', (line) => line === 'the last one');
  });
  after(() => daemon[Symbol.asyncDispose]());

  test('shows the log page by page, searches, and is left by q', async () => {
    using screen = new Screen(daemon);
    screen.type('clear; journalctl -u count -o cat; echo "end $?"');
    const first = await screen.until(/number 35 of all/);
    assert.match(first, /^.*count\.service/m);
    assert.doesNotMatch(first, /number 60 of all|end 0/);
    screen.type('/number 99 of');
    await screen.until(/number 99 of all/);
    screen.key('G');
    await screen.until(/the last one/);
    screen.key('g');
    await screen.until(/number 2 of all/);
    screen.key('q');
    await screen.until(/^end 0$/m);
  });

  test('begins at the end with -e, and keeps the colours of what is important', async () => {
    using screen = new Screen(daemon);
    screen.type('clear; journalctl -eu count; echo "end $?"');
    assert.match(await screen.until(/the last one/, { colours: true }), /␛\[[0-9;]*31m[^\n]*the last one/);
    screen.key('q');
    await screen.until(/^end 0$/m);
  });

  test('ends by itself where all fits on a screen, as SYSTEMD_LESS has it', async () => {
    using screen = new Screen(daemon);
    screen.type('clear; tysctl status runs; echo "end $?"');
    assert.match(await screen.until(/^end 0$/m, { colours: true }), /␛\[[0-9;]*32m[^\n]*active/);
    screen.type('clear; export SYSTEMD_LESS=RSMK; journalctl -u count -n 3; echo "now $?"');
    // Without F it waits to be left.
    assert.doesNotMatch(await screen.until(/\(END\)/), /^now 0$/m);
    screen.key('q');
    await screen.until(/^now 0$/m);
  });

  test('a log of which only the first page was read, or whose pager was killed, is no failure', async () => {
    using screen = new Screen(daemon);
    screen.type('clear; journalctl -u count -o cat; echo "end $?"');
    await screen.until(/number 35 of all/);
    screen.key('q');
    await screen.until(/^end 0$/m);
    // SIGKILL of the pager, which leaves the terminal as less had it.
    screen.type('clear; export SYSTEMD_PAGER="sh -c \'head -n 1; kill -9 \\$\\$\'"; journalctl -u count -o cat; stty sane; echo "then $?"');
    await screen.until(/^then 0$/m);
  });

  test('may start no program where it is secure', async () => {
    using screen = new Screen(daemon, { environment: 'SYSTEMD_PAGERSECURE=1' });
    screen.type('clear; journalctl -u count -o cat; echo "end $?"');
    await screen.until(/number 35 of all/);
    screen.write('!');
    await screen.until(/not available/i);
    screen.key('Enter');
    screen.key('q');
    await screen.until(/^end 0$/m);
  });

  test('is not there with --no-pager, an empty SYSTEMD_PAGER, or into a pipe', async () => {
    using screen = new Screen(daemon);
    for (const [index, call] of [
      'journalctl --no-pager -u count -o cat',
      'SYSTEMD_PAGER= journalctl -u count -o cat',
      'journalctl -u count -o cat | cat',
    ].entries()) {
      screen.type(`clear; ${call}; echo "end ${index} $?"`);
      assert.match(await screen.until(new RegExp(`^end ${index} 0$`, 'm')), /^the last one$/m);
    }
  });
});
