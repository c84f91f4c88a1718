import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { built } from './built.ts';
import { type Daemon, isRoot, type Ran, run, startTysd } from './tysd.ts';

const sshd = '/usr/sbin/sshd';

function whyNot(): string | false {
  if (!existsSync(sshd)) return 'sshd is not installed (openssh-server)';
  return spawnSync('ssh', ['-V']).status === 0 ? false : 'ssh is not installed (openssh-client)';
}

const units = {
  'runs.service': '[Unit]\nDescription=Runs over there\n[Service]\nExecStart=/bin/sh -c "echo hello from there; exec sleep infinity"\n',
  'fails.service': '[Service]\nType=oneshot\nExecStart=/bin/false\n',
};

/** An sshd on this machine that lets in who has our key, and an ssh that knows it; its users have our programs in their path. */
class SshServer {
  readonly directory = mkdtempSync(join(tmpdir(), 'tysd-sshd-'));
  readonly user = spawnSync('id', ['-un'], { encoding: 'utf8' }).stdout.trim();
  readonly #process: ChildProcess;
  readonly port: number;
  #log = '';

  constructor(port: number) {
    this.port = port;
    for (const key of ['host-key', 'key'])
      assert.equal(spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', this.#path(key)]).status, 0);
    writeFileSync(this.#path('authorized'), '');
    spawnSync('cp', [this.#path('key.pub'), this.#path('authorized')]);
    this.#write('sshd_config', [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${this.#path('host-key')}`,
      `AuthorizedKeysFile ${this.#path('authorized')}`,
      'PidFile none',
      // Everybody may write to /tmp, but not to what is in it.
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin yes',
      `SetEnv PATH=${built}:/usr/bin:/bin`,
    ]);
    this.#write('ssh_config', [
      `IdentityFile ${this.#path('key')}`,
      'IdentitiesOnly yes',
      'BatchMode yes',
      'StrictHostKeyChecking no',
      `UserKnownHostsFile ${this.#path('known')}`,
      'LogLevel ERROR',
    ]);
    mkdirSync(this.#path('bin'));
    writeFileSync(this.#path('bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F '${this.#path('ssh_config')}' "$@"\n`, { mode: 0o755 });
    // Where sshd of root puts those who are not logged in yet.
    if (isRoot) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    this.#process = spawn(sshd, ['-D', '-e', '-f', this.#path('sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
  }

  /** Waits until it listens. */
  async listening(): Promise<void> {
    for await (const _ of this.#process.stderr ?? []) if (this.#log.includes('Server listening')) return;
    assert.fail(`sshd ended: ${this.#log}`);
  }

  /** Runs one of our programs; its ssh is the one that knows the server. */
  here(program: string, ...argv: readonly string[]): Promise<Ran> {
    return run(join(built, program), argv, { PATH: `${this.#path('bin')}:/usr/bin:/bin`, LC_ALL: 'C.UTF-8', HOME: this.directory });
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }

  #path(name: string): string {
    return join(this.directory, name);
  }

  #write(name: string, lines: readonly string[]): void {
    writeFileSync(this.#path(name), `${lines.join('\n')}\n`);
  }
}

/** A port that nobody listens at. */
function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
  });
  return promise;
}

describe('-H, with a real sshd at the other end', { skip: whyNot() }, () => {
  let daemon: Daemon;
  let server: SshServer;
  let host: readonly string[];
  before(async () => {
    daemon = await startTysd({ units, programs: built });
    server = new SshServer(await freePort());
    await server.listening();
    host = [`--runtime-directory=${daemon.runtimeDirectory}`, '-H', `${server.user}@127.0.0.1:${server.port}`];
  });
  after(async () => {
    server[Symbol.dispose]();
    await daemon[Symbol.asyncDispose]();
  });

  test('units are started, shown, listed and stopped there, and the exit status is that of there', async () => {
    assert.deepEqual(await server.here('systemctl', ...host, 'start', 'runs'), { status: 0, out: '', err: '' });
    assert.equal(await daemon.state('runs.service'), 'active (running)');
    const status = await server.here('tysctl', ...host, '-n0', 'status', 'runs');
    assert.equal(status.status, 0, status.err);
    assert.match(status.out, /^● runs\.service - Runs over there\n/);
    const list = await server.here('systemctl', ...host, 'list-units', '--no-legend', '--plain', 'runs*');
    assert.match(list.out, /^runs\.service +loaded active running Runs over there\n$/);
    assert.deepEqual(await server.here('systemctl', ...host, 'stop', 'runs'), { status: 0, out: '', err: '' });
    assert.deepEqual(await server.here('systemctl', ...host, 'is-active', 'runs'), { status: 3, out: 'inactive\n', err: '' });
  });

  test('what went wrong there is told here', async () => {
    const failed = await server.here('systemctl', ...host, 'start', 'fails');
    assert.equal(failed.status, 1);
    assert.match(failed.err, /^Job for fails\.service failed/);
    const unknown = await server.here('systemctl', ...host, 'start', "no such 'unit' $HOME");
    assert.equal(unknown.status, 5);
    assert.match(unknown.err, /no\\x20such\\x20\\x27unit\\x27\\x20\\x24HOME\.service not found/);
  });

  test('so are logs, and what other tools say', async () => {
    await daemon.job('start', 'runs.service');
    await daemon.untilLog('runs.service', (line) => line === 'hello from there');
    const logs = await server.here('tysctl', ...host, 'logs', '-u', 'runs', '-n1', '-o', 'cat', '_TRANSPORT=stdout');
    assert.deepEqual(logs, { status: 0, out: 'hello from there\n', err: '' });
    const escaped = await server.here('tysctl', '-H', `${server.user}@127.0.0.1:${server.port}`, 'analyze', 'timespan', '90 s');
    assert.match(escaped.out, /Human: 1min 30s/);
    await daemon.job('stop', 'runs.service');
  });

  test('where nobody listens, ssh says so', async () => {
    const { status, out, err } = await server.here('systemctl', '-H', `127.0.0.1:${await freePort()}`, 'list-units');
    assert.deepEqual([status, out], [255, '']);
    assert.match(err, /Connection refused/);
  });

  test('journalctl has no such option, as systemd 252 has none', async () => {
    const { status, err } = await server.here('journalctl', '-H', '127.0.0.1');
    assert.deepEqual([status, err], [1, "journalctl: invalid option -- 'H'\n"]);
  });
});
