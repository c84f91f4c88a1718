import { spawnSync } from 'node:child_process';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { built } from '../end-to-end/built.ts';
import { dial } from '../end-to-end/dial.ts';
import { childrenOf, commandLineOf, descendantsOf, descriptorsOf, isAlive } from '../end-to-end/processes.ts';
import { startTysd, type Daemon } from '../end-to-end/tysd.ts';
import { Random } from '../scenario/random.ts';
import { alarm, chaosUnits, each, echo, holder, lazy, mortal, notify, once, quiet, tick, worker } from './units.ts';

/** How long the killing goes on; CHAOS_SECONDS=60 is a thorough run. */
const seconds = Number(process.env['CHAOS_SECONDS'] ?? 6);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000_000);

test(`chaos, SEED=${seed}: the manager and the journal are killed for ${seconds} s, and nothing is lost, doubled, wrong or left over`, async () => {
  const random = new Random(seed);
  await using daemon = await startTysd({ units: chaosUnits(seconds), programs: built });
  const chaos = new Chaos(daemon, random);
  await chaos.steady();
  const before = await chaos.picture();
  const held = await chaos.heldAtRest();

  const beganSeconds = uptimeSeconds();
  await daemon.ask('unit.start', { unit: 'chaos.target', wait: true });
  const deadline = Date.now() + seconds * 1000;
  const isOver = () => Date.now() >= deadline;
  await Promise.all([
    chaos.killServants(isOver),
    ...[...echo, ...each].map((name) => chaos.converse(name, isOver)),
    ...lazy.map((name) => chaos.converseAndEnd(name, isOver)),
    chaos.killMortals(isOver),
    ...worker.map((name) => chaos.startAndStop(name, isOver)),
    chaos.runAndWait(isOver),
    chaos.runInScope(isOver),
  ]);
  await daemon.until('all alarms', () => (alarm.every((name) => existsSync(daemon.path(`${name}.ran`))) ? true : undefined));
  writeFileSync(daemon.path('enough'), '');

  console.log(chaos.summary());
  await checkLog(daemon);
  for (const name of tick) await daemon.ask('unit.stop', { unit: `${name}.timer`, wait: true });
  await chaos.steady();
  assert.deepEqual(await chaos.picture(), before);
  await chaos.checkMortals();
  checkTimers(daemon, beganSeconds);
  // A journal that nobody has said anything to for a while rests, and is no process then.
  await daemon.tysctl('daemon-reload');
  await chaos.untilHeld(held);
});

class Chaos {
  readonly #daemon: Daemon;
  readonly #random: Random;
  readonly #killed = { manager: 0, journal: 0 };
  readonly #deaths = new Map<string, number>();
  #connections = 0;
  #jobs = 0;
  #runs = 0;
  /** Called at each connection that was served by a process of its own, for which a manager must be there. */
  #served: (() => void) | undefined;

  constructor(daemon: Daemon, random: Random) {
    this.#daemon = daemon;
    this.#random = random;
  }

