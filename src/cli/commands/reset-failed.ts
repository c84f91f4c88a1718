import { suggestUnit } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';

/** `reset-failed`: of the named units, or of all. */
export async function runResetFailed(invocation: Invocation): Promise<number> {
  const { words, terminal } = invocation;
  const client = await invocation.connect();
  const units = client.ok ? await expandNames(invocation, client.value, words) : undefined;
  if (!client.ok) terminal.fail(client.error);
  if (!client.ok || units === undefined) return 1;
  if (words.length === 0) {
    const reset = await client.value.call('unit.reset-failed', {});
    if (!reset.ok) terminal.fail(`Failed to reset failed state: ${reset.error.message}`);
    return reset.ok ? 0 : 1;
  }
  let status = 0;
  for (const unit of units) {
    const reset = await client.value.call('unit.reset-failed', { unit });
    if (reset.ok) continue;
    terminal.fail(`Failed to reset failed state of unit ${unit}: ${reset.error.message}`);
    if (reset.error.code === 'no-such-unit') await suggestUnit(invocation, unit);
    status = 1;
  }
  return status;
}
