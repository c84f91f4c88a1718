import { openUnits } from '../../src/manager/unit-source.ts';
import { startManager } from '../../src/manager/manager.ts';
import type { Generators } from '../../src/manager/generator-programs.ts';
import type { Manager } from '../../src/manager/manager.ts';
import type { ManagerConfig, ManagerOptions, StatusLine } from '../../src/manager/options.ts';
import { gatherConditionFacts } from '../../src/manager/condition-facts.ts';
import { FakeBus } from '../../src/port/bus-fake.ts';
import { FakeClock } from '../../src/port/clock-fake.ts';
import { FakeFiles } from '../../src/port/files-fake.ts';
import { FakeKeeper } from '../../src/port/keeper-fake.ts';
import type { Programs, Script } from '../../src/port/keeper-fake.ts';
import type { KeeperEvent } from '../../src/port/keeper.ts';
import type { SpecifierFacts } from '../../src/unit/specifiers.ts';
import { facts as invented } from '../unit/facts.ts';

const unitPath = '/etc/systemd/system';

const ownDirectories = {
  transient: '/run/systemd/transient',
  control: '/etc/systemd/system.control',
  runtimeControl: '/run/systemd/system.control',
};

export const SECOND = 1_000_000;

/** What a simulated machine is made of. */
export interface SimulationOptions {
  /** Unit files by name; a value that begins with `-> ` is a symlink, a name with a slash lies in a directory of the search path. */
  readonly units: Readonly<Record<string, string>>;
  /** Other files by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What programs do, by their path; what is not here ends at once with success, or runs for ever if its name says `sleep` or `daemon`. */
  readonly programs?: Readonly<Record<string, Script | ((run: number, argv: readonly string[]) => Script)>>;
  readonly scope?: 'system' | 'user';
  readonly defaultUnit?: string;
  readonly init?: boolean;
  readonly generators?: Generators;
  /** What stands between each manager and its ports. */
  readonly adapt?: (options: ManagerOptions) => ManagerOptions;
}

