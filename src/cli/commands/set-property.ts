import { suggestDirective, suggestUnit } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { readPlainName } from '../names.ts';

/** `set-property`: sets properties of a unit at once, and by drop-ins; with --runtime until the next boot. */
export async function runSetProperty(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const [word = '', ...assignments] = words;
  const bare = assignments.find((assignment) => !assignment.includes('='));
  if (bare !== undefined) return fail(invocation, `Not an assignment: ${bare}`);
  const nameless = assignments.find((assignment) => assignment.startsWith('='));
  if (nameless !== undefined) return fail(invocation, `Unknown assignment: ${nameless}`);
  const unit = readPlainName(invocation, word, 'to set-property');
  if (unit === undefined) return 1;
  const client = await invocation.connect();
  if (!client.ok) return fail(invocation, client.error);
  const properties = assignments.map((assignment) => {
    const equals = assignment.indexOf('=');
    return { name: assignment.slice(0, equals), value: assignment.slice(equals + 1) };
  });
  const set = await client.value.call('unit.set-property', { unit, properties, runtime: options.runtime });
  if (set.ok) return 0;
  terminal.fail(set.error.code === 'bad-property' ? set.error.message : `Failed to set unit properties on ${unit}: ${set.error.message}`);
  if (set.error.code === 'no-such-unit') await suggestUnit(invocation, unit);
  else await suggestDirective(invocation, set.error.message);
  return 1;
}

function fail({ terminal }: Invocation, message: string): number {
  terminal.fail(message);
  return 1;
}
