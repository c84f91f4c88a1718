import type { CliServices, ManagerPlace } from '../invocation.ts';
import type { Terminal } from '../output/terminal.ts';
import type { AnalyzeOptions } from './options.ts';

/** One call of systemd-analyze: what it is to look at, and the means. */
export interface AnalyzeCall {
  /** The program that was called: systemd-analyze, or another whose verb it is. */
  readonly program: string;
  readonly verb: string;
  readonly words: readonly string[];
  readonly options: AnalyzeOptions;
  readonly terminal: Terminal;
  readonly services: CliServices;
  /** Which manager is meant, as far as options before the verb say it. */
  readonly place: ManagerPlace;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A verb of systemd-analyze; gives the exit status. */
export type AnalyzeRun = (call: AnalyzeCall) => number | Promise<number>;
