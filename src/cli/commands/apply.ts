import { createInterface } from 'node:readline/promises';
import type { Client } from '../../api/client.ts';
import type { Invocation } from '../invocation.ts';
import { listForm, renderJson } from '../output/json.ts';
import { pendingLines, type PendingUnit } from '../output/pending.ts';
import { runStart } from './start.ts';

/** `diff`: what daemon-reload would change of loaded units, and which of them need a restart for it; 1 where there is something. */
export async function runDiff(invocation: Invocation): Promise<number> {
  const pending = await pendingOf(invocation);
  if (pending === undefined) return 2;
  for (const line of shown(invocation, pending.units)) invocation.terminal.print(line);
  return pending.units.length === 0 ? 0 : 1;
}

/** `apply`: shows what `diff` shows and, if that is wanted, reads the files afresh and restarts what needs it, in its order. With --dry-run it is only shown. */
export async function runApply(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation;
  const pending = await pendingOf(invocation);
  if (pending === undefined) return 1;
  // Whoever is asked is to have seen it, and what takes its time comes after it.
  await terminal.live(shown(invocation, pending.units).join('\n'));
  if (pending.units.length === 0 || options.dryRun) return 0;
  if (!options.yes && !(await isWanted())) {
    terminal.note('Nothing was done. With --yes it is done without asking.');
    return 1;
  }
  const reloaded = await pending.client.call('manager.reload', {});
  if (!reloaded.ok) {
    terminal.fail(`Failed to reload daemon: ${reloaded.error.message}`);
    return 1;
  }
  const restarts = pending.units.filter(({ needsRestart }) => needsRestart).map(({ unit }) => unit);
  // Queued together, they wait for each other as their dependencies say; one that has ended meanwhile is not started.
  return restarts.length === 0 ? 0 : runStart({ ...invocation, verb: 'try-restart', words: restarts });
}

async function pendingOf({
  connect,
  terminal,
}: Invocation): Promise<{ readonly client: Client; readonly units: readonly PendingUnit[] } | undefined> {
  const connected = await connect();
  const pending = connected.ok ? await connected.value.call('units.pending', {}) : undefined;
  if (connected.ok && pending?.ok === true) return { client: connected.value, units: pending.value };
  if (!connected.ok) terminal.fail(connected.error);
  else if (pending?.ok === false) terminal.fail(`Failed to ask the manager: ${pending.error.message}`);
  return undefined;
}

function shown({ options, terminal }: Invocation, units: readonly PendingUnit[]): readonly string[] {
  const form = listForm(options.output);
  if (form !== 'table') return [renderJson(units, form)];
  return units.length === 0 ? ['Nothing that is loaded would change.'] : pendingLines(units, terminal.style, terminal.width);
}

/** Only a person can be asked. */
async function isWanted(): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question('Reload, and restart these? [y/N] ');
  asking.close();
  return /^y(?:es)?$/i.test(answer.trim());
}
