import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { zoneChanged } from '../base/timestamp.ts';
import { parseHttpAddress } from '../api/http/address.ts';
import { JobResults } from '../api/job-results.ts';
import { managerEnvironment } from '../exec/environment.ts';
import { inheritanceOf } from '../exec/inheritance.ts';
import { defaultLimits } from '../exec/limits.ts';
import { findAccount } from '../manager/accounts.ts';
import { gatherConditionFacts } from '../manager/condition-facts.ts';
import { InstallService } from '../manager/install.ts';
import { globalPlaces, installContext, withinOwnPath, withGenerators, withOwnDirectories } from '../manager/install-context.ts';
import { startManager, type Manager } from '../manager/manager.ts';
import type { ManagerConfig as EngineConfig } from '../manager/options.ts';
import { writeFstabUnits } from '../manager/fstab.ts';
import { generatorPlace } from '../manager/generator-programs.ts';
import { ownDirectories } from '../manager/own-directories.ts';
import { UnitFileReader } from '../manager/unit-files.ts';
import { sameManager } from '../cli/output/same-manager.ts';
import { openUnits } from '../manager/unit-source.ts';
import { realBus } from '../port/bus-real.ts';
import { realClock } from '../port/clock-real.ts';
import { realFiles } from '../port/files-real.ts';
import { connectKeeper, type KeeperConnection } from '../port/keeper-connection.ts';
import type { ManagerConfig } from '../unit/manager-config.ts';
import { unitSearchPath } from '../unit/search-path.ts';
import type { SpecifierFacts } from '../unit/specifiers.ts';
import { commandUnit } from './command.ts';
import { readConfiguration, type Resolved } from './configuration.ts';
import { containerId } from './container-id.ts';
import { statusPrinter } from './console.ts';
import { gatherFacts } from './facts.ts';
import { generatorsOf, hasFstabGenerator } from './generators.ts';
import { freshId } from './fresh-id.ts';
import { findKeeper, findSessionProgram } from './keeper-path.ts';
import { systemLocale } from './locale.ts';
import { changeEnvironment } from '../manager/environment.ts';
import { showProgress } from './progress.ts';
import { defaultRuntimeDirectory, otherRuntimeDirectories } from './runtime-directory.ts';
import { runtimeTuning } from './runtime-tuning.ts';
import { createRest, type Rest } from './rest.ts';
import { securityModules } from './security-modules.ts';
import { trafficOf } from './traffic.ts';
import { resolvedByTysd } from './tysd.ts';
import { version } from './version.ts';

