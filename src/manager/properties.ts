import { unreachable } from '../base/assert.ts';
import { formatTimespan } from '../base/duration.ts';
import type { TimestampForm } from '../base/timestamp.ts';
import { yesNo } from '../base/yes-no.ts';
import { isInactiveOrFailed } from '../graph/active-state.ts';
import { keyringMode } from '../exec/keyring.ts';
import { dynamicName } from '../exec/dynamic-user.ts';
import { shownInheritance } from '../exec/inheritance.ts';
import { selectFiltered, selectLogged, shownSelection } from '../exec/seccomp/selection.ts';
import { kindsIn, shownKinds } from '../graph/dependency.ts';
import { requiredPaths } from '../graph/required-paths.ts';
import { sliceOf } from '../graph/slice-of.ts';
import { pathOfGroup } from './group-place.ts';
import type { UnitConfig } from '../unit/config.ts';
import { withImpliedDevices } from '../unit/implied-devices.ts';
import { settledAffinity } from '../unit/scheduling.ts';
import type { SliceSettings } from '../unit/settings/slice.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { cgroupTable } from '../unit/shown/cgroup.ts';
import { standardOutputs } from '../unit/standard-outputs.ts';
import { execTable } from '../unit/shown/exec.ts';
import { killTable } from '../unit/shown/kill.ts';
import { shownLimits } from '../unit/shown/limits.ts';
import { sandboxTable } from '../unit/shown/sandbox.ts';
import { numberOr, ranges, shown } from '../unit/shown/value.ts';
import { findAccount, resolveGroup } from './accounts.ts';
import { dynamicNumbers } from './dynamic-users.ts';
import { freezerProperties } from './freeze.ts';
import { groupUsage, hasGroup, settledResources } from './group-usage.ts';
import { runningTimeoutOf } from './jobs.ts';
import { inheritedLimits } from './inherited-limits.ts';
import { maskedNodes, numaOf } from './numa.ts';
import { describeCondition } from './conditions.ts';
import { shellWords } from '../base/shell-words.ts';
import { ROOT_SLICE } from '../unit/slice.ts';
import { notAppliedOf } from './plan-text.ts';
import { timestampProperties } from './timestamp-properties.ts';
import { UnitContext } from './unit-context.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** The properties of a unit by systemd's names, as `systemctl show` prints them (org.freedesktop.systemd1(5)). */
export function unitProperties(world: World, unit: Unit, form?: TimestampForm): Readonly<Record<string, string>> {
  return {
    ...unit.type.properties(unit.state, unit.config, world.options.config.defaults, form),
    ...identity(world, unit),
    ...stateProperties(unit, form),
    ...freezerProperties(world, unit),
    ...settingProperties(world, unit.config),
    ...processProperties(world, unit),
    ...dependencyProperties(world, unit),
    ...(unit.config.slice === undefined ? {} : sliceProperties(world, unit.name, unit.config.slice)),
    ...unappliedProperty(world, unit),
    ...(unit.load.state === 'not-found' || unit.load.state === 'masked' ? unread(world, unit) : {}),
  };
}

/** tysd's own: what of the unit's files is not applied here or in another way, a sentence for each setting, in one line. */
function unappliedProperty(world: World, unit: Unit): Readonly<Record<string, string>> {
  const sentences = notAppliedOf(world, unit);
  return sentences.length === 0 ? {} : { TysdNotApplied: sentences.join('; ') };
}

