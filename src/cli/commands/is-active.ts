import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';

/** `is-active`: prints each unit's state; 0 if at least one is active, else 3. */
export function runIsActive(invocation: Invocation): Promise<number> {
  return runIs(invocation, { good: ['active', 'reloading', 'refreshing'], otherwise: 3 });
}

/** `is-failed`: prints each unit's state; 0 if at least one has failed, else 1. */
export function runIsFailed(invocation: Invocation): Promise<number> {
  return runIs(invocation, { good: ['failed'], otherwise: 1 });
}

async function runIs(
  invocation: Invocation,
  { good, otherwise }: { readonly good: readonly string[]; readonly otherwise: number },
): Promise<number> {
  const { words, options, terminal } = invocation;
  const client = await invocation.connect();
  const names = client.ok ? await expandNames(invocation, client.value, words) : undefined;
  if (!client.ok) terminal.fail(client.error);
  if (!client.ok || names === undefined) return 1;
  const units = await client.value.call('units.get', { units: [...names] });
  if (!units.ok) {
    terminal.fail(`Failed to get unit states: ${units.error.message}`);
    return 1;
  }
  const states = units.value.map((unit) => unit?.active ?? 'inactive');
  if (!options.quiet) for (const state of states) terminal.print(state);
  return states.some((state) => good.includes(state)) ? 0 : otherwise;
}
