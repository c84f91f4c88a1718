import { resolve } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { realFiles } from '../port/files-real.ts';
import { managerConfigPaths, readManagerConfig, type ManagerConfig } from '../unit/manager-config.ts';
import { unitSearchPath } from '../unit/search-path.ts';
import type { Property } from '../unit/property.ts';
import type { SpecifierFacts } from '../unit/specifiers.ts';
import type { Options } from './options.ts';
import { defaultRuntimeDirectory, defaultStateDirectory } from './runtime-directory.ts';
import { isRustysdDirectory, readRustysdConfig } from './rustysd-config.ts';

/** What tysd runs with, once the command line, the configuration files and the defaults have been asked, in this order. */
export interface Resolved {
  readonly scope: 'system' | 'user';
  readonly unit: string;
  readonly unitPath: readonly string[];
  readonly runtimeDirectory: string;
  readonly stateDirectory: string;
  /** Output and messages go to another journal of the machine where one listens. */
  readonly handsOver: boolean;
  readonly logLevel: string;
  readonly showStatus: boolean;
  /** Entries of the journal go to standard error, so that messages do not go there by themselves. */
  readonly logToConsole: boolean;
  /** What follows `--` on the command line, as the properties of its unit. */
  readonly command?: { readonly properties: readonly Property[]; /** Nothing else runs: no unit was asked for. */ readonly alone: boolean };
  readonly exitCodeFrom?: string;
  /** The kernel lets us make user namespaces; where that is not known, it is held to. */
  readonly userNamespaces?: boolean;
  /** We are process 1 and may not mount, as in most containers: services go without what that keeps them from, unless Sandbox= says else. */
  readonly confined?: boolean;
  /** Where probes and metrics are answered; '' is nowhere. */
  readonly http: string;
  /** Variables of tysd's own environment that all services get; `*` is all of them. */
  readonly passEnvironment: readonly string[];
  /** 0 is never. */
  readonly managerPatienceMs: number;
  /** After how long without anything to do the journal ends until there is something, in microseconds; 0 is never. */
  readonly journalIdleUsec: number;
  /** The same for the manager. */
  readonly managerIdleUsec: number;
  /** The file of --config=, which is read instead of the usual ones. */
  readonly configPath?: string;
}

/** Asks the command line, tysd.conf and system.conf, rustysd's configuration, and the defaults. */
export function resolveOptions(
  options: Options,
  facts: SpecifierFacts,
  uid: number,
  environment: NodeJS.ProcessEnv,
): Result<Resolved, string> {
  const { scope } = options;
  const isRustysd = options.config !== undefined && isRustysdDirectory(options.config);
  if (options.config !== undefined && !isRustysd && realFiles.statFollow(options.config).kind !== 'file')
    return err(`there is no configuration file ${options.config}`);
  const rustysd = readRustysdConfig(isRustysd ? options.config : undefined, environment);
  if (!rustysd.ok) return rustysd;
  const own = options.config === undefined || isRustysd ? {} : { configPath: resolve(options.config) };
  const { manager, tysd, assigned } = readManagerConfig(realFiles, configurationPaths({ scope, ...own }, environment), facts);
  const unitPath = options.unitPath ?? (tysd.UnitPath.length > 0 ? tysd.UnitPath : undefined) ?? rustysd.value.unitPath;
  return ok({
    scope,
    unit: options.unit ?? said(tysd.Unit) ?? rustysd.value.unit ?? 'default.target',
    unitPath: unitPath?.map((path) => realFiles.realPath(path) ?? resolve(path)) ?? unitSearchPath(scope, environment),
    // The keeper and services have other working directories than we have now.
    runtimeDirectory: resolve(
      options.runtimeDirectory ??
        said(tysd.RuntimeDirectory) ??
        rustysd.value.runtimeDirectory ??
        defaultRuntimeDirectory(scope, uid, environment),
    ),
    stateDirectory: resolve(
      options.stateDirectory ?? said(tysd.StateDirectory) ?? rustysd.value.stateDirectory ?? defaultStateDirectory(scope, environment),
    ),
    handsOver: tysd.Journal === 'system' || (tysd.Journal === 'auto' && scope === 'system' && process.pid === 1),
    logLevel: options.logLevel ?? manager.LogLevel,
    showStatus: options.showStatus ?? (assigned.has('ShowStatus') ? manager.ShowStatus !== false : isShownByDefault(options)),
    logToConsole: options.logToConsole === true,
    ...(options.exitCodeFrom === undefined ? {} : { exitCodeFrom: options.exitCodeFrom }),
    http: options.http ?? tysd.HTTP,
    passEnvironment: options.passEnvironment ?? [],
    managerPatienceMs: options.managerPatienceMs ?? (tysd.ManagerPatience === Infinity ? 0 : Math.ceil(tysd.ManagerPatience / 1000)),
    managerIdleUsec: tysd.ManagerIdleSec === Infinity ? 0 : tysd.ManagerIdleSec,
    journalIdleUsec: tysd.JournalIdleSec === Infinity ? 0 : tysd.JournalIdleSec,
    ...own,
  });
}

/** systemd tells on the console by default only where it is the init of a machine; a command has the console for itself. */
function isShownByDefault({ command, unit, logToConsole }: Options): boolean {
  return process.pid === 1 && logToConsole !== true && (command === undefined || unit !== undefined);
}

/** The files that configure the manager, read again: a reload may have changed them, and there may be others by then. */
export function readConfiguration(resolved: Resolved, facts: SpecifierFacts, environment: NodeJS.ProcessEnv): ManagerConfig {
  return readManagerConfig(realFiles, configurationPaths(resolved, environment), facts);
}

/** The files that configure the manager and that there are now, what is read later over what is read before. */
export function configurationPaths(
  { scope, configPath }: Pick<Resolved, 'scope' | 'configPath'>,
  environment: NodeJS.ProcessEnv,
): readonly string[] {
  return configPath === undefined ? managerConfigPaths(realFiles, scope, environment) : [configPath];
}

function said(text: string): string | undefined {
  return text === '' ? undefined : text;
}
