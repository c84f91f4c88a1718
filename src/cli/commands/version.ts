import type { Invocation } from '../invocation.ts';

/** `version`: of this tool, and of the manager if one answers. */
export async function runVersion({ services, terminal, connect }: Invocation): Promise<number> {
  terminal.print(`tysctl ${services.version}`);
  const client = await connect();
  if (!client.ok) {
    terminal.print('tysd: not running');
    return 0;
  }
  const info = await client.value.call('manager.info', {});
  if (!info.ok) {
    terminal.fail(`Failed to ask the manager: ${info.error.message}`);
    return 1;
  }
  const { version, scope, runtimeDirectory, tracking } = info.value;
  terminal.print(`tysd ${version} (${scope} manager in ${runtimeDirectory}, processes tracked by ${tracking})`);
  return 0;
}
