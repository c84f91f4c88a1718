import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTysd, wanting, type Daemon } from './tysd.ts';

const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const skip = hasTmux ? false : 'there is no tmux here';
const tysctl = join(import.meta.dirname, '../../bin/tysctl');

/** A terminal of tmux with a shell in it, of a server that only this test has. */
class Screen implements Disposable {
  readonly #daemon: Daemon;
  readonly #socket: string;
  readonly #record: string;

  constructor(daemon: Daemon, columns = 100) {
    this.#daemon = daemon;
    this.#socket = join(daemon.directory, 'tmux');
    this.#record = join(daemon.directory, 'screen');
    writeFileSync(this.#record, '');
    const shell = `exec env -u NO_COLOR TYSD_RUNTIME_DIRECTORY=${daemon.runtimeDirectory} LANG=C.UTF-8 TERM=xterm-256color PS1='ready$ ' PATH=${join(tysctl, '..')}:$PATH sh`;
    this.#tmux('-f', '/dev/null', '-u', 'new-session', '-d', '-x', String(columns), '-y', '40', shell);
    this.#tmux('pipe-pane', `cat >> ${this.#record}`);
  }

  /** Types a line. */
  type(line: string): void {
    this.#tmux('send-keys', '-l', line);
    this.key('Enter');
  }

  key(name: string): void {
    this.#tmux('send-keys', name);
  }

  /** What is to be seen, once it matches; with `colours` the escapes that make it too, with ␛ for ESC. */
  async until(pattern: RegExp, { colours = false } = {}): Promise<string> {
    // All that is shown goes to a file, too, which tells that there is something new.
    const watcher = watch(this.#record);
    try {
      const found = (async (): Promise<string> => {
        for (;;) {
          const changed = once(watcher, 'change');
          const shown = this.#tmux('capture-pane', '-p', ...(colours ? ['-e'] : [])).replaceAll('\x1b', '␛');
          if (pattern.test(shown)) return shown;
          await changed;
        }
      })();
      return await this.#daemon.within(`the screen to show ${pattern.source}`, found).catch((error: unknown) => {
        throw new Error(`it shows\n${this.#tmux('capture-pane', '-p')}`, { cause: error });
      });
    } finally {
      watcher.close();
    }
  }

  #tmux(...argv: readonly string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...argv], { encoding: 'utf8', timeout: 30_000 });
  }

  [Symbol.dispose](): void {
    this.#tmux('kill-server');
  }
}

test('a terminal shows status in colours, follows logs, and monitors units, until Ctrl-C', { skip }, async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('web.service'),
      'web.service': '[Unit]\nDescription=The web server\n[Service]\nExecStart=/bin/sh -c "echo it began; exec sleep infinity"\n',
      'bad.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo no such table >&2; exit 3"\n',
      'say.service': '[Service]\nType=oneshot\nExecStart=/bin/echo one more line\n',
    },
  });
  // So that its line is stored when monitor looks.
  await daemon.job('start', 'bad.service');
  await daemon.untilLog('bad.service', (line) => line === 'no such table');
  using screen = new Screen(daemon);
  await screen.until(/^ready\$/m);

  screen.type('tysctl --no-pager status web');
  const status = await screen.until(/it began[\s\S]*^ready\$$/m, { colours: true });
  assert.match(status, /␛\[32m●(␛\[\d+m)+ web\.service - The web server\n.*Loaded: [\s\S]*Active: (␛\[\d+m)*␛\[32mactive \(running\)/);

  screen.type('clear; tysctl logs -f -u say');
  await daemon.job('start', 'say.service');
  await screen.until(/echo\[\d+\]: one more line/);
  screen.key('C-c');
  await screen.until(/^(\^C)?ready\$$/m);

  screen.type('clear; tysctl monitor');
  await screen.until(/^Waiting for what happens; Ctrl-C ends this\.$/m);
  await daemon.job('start', 'bad.service');
  const shown = await screen.until(/^ +Next: tysctl why bad\.service {2}or {2}tysctl status bad\.service$/m);
  assert.match(shown, /^\d\d:\d\d:\d\d\.\d{3} → bad\.service start job \d+ queued$/m);
  assert.match(shown, /^\d\d:\d\d:\d\d\.\d{3} × bad\.service failed: .*status 3/m);
  assert.match(shown, /^ +│ .*no such table$/m);
  await daemon.killManager();
  await screen.until(/the manager is back$/m);
  screen.key('C-c');
  await screen.until(/^(\^C)?ready\$$/m);
  screen.type('clear; echo "status $?"');
  await screen.until(/^status 0$/m);
});
