import type { Invocation } from '../invocation.ts';

/** The last lines that the processes of a unit wrote themselves; in one run of it, where one is named and wrote anything. */
export async function ownLog(
  { services, connect }: Pick<Invocation, 'services' | 'connect'>,
  { unit, invocation }: { readonly unit: string; readonly invocation?: string },
  lines: number,
  waitMs = 0,
): Promise<readonly string[]> {
  const client = await connect();
  const info = client.ok && lines > 0 ? await client.value.call('manager.info', {}) : undefined;
  if (info?.ok !== true) return [];
  const { runtimeDirectory, stateDirectory, journal } = info.value;
  const run = invocation === undefined ? {} : { invocation };
  return services.recentLogs({
    runtimeDirectory,
    stateDirectory,
    journal,
    unit,
    lines,
    sinceUsec: 0,
    output: '',
    own: true,
    waitMs,
    ...run,
  });
}

/** The same of a unit that has failed just now: what was written then is with the journal a moment later. */
export function ownLogSoon(invocation: Pick<Invocation, 'services' | 'connect'>, ...asked: OwnLogAsked): Promise<readonly string[]> {
  return ownLog(invocation, ...asked, soonMs);
}

type OwnLogAsked = readonly [of: { readonly unit: string; readonly invocation?: string }, lines: number];

const soonMs = 300;
