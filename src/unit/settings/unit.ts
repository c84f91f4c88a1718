import type { Condition, EmergencyAction, JobMode } from '../values/types.ts';

export interface UnitSettings {
  readonly Description: string;
  readonly Documentation: readonly string[];
  readonly SourcePath: string;
  readonly RequiresMountsFor: readonly string[];
  readonly WantsMountsFor: readonly string[];
  readonly StopWhenUnneeded: boolean;
  readonly RefuseManualStart: boolean;
  readonly RefuseManualStop: boolean;
  readonly AllowIsolate: boolean;
  readonly DefaultDependencies: boolean;
  readonly OnFailureJobMode: JobMode;
  readonly OnSuccessJobMode: JobMode;
  readonly IgnoreOnIsolate: boolean;
  readonly SurviveFinalKillSignal: boolean;
  readonly CollectMode: 'inactive' | 'inactive-or-failed';
  readonly JobTimeoutSec: number;
  readonly JobRunningTimeoutSec: number;
  readonly JobTimeoutAction: EmergencyAction;
  readonly JobTimeoutRebootArgument: string;
  readonly StartLimitIntervalSec: number | undefined;
  readonly StartLimitBurst: number | undefined;
  readonly StartLimitAction: EmergencyAction;
  readonly FailureAction: EmergencyAction;
  readonly SuccessAction: EmergencyAction;
  readonly FailureActionExitStatus: number | undefined;
  readonly SuccessActionExitStatus: number | undefined;
  readonly RebootArgument: string;
  /** Condition*= and Assert*= of all kinds, in order; an empty assignment resets the whole list. */
  readonly Conditions: readonly Condition[];
  readonly Asserts: readonly Condition[];
}
