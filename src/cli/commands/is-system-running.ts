import type { Client } from '../../api/client.ts';
import type { Invocation } from '../invocation.ts';

/** `is-system-running`: prints the overall state; 0 only for `running`. With --wait, first until the start is over. */
export async function runIsSystemRunning({ connect, options, terminal }: Invocation): Promise<number> {
  const client = await connect();
  if (!client.ok) {
    // Scripts of init systems look for this word when nobody is there.
    if (!options.quiet) terminal.print('offline');
    return 1;
  }
  const state = options.wait ? await settledState(client.value) : await stateOf(client.value);
  if (!options.quiet) terminal.print(state);
  return state === 'running' ? 0 : 1;
}

async function stateOf(client: Client): Promise<string> {
  const state = await client.call('manager.state', {});
  return state.ok ? state.value.state : 'unknown';
}

async function settledState(client: Client): Promise<string> {
  const finished = new Promise<void>((resolve) => {
    client.receive((change) => {
      if (change.change === 'startup-finished') resolve();
    });
  });
  await client.call('changes.subscribe', {});
  const state = await stateOf(client);
  if (state !== 'initializing' && state !== 'starting') return state;
  await Promise.race([finished, client.closed]);
  return stateOf(client);
}