  summary(): string {
    const { manager, journal } = this.#killed;
    const deaths = [...this.#deaths.values()].reduce((sum, count) => sum + count, 0);
    return `chaos: manager killed ${manager}, journal ${journal}, services ${deaths} times; ${this.#connections} connections, ${this.#jobs} jobs, ${this.#runs} runs`;
  }

  /** Waits until nothing is under way, so that what is looked at then stays as it is. */
  async steady(): Promise<void> {
    await this.#daemon.untilIdle();
    const running = [...quiet, ...notify, ...mortal, ...holder, ...echo.map((name) => `${name}.service`)];
    for (const name of echo) await this.#converseOnce(name);
    await this.#daemon.until('all services to run', async () => {
      const units = await this.#daemon.ask('units.get', { units: running });
      return units.every((unit) => unit?.sub === 'running' && isAlive(unit.mainPid ?? 0)) || undefined;
    });
    // Nobody tells when a unit is let go of.
    for (const deadline = Date.now() + 60_000; ;) {
      const units = await this.#daemon.ask('units.list', { patterns: ['each-*@*.service', 'lazy-*.service', 'run-*'] });
      const left = units.filter(({ active }) => active !== 'inactive');
      if (left.length === 0) break;
      if (Date.now() > deadline) assert.deepEqual(left, [], 'all connections and runs are over');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** State, main process and the number of restarts of all that is not meant to change. */
  async picture(): Promise<Readonly<Record<string, readonly unknown[]>>> {
    const names = [...quiet, ...notify, ...once, ...echo.map((name) => `${name}.service`), 'writer.service'];
    const sockets = [...echo, ...lazy, ...each].map((name) => `${name}.socket`);
    const units = await this.#daemon.ask('units.get', { units: [...names, ...sockets, ...mortal, ...worker, 'default.target'] });
    const properties = await this.#daemon.ask('units.properties', { units: names });
    return Object.fromEntries(
      units.flatMap((unit, index) => {
        if (unit === null) return [];
        const state = `${unit.active} (${unit.sub})`;
        if (index >= names.length) return [[unit.name, [state]]];
        return [[unit.name, [state, unit.mainPid, properties[index]?.['NRestarts'], properties[index]?.['InvocationID'], unit.statusText]]];
      }),
    );
  }

  /** How many descriptors the keeper has open, by kind, and the manager; how many processes are below the keeper; and the cgroups. */
  async held(): Promise<Readonly<Record<string, unknown>>> {
    const counts: Record<string, number> = {};
    for (const target of Object.values(descriptorsOf(this.#daemon.pid))) {
      const kind = target.replace(/\[.*|\/proc\/.*/, '');
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    const manager = Object.values(descriptorsOf(await this.#daemon.managerPid())).map((target) => target.replace(/\[.*|\/proc\/.*/, ''));
    return {
      ...counts,
      manager: manager.toSorted(),
      processes: descendantsOf(this.#daemon.pid).filter(isAlive).length,
      // Those of slices are there as long as the slices are active, whoever was in them.
      cgroups: cgroupsOf(this.#daemon.cgroup).filter((name) => !name.endsWith('.slice')),
    };
  }

  /** The same once two looks in a row agree: what is only being read or reaped at a look is no part of it. */
  async heldAtRest(): Promise<Readonly<Record<string, unknown>>> {
    for (let before = await this.held(); ;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const now = await this.held();
      if (isDeepStrictEqual(before, now)) return now;
      before = now;
    }
  }

  /** The manager's sockets and who has the other ends, for whoever looks for one too many. */
  async #socketsOfManager(): Promise<string> {
    const { stdout, error } = spawnSync('ss', ['-xpn'], { encoding: 'utf8' });
    if (error !== undefined) return `no ss: ${error.message}`;
    const own = `pid=${await this.#daemon.managerPid()},`;
    const lines = stdout.split('\n');
    const peers = new Set(lines.filter((line) => line.includes(own)).map((line) => line.trim().split(/\s+/)[7]));
    return lines.filter((line) => line.includes(own) || peers.has(line.trim().split(/\s+/)[5])).join('\n');
  }

  /** Waits until the keeper holds what it held before, and no more: processes that have ended may not be reaped yet. */
  async untilHeld(wanted: Readonly<Record<string, unknown>>): Promise<void> {
    for (let attempts = 0; attempts < 200 && !isDeepStrictEqual(await this.held(), wanted); attempts++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const held = await this.held();
    if (!isDeepStrictEqual(held, wanted)) console.log(await this.#socketsOfManager());
    assert.deepEqual(held, wanted);
  }

  /** Kills one servant or both, at any moment of their lives. One that never came to work would prove nothing, and the keeper would start it ever later. */
  async killServants(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await new Promise((resolve) => setTimeout(resolve, this.#random.between(0, 399)));
      // At the end each conversation tells once more, so nobody waits who began before it.
      for (let connections = this.#random.between(0, 9); connections > 0 && !isOver(); connections--) await this.#nextServed();
      const choice = this.#random.between(0, 9);
      if (choice < 7) this.#killed.manager += await this.#killServant('manager');
      if (choice >= 6) this.#killed.journal += await this.#killServant('journal');
    }
  }

  async #killServant(name: 'manager' | 'journal'): Promise<number> {
    const deadline = Date.now() + 25_000;
    for (;;) {
      // The command line of the keeper has the words too, and so has a child of it until it executes its program.
      const pid = childrenOf(this.#daemon.pid).find((child) => {
        const line = commandLineOf(child);
        return line.includes(`--process=${name}`) && !line.includes('--runtime-directory=') && isAlive(child);
      });
      if (pid !== undefined) {
        process.kill(pid, 'SIGKILL');
        return 1;
      }
      assert(Date.now() < deadline, `there is no ${name}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  #nextServed(): Promise<void> {
    return new Promise((resolve) => {
      this.#served = resolve;
    });
  }

  async converse(name: string, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.#daemon.within(`an answer at ${name}`, this.#converseOnce(name));
      if (each.includes(name)) this.#served?.();
      // Services that go on running would take all of the processor.
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.#served?.();
  }

  async #converseOnce(name: string): Promise<void> {
    using line = await dial(this.#daemon.path(name));
    if (!each.includes(name)) await line.next();
    const text = `${name} ${this.#connections}`;
    assert.equal(await line.say(text), text);
    this.#connections++;
  }

  /** A connection that starts the service, which ends with it. */
  async converseAndEnd(name: string, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      using line = await dial(this.#daemon.path(name));
      await this.#daemon.within(`an answer at ${name}`, line.next());
      assert.equal(await line.say('well'), 'well');
      line.write('quit\n');
      await this.#daemon.within(`the end of ${name}`, line.ended);
      this.#connections++;
    }
  }

  /** Kills services whose Restart= brings them back, each once it runs anew. */
  async killMortals(isOver: () => boolean): Promise<void> {
    const pids = new Map<string, number>();
    while (!isOver()) {
      const name = this.#random.one([...mortal, ...holder]);
      const known = pids.get(name);
      const { mainPid } = await this.#daemon.untilUnit(
        name,
        (unit) => unit.sub === 'running' && unit.mainPid !== known && isAlive(unit.mainPid ?? 0),
      );
      process.kill(mainPid ?? 0, 'SIGKILL');
      pids.set(name, mainPid ?? 0);
      this.#deaths.set(name, (this.#deaths.get(name) ?? 0) + 1);
      for (let connections = this.#random.between(0, 3); connections > 0 && !isOver(); connections--) await this.#converseOnce('each-0');
    }
  }

  async checkMortals(): Promise<void> {
    const names = [...mortal, ...holder];
    const properties = await this.#daemon.ask('units.properties', { units: names });
    assert.deepEqual(
      properties.map((unit) => Number(unit?.['NRestarts'])),
      names.map((name) => this.#deaths.get(name) ?? 0),
      'each death was answered by one restart',
    );
    assert.deepEqual(
      properties.slice(mortal.length).map((unit) => [unit?.['StatusText'], unit?.['NFileDescriptorStore']]),
      holder.map((name) => [this.#deaths.has(name) ? '1 treasure' : 'stored', '1']),
      'what was stored is given to each later process',
    );
  }

  /** A client whose jobs all succeed, whatever becomes of the manager that it asked. */
  async startAndStop(name: string, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      for (const verb of ['start', 'restart', 'stop']) {
        const { status, out, err } = await this.#daemon.tysctl(verb, name);
        assert.deepEqual({ verb, status, out, err }, { verb, status: 0, out: '', err: '' });
        this.#jobs++;
      }
    }
    await this.#daemon.ask('unit.stop', { unit: name, wait: true });
  }

  /** systemd-run --wait gives the exit status of its command. */
  async runAndWait(isOver: () => boolean): Promise<void> {
    await this.#run(isOver, '--wait', '--collect');
  }

  /** The same command in a scope, as a child of the client. */
  async runInScope(isOver: () => boolean): Promise<void> {
    await this.#run(isOver, '--scope');
  }

  async #run(isOver: () => boolean, ...options: readonly string[]): Promise<void> {
    while (!isOver()) {
      const { status, err } = await this.#daemon.tysctl('run', '--quiet', ...options, '/bin/sh', '-c', 'exit 7');
      assert.deepEqual({ options, status, err }, { options, status: 7, err: '' });
      this.#runs++;
    }
  }
}

/** All numbered lines are there, once, in their order. */
async function checkLog(daemon: Daemon): Promise<void> {
  const lines = await daemon.untilLog('writer.service', (line) => line.startsWith('over '));
  const count = Number(lines.find((line) => line.startsWith('over '))?.slice('over '.length));
  const numbers = lines.filter((line) => line.startsWith('line ')).map((line) => Number(line.slice('line '.length)));
  const wrong = numbers.findIndex((number, index) => number !== index + 1);
  assert.deepEqual(
    [numbers.length, wrong],
    [count, -1],
    `lines around what is wrong: ${numbers.slice(Math.max(0, wrong - 3), wrong + 4).join(' ')}`,
  );
  console.log(`chaos: ${count} lines`);
}

/** Each alarm once; and of the others no more runs than there can have been elapses since they began to wait. */
function checkTimers(daemon: Daemon, beganSeconds: number): void {
  for (const name of alarm) assert.equal(readFileSync(daemon.path(`${name}.ran`), 'utf8'), 'ran\n', `${name} went off once`);
  for (const name of tick) {
    const runs = readFileSync(daemon.path(`${name}.ran`), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' '));
    assert(runs.length > 1, `${name} elapsed ${runs.length} times`);
    assert.equal(new Set(runs.map(([, invocation]) => invocation)).size, runs.length, `${name} ran once for each start`);
    for (const [index, [at]] of runs.entries()) {
      // /proc/uptime counts hundredths.
      const earliest = beganSeconds + 0.1 + 0.4 * index - 0.02;
      assert(Number(at) >= earliest, `run ${index} of ${name} was at ${at}, and may not be before ${earliest}`);
    }
  }
}

/** The names of all cgroups below this one. */
function cgroupsOf(root: string): readonly string[] {
  if (root === '') return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .toSorted();
}

function uptimeSeconds(): number {
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
}
