import type { Invocation } from '../invocation.ts';

/** The last lines that the processes of a unit wrote themselves; in one run of it, where one is named and wrote anything. */
export async function ownLog(
  { services, connect }: Pick<Invocation, 'services' | 'connect'>,
  { unit, invocation }: { readonly unit: string; readonly invocation?: string },
  lines: number,
): Promise<readonly string[]> {
  const client = await connect();
  const info = client.ok && lines > 0 ? await client.value.call('manager.info', {}) : undefined;
  if (info?.ok !== true) return [];
  const { runtimeDirectory, stateDirectory, journal } = info.value;
  const run = invocation === undefined ? {} : { invocation };
  return services.recentLogs({ runtimeDirectory, stateDirectory, journal, unit, lines, sinceUsec: 0, output: '', own: true, ...run });
}

/** The same of a unit that has failed just now: what was written then is with the journal a moment later. */
export async function ownLogSoon(...asked: Parameters<typeof ownLog>): Promise<readonly string[]> {
  for (let tries = 0; ; tries++) {
    const log = await ownLog(...asked);
    if (log.length > 0 || tries === mostTries) return log;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

const mostTries = 5;
const pauseMs = 60;
