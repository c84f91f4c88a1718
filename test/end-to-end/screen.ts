import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Daemon } from './tysd.ts';

const hasTmux = spawnSync('tmux', ['-V']).status === 0;
/** Why there can be no terminal here; false where there can. */
export const noTerminal = hasTmux ? false : 'there is no tmux here';
const tysctl = join(import.meta.dirname, '../../bin/tysctl');

/** A terminal of tmux with a shell in it, of a server that only this test has. */
export class Screen implements Disposable {
  static #made = 0;
  readonly #daemon: Daemon;
  readonly #socket: string;
  readonly #record: string;

  constructor(daemon: Daemon, { columns = 100, environment = '' }: { readonly columns?: number; readonly environment?: string } = {}) {
    this.#daemon = daemon;
    // A server that was told to end goes on for a moment.
    this.#socket = join(daemon.directory, `tmux-${Screen.#made++}`);
    this.#record = join(daemon.directory, 'screen');
    writeFileSync(this.#record, '');
    const shell = `exec env -u NO_COLOR TYSD_RUNTIME_DIRECTORY=${daemon.runtimeDirectory} LANG=C.UTF-8 TERM=xterm-256color PS1='ready$ ' PATH=${join(tysctl, '..')}:$PATH ${environment} sh`;
    this.#tmux('-f', '/dev/null', '-u', 'new-session', '-d', '-x', String(columns), '-y', '40', shell);
    this.#tmux('pipe-pane', `cat >> ${this.#record}`);
  }

  /** Types a line. */
  type(line: string): void {
    this.write(line);
    this.key('Enter');
  }

  /** Types what is no whole line yet. */
  write(words: string): void {
    this.#tmux('send-keys', '-l', words);
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
