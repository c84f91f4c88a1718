import { installerOf } from '../installer.ts';
import type { Invocation } from '../invocation.ts';
import { readNames } from '../names.ts';
import { printOutcome } from './enable.ts';

/** `get-default`: the unit that default.target leads to. */
export async function runGetDefault(invocation: Invocation): Promise<number> {
  const installer = await installerOf(invocation);
  if (!installer.ok) return installer.error;
  const target = await installer.value.defaultTarget();
  if (target.ok) invocation.terminal.print(target.value);
  else invocation.terminal.warn(`Failed to get default target: ${target.error.message}`);
  return target.ok ? 0 : 1;
}

/** `set-default`: makes default.target lead to the unit. */
export async function runSetDefault(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const read = readNames(invocation, words, 'target');
  if (read === undefined) return 1;
  const installer = await installerOf(invocation);
  if (!installer.ok) return installer.error;
  // A link that is there already is replaced, with or without --force.
  const outcome = await installer.value.apply('set-default', [...read.names, ...read.globs]);
  if (!outcome.ok) {
    terminal.warn(`Failed to set default target: ${outcome.error.message}`);
    return 1;
  }
  if (!options.quiet) printOutcome(invocation, outcome.value);
  if (installer.value.client !== undefined && options.reload) await installer.value.client.call('manager.reload', {});
  return 0;
}
