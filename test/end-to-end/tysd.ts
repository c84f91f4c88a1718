import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, rmdirSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connectClient, type Client } from '../../src/api/client.ts';
import type { Answer, MethodName, Params } from '../../src/api/contract.ts';
import type { UnitInfo } from '../../src/graph/report.ts';
import { commandLineOf, isAlive, processesWith } from './processes.ts';

const bin = join(import.meta.dirname, '../../bin');

/** What waits longer than this waits for ever, and fails with what the daemon said. */
const overdueMs = Number(process.env['TYSD_TEST_OVERDUE_MS'] ?? 60_000);

export const isRoot = process.getuid?.() === 0;
/** For `skip` of tests that only root can run. */
export const needsRoot = isRoot ? false : 'needs root';

export interface Setting {
  /** Unit files by name, drop-ins too. In units, %t is the directory of the test, and so is @dir@ where %t is the system's. */
  readonly units: Readonly<Record<string, string | Uint8Array>>;
  readonly options?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Shell commands to run first in the process that becomes tysd, as `ulimit -n 1024`. */
  readonly before?: string;
  /** The directory of the programs; bin/ by default. */
  readonly programs?: string;
  /** Where the state goes, if not below the directory of the test. */
  readonly stateDirectory?: string;
  /** Do not wait for the end of the start-up. */
  readonly early?: boolean;
}

export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts a tysd in a directory of its own; by default waits until what default.target wants is started. */
export async function startTysd(setting: Setting): Promise<Daemon> {
  const daemon = new Daemon(setting);
  try {
    await daemon.connect();
    if (setting.early !== true) await daemon.untilIdle();
    return daemon;
  } catch (error) {
    await daemon[Symbol.asyncDispose]().catch(() => undefined);
    throw error;
  }
}

/** A target that wants these units, and so boots them. */
export function wanting(...units: readonly string[]): string {
  return `[Unit]\nWants=${units.join(' ')}\n`;
}

/** A tysd that runs for a test; it fails the test if it leaves a process, a cgroup or a socket behind. */
export class Daemon {
  readonly directory = mkdtempSync(join(tmpdir(), 'tysd-e2e-'));
  readonly units = join(this.directory, 'units');
  readonly runtimeDirectory = join(this.directory, 'run');
  readonly stateDirectory: string;
  readonly controlPath = join(this.runtimeDirectory, 'control.sock');
  /** Resolves with tysd's exit status. */
  readonly exited: Promise<number | null>;
  readonly #process: ChildProcess;
  readonly #programs: string;
  /** In the environment of all that the daemon starts, so that what is left behind is found. */
  readonly #mark = `E2E_OF=${this.directory}`;
  #console = '';
  #client: Client | undefined;
  #connecting: Promise<Client> | undefined;
  #cgroup = '';
  #over = false;
  /** Those of tysctl that run; a test that fails may have stopped them. */
  readonly #clients = new Set<ChildProcess>();
  /** Called on each change of anything. */
  readonly #watchers = new Set<() => void>();

