import type { Client } from '../../api/client.ts';
import { suggestDirective, suggestUnit } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';

/** Properties for one unit. */
interface Asked {
  readonly unit: string;
  readonly properties: { name: string; value: string }[];
  readonly runtime: boolean;
}

/** `set-property`: sets properties of a unit, or of those that a pattern fits, at once, and by drop-ins; with --runtime until the next boot. */
export async function runSetProperty(invocation: Invocation): Promise<number> {
  const { words, options } = invocation;
  const [word = '', ...assignments] = words;
  const bare = assignments.find((assignment) => !assignment.includes('='));
  if (bare !== undefined) return fail(invocation, `Not an assignment: ${bare}`);
  const nameless = assignments.find((assignment) => assignment.startsWith('='));
  if (nameless !== undefined) return fail(invocation, `Unknown assignment: ${nameless}`);
  const client = await invocation.connect();
  if (!client.ok) return fail(invocation, client.error);
  const units = await expandNames(invocation, client.value, [word]);
  if (units === undefined) return 1;
  const properties = assignments.map((assignment) => {
    const equals = assignment.indexOf('=');
    return { name: assignment.slice(0, equals), value: assignment.slice(equals + 1) };
  });
  let status = 0;
  for (const unit of units)
    status = Math.max(status, await setOf(invocation, client.value, { unit, properties, runtime: options.runtime }));
  return status;
}

async function setOf(invocation: Invocation, client: Client, asked: Asked): Promise<number> {
  const set = await client.call('unit.set-property', asked);
  if (set.ok) return 0;
  const { unit } = asked;
  invocation.terminal.fail(
    set.error.code === 'bad-property' ? set.error.message : `Failed to set unit properties on ${unit}: ${set.error.message}`,
  );
  if (set.error.code === 'no-such-unit') await suggestUnit(invocation, unit);
  else await suggestDirective(invocation, set.error.message);
  return 1;
}

function fail({ terminal }: Invocation, message: string): number {
  terminal.fail(message);
  return 1;
}
