import type { OutputDefaults } from '../unit/standard-outputs.ts';
import type { ResourceDefaults } from '../exec/cgroup/need.ts';
import type { Inheritance } from '../exec/inheritance.ts';
import type { Account } from '../exec/request.ts';
import type { SandboxPolicy } from '../exec/verdict.ts';
import type { Bus } from '../port/bus.ts';
import type { Clock } from '../port/clock.ts';
import type { Files } from '../port/files.ts';
import type { Keeper } from '../port/keeper.ts';
import type { Defaults } from '../type/type.ts';
import type { Property } from '../unit/property.ts';
import type { EmergencyAction } from '../unit/values/types.ts';
import type { SpecifierFacts } from '../unit/specifiers.ts';
import type { ConditionFacts } from './conditions.ts';
import type { Generators } from './generator-programs.ts';
import type { OwnDirectories } from './own-directories.ts';
import type { UnitSource } from './unit-source.ts';

/** [Manager] of systemd-system.conf(5), as far as it is carried out. */
export interface ManagerConfig extends OutputDefaults {
  readonly defaults: Defaults;
  /** DefaultEnvironment= and what else every process starts from, as NAME=value. */
  readonly environment: readonly string[];
  /** ManagerEnvironment=, as NAME=value: what the manager itself has beside its own environment. */
  readonly managerEnvironment?: readonly string[];
  /** DefaultLimit*=, by name without the word. */
  readonly limits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
  /** What units may use and what is counted of them where they do not say it; systemd's own defaults where it is not said. */
  readonly resources?: ResourceDefaults;
  /** What processes have from the manager though no unit says it. */
  readonly inherited?: Inheritance;
  /** Where the files of the configuration set a key last, as PATH:LINE. */
  readonly places?: ReadonlyMap<string, string>;
  /** May services start without what cannot be applied; `systemd` where it is not said. */
  readonly sandboxPolicy?: SandboxPolicy;
  /** How messages call a unit; combined where it is not said. */
  readonly statusUnitFormat?: 'name' | 'description' | 'combined';
  /** What a machine does whose Ctrl-Alt-Del is pressed too often; reboot-force where it is not said. */
  readonly controlAltDeleteBurst?: EmergencyAction;
  /** How often clients may ask for a reload; as often as they like where it is not said. */
  readonly reloadLimit?: { readonly intervalUsec: number; readonly burst: number };
  /** How long the machine is up at least before it ends, from its start. */
  readonly minimumUptimeUsec?: number;
  /** The unit that the manager starts when it comes up first; default.target where it is not said. */
  readonly defaultUnit: string;
}

/** All that a manager is made of. */
export interface ManagerOptions {
  readonly keeper: Keeper;
  readonly clock: Clock;
  readonly files: Files;
  /** The message buses; without them no name of BusName= is ever owned. */
  readonly bus?: Bus;
  readonly config: ManagerConfig;
  /** Reads the configuration again, at a reload. */
  readonly readConfig?: () => ManagerConfig;
  /** Opens the unit files afresh: called once at each start and reload. */
  openUnits(): UnitSource;
  readonly unitPath: readonly string[];
  /** Directories of the search path in which the manager itself writes. */
  readonly ownDirectories: OwnDirectories;
  /** Programs that make units; absent where this manager runs none. */
  readonly generators?: Generators;
  readonly scope: 'system' | 'user';
  readonly facts: SpecifierFacts;
  readonly conditionFacts: ConditionFacts;
  /** The manager's own account. */
  readonly self: Account;
  /** The environment of the manager process. */
  readonly ownEnvironment: Readonly<Record<string, string | undefined>>;
  /** The program that opens PAM sessions, where tysd was built with it. */
  readonly sessionProgram?: string;
  /** What services say, and what we say ourselves, goes to another journal of the machine where one listens. */
  readonly mayHandOver?: boolean;
  /** A unit to make and start in place of the default unit, at the very first start. */
  readonly command?: { readonly unit: string; readonly properties: readonly Property[] };
  /** The unit whose end ends the manager, with its exit status. */
  readonly exitCodeFrom?: string;
  readonly notifySocket: string;
  readonly runtimeDirectory: string;
  readonly stateDirectory: string;
  readonly version: string;
  /** tysd's keeper is process 1. */
  readonly init: boolean;
  readonly container: boolean;
  readonly ipv6: boolean;
  /** False where the kernel does not let us make user namespaces, whatever its files say. */
  readonly userNamespaces?: boolean;
  /** What the kernel has counted of the traffic of a cgroup v2, by its path; undefined where it counts none. */
  readonly traffic?: (cgroup: string) => Traffic | undefined;
  /** The security modules that the kernel asks, where no file tells; undefined where it does not tell at all. */
  readonly securityModules?: () => readonly string[] | undefined;
  /** The one before it ended for want of anything to do. */
  readonly woken?: boolean;
  /** Hears when all that is remembered is back. */
  recovered?(): void;
  /** Hears when something has happened, or was decided. */
  busy?(): void;
  /** A number in [0, 1). */
  random(): number;
  /** A fresh 128-bit id, as 32 hexadecimal digits. */
  freshId(): string;
  /** UnitFileState= of a unit, for `show`. */
  unitFileState?(name: string): string;
  /** UnitFilePreset= of a unit file, for `show`. */
  unitFilePreset?(file: string): string;
  /** Hears of each job that began or ended in words, for the console. */
  status?(line: StatusLine): void;
  /** Hears what the manager logs, for --log-level= on standard error. */
  log?(priority: number, message: string, unit: string | undefined): void;
  /** The local time zone is another one. */
  setZone?(zone: string): void;
  /** The least important messages that `log` passes on, and whether `status` is told at all, as it was at the start; for `show`. */
  readonly logLevel?: string;
  /** Where all that is logged goes. */
  readonly logTarget?: 'journal' | 'console';
  readonly showStatus?: boolean;
  /** Turns `status` on and off, and `log` to another level and back, as signals ask. */
  setShowStatus?(shown: boolean): void;
  setLogLevel?(level: string | undefined): void;
}

/** Bytes and packets of the internet protocol, in the order of `IPIngressBytes` and its kin: received, received, sent, sent. */
export type Traffic = readonly [number, number, number, number];

/** A line such as "[  OK  ] Started a.service." */
export interface StatusLine {
  readonly kind: 'plain' | 'ok' | 'failed' | 'dependency' | 'timeout' | 'skipped' | 'assert' | 'unsupported';
  readonly text: string;
  readonly unit: string;
  /** The unit's status tells more. */
  readonly hasDetails?: true;
}
