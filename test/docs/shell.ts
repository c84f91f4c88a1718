import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = join(import.meta.dirname, '../../bin');
/** How long something may take that takes moments where nothing is wrong. */
const overdueMs = 60_000;

/** A home directory, and two terminals in it: one for a tysd that stays, one for the commands. */
export class Terminals implements AsyncDisposable {
  readonly home = mkdtempSync(join(tmpdir(), 'tysd-docs-'));
  readonly #environment: NodeJS.ProcessEnv;
  readonly #shell: ChildProcess;
  #answers = '';
  #heard: (() => void) | undefined;
  #first: ChildProcess | undefined;
  #console = '';

  constructor() {
    const runtime = join(this.home, '.run');
    mkdirSync(runtime, { mode: 0o700 });
    this.#environment = {
      PATH: `${bin}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
      HOME: this.home,
      USER: 'ann',
      LOGNAME: 'ann',
      XDG_RUNTIME_DIR: runtime,
      // The user who runs tests may be root, whose tysd is the machine's.
      TYSD_RUNTIME_DIRECTORY: join(runtime, 'tysd'),
      LC_ALL: 'C.UTF-8',
      TZ: 'UTC',
      NO_COLOR: '1',
    };
    this.#shell = spawn('bash', ['--norc'], { cwd: this.home, env: this.#environment, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#shell.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#answers += text;
      this.#heard?.();
    });
  }

  /** Runs a command in the second terminal; gives the lines that it printed, and its status. */
  async run(command: string): Promise<{ readonly lines: readonly string[]; readonly status: number }> {
    this.#answers = '';
    const ended = /(?:^|\n)@ended (\d+)\n$/;
    const over = new Promise<void>((resolve) => {
      this.#heard = () => ended.test(this.#answers) && resolve();
    });
    this.#shell.stdin?.write(`{ ${command}\n} 2>&1 </dev/null; status=$?; printf '\\n@ended %d\\n' $status; (exit $status)\n`);
    await within(() => `the end of ${command}:\n${this.#answers}`, over);
    const status = Number(ended.exec(this.#answers)?.[1]);
    const text = this.#answers.replace(ended, '').replaceAll(this.home, '/home/ann');
    return { lines: text.split('\n').filter((line, index, all) => line !== '' || index < all.length - 1), status };
  }

  /** Starts what stays in the first terminal, and waits until it has printed this line; gives what it printed up to it. */
  async stay(command: string, until: string): Promise<readonly string[]> {
    const child = spawn('bash', ['-c', `exec ${command}`], { cwd: this.home, env: this.#environment, detached: true });
    this.#first = child;
    const said = new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          this.#console += text;
          if (this.#console.includes(`${until}\n`)) resolve();
        });
      child.once('exit', (status) => reject(new Error(`it ended with ${status}:\n${this.#console}`)));
    });
    await within(() => `${until} of ${command}:\n${this.#console}`, said);
    const upTo = this.#console.slice(0, this.#console.indexOf(`${until}\n`) + until.length);
    return upTo.replaceAll(this.home, '/home/ann').split('\n');
  }

  /** Ctrl-C in the first terminal; gives the status of what ran there, 0 if nothing did. */
  async interrupt(): Promise<number | null> {
    const child = this.#first;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? 0;
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    // A terminal sends it to the whole group.
    process.kill(-(child.pid ?? 0), 'SIGINT');
    return within(() => `the end of the first terminal:\n${this.#console}`, ended);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#shell.stdin?.end();
    await this.interrupt().catch(() => this.#first?.kill('SIGKILL'));
    if (existsSync(this.home)) rmSync(this.home, { recursive: true, force: true });
  }
}

function within<T>(what: () => string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what()}`)), overdueMs);
  });
  return Promise.race([promise, overdue]).finally(() => clearTimeout(timer));
}