/** The manager process, which the keeper starts and starts again: `$TYSD_KEEPER` is the keeper, `$TYSD_CONTROL_FD` the control socket. */
export async function runManager(): Promise<void> {
  // A terminal's Ctrl-C is for the keeper, which tells us.
  process.on('SIGINT', () => undefined);
  const resolved = resolvedByTysd(process.env);
  const keeperPath = process.env['TYSD_KEEPER'];
  if (keeperPath === undefined) throw new Error('TYSD_KEEPER is not set: this process is started by tysd-keeper only');
  const keeper = await connectKeeper(keeperPath);
  void endWith(keeper);
  const environment = ownEnvironment(process.env);
  const facts = gatherFacts(resolved.scope, environment);
  // A command that ends with an error has said so itself.
  const consoleLevel = resolved.command !== undefined && resolved.logLevel === 'info' ? 'err' : resolved.logLevel;
  const console = statusPrinter(resolved.showStatus, consoleLevel, toolFor(resolved));
  const readConfig = (): EngineConfig => {
    const config = readConfiguration(resolved, facts, environment);
    console.setLogTime(config.manager.LogTime);
    for (const { severity, path, line, message } of config.diagnostics)
      console.log(severity === 'error' ? 3 : 4, `${path}:${line}: ${message}`);
    return engineConfig(config, resolved, environment);
  };

  // Process 1 of a container that is not root's has no more to say than any user's manager, and one that is there for a command
  // alone leaves all else as it is.
  const init = keeper.inventory.pid === 1 && resolved.scope === 'system' && resolved.command?.alone !== true;
  const exitCodeFrom = resolved.exitCodeFrom ?? (resolved.command === undefined ? undefined : commandUnit);
  const hasOwnPath = resolved.unitPath.join(':') !== unitSearchPath(resolved.scope, environment).join(':');
  const { scope, runtimeDirectory } = resolved;
  const generated = generatorPlace({ scope, init, runtimeDirectory, searchPath: resolved.unitPath, hasOwnPath });
  const own = ownDirectories({ scope, init, runtimeDirectory, searchPath: generated.searchPath });
  const generators = generated.output === undefined ? undefined : generatorsOf(resolved.scope, generated.output, environment, facts);
  const sessionProgram = findSessionProgram([process.execPath]);
  const keeperProgram = findKeeper([process.execPath]);
  const rested = parseRested(process.env['TYSD_RESTED']);
  const clock = realClock(keeper.inventory.at);
  let rest: Rest | undefined;
  let readyMs = 0;
  const manager = startManager({
    keeper,
    ...(rested === undefined ? {} : { woken: true }),
    recovered: () => (readyMs = performance.now()),
    busy: () => rest?.busy(),
    ...(keeperProgram === undefined
      ? {}
      : { traffic: (cgroup) => trafficOf(keeperProgram, cgroup), securityModules: () => securityModules(keeperProgram) }),
    ...(sessionProgram === undefined ? {} : { sessionProgram }),
    clock,
    files: realFiles,
    bus: realBus,
    config: readConfig(),
    readConfig,
    openUnits: () => {
      const directory = '/run/systemd/generator';
      // Beside another init, the file systems of the machine are that one's.
      const isOurs = init && resolved.scope === 'system' && own.searchPath.includes(directory);
      if (isOurs && !hasFstabGenerator(generators)) {
        writeFstabUnits(realFiles, { directory, container: containerId(environment) !== '', warn: (message) => console.log(4, message) });
      }
      return openUnits(realFiles, own.searchPath, facts, own.directories.transient);
    },
    unitPath: own.searchPath,
    ownDirectories: own.directories,
    ...(generators === undefined ? {} : { generators }),
    scope: resolved.scope,
    facts,
    conditionFacts: gatherConditionFacts(realFiles, {
      facts,
      version,
      containerId: containerId(environment),
      environment: () => manager.environment(),
    }),
    self: selfAccount(facts),
    ownEnvironment: environment,
    ...(resolved.command === undefined ? {} : { command: { unit: commandUnit, properties: resolved.command.properties } }),
    ...(exitCodeFrom === undefined ? {} : { exitCodeFrom }),
    notifySocket: `${resolved.runtimeDirectory}/notify`,
    runtimeDirectory: resolved.runtimeDirectory,
    stateDirectory: resolved.stateDirectory,
    mayHandOver: resolved.handsOver,
    version,
    init,
    // Where an exit status is wanted, something waits for us to exit: that is no machine to be switched off.
    container: containerId(environment) !== '' || exitCodeFrom !== undefined,
    ipv6:
      existsSync('/proc/net/if_inet6') || Object.values(networkInterfaces()).some((each) => each?.some(({ family }) => family === 'IPv6')),
    ...(resolved.userNamespaces === undefined ? {} : { userNamespaces: resolved.userNamespaces }),
    random: Math.random,
    freshId,
    unitFileState: (name) => install.state(name) ?? '',
    unitFilePreset: (file) => install.preset(file) ?? '',
    status: console.status,
    // With the journal on the console its messages come from there.
    ...(resolved.logToConsole ? {} : { log: console.log }),
    setZone: (zone) => {
      process.env['TZ'] = zone;
      zoneChanged();
    },
    logLevel: resolved.logLevel,
    logTarget: resolved.logToConsole ? 'console' : 'journal',
    showStatus: resolved.showStatus,
    setShowStatus: console.setShowStatus,
    setLogLevel: console.setLogLevel,
  });
  showProgress(manager, console);
  const links = installContext(resolved.scope, resolved.unitPath, realFiles, facts, environment);
  const install = new InstallService(
    withGenerators(withOwnDirectories(hasOwnPath ? withinOwnPath(links) : links, own), generated.output),
    realFiles,
    globalPlaces,
  );
  // Loaded only now: what the units wait for comes first, and the control socket's backlog waits gladly.
  const { listenControl } = await import('../api/jsonrpc/server.ts');
  const served = await listenControl(
    { fd: Number(process.env['TYSD_CONTROL_FD'] ?? 3) },
    {
      manager,
      install,
      unitFiles: new UnitFileReader(realFiles, own.searchPath, facts, own.directories.transient),
      jobs: new JobResults(manager),
      // The keeper closes the link, which ends us, and starts the manager again, perhaps as a newer build; recovery does the rest. The
      // answer goes out first.
      reexecute: () => setImmediate(() => setImmediate(() => keeper.send({ acknowledge: 0, commands: [{ do: 'replace' }] }))),
    },
    () => rest?.busy(),
  );
  if (!served.ok) console.log(2, `The control socket cannot be served: ${served.error}`);
  const idleUsec = Math.max(resolved.managerIdleUsec, rested?.idleUsec ?? 0);
  if (resolved.managerIdleUsec > 0 && served.ok && resolved.http === '') {
    // Longer than the next manager will need until it can do what is due.
    const aheadUsec = (): number => Math.max(100_000 + 500 * manager.loaded, 2000 * readyMs);
    const wakeUsec = (): number => (manager.restUntil ?? -Infinity) - aheadUsec();
    rest = createRest({
      clock,
      afterUsec: idleUsec,
      isSettled: () => served.value.clients === 0 && wakeUsec() - clock.now().monotonicUsec > idleUsec,
      ask(usec) {
        // Who comes now waits for the next manager.
        served.value.close();
        keeper.rest(usec, wakeUsec());
      },
    });
  }
  if (resolved.http !== '') await answerHttp(resolved.http, manager, (message) => console.log(3, message));
}