function identity(world: World, unit: Unit): Record<string, string> {
  const { config, load } = unit;
  const isSupported = unit.type.unsupported?.(new UnitContext(world, unit)) === undefined;
  return {
    Id: unit.name,
    Names: shellWords(config.names),
    Description: unit.description,
    Documentation: shellWords(config.unit.Documentation),
    LoadState: load.state,
    LoadError: loadError(unit),
    FragmentPath: config.fragment ?? '',
    SourcePath: config.unit.SourcePath,
    DropInPaths: shellWords(config.dropIns),
    UnitFileState: world.options.unitFileState?.(unit.name) ?? '',
    UnitFilePreset: config.fragment === undefined ? '' : (world.options.unitFilePreset?.(basename(config.fragment)) ?? ''),
    Markers: unit.markers.join(' '),
    NeedDaemonReload: yesNo(world.isStale(unit)),
    // Nobody wrote a file for the scope of process 1.
    Transient: yesNo(config.transient === true || (unit.perpetual && config.type === 'scope')),
    Perpetual: yesNo(unit.perpetual),
    CanStart: yesNo(
      isSupported && load.state === 'loaded' && unit.canStart && unit.type.can.start !== false && !config.unit.RefuseManualStart,
    ),
    CanStop: yesNo(isSupported && unit.type.can.stop && !unit.perpetual && !config.unit.RefuseManualStop),
    CanReload: yesNo(unit.canReload),
    CanIsolate: yesNo(load.state === 'loaded' && config.unit.AllowIsolate && !config.unit.RefuseManualStart),
    ...(unit.details === undefined ? {} : { ActivationDetails: '[unprintable]' }),
  };
}

