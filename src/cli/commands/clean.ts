import type { Client } from '../../api/client.ts';
import type { ApiError } from '../../api/error.ts';
import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';
import { isNotLoaded, plainFailure } from '../not-loaded.ts';
import { awaitMaintenance, Watch } from '../wait.ts';

/** `clean`: has what inactive units keep on disk removed, and waits for that unless it is not to. */
export async function runClean(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const client = await invocation.connect();
  if (!client.ok) terminal.fail(client.error);
  const units = client.ok ? await expandNames(invocation, client.value, words) : undefined;
  if (!client.ok || units === undefined) return 1;
  const watch = new Watch(client.value);
  if (options.block) await client.value.call('changes.subscribe', {});
  const begun: string[] = [];
  for (const unit of units) {
    const failure = await clean(client.value, unit, options.what);
    if (failure === undefined) begun.push(unit);
    else if (options.block && isNotLoaded(failure)) {
      terminal.fail(`Failed to add reference to unit ${unit}: ${plainFailure(failure, unit)}`);
      return 1;
    } else terminal.fail(`Failed to clean unit ${unit}: ${plainFailure(failure, unit)}`);
  }
  if (options.block && begun.length > 0) {
    for (const name of await ownNames(client.value, begun)) await awaitMaintenance(invocation, client.value, watch, name);
  }
  return begun.length === units.length ? 0 : 1;
}

async function clean(client: Client, unit: string, what: readonly string[]): Promise<ApiError | undefined> {
  const cleaned = await client.call('unit.clean', what.length === 0 ? { unit } : { unit, what: [...what] });
  return cleaned.ok ? undefined : cleaned.error;
}

async function ownNames(client: Client, units: readonly string[]): Promise<readonly string[]> {
  const known = await client.call('units.get', { units: [...units] });
  return units.map((unit, index) => (known.ok ? (known.value[index]?.name ?? unit) : unit));
}
