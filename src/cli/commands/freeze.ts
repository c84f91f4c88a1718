import type { Client } from '../../api/client.ts';
import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';
import { isNotLoaded, plainFailure } from '../not-loaded.ts';

/** `freeze` and `thaw`: of the processes of units. */
export async function runFreeze(invocation: Invocation): Promise<number> {
  const { words, options, terminal, verb } = invocation;
  const isFreeze = verb === 'freeze';
  const client = await invocation.connect();
  if (!client.ok) terminal.fail(client.error);
  const units = client.ok ? await expandNames(invocation, client.value, words) : undefined;
  if (!client.ok || units === undefined) return 1;
  let status = 0;
  for (const unit of units) {
    const asked = await client.value.call(isFreeze ? 'unit.freeze' : 'unit.thaw', { unit });
    if (asked.ok) {
      if (!isFreeze || !options.block || (await isFrozenInTime(client.value, unit))) continue;
      terminal.fail(`Failed to freeze unit ${unit}: Connection timed out`);
    } else if (options.block && isNotLoaded(asked.error)) {
      terminal.fail(`Failed to add reference to unit ${unit}: ${plainFailure(asked.error, unit)}`);
      return 1;
    } else terminal.fail(`Failed to ${verb} unit ${unit}: ${plainFailure(asked.error, unit)}`);
    status = 1;
  }
  return status;
}

/** The kernel says it when the last process has stopped, which one that waits for a device may never do. */
async function isFrozenInTime(client: Client, unit: string): Promise<boolean> {
  for (let pauseMs = 1; pauseMs < longestPauseMs; pauseMs *= 2) {
    const told = await client.call('units.properties', { units: [unit], only: ['FreezerState'] });
    // Whoever has thawed it meanwhile had it frozen long enough.
    if (told.ok && told.value[0]?.['FreezerState'] !== 'freezing') return true;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return false;
}

/** All pauses together are then about as long as systemctl waits for an answer. */
const longestPauseMs = 16_384;