/** A machine in memory: real manager, fake keeper, clock and files. The manager may be killed at any time. */
export class Simulation {
  readonly clock = new FakeClock();
  readonly bus = new FakeBus(this.clock);
  readonly files: FakeFiles;
  readonly keeper: FakeKeeper;
  readonly lines: StatusLine[] = [];
  /** DefaultEnvironment=, as the next manager or reload reads it. */
  environment: readonly string[] = ['PATH=/usr/bin:/bin'];
  /** What signals asked of the console. */
  readonly settings: string[] = [];
  manager!: Manager;
  readonly #options: SimulationOptions;
  #kill: () => void = () => {};
  #ids = 0;
  #randoms = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const units = Object.entries(options.units).map(([name, text]): [string, string] => [`${unitPath}/${name}`, text]);
    this.files = new FakeFiles({ ...machine, ...Object.fromEntries(units), ...options.files });
    this.keeper = new FakeKeeper(this.clock, programsOf(options.programs ?? {}));
    this.files.onChange = (path) => this.keeper.fileChanged(path);
  }

  /** Starts a manager and lets it do what needs no time. */
  boot(): this {
    this.startManager();
    this.clock.settle();
    return this;
  }

  /** Starts a manager, in place of the one that was killed. */
  startManager(): void {
    const client = this.clock.client();
    this.#kill = () => client.kill();
    this.manager = startManager((this.#options.adapt ?? same)(this.optionsFor(client)));
  }

  /** Kills the manager as SIGKILL does: nothing that it has not sent is ever sent. */
  crash(): void {
    this.#kill();
    this.keeper.disconnect();
  }

  /** Kills the manager in place of handing it the event with this number, and starts another. */
  crashAt(sequence: number): void {
    this.keeper.mayDeliver = (event: KeeperEvent) => {
      if (event.sequence !== sequence) return true;
      this.keeper.mayDeliver = () => true;
      this.crash();
      this.clock.soon(() => this.startManager());
      return false;
    };
  }

  /** ActiveState and SubState of a unit, as `active (running)`. */
  state(name: string): string {
    const unit = this.manager.unit(name);
    return unit === undefined ? 'no unit' : `${unit.active} (${unit.sub})`;
  }

  /** The states of all units of the simulation's own that are not inactive. */
  states(): Readonly<Record<string, string>> {
    const busy = this.manager.units().filter(({ active, fragment }) => active !== 'inactive' && fragment !== '');
    return Object.fromEntries(busy.map(({ name, active, sub }) => [name, `${active} (${sub})`]));
  }

  /** The command lines that run, oldest first. */
  running(): readonly string[] {
    return this.keeper.processes().map(({ argv }) => argv.join(' '));
  }

  /** The messages of the journal. */
  messages(): readonly string[] {
    return this.keeper.records.map((record) => record['MESSAGE'] ?? '');
  }

  /** What the manager of this machine is made of, on another clock. */
  optionsFor(clock: ManagerOptions['clock']): ManagerOptions {
    const { scope = 'system', init = false } = this.#options;
    const { files } = this;
    const { generators } = this.#options;
    const generated = generators === undefined ? [] : [generators.output.normal, generators.output.late];
    const facts: SpecifierFacts = { ...invented, scope };
    return {
      keeper: this.keeper.connect(),
      clock,
      files,
      bus: this.bus,
      config: this.#config(),
      readConfig: () => this.#config(),
      openUnits: () =>
        openUnits(
          files,
          [ownDirectories.control, ownDirectories.runtimeControl, ownDirectories.transient, unitPath, ...generated],
          facts,
          ownDirectories.transient,
        ),
      unitPath: [unitPath],
      ...(generators === undefined ? {} : { generators }),
      ownDirectories,
      scope,
      facts,
      conditionFacts: gatherConditionFacts(files, { facts, version: '252', containerId: '', environment: () => [] }),
      self: { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/sh', groups: [] },
      ownEnvironment: {},
      notifySocket: '/run/tysd/notify',
      runtimeDirectory: '/run/tysd',
      stateDirectory: '/var/lib/tysd',
      version: '0',
      init,
      container: false,
      ipv6: true,
      random: () => {
        this.#randoms += 1;
        return (this.#randoms * 0.618_033_988_7) % 1;
      },
      freshId: () => {
        this.#ids += 1;
        return this.#ids.toString(16).padStart(32, '0');
      },
      status: (line) => this.lines.push(line),
      setZone: (zone) => this.settings.push(`zone ${zone}`),
      setShowStatus: (shown) => this.settings.push(`status ${shown}`),
      setLogLevel: (level) => this.settings.push(`level ${level}`),
    };
  }

  #config(): ManagerConfig {
    return {
      defaults: {
        timeoutStartUsec: 90 * SECOND,
        timeoutStopUsec: 90 * SECOND,
        timeoutAbortUsec: undefined,
        deviceTimeoutUsec: 90_000_000,
        restartUsec: 100_000,
        startLimitIntervalUsec: 10 * SECOND,
        startLimitBurst: 5,
        timerAccuracyUsec: 60 * SECOND,
        oomPolicy: 'stop',
      },
      environment: this.environment,
      limits: {},
      defaultStandardOutput: 'journal',
      defaultStandardError: 'inherit',
      defaultUnit: this.#options.defaultUnit ?? 'default.target',
    };
  }
}

const machine: Readonly<Record<string, string>> = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  '/etc/group': 'root:x:0:\nnogroup:x:65534:\n',
};

function programsOf(programs: NonNullable<SimulationOptions['programs']>): Programs {
  return (argv, run) => {
    const name = argv[0] ?? '';
    const known = programs[name] ?? programs[argv.join(' ')];
    if (typeof known === 'function') return known(run, argv);
    if (known !== undefined) return known;
    return /sleep|daemon/.test(name) ? {} : { runUsec: 1000 };
  };
}

function same(options: ManagerOptions): ManagerOptions {
  return options;
}
