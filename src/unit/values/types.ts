/** One command of an Exec*= line (systemd.service(5), "Command lines"). */
export interface Command {
  /** Absolute path, or a file name to be looked up. */
  readonly path: string;
  /** argv[0] first. Variables are not yet expanded. */
  readonly argv: readonly string[];
  /** `-`: a failure counts as success. */
  readonly ignoreFailure: boolean;
  /** Without `:`: `$NAME` and `${NAME}` in the arguments are expanded. */
  readonly expand: boolean;
  /** `+` full privileges, `!` no change of user, `!!` as `!` only where ambient capabilities are missing. */
  readonly privilege: 'normal' | 'full' | 'no-credentials' | 'ambient-fallback';
}

/** Where standard input comes from. */
export type InputSource =
  | { readonly kind: 'null' | 'tty' | 'tty-force' | 'tty-fail' | 'data' | 'socket' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'fd'; readonly name?: string };

/** Where standard output or error goes. */
export type OutputTarget =
  | { readonly kind: 'inherit' | 'null' | 'tty' | 'journal' | 'journal+console' | 'kmsg' | 'kmsg+console' | 'socket' }
  | { readonly kind: 'file' | 'append' | 'truncate'; readonly path: string }
  | { readonly kind: 'fd'; readonly name?: string };

/** A soft and a hard resource limit; Infinity for none. */
export interface ResourceLimit {
  readonly soft: number;
  readonly hard: number;
}

/** Exit codes and signals, as in SuccessExitStatus=. */
export interface ExitStatusSet {
  readonly codes: readonly number[];
  readonly signals: readonly number[];
}

/** What a socket unit listens on, in the order of the file. */
export type ListenAddress =
  | { readonly kind: 'stream' | 'datagram' | 'sequential-packet'; readonly address: SocketAddress; readonly text: string }
  | { readonly kind: 'fifo' | 'special' | 'message-queue' | 'usb-function' | 'netlink'; readonly path: string; readonly text: string };

export type SocketAddress =
  | { readonly family: 'unix'; readonly path: string; readonly abstract: boolean }
  | { readonly family: 'inet'; readonly address: string; readonly port: number }
  | { readonly family: 'inet6'; readonly address: string; readonly port: number; readonly scope?: string }
  /** A bare port: [::] where the machine has IPv6, else 0.0.0.0. */
  | { readonly family: 'any'; readonly port: number }
  | { readonly family: 'vsock'; readonly cid: number; readonly port: number };

/** One Condition*= or Assert*= line; `kind` is the name without that word, as in PathExists. */
export interface Condition {
  readonly kind: string;
  readonly argument: string;
  readonly trigger: boolean;
  readonly negate: boolean;
}

/** A directory of RuntimeDirectory= and friends: relative name, and the links that lead to it. */
export interface ManagedDirectory {
  readonly path: string;
  readonly symlinks: readonly string[];
}

/** Actions of SuccessAction=, FailureAction= and their kin (systemd.unit(5)). */
export const emergencyActions = [
  'none',
  'exit',
  'exit-force',
  'reboot',
  'reboot-force',
  'reboot-immediate',
  'poweroff',
  'poweroff-force',
  'poweroff-immediate',
  'soft-reboot',
  'soft-reboot-force',
  'kexec',
  'kexec-force',
  'halt',
  'halt-force',
  'halt-immediate',
] as const;

export type EmergencyAction = (typeof emergencyActions)[number];

/** How a queued job meets those that are queued already (systemctl(1), --job-mode=). */
export const jobModes = [
  'fail',
  'lenient',
  'replace',
  'replace-irreversibly',
  'isolate',
  'flush',
  'ignore-dependencies',
  'ignore-requirements',
  'triggering',
  'restart-dependencies',
] as const;

export type JobMode = (typeof jobModes)[number];
