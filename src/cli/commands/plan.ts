import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Answer } from '../../api/contract.ts';
import { diffLines } from '../../base/diff.ts';
import { exitStatusOf } from '../exit-status.ts';
import { suggestUnit } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';
import { listForm, renderJson } from '../output/json.ts';

/** `plan`: every operation that each process of a unit begins with, in order, and the settings that are not carried out. */
export async function runPlan(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  if (options.diff) return runDiff(invocation);
  const client = await invocation.connect();
  const units = client.ok ? await expandNames(invocation, client.value, words) : undefined;
  if (!client.ok) terminal.fail(client.error);
  if (!client.ok || units === undefined) return 1;
  let status = 0;
  for (const [index, unit] of units.entries()) {
    const plan = await client.value.call('unit.plan', { unit });
    if (!plan.ok) {
      terminal.fail(`Failed to plan ${unit}: ${plan.error.message}`);
      if (plan.error.code === 'no-such-unit') await suggestUnit(invocation, unit);
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

/** `plan --diff UNIT FILE`: what would be otherwise if the file were the unit's; 1 where anything would. */
async function runDiff(invocation: Invocation): Promise<number> {
  const { words, terminal } = invocation;
  const [name = '', path = '', ...more] = words;
  if (path === '' || more.length > 0) {
    terminal.fail('plan --diff takes a unit and a file.');
    return 2;
  }
  const text = readText(path);
  if (text === undefined) {
    terminal.fail(`Failed to read ${path}.`);
    return 2;
  }
  const client = await invocation.connect();
  const [unit] = client.ok ? ((await expandNames(invocation, client.value, [name])) ?? []) : [];
  if (!client.ok) terminal.fail(client.error);
  if (!client.ok || unit === undefined) return 2;
  const [now, then] = await Promise.all([
    client.value.call('unit.plan', { unit }),
    client.value.call('unit.plan', { unit, file: { path: resolve(path), text } }),
  ]);
  const failed = [now, then].find((each) => !each.ok);
  if (!now.ok || !then.ok) {
    terminal.fail(`Failed to plan ${unit}: ${failed?.ok === false ? failed.error.message : ''}`);
    return 2;
  }
  const lines = diffLines(linesOf(now.value), linesOf(then.value));
  const { green, red } = terminal.style;
  const signs = {
    both: (line: string) => `  ${line}`,
    first: (line: string) => red(`- ${line}`),
    second: (line: string) => green(`+ ${line}`),
  };
  for (const line of lines) terminal.print(signs[line.in](line.text).trimEnd());
  return lines.some((line) => line.in !== 'both') ? 1 : 0;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A plan without numbers and places, which differ although the deeds are the same. */
function linesOf(commands: readonly Command[]): readonly string[] {
  const notApplied = [...new Set(commands.flatMap((command) => command.notApplied))];
  return [
    ...commands.flatMap(({ list, ops }) => [
      list,
      ...ops.flatMap(({ op, text }) =>
        `${op} ${text}`
          .trimEnd()
          .split('\n')
          .map((line) => `  ${line}`),
      ),
    ]),
    ...(notApplied.length === 0 ? [] : ['not carried out', ...notApplied.map((line) => `  ${line}`)]),
  ];
}

interface Command {
  readonly list: string;
  readonly ops: Answer<'unit.plan'>[number]['ops'];
  readonly notApplied: readonly string[];
}

function printPlan({ terminal }: Invocation, unit: string, commands: readonly Command[]): void {
  const { bold, grey, yellow } = terminal.style;
  terminal.print(bold(unit));
  if (commands.length === 0) terminal.print('  runs no processes');
  for (const { list, ops } of commands) {
    terminal.print(`  ${bold(list)}`);
    ops.forEach(({ op, text, setting, at }, index) => {
      const lines = text.split('\n');
      const cause = setting === undefined ? '' : grey(`   ← ${setting}=${at === undefined ? '' : ` ${at}`}`);
      terminal.print(`  ${String(index + 1).padStart(3)}  ${`${op} ${lines[0]}`.trimEnd()}${cause}`);
      for (const line of lines.slice(1)) terminal.print(`       ${line}`);
    });
  }
  // The settings are the unit's, so each command repeats them.
  const notApplied = new Set(commands.flatMap((command) => command.notApplied));
  if (notApplied.size > 0) terminal.print(`  ${yellow('not carried out')}`);
  for (const text of notApplied) terminal.print(`       ${text}`);
}
