import type { Client } from '../../api/client.ts';
import type { Invocation } from '../invocation.ts';
import { listForm, renderJson } from '../output/json.ts';
import { quoteForShell } from '../output/shell-quote.ts';

/** `show-environment`: the block as assignments that a shell understands. */
export function runShowEnvironment(invocation: Invocation): Promise<number> {
  return withClient(invocation, async (client) => {
    const { terminal, options } = invocation;
    const block = await client.call('environment.list', {});
    if (!block.ok) return refuse(invocation, `Failed to get environment: ${block.error.message}`);
    const form = listForm(options.output);
    if (form === 'table') for (const assignment of block.value) terminal.print(quoteAssignment(assignment));
    else terminal.print(renderJson(Object.fromEntries(block.value.map(splitAssignment)), form));
    return 0;
  });
}

/** `set-environment NAME=VALUE…`. */
export function runSetEnvironment(invocation: Invocation): Promise<number> {
  return withClient(invocation, async (client) => {
    const set = await client.call('environment.set', { assignments: [...invocation.words] });
    return set.ok ? 0 : refuse(invocation, `Failed to set environment: ${set.error.message}`);
  });
}

/** `unset-environment NAME…`; NAME=VALUE only where the value is that. */
export function runUnsetEnvironment(invocation: Invocation): Promise<number> {
  return withClient(invocation, async (client) => {
    const unset = await client.call('environment.unset', { names: [...invocation.words] });
    return unset.ok ? 0 : refuse(invocation, `Failed to set environment: ${unset.error.message}`);
  });
}

/** `import-environment [NAME…]`: the caller's values of these variables, or of all. */
export function runImportEnvironment(invocation: Invocation): Promise<number> {
  const { words, environment, terminal } = invocation;
  const names = words.length === 0 ? Object.keys(environment) : words;
  const assignments: string[] = [];
  for (const name of names) {
    const value = environment[name];
    if (value === undefined) terminal.note(`Environment variable $${name} not set, ignoring.`);
    else if (words.length > 0 || isPlain(name, value)) assignments.push(`${name}=${value}`);
  }
  if (words.length === 0) terminal.warn(`Calling import-environment without a list of variable names is deprecated.`);
  return withClient(invocation, async (client) => {
    const set = await client.call('environment.set', { assignments });
    return set.ok ? 0 : refuse(invocation, `Failed to import environment: ${set.error.message}`);
  });
}

function quoteAssignment(assignment: string): string {
  const [name, value] = splitAssignment(assignment);
  return `${name}=${quoteForShell(value)}`;
}

function splitAssignment(assignment: string): readonly [string, string] {
  const equals = assignment.indexOf('=');
  return [assignment.slice(0, equals), assignment.slice(equals + 1)];
}

/** Of all variables, those that an environment block cannot hold are passed over in silence. */
function isPlain(name: string, value: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !/[\x00-\x08\x0b-\x1f\x7f]/.test(value);
}

async function withClient(invocation: Invocation, run: (client: Client) => Promise<number>): Promise<number> {
  const client = await invocation.connect();
  return client.ok ? run(client.value) : refuse(invocation, client.error);
}

function refuse({ terminal }: Invocation, message: string): number {
  terminal.fail(message);
  return 1;
}
