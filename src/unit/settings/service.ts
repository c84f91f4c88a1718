import type { Command, ExitStatusSet } from '../values/types.ts';

/** [Service], less what it shares with other types. Durations are microseconds, Infinity for none, undefined where the manager's default applies. */
export interface ServiceSettings {
  /** The type in effect: where the file has none, as systemd.service(5) says. */
  readonly Type: 'simple' | 'exec' | 'forking' | 'oneshot' | 'dbus' | 'notify' | 'notify-reload' | 'idle';
  readonly ExitType: 'main' | 'cgroup';
  readonly PIDFile: string;
  readonly BusName: string;
  readonly ExecCondition: readonly Command[];
  readonly ExecStartPre: readonly Command[];
  readonly ExecStart: readonly Command[];
  readonly ExecStartPost: readonly Command[];
  readonly ExecReload: readonly Command[];
  readonly ExecReloadPost: readonly Command[];
  readonly ExecStop: readonly Command[];
  readonly ExecStopPost: readonly Command[];
  readonly Restart: 'no' | 'on-success' | 'on-failure' | 'on-abnormal' | 'on-watchdog' | 'on-abort' | 'always';
  readonly RestartMode: 'normal' | 'direct' | 'debug';
  readonly RestartSec: number | undefined;
  readonly RestartSteps: number;
  readonly RestartMaxDelaySec: number;
  readonly TimeoutStartSec: number | undefined;
  readonly TimeoutStopSec: number | undefined;
  readonly TimeoutAbortSec: number | undefined;
  readonly TimeoutStartFailureMode: 'terminate' | 'abort' | 'kill';
  readonly TimeoutStopFailureMode: 'terminate' | 'abort' | 'kill';
  readonly RuntimeMaxSec: number;
  readonly RuntimeRandomizedExtraSec: number;
  readonly WatchdogSec: number;
  readonly RemainAfterExit: boolean;
  readonly GuessMainPID: boolean;
  readonly SuccessExitStatus: ExitStatusSet;
  readonly RestartPreventExitStatus: ExitStatusSet;
  readonly RestartForceExitStatus: ExitStatusSet;
  readonly RootDirectoryStartOnly: boolean;
  readonly NonBlocking: boolean;
  /** The access in effect: forced to main where Type=notify*, WatchdogSec= or the fd store need it. */
  readonly NotifyAccess: 'none' | 'main' | 'exec' | 'all';
  readonly Sockets: readonly string[];
  readonly FileDescriptorStoreMax: number;
  readonly FileDescriptorStorePreserve: 'no' | 'yes' | 'restart' | 'on-success';
  readonly OOMPolicy: 'continue' | 'stop' | 'kill' | undefined;
  readonly ReloadSignal: number;
}
