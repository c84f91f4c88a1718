import type { Call } from '../main.ts';

/** A call of one of the names that System V had, and a way to have systemctl do something. */
export interface SysvCall extends Call {
  readonly systemctl: (...argv: readonly string[]) => Promise<number>;
}

/** Says what is wrong; the exit status is 1. */
export function refuse({ terminal }: Call, message: string): number {
  terminal.warn(message);
  return 1;
}

/** Prints a help text; the exit status is 0. */
export function printAll({ terminal }: Call, lines: readonly string[]): number {
  for (const line of lines) terminal.print(line);
  return 0;
}