/** The D-Bus error that a start would end with (org.freedesktop.systemd1(5), LoadError). */
function loadError({ name, load }: Unit): string {
  switch (load.state) {
    case 'loaded':
      return '';
    case 'not-found':
      return `org.freedesktop.systemd1.NoSuchUnit "Unit ${name} not found."`;
    case 'masked':
      return `org.freedesktop.systemd1.UnitMasked "Unit ${name} is masked."`;
    case 'bad-setting':
      return `org.freedesktop.systemd1.BadUnitSetting "Unit ${name} has a bad unit file setting."`;
    case 'error':
      return `org.freedesktop.systemd1.LoadFailed "Unit ${name} failed to load properly: ${load.reason}"`;
    default:
      return unreachable(load);
  }
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function stateProperties(unit: Unit, form: TimestampForm | undefined): Record<string, string> {
  const { look, job, stamps } = unit;
  return {
    ActiveState: look.active,
    SubState: look.sub,
    ...(look.result === '' ? {} : { Result: look.result }),
    Job: job === undefined ? '' : String(job.id),
    InvocationID: unit.invocationId,
    ConditionResult: yesNo(unit.condition?.met === true),
    ...timestampProperties('Condition', unit.condition?.at, form),
    AssertResult: yesNo(unit.assertion?.met === true),
    ...timestampProperties('Assert', unit.assertion?.at, form),
    ...timestampProperties('StateChange', stamps.stateChange, form),
    ...timestampProperties('InactiveExit', stamps.inactiveExit, form),
    ...timestampProperties('ActiveEnter', stamps.activeEnter, form),
    ...timestampProperties('ActiveExit', stamps.activeExit, form),
    ...timestampProperties('InactiveEnter', stamps.inactiveEnter, form),
  };
}

function settingProperties(world: World, config: UnitConfig): Record<string, string> {
  const { unit } = config;
  const { defaults } = world.options.config;
  return {
    StopWhenUnneeded: yesNo(unit.StopWhenUnneeded),
    RefuseManualStart: yesNo(unit.RefuseManualStart),
    RefuseManualStop: yesNo(unit.RefuseManualStop),
    AllowIsolate: yesNo(unit.AllowIsolate),
    DefaultDependencies: yesNo(unit.DefaultDependencies),
    OnSuccessJobMode: unit.OnSuccessJobMode,
    OnFailureJobMode: unit.OnFailureJobMode,
    IgnoreOnIsolate: yesNo(world.peek(config.name)?.ignoreOnIsolate ?? unit.IgnoreOnIsolate),
    JobTimeoutUSec: formatTimespan(unit.JobTimeoutSec),
    JobRunningTimeoutUSec: formatTimespan(runningTimeoutOf(config, defaults)),
    JobTimeoutAction: unit.JobTimeoutAction,
    CollectMode: unit.CollectMode,
    StartLimitIntervalUSec: formatTimespan(unit.StartLimitIntervalSec ?? defaults.startLimitIntervalUsec),
    StartLimitBurst: String(unit.StartLimitBurst ?? defaults.startLimitBurst),
    StartLimitAction: unit.StartLimitAction,
    FailureAction: unit.FailureAction,
    SuccessAction: unit.SuccessAction,
    FailureActionExitStatus: String(unit.FailureActionExitStatus ?? ''),
    SuccessActionExitStatus: String(unit.SuccessActionExitStatus ?? ''),
    RebootArgument: unit.RebootArgument,
    JobTimeoutRebootArgument: unit.JobTimeoutRebootArgument,
    Conditions: shellWords(unit.Conditions.map((condition) => `Condition${describeCondition(condition)}`)),
    Asserts: shellWords(unit.Asserts.map((condition) => `Assert${describeCondition(condition)}`)),
    RequiresMountsFor: shellWords([
      ...new Set([
        ...unit.RequiresMountsFor,
        ...(config.load.state !== 'not-found' && config.load.state !== 'masked'
          ? requiredPaths(config, { scope: world.options.scope, directories: world.options.facts.directories })
          : []),
      ]),
    ]),
    ...groupProperties(world, config),
  };
}

function groupProperties(world: World, config: UnitConfig): Record<string, string> {
  if (config.name === ROOT_SLICE) return { Slice: '', ControlGroup: '/' };
  const slice = sliceOf(config, world.options.scope);
  if (slice === undefined) return {};
  const unit = world.peek(config.name);
  const named = config.load.state === 'loaded' ? slice : '';
  return { Slice: named, ControlGroup: unit !== undefined && hasGroup(world, unit) ? `/${pathOfGroup(unit, world.options.scope)}` : '' };
}

/** Where there is no file to read, what is settled at the end of reading it is left open. */
function unread({ options }: World, { config }: Unit): Record<string, string> {
  if (config.exec === undefined) return {};
  return {
    ...(config.service === undefined ? {} : { Type: '', OOMPolicy: '', StandardOutput: 'inherit' }),
    Slice: '',
    ...shownLimits({}, inheritedLimits(options.files, options.keeper.inventory.pid)),
  };
}

/** What the unit's processes are given, for the types that have processes. */
function processProperties(world: World, unit: Unit): Record<string, string> {
  const { exec, kill, cgroup } = unit.config;
  return {
    ...(kill === undefined ? {} : shown(killTable, kill)),
    ...(cgroup === undefined
      ? {}
      : { ...shown(cgroupTable, withImpliedDevices(cgroup, exec)), ...settledResources(world, unit), ...groupUsage(world, unit) }),
    ...(exec === undefined ? {} : execProperties(world, unit.config, exec)),
    ...accountProperties(world, unit),
  };
}

/** With what other settings of the unit make of them. */
function execProperties(world: World, config: UnitConfig, exec: ExecSettings): Record<string, string> {
  const settled = shownInheritance(exec, world.options.config.inherited);
  const { output, error } = standardOutputs(config.type, exec, exec.StandardInput.kind, world.options.config);
  return {
    ...(config.service === undefined ? { NonBlocking: 'no' } : {}),
    ...shown(execTable, settled),
    StandardOutput: output.kind,
    StandardError: error.kind,
    ...shown(sandboxTable, settled),
    ...shownAccount(config, exec),
    SystemCallFilter: shownSelection(selectFiltered(exec.SystemCallFilter)),
    SystemCallLog: shownSelection(selectLogged(exec.SystemCallLog)),
    ...shownNuma(world, exec),
    KeyringMode: keyringMode(config, exec, world.options.scope),
    ...limitProperties(world, exec),
    // What mounts for an automount point must pass it (the kernel knows the group).
    SameProcessGroup: yesNo(config.type === 'mount'),
    CanClean: cleanable(exec),
  };
}

/** Nodes and processors by their numbers, also where the unit speaks of all that there are. */
function shownNuma({ options }: World, exec: ExecSettings): Readonly<Record<'NUMAMask' | 'CPUAffinity', string>> {
  const processors = settledAffinity(exec);
  return {
    NUMAMask: ranges(maskedNodes(options, exec)),
    CPUAffinity: ranges(processors === 'numa' ? (numaOf(options, exec).numa?.cpus ?? []) : processors),
  };
}

/** Who is not named is a dynamic user by the unit's name, in a group of the same name. */
function shownAccount(config: UnitConfig, { User, Group, DynamicUser }: ExecSettings): Readonly<Record<'User' | 'Group', string>> {
  const user = DynamicUser ? dynamicName(config) : User;
  return { User: user, Group: DynamicUser && Group === '' ? user : Group };
}

function limitProperties({ options }: World, exec: ExecSettings): Readonly<Record<string, string>> {
  return shownLimits(exec.Limits, { ...inheritedLimits(options.files, options.keeper.inventory.pid), ...options.config.limits });
}

/** The kinds of directories that `clean` would find. */
function cleanable(exec: ExecSettings): string {
  const directories = [
    ['runtime', exec.RuntimeDirectory],
    ['state', exec.StateDirectory],
    ['cache', exec.CacheDirectory],
    ['logs', exec.LogsDirectory],
    ['configuration', exec.ConfigurationDirectory],
  ] as const;
  return directories
    .filter(([, each]) => each.length > 0)
    .map(([kind]) => kind)
    .join(' ');
}

/** Whose the processes of a unit are, as long as it has any. */
function accountProperties({ options }: World, { config, look }: Unit): Record<string, string> {
  if (config.service === undefined || config.exec === undefined || isInactiveOrFailed(look.active)) return {};
  const { User, Group, DynamicUser } = config.exec;
  const account = User === '' ? undefined : findAccount(options, User);
  const dynamic = DynamicUser ? dynamicNumbers(options, config) : {};
  const uid = account?.uid ?? dynamic.uid;
  const gid = Group === '' ? (account?.gid ?? dynamic.uid) : (resolveGroup(options, Group) ?? dynamic.gid);
  return { ...(uid === undefined ? {} : { UID: String(uid) }), ...(gid === undefined ? {} : { GID: String(gid) }) };
}

function dependencyProperties(world: World, unit: Unit): Record<string, string> {
  const found = new Map<string, string[]>();
  world.graph.forEach(unit.name, (other, set) => {
    for (const kind of kindsIn(set)) {
      const list = found.get(kind);
      if (list === undefined) found.set(kind, [other]);
      else list.push(other);
    }
  });
  const related = Object.fromEntries(shownKinds.map((kind) => [kind, shellWords(found.get(kind) ?? [])]));
  return unit.config.type === 'slice' ? { ...related, SliceOf: shellWords(membersOf(world, unit)) } : related;
}

/** As since systemd 258. */
function sliceProperties(world: World, name: string, slice: SliceSettings): Record<string, string> {
  const { ConcurrencyHardMax, ConcurrencySoftMax, ActivatingConcurrencyMax } = slice;
  return {
    ConcurrencyHardMax: numberOr(ConcurrencyHardMax, 'infinity'),
    ConcurrencySoftMax: numberOr(ConcurrencySoftMax, 'infinity'),
    ActivatingConcurrencyMax: numberOr(ActivatingConcurrencyMax, 'infinity'),
    NCurrentlyActive: String(world.concurrency.active(name)),
  };
}

/** The loaded units that are in a slice. */
function membersOf(world: World, slice: Unit): readonly string[] {
  const isIn = (config: UnitConfig | undefined): boolean =>
    config?.load.state === 'loaded' && sliceOf(config, world.options.scope) === slice.name;
  return [...world.graph.mentioners(slice.name)].filter((name) => isIn(world.peek(name)?.config));
}
