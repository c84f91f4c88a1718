import { readFileSync } from 'node:fs';
import { hostname, machine, release } from 'node:os';
import { json } from './json.ts';
import { printTable } from '../output/table.ts';
import { type Boot, readTimes, type UnitTimes, withManager } from './boot.ts';
import { bootTimeLines, span } from './boot-time.ts';
import type { AnalyzeCall } from './call.ts';
import { drawBoot } from './plot-svg.ts';

/** `plot`: the boot as a picture (SVG), or with --json= and --table the times of which it is made. */
export function analyzePlot(call: AnalyzeCall): Promise<number> {
  const { terminal, options } = call;
  return withManager(call, async (client) => {
    const times = await readTimes(client, call);
    if (times === undefined) return 1;
    const units = startedInBoot(times.boot, times.units);
    if (options.json !== undefined) terminal.print(json(units.map(record), options.json));
    else if (options.table) printTimes(call, units);
    else {
      const info = await client.call('manager.properties', {});
      const virtualization = info.ok ? (info.value['Virtualization'] ?? '') : '';
      const title = [systemName(), hostname(), `Linux ${release()}`, machine(), virtualization].filter((part) => part !== '').join(' · ');
      const lines = await bootTimeLines(client, times.boot);
      for (const line of drawBoot({
        title,
        lines: lines.map((text) => text.trim()),
        boot: times.boot,
        units,
        scale: options.scale,
        detailed: options.detailed,
      }))
        terminal.print(line);
    }
    return 0;
  });
}

/** Those that began to start before the boot was over, in the order in which they did. */
function startedInBoot({ finish }: Boot, units: ReadonlyMap<string, UnitTimes>): readonly UnitTimes[] {
  return [...units.values()].filter(({ activating }) => activating <= finish).toSorted((a, b) => a.activating - b.activating);
}

function record({ name, activated, activating, took, deactivated, deactivating }: UnitTimes): Readonly<Record<string, unknown>> {
  return { name, activated, activating, time: took, deactivated, deactivating };
}

function printTimes({ terminal, options }: AnalyzeCall, units: readonly UnitTimes[]): void {
  const rows = units.map(({ name, activated, activating, took, deactivated, deactivating }) => [
    name,
    ...[activated, activating, took, deactivated, deactivating].map(span),
  ]);
  const header = options.legend ? ['NAME', 'ACTIVATED', 'ACTIVATING', 'TIME', 'DEACTIVATED', 'DEACTIVATING'] : undefined;
  printTable(terminal, { header, rows, numbers: new Set([1, 2, 3, 4, 5]) });
}

/** What the system calls itself. */
function systemName(): string {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      const name = /^PRETTY_NAME=(?:"([^"\n]*)"|'([^'\n]*)'|(.*))$/m.exec(readFileSync(path, 'utf8'));
      if (name !== null) return name[1] ?? name[2] ?? name[3] ?? '';
    } catch {
      // The other one may be there.
    }
  }
  return '';
}
