import type { Invocation } from '../invocation.ts';

/** `daemon-reload`: the manager reads all unit files afresh. */
export function runDaemonReload(invocation: Invocation): Promise<number> {
  return tell(invocation, 'manager.reload', 'reload daemon');
}

/** `daemon-reexec`: a new manager process takes over; returns when it answers. */
export async function runDaemonReexec(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const before = await invocation.connect();
  const status = await tell(invocation, 'manager.reexecute', 'reexecute daemon');
  if (status !== 0 || !before.ok) return status;
  await before.value.closed;
  const after = await invocation.connect();
  const answer = after.ok ? await after.value.call('manager.info', {}) : undefined;
  if (answer?.ok === true) return 0;
  terminal.fail(after.ok ? 'The new manager does not answer.' : after.error);
  return 1;
}

async function tell({ connect, terminal }: Invocation, method: 'manager.reload' | 'manager.reexecute', what: string): Promise<number> {
  const client = await connect();
  if (!client.ok) {
    terminal.fail(client.error);
    return 1;
  }
  const told = await client.value.call(method, {});
  if (!told.ok) terminal.fail(`Failed to ${what}: ${told.error.message}`);
  return told.ok ? 0 : 1;
}
