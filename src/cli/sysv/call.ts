import type { Call } from '../main.ts';
import { refuseCommandLine } from '../output/messages.ts';

/** A call of one of the names that System V had, and a way to have systemctl do something. */
export interface SysvCall extends Call {
  readonly systemctl: (...argv: readonly string[]) => Promise<number>;
}

/** Says what is wrong, be it with the command line; the exit status is 1. */
export function refuse({ terminal }: Call, message: string): number {
  refuseCommandLine(terminal, message);
  return 1;
}

/** Prints a help text; the exit status is 0. */
export function printAll({ terminal }: Call, lines: readonly string[]): number {
  for (const line of lines) terminal.print(line);
  return 0;
}
