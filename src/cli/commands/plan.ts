import { exitStatusOf } from '../exit-status.ts';
import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';
import { listForm, renderJson } from '../output/json.ts';

/** `plan`: every operation that each process of a unit begins with, in order, and the settings that are not carried out. */
export async function runPlan(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const client = await invocation.connect();
  const units = client.ok ? await expandNames(invocation, client.value, words) : undefined;
  if (!client.ok) terminal.warn(client.error);
  if (!client.ok || units === undefined) return 1;
  let status = 0;
  for (const [index, unit] of units.entries()) {
    const plan = await client.value.call('unit.plan', { unit });
    if (!plan.ok) {
      terminal.warn(`Failed to plan ${unit}: ${plan.error.message}`);
      status = exitStatusOf(plan.error);
      continue;
    }
    if (index > 0) terminal.print('');
    const form = listForm(options.output);
    if (form === 'table') printPlan(invocation, unit, plan.value);
    else terminal.print(renderJson({ unit, commands: plan.value }, form));
  }
  return status;
}

interface Command {
  readonly list: string;
  readonly ops: readonly { readonly op: string; readonly text: string }[];
  readonly notApplied: readonly string[];
}

function printPlan({ terminal }: Invocation, unit: string, commands: readonly Command[]): void {
  const { bold, yellow } = terminal.style;
  terminal.print(bold(unit));
  if (commands.length === 0) terminal.print('  runs no processes');
  for (const { list, ops } of commands) {
    terminal.print(`  ${bold(list)}`);
    ops.forEach(({ op, text }, index) => {
      const lines = text.split('\n');
      terminal.print(`  ${String(index + 1).padStart(3)}  ${op} ${lines[0]}`.trimEnd());
      for (const line of lines.slice(1)) terminal.print(`       ${line}`);
    });
  }
  // The settings are the unit's, so each command repeats them.
  const notApplied = new Set(commands.flatMap((command) => command.notApplied));
  if (notApplied.size > 0) terminal.print(`  ${yellow('not carried out')}`);
  for (const text of notApplied) terminal.print(`       ${text}`);
}
