import type { ManagerPlace } from '../invocation.ts';
import { quoteForShell } from './shell-quote.ts';

/** The options that have a command ask the manager that this one was told to ask, each behind a blank. */
export function sameManager({ scope, runtimeDirectory }: ManagerPlace): string {
  const directory = runtimeDirectory === undefined ? '' : ` --runtime-directory=${quoteForShell(runtimeDirectory)}`;
  return `${scope === 'user' ? ' --user' : ''}${directory}`;
}
