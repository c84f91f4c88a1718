import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';

/** `abandon`: lets go of the processes of scopes, as whoever made them may when it ends (org.freedesktop.systemd1(5), Abandon). */
export async function runAbandon(invocation: Invocation): Promise<number> {
  const { words, terminal } = invocation;
  const client = await invocation.connect();
  if (!client.ok) terminal.fail(client.error);
  const units = client.ok ? await expandNames(invocation, client.value, words, 'scope') : undefined;
  if (!client.ok || units === undefined) return 1;
  let status = 0;
  for (const unit of units) {
    const abandoned = await client.value.call('unit.abandon', { unit });
    if (abandoned.ok) continue;
    terminal.fail(`Failed to abandon ${unit}: ${abandoned.error.message}`);
    status = 1;
  }
  return status;
}