/** What to type to ask this manager. */
function toolFor({ scope, runtimeDirectory }: Resolved): string {
  const uid = process.getuid?.() ?? 0;
  const usual = [defaultRuntimeDirectory(scope, uid, process.env), ...otherRuntimeDirectories(uid)];
  return `tysctl${sameManager({ scope, runtimeDirectory: usual.includes(runtimeDirectory) ? undefined : runtimeDirectory })}`;
}

/** What the keeper tells a manager that it starts after a rest: how long that has to be idle before the next. */
function parseRested(text: string | undefined): { readonly idleUsec: number } | undefined {
  const [, idle] = /^\d+:(\d+)$/.exec(text ?? '') ?? [];
  return idle === undefined ? undefined : { idleUsec: Number(idle) };
}

/** Probes and metrics; without them all else goes on. */
async function answerHttp(text: string, manager: Manager, fail: (message: string) => void): Promise<void> {
  const address = parseHttpAddress(text);
  const { listenHttp } = await import('../api/http/server.ts');
  const served = address.ok ? await listenHttp(address.value, manager) : address;
  if (!served.ok) fail(`HTTP is not answered: ${served.error}`);
}

/** Without the keeper nothing that is asked of us can be done, and a keeper that is to come brings its own manager. */
async function endWith({ closed }: KeeperConnection): Promise<never> {
  const failure = await closed;
  if (failure !== '') process.stderr.write(`tysd: ${failure}\n`);
  return process.exit(failure === '' ? 0 : 1);
}

