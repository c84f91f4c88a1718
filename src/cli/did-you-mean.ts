import type { Client } from '../api/client.ts';
import { nearestUnit } from '../api/suggest.ts';
import type { Installer } from './installer.ts';
import type { Invocation } from './invocation.ts';

type Suggesting = Pick<Invocation, 'program' | 'terminal' | 'connect'>;

/**
 * Names the unit that was most likely meant by the name of one that there is not, below the message that says so; of the files of the
 * installer, where one is given. To systemctl's messages nothing is added where a program may read them.
 */
export async function suggestUnit(invocation: Suggesting, unit: string, installer?: Pick<Installer, 'list'>): Promise<void> {
  if (!mayAdd(invocation)) return;
  const near = installer === undefined ? await nearLoaded(invocation, unit) : await nearFile(installer, unit);
  if (near !== undefined) invocation.terminal.note(`Did you mean ${near}?`);
}

/** The same, where nothing else says that there is no such unit. */
export async function suggestIfMissing(invocation: Suggesting, client: Client, unit: string): Promise<void> {
  if (invocation.terminal.errors === undefined) return;
  const found = await client.call('units.get', { units: [unit] });
  const near = found.ok && found.value[0]?.load === 'not-found' ? await nearUnit(client, unit) : undefined;
  if (near !== undefined) invocation.terminal.note(`There is no ${unit}. Did you mean ${near}?`);
}

/** Names the setting that was most likely meant, by the message that there is no such. */
export async function suggestDirective(invocation: Suggesting, message: string): Promise<void> {
  const [, name] = /^Unknown assignment: (\w+)=/.exec(message) ?? [];
  if (name === undefined || !mayAdd(invocation)) return;
  const { explain } = await import('../api/explain.ts');
  const explained = explain(name);
  if (explained.is === 'nothing' && explained.near !== undefined) invocation.terminal.note(`Did you mean ${explained.near}=?`);
}

/** Names the verb or the option that was most likely meant, below the message that there is no such. */
export function suggestWord(terminal: Suggesting['terminal'], program: string, near: string | undefined): void {
  if (near !== undefined && mayAdd({ program, terminal })) terminal.note(`Did you mean ${near}?`);
}

function mayAdd({ program, terminal }: { readonly program: string; readonly terminal: Suggesting['terminal'] }): boolean {
  return program.startsWith('tysctl') || terminal.errors !== undefined;
}

/** The name of a unit that is near to one that there is not; a manager of old knows none. */
export async function nearUnit(client: Client, unit: string): Promise<string | undefined> {
  const near = await client.call('units.near', { units: [unit] });
  return near.ok ? (near.value[0] ?? undefined) : undefined;
}

async function nearLoaded({ connect }: Suggesting, unit: string): Promise<string | undefined> {
  const client = await connect();
  return client.ok ? nearUnit(client.value, unit) : undefined;
}

async function nearFile({ list }: Pick<Installer, 'list'>, unit: string): Promise<string | undefined> {
  const files = await list();
  return files.ok
    ? nearestUnit(
        unit,
        files.value.map(({ name }) => name),
      )
    : undefined;
}
