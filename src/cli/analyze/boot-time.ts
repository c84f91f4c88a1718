import type { Client } from '../../api/client.ts';
import { formatTimespan, MILLISECOND } from '../../base/duration.ts';
import { type Boot, readBoot, readTimes, withManager } from './boot.ts';
import type { AnalyzeCall } from './call.ts';
import { printJson } from './json.ts';

/** `time`: how long it took until the manager had nothing more to start, stage by stage. */
export function analyzeBootTime(call: AnalyzeCall): Promise<number> {
  return withManager(call, async (client) => {
    const boot = await readBoot(client, call);
    if (!boot.ok) {
      for (const line of boot.error) call.terminal.fail(line);
      return 1;
    }
    const { terminal, options } = call;
    if (options.json !== undefined) return printJson(terminal, await bootTimeRecords(client, boot.value), options.json);
    for (const line of await bootTimeLines(client, boot.value)) terminal.print(line);
    return 0;
  });
}

/** How long each stage took that there was, in microseconds, and after how long in userspace the default target was reached. */
async function bootTimeRecords(client: Client, boot: Boot): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { name, reached } = (await defaultTarget(client, boot)) ?? {};
  return [
    ...stagesOf(boot).map(([stage, time]) => ({ stage, time })),
    ...(name === undefined ? [] : [{ stage: name, time: reached ?? null }]),
  ];
}

/** The stages that there were, and how long each took. */
function stagesOf({ firmware, loader, kernel, initrd, userspace, finish }: Boot): readonly (readonly [stage: string, usec: number])[] {
  return [
    ...(firmware > 0 ? [['firmware', firmware - loader] as const] : []),
    ...(loader > 0 ? [['loader', loader] as const] : []),
    ...(kernel > 0 ? [['kernel', kernel] as const] : []),
    ...(initrd > 0 ? [['initrd', userspace - initrd] as const] : []),
    ['userspace', finish - userspace],
  ];
}

/** What `time` says, in two lines. */
export async function bootTimeLines(client: Client, boot: Boot): Promise<readonly string[]> {
  const { firmware, kernel, finish } = boot;
  const stages = stagesOf(boot).map(([stage, usec]) => `${span(usec)} (${stage})`);
  const sum = kernel > 0 ? `= ${span(firmware + finish)} ` : '';
  const target = await defaultTarget(client, boot);
  const line = `Startup finished in ${stages.join(' + ')} ${sum}`;
  if (target === undefined) return [line];
  const { name, reached } = target;
  return [line, reached === undefined ? `${name} was never reached.` : `${name} reached after ${span(reached)} in userspace.`];
}

/** The target that the boot leads to, and when it was reached, from the beginning of userspace on. */
async function defaultTarget(
  client: Client,
  { origin, userspace }: Boot,
): Promise<{ readonly name: string; readonly reached: number | undefined } | undefined> {
  const answer = await client.call('units.properties', { units: ['default.target'], only: ['Id', 'ActiveEnterTimestampMonotonic'] });
  const [target] = answer.ok ? answer.value : [];
  if (target === undefined || target === null) return undefined;
  const reached = Number(target['ActiveEnterTimestampMonotonic'] ?? 0);
  return { name: target['Id'] ?? 'default.target', reached: reached === 0 ? undefined : reached - origin - userspace };
}

/** `blame`: the units that took time to start, those that took longest first. */
export function analyzeBlame(call: AnalyzeCall): Promise<number> {
  return withManager(call, async (client) => {
    const times = await readTimes(client, call);
    if (times === undefined) return 1;
    const slow = [...times.units.values()].filter(({ took }) => took > 0).toSorted((a, b) => b.took - a.took);
    const { terminal, options } = call;
    if (options.json !== undefined) {
      const records = slow.map(({ name, took }) => ({ unit: name, time: took }));
      return printJson(terminal, records, options.json);
    }
    const spans = slow.map(({ took }) => span(took));
    const width = Math.max(0, ...spans.map((text) => text.length));
    slow.forEach(({ name }, index) => terminal.print(`${(spans[index] ?? '').padStart(width)} ${name}`));
    return 0;
  });
}

/** A timespan to the millisecond. */
export function span(usec: number): string {
  return formatTimespan(usec, MILLISECOND);
}
