export interface KillSettings {
  readonly KillMode: 'control-group' | 'process' | 'mixed' | 'none';
  readonly KillSignal: number;
  /** KillSignal= where it is not set. */
  readonly RestartKillSignal: number | undefined;
  readonly FinalKillSignal: number;
  readonly WatchdogSignal: number;
  readonly SendSIGKILL: boolean;
  readonly SendSIGHUP: boolean;
}