  constructor({ units, options = [], environment = {}, before = ':', stateDirectory, programs = bin }: Setting) {
    this.#programs = programs;
    // Services of other users look into it.
    chmodSync(this.directory, 0o755);
    this.stateDirectory = stateDirectory ?? join(this.directory, 'state');
    mkdirSync(this.units);
    for (const [name, text] of Object.entries(units)) this.write(name, text);
    const argv = [
      '--user',
      `--unit-path=${this.units}`,
      `--runtime-directory=${this.runtimeDirectory}`,
      `--state-directory=${this.stateDirectory}`,
      '--show-status',
      ...options,
    ];
    this.#process = spawn('/bin/sh', ['-c', `${before}; exec "$@"`, 'sh', join(programs, 'tysd'), ...argv], {
      cwd: this.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '/usr/bin:/bin',
        HOME: this.directory,
        XDG_RUNTIME_DIR: this.directory,
        E2E_OF: this.directory,
        ...environment,
      },
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#console += text;
        this.#changed();
      });
    }
    this.exited = new Promise((resolve) => {
      this.#process.once('exit', (status) => {
        this.#over = true;
        this.#changed();
        resolve(status);
      });
    });
  }

  /** The keeper. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Where its services run; '' without cgroups. */
  get cgroup(): string {
    return this.#cgroup;
  }

  /** All that tysd wrote so far. */
  get console(): string {
    return this.#console;
  }

  /** Connects to the manager, and again to the next when that is gone. All who ask at once get one connection: each more would stay with the manager. */
  async connect(): Promise<Client> {
    if (this.#client !== undefined) return this.#client;
    this.#connecting ??= this.#connectAnew().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  async #connectAnew(): Promise<Client> {
    const ended = this.exited.then((status) => ({
      ok: false as const,
      error: { path: this.controlPath, code: `tysd ended with ${status}` },
    }));
    const connected = await Promise.race([connectClient(this.controlPath, { retryMs: overdueMs, again: true }), ended]);
    if (!connected.ok) assert.fail(`no connection to tysd: ${connected.error.code}\n${this.#console}`);
    const client = connected.value;
    client.receive(() => this.#changed());
    void this.#forgetWhenClosed(client);
    this.#client = client;
    const subscribed = await client.call('changes.subscribe', {});
    if (!subscribed.ok) return this.#connectAnew();
    const info = await client.call('manager.info', {});
    if (info.ok) this.#cgroup = info.value.cgroupRoot;
    return client;
  }

  /** Calls a method that must succeed; one whose manager dies meanwhile is called again. */
  async ask<Name extends MethodName>(method: Name, params: Params<Name>): Promise<Answer<Name>> {
    for (;;) {
      const answered = await this.within(`${method} ${JSON.stringify(params)}`, (await this.connect()).call(method, params));
      if (answered.ok) return answered.value;
      if (answered.error.code !== 'connection-lost' || this.#over) assert.fail(`${method}: ${answered.error.message}`);
    }
  }

  /** Does a job to its end and gives its result. */
  async job(verb: 'start' | 'stop' | 'restart' | 'reload', unit: string): Promise<string> {
    return (await this.ask(`unit.${verb}`, { unit, wait: true })).result ?? '';
  }

  async unit(name: string): Promise<UnitInfo> {
    const [unit] = await this.ask('units.get', { units: [name] });
    assert(unit, `${name} is no name of a unit`);
    return unit;
  }

  /** `active (running)`, as people read it. */
  async state(name: string): Promise<string> {
    const { active, sub } = await this.unit(name);
    return `${active} (${sub})`;
  }

  async properties(name: string): Promise<Readonly<Record<string, string>>> {
    const [properties] = await this.ask('units.properties', { units: [name] });
    assert(properties, `${name} is no name of a unit`);
    return properties;
  }

  /** The main process of a unit that runs; the manager may hear of it later than others do. */
  async pidOf(name: string): Promise<number> {
    const { mainPid } = await this.untilUnit(name, (unit) => unit.mainPid !== undefined);
    return mainPid ?? 0;
  }

  async managerPid(): Promise<number> {
    return this.#untilServant('manager');
  }

  async journalPid(): Promise<number> {
    return this.#untilServant('journal');
  }

  /** Waits until a unit is as the predicate wants it. */
  async untilUnit(name: string, wanted: (unit: UnitInfo) => boolean): Promise<UnitInfo> {
    return this.until(`${name} to be as wanted`, async () => {
      const unit = await this.unit(name);
      return wanted(unit) ? unit : undefined;
    });
  }

  /** Waits until a transient unit is gone: the unit goes at once, its file when the keeper knows of that, and who asks in between has it loaded again. */
  async untilGone(name: string): Promise<void> {
    await this.untilFile(`run/transient/${name}`, (text) => text === '');
    assert.equal((await this.unit(name)).load, 'not-found');
  }

  /** Waits until nothing has a job any more. */
  async untilIdle(): Promise<void> {
    await this.until('the end of all jobs', async () => {
      const { state, jobs } = await this.ask('manager.state', {});
      return (jobs === 0 && state !== 'starting' && state !== 'initializing') || undefined;
    });
  }

  async untilConsole(pattern: RegExp): Promise<RegExpExecArray> {
    return this.until(`${pattern} on the console`, () => pattern.exec(this.#console) ?? undefined);
  }

  /** Waits until a file of the directory of the test has text that the predicate likes, by default a whole line. */
  async untilFile(name: string, wanted: (text: string) => boolean = (text) => text.endsWith('\n')): Promise<string> {
    const path = join(this.directory, name);
    const watcher = watch(dirname(path), () => this.#changed());
    try {
      return await this.until(`${name} to be written`, () => {
        const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
        return wanted(text) ? text : undefined;
      });
    } finally {
      watcher.close();
    }
  }

  /** Waits until nothing is at a path any more. The keeper removes a cgroup when the kernel lets it, which may be after all changes of units: so its directory tells. */
  async untilRemoved(path: string): Promise<void> {
    if (!existsSync(dirname(path))) return;
    const watcher = watch(dirname(path), () => this.#changed());
    watcher.on('error', () => this.#changed());
    try {
      await this.until(`${path} to be gone`, () => (existsSync(path) ? undefined : true));
    } finally {
      watcher.close();
    }
  }

  /** Looks now and after each change until there is something to see; `undefined` and `false` are nothing. */
  async until<T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
    const deadline = Date.now() + overdueMs;
    for (;;) {
      const { promise: change, resolve: changed } = Promise.withResolvers<void>();
      this.#watchers.add(changed);
      try {
        const seen = await look();
        if (seen !== undefined && seen !== false) return seen;
        if (this.#over) assert.fail(`tysd ended; waited for ${what}\n${this.#console}`);
        if (this.#client === undefined) await this.connect();
        await this.within(what, change, deadline - Date.now());
      } finally {
        this.#watchers.delete(changed);
      }
    }
  }

  /** The log lines of a unit that are stored by now, oldest first. */
  async logs(unit: string): Promise<readonly string[]> {
    const ran = await this.tysctl('logs', '--namespace=*', '-u', unit, '-n', 'all', '-o', 'cat');
    assert.equal(ran.status, 0, ran.err);
    return ran.out.split('\n').slice(0, -1);
  }

  /** Reads the log of a unit as it grows, until there is a line that the predicate likes; gives all lines. */
  async untilLog(unit: string, wanted: (line: string) => boolean): Promise<readonly string[]> {
    const child = this.#spawnTysctl(['logs', '-f', '--namespace=*', '-u', unit, '-n', 'all', '-o', 'cat']);
    try {
      const lines: string[] = [];
      const found = (async () => {
        let rest = '';
        for await (const text of child.stdout?.setEncoding('utf8') ?? []) {
          const parts = (rest + String(text)).split('\n');
          rest = parts.pop() ?? '';
          lines.push(...parts);
          if (parts.some(wanted)) return lines;
        }
        return assert.fail(`tysctl logs -f ended:\n${lines.join('\n')}`);
      })();
      return await this.within(`a line in the log of ${unit}`, found);
    } finally {
      child.kill('SIGKILL');
    }
  }

  /** Runs bin/tysctl against this daemon. */
  tysctl(...argv: readonly string[]): Promise<Ran> {
    return this.tysctlProcess(...argv).ended;
  }

  /** The same, with its pid, for tests that stop it meanwhile. */
  tysctlProcess(...argv: readonly string[]): { readonly pid: number; readonly ended: Promise<Ran> } {
    const child = this.#spawnTysctl(argv);
    this.#clients.add(child);
    child.once('exit', () => this.#clients.delete(child));
    return { pid: child.pid ?? 0, ended: this.within(`tysctl ${argv.join(' ')}`, endOf(child)) };
  }

  /** Writes a unit file or a drop-in. */
  write(name: string, text: string | Uint8Array): void {
    const path = join(this.units, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof text === 'string' ? text.replaceAll('@dir@', this.directory) : text);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Kills the manager as a crash would; the keeper starts the next. */
  async killManager(): Promise<void> {
    const pid = await this.managerPid();
    process.kill(pid, 'SIGKILL');
    await this.until('another manager', () => (isAlive(pid) ? undefined : true));
  }

  /** Lets go of the manager, until it is asked for something again. */
  disconnect(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  /** Asks tysd to stop, and gives its exit status. */
  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return this.within('the end of tysd', this.exited);
  }

  /** The processes that the daemon started and that are still there, without the daemon's own. */
  leftovers(): readonly string[] {
    return processesWith(this.#mark).map((pid) => `${pid} ${commandLineOf(pid)}`);
  }

  async within<T>(what: string, promise: Promise<T>, ms = overdueMs): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`waited in vain for ${what}\n${this.#console}`)), ms);
    });
    return Promise.race([promise, overdue]).finally(() => clearTimeout(timer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const problems: string[] = [];
    try {
      if (!this.#over) await this.stop();
    } catch (error) {
      problems.push(String(error));
    }
    this.#over = true;
    for (const client of this.#clients) client.kill('SIGKILL');
    this.#client?.close();
    const leftovers = this.leftovers();
    if (leftovers.length > 0) problems.push(`processes are left: ${leftovers.join(', ')}`);
    await this.#killRest();
    if (this.#cgroup !== '' && existsSync(this.#cgroup)) {
      problems.push(`the cgroup ${this.#cgroup} is left`);
      removeCgroup(this.#cgroup);
    }
    const sockets = existsSync(this.runtimeDirectory) ? readdirSync(this.runtimeDirectory) : [];
    if (sockets.length > 0) problems.push(`files are left in the runtime directory: ${sockets.join(', ')}`);
    rmSync(this.directory, { recursive: true, force: true });
    if (problems.length > 0) throw new Error(`${problems.join('\n')}\n${this.#console}`);
  }

  /** Kills what a tysd that did not end as it should has left, the keeper last: it would start others anew. */
  async #killRest(): Promise<void> {
    this.#process.kill('SIGSTOP');
    for (let left = processesWith(this.#mark); left.length > 0; left = processesWith(this.#mark)) {
      const others = left.filter((pid) => pid !== this.pid);
      for (const pid of others.length > 0 ? others : left) tryKill(pid);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #forgetWhenClosed(client: Client): Promise<void> {
    await client.closed;
    if (this.#client === client) this.#client = undefined;
    this.#changed();
  }

  /** Nobody tells when a process executes its program, so the process table is looked at again and again. */
  async #untilServant(name: 'manager' | 'journal'): Promise<number> {
    const deadline = Date.now() + overdueMs;
    for (;;) {
      const pid = this.#servant(name);
      if (pid !== undefined) return pid;
      if (this.#over || Date.now() > deadline) assert.fail(`there is no ${name} process\n${this.#console}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  #servant(name: 'manager' | 'journal'): number | undefined {
    return processesWith(this.#mark).find((pid) => {
      const line = commandLineOf(pid);
      // A process that the keeper has forked shows the keeper's command line until it executes its program.
      return line.includes(`--process=${name}`) && !line.includes('--runtime-directory=') && pid !== this.pid && isAlive(pid);
    });
  }

  #spawnTysctl(argv: readonly string[]): ChildProcess {
    const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: this.directory, LC_ALL: 'C.UTF-8' };
    return spawn(join(this.#programs, 'tysctl'), [`--runtime-directory=${this.runtimeDirectory}`, ...argv], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** Runs a program to its end. */
export function run(file: string, argv: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return endOf(
    spawn(file, argv, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...environment } }),
  );
}

/** bin/tysd. */
export const tysd = join(bin, 'tysd');

function endOf(child: ChildProcess): Promise<Ran> {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, out, err }));
  });
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

/** Removes a cgroup and those below it, if nothing runs in them. */
export function removeCgroup(path: string): void {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) removeCgroup(join(path, entry.name));
    rmdirSync(path);
  } catch {
    // Its processes are being taken down; there is nothing more that can be done here.
  }
}
