import type { Invocation } from '../invocation.ts';

type Action = 'exit' | 'reboot' | 'poweroff' | 'halt' | 'kexec';

const actions: ReadonlySet<string> = new Set<Action>(['exit', 'reboot', 'poweroff', 'halt', 'kexec']);

/** `halt`, `poweroff`, `reboot`, `kexec` and `exit [STATUS]`: asks the manager to stop everything and end; with --force at once. */
export async function runPoweroff({ verb, words, options, terminal, connect }: Invocation): Promise<number> {
  if (!isAction(verb)) throw new Error(`${verb} is no way to end`);
  const [word] = words;
  if (verb === 'exit' && word !== undefined && !/^(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/.test(word)) {
    terminal.fail('Invalid exit code.');
    return 1;
  }
  if (verb === 'reboot' && word !== undefined) {
    terminal.fail('tysd does not pass an argument to the firmware: reboot takes none.');
    return 1;
  }
  if (options.dryRun) return 0;
  const client = await connect();
  if (!client.ok) {
    terminal.fail(client.error);
    return 1;
  }
  const status = verb === 'exit' && word !== undefined ? { status: Number(word) } : {};
  const told = await client.value.call('manager.exit', { action: verb, force: options.force > 0, ...status });
  // A manager that ends at once has no time to answer.
  if (told.ok || told.error.code === 'connection-lost') return 0;
  terminal.fail(`Failed to ${verb}: ${told.error.message}`);
  return 1;
}

function isAction(verb: string): verb is Action {
  return actions.has(verb);
}
