import type { BusProperties } from '../base/bus-properties.ts';
import type { Result } from '../base/result.ts';
import type { Client } from '../api/client.ts';
import type { ConditionReport } from '../api/condition-report.ts';
import type { Finding, LintOptions } from '../api/lint.ts';
import type { InstallApi } from '../api/install.ts';
import type { UnitFilesApi } from '../api/unit-files.ts';
import type { OptionForm } from './getopt.ts';
import type { Options } from './options.ts';
import type { Terminal } from './output/terminal.ts';

/** What the command line tool needs from other parts of tysd; src/main gives it. */
export interface CliServices {
  readonly version: string;
  /** `journalctl`: reads the logs of the manager in this place; gives the exit status. */
  readonly runLogs: (argv: readonly string[], place: ManagerPlace) => Promise<number>;
  /** The options of journalctl. */
  readonly logsOptions: () => Promise<readonly OptionForm[]>;
  /** The last log lines of these units as `journalctl -o short` prints them, oldest first, without newlines. */
  readonly recentLogs: (request: LogRequest) => Promise<readonly string[]>;
  /** The entries that the journal of the manager in this place has written down, as JSON values; of these, those that have one of the words. */
  readonly recordedHistory: (place: ManagerPlace, words: readonly string[]) => Promise<readonly unknown[]>;
  /** Unit files and their links without a manager, below another root directory if one is given. */
  readonly localInstall: (place: LocalPlace) => Promise<InstallApi>;
  readonly localUnitFiles: (place: LocalPlace) => Promise<UnitFilesApi>;
  readonly generateUnits: (scope: 'system' | 'user') => Promise<GeneratedUnits>;
  /** The files below a root directory, '' for the machine's own; links lead nowhere outside of it. */
  readonly fileTree: (root: string) => Promise<FileTree>;
  /** What is wrong in unit files, by their paths or those of directories, and what had better be otherwise. */
  readonly lintFiles: (paths: readonly string[], options: LintOptions) => Promise<readonly Finding[]>;
  /** The conditions and asserts of a unit, or of lines as they would stand in one, by what holds on this machine now. */
  readonly checkConditions: (request: ConditionRequest) => Promise<Result<ConditionReport, string>>;
  /** Sends a datagram of sd_notify(3) to $NOTIFY_SOCKET; false where that failed, and why has been said. */
  readonly notify: (message: Notification) => Promise<boolean>;
  /** Properties of services on the message bus of the system or of the user's session; an error is a sentence. */
  readonly messageBus: (scope: 'system' | 'user') => Promise<Result<BusProperties, string>>;
  readonly launcher: () => Promise<Launcher>;
  /** What this machine runs in, by the names of systemd-detect-virt(1). */
  readonly virtualization: () => Promise<{ readonly container: string; readonly vm: string; readonly privateUsers: boolean }>;
  /** The command line by which this program runs as one of its tools. */
  readonly commandOf: (tool: string) => readonly string[];
}

/** Files, as far as tools look at them. */
export interface FileTree {
  /** The content, or undefined where there is no readable regular file. */
  read(path: string): Uint8Array | undefined;
  /** Names in a directory, sorted; empty where there is none. */
  list(path: string): readonly string[];
  /** What is there, links followed. */
  follow(path: string): { readonly kind: 'file' | 'directory' | 'missing' | 'other'; readonly isExecutable: boolean };
}

/** A message of sd_notify(3), and in whose name it is sent. */
export interface Notification {
  readonly lines: readonly string[];
  /** The process that it is about, which it is sent for if the caller may; the caller of the tool where it is undefined. */
  readonly pid: number | undefined;
  /** Wait until it was read. */
  readonly block: boolean;
  readonly sender: Pick<LaunchAccount, 'uid' | 'gid'> | undefined;
}

/** What `systemd-run` needs of the system that JavaScript does not have. */
export interface Launcher {
  /** Sends standard input, output and error of this process to the manager, under a token. */
  readonly passStreams: (socket: string, token: string) => boolean;
  /** Makes a pseudo terminal, and carries what is typed and shown between it and the terminal of this process. */
  readonly openTerminal: () => Promise<PseudoTerminal | undefined>;
  /** Becomes the command; comes back only where that fails, with an exit status. */
  readonly become: (command: BecomeCommand) => number;
  /** The account of a user name or number, and the gid of a group's; undefined where there is none. */
  readonly account: (user: string) => Promise<LaunchAccount | undefined>;
  readonly group: (group: string) => Promise<number | undefined>;
}

export interface PseudoTerminal {
  readonly path: string;
  /** Begins to carry what is typed and shown: until then the terminal of this process is as it was. */
  begin(): void;
  /** Resolves when the user let go of the terminal by typing ^] three times, or when it cannot be shown any more. */
  readonly disconnected: Promise<void>;
  /** Shows what is left and gives the terminal of this process back. */
  close(): Promise<void>;
}

export interface LaunchAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
  readonly groups: readonly number[];
}

export interface BecomeCommand {
  readonly executable: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly nice?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly groups?: readonly number[];
  /** Where its output goes: a socket of the journal, and what a stream there begins with; standard error has a stream of its own if it has a header. */
  readonly output?: { readonly socket: string; readonly header: string; readonly errorHeader?: string };
}

/** Which manager is meant, as far as the options say it. */
export interface ManagerPlace {
  readonly scope: 'system' | 'user' | undefined;
  readonly runtimeDirectory: string | undefined;
}

export interface LogRequest {
  readonly runtimeDirectory: string;
  readonly stateDirectory: string;
  /** Whose journal has it: tysd's, or the one of the machine. */
  readonly journal: 'own' | 'system';
  readonly unit: string;
  readonly lines: number;
  /** Only lines since then, CLOCK_REALTIME microseconds; 0 for all. */
  readonly sinceUsec: number;
  /** The form of --output=; '' for short. */
  readonly output: string;
  /** In the colours of their priorities. */
  readonly color?: boolean;
  /** Lines are cut to so many columns, and messages to a few lines (journalctl(1), --no-full). */
  readonly columns?: number;
  /** Only of this run of the unit. */
  readonly invocation?: string;
  /** Where there is no such line yet, how long to wait for one. */
  readonly waitMs?: number;
  /** Only what the unit's own processes wrote. */
  readonly own?: boolean;
}

/** What is to be judged: assignments such as `ConditionPathExists=/etc`, or a unit. */
export interface ConditionRequest {
  readonly place: LocalPlace;
  readonly of: { readonly assignments: readonly string[] } | { readonly unit: string };
}

export type { ConditionReport };

export interface LocalPlace {
  readonly scope: 'system' | 'user' | 'global';
  /** '' for the machine's own root. */
  readonly root: string;
  /** Where generators have put units, in place of where a manager has them put. */
  readonly generated?: GeneratedUnits['directories'];
}

/** Units that generators have made for one call of a tool. */
export interface GeneratedUnits {
  readonly directories: { readonly normal: string; readonly early: string; readonly late: string };
  /** A sentence for each generator that failed. */
  readonly failures: readonly string[];
  remove(): void;
}

/** One call of the tool: what was asked for, and the means to do it. */
export interface Invocation {
  /** The name that the tool speaks of itself by. */
  readonly program: 'tysctl' | 'systemctl';
  readonly verb: string;
  /** The words after the verb. */
  readonly words: readonly string[];
  readonly options: Options;
  readonly terminal: Terminal;
  readonly services: CliServices;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Connects to the manager once; an error is a sentence. */
  readonly connect: () => Promise<Result<Client, string>>;
}

/** A verb; gives the exit status. */
export type Run = (invocation: Invocation) => Promise<number>;
