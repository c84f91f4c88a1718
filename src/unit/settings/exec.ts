import type { InputSource, ManagedDirectory, OutputTarget, ResourceLimit } from '../values/types.ts';

/** systemd.exec(5). Only what is carried out has a typed name here so far; see `coverage` for the rest. */
export interface ExecSettings {
  readonly WorkingDirectory: { readonly path: string; readonly missingOk: boolean } | undefined;
  readonly RootDirectory: string;
  readonly User: string;
  readonly Group: string;
  readonly SupplementaryGroups: readonly string[];
  readonly DynamicUser: boolean;
  readonly SetLoginEnvironment: boolean | undefined;
  readonly PAMName: string;
  readonly NoNewPrivileges: boolean;
  readonly Nice: number | undefined;
  readonly OOMScoreAdjust: number | undefined;
  readonly IOSchedulingClass: 'none' | 'realtime' | 'best-effort' | 'idle' | undefined;
  readonly IOSchedulingPriority: number | undefined;
  readonly UMask: number | undefined;
  readonly Environment: readonly string[];
  readonly EnvironmentFile: readonly { readonly path: string; readonly optional: boolean }[];
  readonly PassEnvironment: readonly string[];
  readonly UnsetEnvironment: readonly string[];
  readonly ExecSearchPath: readonly string[];
  /** Limit*=: by name without the word, as NOFILE; only those that are set. */
  readonly Limits: Readonly<Record<string, ResourceLimit>>;
  readonly StandardInput: InputSource;
  /** undefined: not set, so the default applies (semantics of systemd.exec(5), StandardOutput=). */
  readonly StandardOutput: OutputTarget | undefined;
  readonly StandardError: OutputTarget | undefined;
  readonly StandardInputData: Uint8Array | undefined;
  readonly TTYPath: string;
  readonly SyslogIdentifier: string;
  readonly SyslogFacility: string;
  readonly SyslogLevel: string;
  readonly SyslogLevelPrefix: boolean;
  readonly IgnoreSIGPIPE: boolean;
  readonly RuntimeDirectory: readonly ManagedDirectory[];
  readonly RuntimeDirectoryMode: number;
  readonly RuntimeDirectoryPreserve: 'no' | 'yes' | 'restart' | 'on-success';
  readonly StateDirectory: readonly ManagedDirectory[];
  readonly StateDirectoryMode: number;
  readonly CacheDirectory: readonly ManagedDirectory[];
  readonly CacheDirectoryMode: number;
  readonly LogsDirectory: readonly ManagedDirectory[];
  readonly LogsDirectoryMode: number;
  readonly ConfigurationDirectory: readonly ManagedDirectory[];
  readonly ConfigurationDirectoryMode: number;
  /** Names of directives that the files set and that are parsed but not carried out, for `verify`, `plan` and `status`. */
  readonly notApplied: readonly string[];
}