function engineConfig(
  { manager, tysd, assigned, places }: ManagerConfig,
  { scope, unit, passEnvironment, confined }: Resolved,
  environment: NodeJS.ProcessEnv,
): EngineConfig {
  const inherited = inheritanceOf(manager, assigned, scope, ownScore());
  return {
    defaults: {
      timeoutStartUsec: manager.DefaultTimeoutStartSec,
      timeoutStopUsec: manager.DefaultTimeoutStopSec,
      timeoutAbortUsec: manager.DefaultTimeoutAbortSec,
      deviceTimeoutUsec: manager.DefaultDeviceTimeoutSec,
      restartUsec: manager.DefaultRestartSec,
      startLimitIntervalUsec: manager.DefaultStartLimitIntervalSec,
      startLimitBurst: manager.DefaultStartLimitBurst,
      timerAccuracyUsec: manager.DefaultTimerAccuracySec,
      oomPolicy: manager.DefaultOOMPolicy,
    },
    environment: changeEnvironment(
      managerEnvironment(scope, environment, [
        ...(scope === 'system' ? systemLocale(realFiles) : []),
        ...passedOn(passEnvironment, environment),
        ...manager.DefaultEnvironment,
      ]),
      [],
      [],
    ),
    managerEnvironment: manager.ManagerEnvironment,
    limits: { ...defaultLimits, ...manager.DefaultLimits },
    defaultStandardOutput: simpleOutput(manager.DefaultStandardOutput, 'journal'),
    defaultStandardError: simpleOutput(manager.DefaultStandardError, 'inherit'),
    resources: {
      memoryAccounting: manager.DefaultMemoryAccounting,
      tasksAccounting: manager.DefaultTasksAccounting,
      ioAccounting: manager.DefaultIOAccounting,
      ipAccounting: manager.DefaultIPAccounting,
      tasksMax: manager.DefaultTasksMax,
      memoryZSwapWriteback: manager.DefaultMemoryZSwapWriteback,
      memoryPressureWatch: manager.DefaultMemoryPressureWatch,
      memoryPressureThresholdUsec: manager.DefaultMemoryPressureThresholdSec,
    },
    ...(inherited === undefined ? {} : { inherited, places }),
    sandboxPolicy: assigned.has('Sandbox') || confined !== true ? tysd.Sandbox : 'lenient',
    statusUnitFormat: manager.StatusUnitFormat,
    controlAltDeleteBurst: manager.CtrlAltDelBurstAction,
    reloadLimit: { intervalUsec: manager.ReloadLimitIntervalSec, burst: manager.ReloadLimitBurst },
    minimumUptimeUsec: manager.MinimumUptimeSec,
    defaultUnit: unit,
  };
}

/** Its own score for the choice of what is killed for want of memory; undefined where there is no /proc that says it. */
function ownScore(): number | undefined {
  const text = new TextDecoder().decode(realFiles.read('/proc/self/oom_score_adj', 16));
  return /^-?\d+\n$/.test(text) ? Number(text) : undefined;
}

function simpleOutput(output: string, otherwise: 'journal' | 'inherit'): 'journal' | 'inherit' | 'null' {
  return output === 'journal' || output === 'inherit' || output === 'null' ? output : otherwise;
}

/** The variables of --pass-environment=. */
function passedOn(names: readonly string[], environment: NodeJS.ProcessEnv): readonly string[] {
  const all = names.includes('*') ? Object.keys(environment) : names;
  return all.flatMap((name) => (environment[name] === undefined ? [] : [`${name}=${environment[name]}`]));
}

/** Without what tysd itself put there. */
function ownEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('TYSD_') && !(name in runtimeTuning.manager)));
}

function selfAccount({ user }: SpecifierFacts) {
  return (
    findAccount({ files: realFiles }, String(user.uid)) ?? {
      name: user.name,
      uid: user.uid,
      gid: user.gid,
      home: user.home,
      shell: user.shell,
      groups: [],
    }
  );
}
