import { ok, type Result } from '../../base/result.ts';
import type { ValueContext, ValueError } from '../values/parser.ts';
import type { JobMode } from '../values/types.ts';
import type { assertRows, conditionRows } from './condition.ts';
import { boolean } from '../values/boolean.ts';
import { orEmpty } from '../values/combine.ts';
import { oneOf } from '../values/enum.ts';
import { exitStatus } from '../values/exit-status.ts';
import { unsigned } from '../values/integer.ts';
import { absolutePath, pathList } from '../values/path.ts';
import { string } from '../values/string.ts';
import { timeout, timespan } from '../values/timespan.ts';
import { words } from '../values/words.ts';
import { emergencyAction, jobMode } from './action.ts';
import { dependency, growing, into, last, list, obsolete, renamed, type Values } from './setting.ts';

/** [Unit], less conditions and asserts (systemd.unit(5)). */
export const unitRows = {
  Description: last(string, '', { since: 201, meaning: 'Human-readable name shown in status output; defaults to the unit id' }),
  Documentation: list(documentation, { since: 201, meaning: 'Space-separated URIs (http, https, file, info, man); accumulates' }),
  SourcePath: last(orEmpty(absolutePath, ''), '', {
    since: 201,
    meaning: 'File a generator derived this unit from; used for need-reload detection',
  }),
  Requires: dependency('Requires', {
    since: 201,
    meaning: 'Pull in and require listed units; their failed start (if ordered After) or explicit stop takes this unit down',
  }),
  Requisite: dependency('Requisite', { since: 201, meaning: 'Like Requires but the units must already be active, they are not started' }),
  Wants: dependency('Wants', { since: 201, meaning: 'Pull in listed units without failing if they do not start' }),
  BindsTo: dependency('BindsTo', {
    since: 201,
    meaning: 'Requires plus: when the other unit becomes inactive for any reason this unit is stopped',
  }),
  BindTo: renamed('BindsTo', { since: 0, meaning: 'Legacy spelling of BindsTo' }),
  Upholds: dependency('Upholds', {
    since: 249,
    meaning: 'Keep listed units running as long as this one is up (restart them when they stop)',
  }),
  Conflicts: dependency('Conflicts', { since: 201, meaning: 'Starting one stops the other; negative requirement' }),
  Before: dependency('Before', { since: 201, meaning: 'Ordering: if both have jobs, this unit starts first and stops last' }),
  After: dependency('After', { since: 201, meaning: 'Ordering: inverse of Before' }),
  OnSuccess: dependency('OnSuccess', { since: 249, meaning: 'Units to start when this one becomes inactive after success' }),
  OnFailure: dependency('OnFailure', { since: 201, meaning: 'Units to start when this one enters failed' }),
  PropagatesReloadTo: dependency('PropagatesReloadTo', {
    since: 201,
    meaning: 'A reload of this unit also queues reloads for the listed units',
  }),
  PropagateReloadTo: renamed('PropagatesReloadTo', { since: 0, meaning: 'Legacy spelling of PropagatesReloadTo' }),
  ReloadPropagatedFrom: dependency('ReloadPropagatedFrom', { since: 201, meaning: 'Inverse of PropagatesReloadTo' }),
  PropagateReloadFrom: renamed('ReloadPropagatedFrom', { since: 0, meaning: 'Legacy spelling of ReloadPropagatedFrom' }),
  PropagatesStopTo: dependency('PropagatesStopTo', { since: 249, meaning: 'A stop of this unit also queues stops for the listed units' }),
  StopPropagatedFrom: dependency('StopPropagatedFrom', { since: 249, meaning: 'Inverse of PropagatesStopTo' }),
  PartOf: dependency('PartOf', { since: 201, meaning: 'Stop and restart of the listed units propagates to this one (not start)' }),
  JoinsNamespaceOf: dependency('JoinsNamespaceOf', {
    since: 209,
    meaning: 'Share private /tmp, network and IPC namespaces with the listed unit',
  }),
  RequiresOverridable: renamed('Requires', { since: 0, meaning: 'Obsolete; treated as Requires with a warning' }),
  RequisiteOverridable: renamed('Requisite', { since: 0, meaning: 'Obsolete; treated as Requisite with a warning' }),
  RequiresMountsFor: growing(pathList, {
    since: 201,
    meaning: 'Requires+After for every mount unit on the way to the given absolute paths',
  }),
  WantsMountsFor: growing(pathList, { since: 256, meaning: 'Wants+After for every mount unit on the way to the given absolute paths' }),
  StopWhenUnneeded: last(boolean, false, { since: 201, meaning: 'Stop the unit once no active unit requires/wants it any more' }),
  RefuseManualStart: last(boolean, false, { since: 201, meaning: 'Only startable as a dependency, not by an explicit request' }),
  RefuseManualStop: last(boolean, false, { since: 201, meaning: 'Only stoppable as a dependency, not by an explicit request' }),
  AllowIsolate: last(boolean, false, { since: 201, meaning: 'Unit may be the target of an isolate request' }),
  DefaultDependencies: last(boolean, true, { since: 201, meaning: 'Whether the implicit default (boot/shutdown) dependencies are added' }),
  SurviveFinalKillSignal: last(boolean, false, {
    since: 255,
    meaning: 'Processes are spared by the final kill before shutdown/soft-reboot',
    status: { accepted: 'at the end of tysd all processes end, and it has no soft reboot that one could survive' },
  }),
  OnSuccessJobMode: last(jobMode, 'fail', { since: 209, meaning: 'Job mode used when OnSuccess units are queued' }),
  OnFailureJobMode: last(jobMode, 'replace', { since: 209, meaning: 'Job mode used when OnFailure units are queued' }),
  OnFailureIsolate: into(
    'OnFailureJobMode',
    last(isolateOrReplace, 'replace', { since: 0, meaning: 'Legacy boolean: yes = OnFailureJobMode=isolate, no = replace' }),
  ),
  IgnoreOnIsolate: last(boolean, false, { since: 201, meaning: 'Do not stop this unit when another unit is isolated' }),
  IgnoreOnSnapshot: obsolete({ since: 0, meaning: 'Obsolete no-op (snapshots were removed)' }),
  JobTimeoutSec: last(timeout, Infinity, {
    since: 201,
    meaning: 'Time limit for a queued job of this unit to finish; also sets the running limit unless set',
  }),
  JobRunningTimeoutSec: last(timeout, undefined, { since: 201, meaning: 'Time limit counted from the moment the job starts running' }),
  JobTimeoutAction: last(emergencyAction, 'none', { since: 240, meaning: 'System action taken when a job times out' }),
  JobTimeoutRebootArgument: last(string, '', { since: 240, meaning: 'Reboot argument used with JobTimeoutAction' }),
  StartLimitIntervalSec: last(timespan, undefined, { since: 229, meaning: 'Window of the start rate limit (0 disables)' }),
  StartLimitInterval: renamed('StartLimitIntervalSec', { since: 0, meaning: 'Legacy spelling of StartLimitIntervalSec' }),
  StartLimitBurst: last(unsigned, undefined, { since: 229, meaning: 'Starts allowed per window' }),
  StartLimitAction: last(emergencyAction, 'none', { since: 229, meaning: 'System action when the start limit is hit' }),
  FailureAction: last(emergencyAction, 'none', { since: 236, meaning: 'System action when the unit enters failed' }),
  SuccessAction: last(emergencyAction, 'none', { since: 236, meaning: 'System action when the unit becomes inactive successfully' }),
  FailureActionExitStatus: last(exitStatus, undefined, { since: 240, meaning: 'Exit status the manager returns when FailureAction=exit' }),
  SuccessActionExitStatus: last(exitStatus, undefined, { since: 240, meaning: 'Exit status the manager returns when SuccessAction=exit' }),
  RebootArgument: last(string, '', { since: 229, meaning: 'Argument for the reboot call of *Action=reboot' }),
  CollectMode: last(oneOf('inactive', 'inactive-or-failed'), 'inactive', {
    since: 236,
    meaning: 'When a unit may be garbage collected: inactive only, or also failed',
  }),
};

/** What [Unit] says of a unit itself; the edges are in UnitConfig.dependencies. Durations are microseconds, Infinity for none, undefined where the manager's default applies. */
export interface UnitSettings extends Values<typeof unitRows>, Values<typeof conditionRows>, Values<typeof assertRows> {}

/** Documentation=: URIs; words that are none are dropped with a warning (uri(7)). */
function documentation(text: string, context: ValueContext): Result<readonly string[], ValueError> {
  const uris = words(text, context);
  if (!uris.ok) return uris;
  const kept: string[] = [];
  for (const written of uris.value) {
    const uri = context.specifiers.expand(written, 'full');
    if (uri.ok && /^(https?:\/\/|ftp:\/\/|file:\/|info:|man:)./.test(uri.value)) kept.push(uri.value);
    else
      context.warn({
        message: `“${written}” is no documentation URI (expected http://, https://, file:/, info: or man:)`,
        offset: text.indexOf(written),
      });
  }
  return ok(kept);
}

function isolateOrReplace(text: string, context: ValueContext): Result<JobMode, ValueError> {
  const isolate = boolean(text, context);
  return isolate.ok ? ok(isolate.value ? 'isolate' : 'replace') : isolate;
}
