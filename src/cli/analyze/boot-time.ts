import type { Client } from '../../api/client.ts';
import { formatTimespan, MILLISECOND } from '../../base/duration.ts';
import { type Boot, readBoot, readTimes, withManager } from './boot.ts';
import type { AnalyzeCall } from './call.ts';

/** `time`: how long it took until the manager had nothing more to start, stage by stage. */
export function analyzeBootTime(call: AnalyzeCall): Promise<number> {
  return withManager(call, async (client) => {
    const boot = await readBoot(client);
    if (!boot.ok) {
      for (const line of boot.error) call.terminal.warn(line);
      return 1;
    }
    for (const line of await bootTimeLines(client, boot.value)) call.terminal.print(line);
    return 0;
  });
}

/** What `time` says, in two lines. */
export async function bootTimeLines(client: Client, boot: Boot): Promise<readonly string[]> {
  const { firmware, loader, kernel, initrd, userspace, finish } = boot;
  const stages = [
    ...(firmware > 0 ? [`${span(firmware - loader)} (firmware)`] : []),
    ...(loader > 0 ? [`${span(loader)} (loader)`] : []),
    ...(kernel > 0 ? [`${span(kernel)} (kernel)`] : []),
    ...(initrd > 0 ? [`${span(userspace - initrd)} (initrd)`] : []),
    `${span(finish - userspace)} (userspace) `,
  ];
  const sum = kernel > 0 ? `= ${span(firmware + finish)} ` : '';
  return [`Startup finished in ${stages.join(' + ')}${sum}`, ...(await defaultTargetLine(client, boot))];
}

async function defaultTargetLine(client: Client, { origin, userspace }: Boot): Promise<readonly string[]> {
  const answer = await client.call('units.properties', { units: ['default.target'], only: ['Id', 'ActiveEnterTimestampMonotonic'] });
  const [target] = answer.ok ? answer.value : [];
  if (target === undefined || target === null) return [];
  const name = target['Id'] ?? 'default.target';
  const reached = Number(target['ActiveEnterTimestampMonotonic'] ?? 0);
  return [reached === 0 ? `${name} was never reached.` : `${name} reached after ${span(reached - origin - userspace)} in userspace.`];
}

/** `blame`: the units that took time to start, those that took longest first. */
export function analyzeBlame(call: AnalyzeCall): Promise<number> {
  return withManager(call, async (client) => {
    const times = await readTimes(client, call);
    if (times === undefined) return 1;
    const slow = [...times.units.values()].filter(({ took }) => took > 0).toSorted((a, b) => b.took - a.took);
    const spans = slow.map(({ took }) => span(took));
    const width = Math.max(0, ...spans.map((text) => text.length));
    slow.forEach(({ name }, index) => call.terminal.print(`${(spans[index] ?? '').padStart(width)} ${name}`));
    return 0;
  });
}

/** A timespan to the millisecond. */
export function span(usec: number): string {
  return formatTimespan(usec, MILLISECOND);
}
