import type { Result } from '../base/result.ts';
import type { Client } from '../api/client.ts';
import type { ConditionReport } from '../api/condition-report.ts';
import type { InstallApi } from '../api/install.ts';
import type { UnitFilesApi } from '../api/unit-files.ts';
import type { Options } from './options.ts';
import type { Terminal } from './output/terminal.ts';

/** What the command line tool needs from other parts of tysd; src/main gives it. */
export interface CliServices {
  readonly version: string;
  /** `journalctl`: reads the logs of the manager in this place; gives the exit status. */
  readonly runLogs: (argv: readonly string[], place: ManagerPlace) => Promise<number>;
  /** The last log lines of these units as `journalctl -o short` prints them, oldest first, without newlines. */
  readonly recentLogs: (request: LogRequest) => Promise<readonly string[]>;
  /** Unit files and their links without a manager, below another root directory if one is given. */
  readonly localInstall: (place: LocalPlace) => Promise<InstallApi>;
  readonly localUnitFiles: (place: LocalPlace) => Promise<UnitFilesApi>;
  /** The conditions and asserts of a unit, or of lines as they would stand in one, by what holds on this machine now. */
  readonly checkConditions: (request: ConditionRequest) => Promise<Result<ConditionReport, string>>;
  /** Sends a datagram of sd_notify(3) to $NOTIFY_SOCKET, as from this process if it may; false where there is no such socket. */
  readonly notify: (text: string, pid: number | undefined) => Promise<boolean>;
}

/** Which manager is meant, as far as the options say it. */
export interface ManagerPlace {
  readonly scope: 'system' | 'user' | undefined;
  readonly runtimeDirectory: string | undefined;
}

export interface LogRequest {
  readonly runtimeDirectory: string;
  readonly stateDirectory: string;
  readonly unit: string;
  readonly lines: number;
  /** Only lines since then, CLOCK_REALTIME microseconds; 0 for all. */
  readonly sinceUsec: number;
  /** The form of --output=; '' for short. */
  readonly output: string;
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
