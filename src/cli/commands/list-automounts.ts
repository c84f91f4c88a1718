import { DAY, HOUR, MILLISECOND, MINUTE, MONTH, SECOND, WEEK, YEAR } from '../../base/duration.ts';
import type { Invocation } from '../invocation.ts';
import { readNames } from '../names.ts';
import { listForm, renderJson } from '../output/json.ts';
import { printTable } from '../output/table.ts';

interface Automount {
  readonly what: string;
  readonly where: string;
  readonly mounted: boolean;
  /** As the manager writes it. */
  readonly idle: string;
  readonly unit: string;
}

/** `list-automounts`: one line for each automount unit, sorted by its place. */
export async function runListAutomounts(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const read = readNames(invocation, words, 'automount');
  if (read === undefined) return 1;
  const client = await invocation.connect();
  if (!client.ok) {
    terminal.fail(client.error);
    return 1;
  }
  const units = await client.value.call('units.list', { patterns: words.length === 0 ? ['*.automount'] : [...read.names, ...read.globs] });
  const names = (units.ok ? units.value : [])
    .filter(({ name, active }) => name.endsWith('.automount') && (options.all || options.states.length > 0 || active !== 'inactive'))
    .filter(({ active, sub, load }) => options.states.length === 0 || [active, sub, load].some((state) => options.states.includes(state)))
    .map(({ name }) => name);
  const properties = await client.value.call('units.properties', { units: names });
  const mounts = await client.value.call('units.properties', { units: names.map((name) => name.replace(/\.automount$/, '.mount')) });
  if (!units.ok || !properties.ok || !mounts.ok) {
    terminal.fail('Failed to list automounts: the manager does not answer.');
    return 1;
  }
  const automounts = names
    .map((unit, index): Automount => {
      const [own, mount] = [properties.value[index] ?? {}, mounts.value[index] ?? {}];
      return {
        what: mount['What'] ?? '',
        where: own['Where'] ?? '',
        mounted: mount['ActiveState'] === 'active',
        idle: own['TimeoutIdleUSec'] ?? '0',
        unit,
      };
    })
    .toSorted((left, right) => (left.where < right.where ? -1 : 1));

  const form = listForm(options.output);
  if (form !== 'table') {
    const rows = automounts.map(({ what, where, mounted, idle, unit }) => ({
      what,
      where,
      mounted,
      idle_timeout: microseconds(idle),
      unit,
    }));
    terminal.print(renderJson(rows, form));
    return 0;
  }
  const legend = options.legend ?? !options.quiet;
  const header = legend ? ['WHAT', 'WHERE', 'MOUNTED', 'IDLE TIMEOUT', 'UNIT'] : undefined;
  const rows = automounts.map(({ what, where, mounted, idle, unit }) => [what, where, mounted ? 'yes' : 'no', idle, unit]);
  printTable({ ...terminal, width: options.full ? undefined : terminal.width }, { header, rows });
  if (!legend) return 0;
  terminal.print('');
  terminal.print(`${automounts.length} automounts listed.`);
  if (!options.all) terminal.print('Pass --all to see loaded but inactive automounts, too.');
  return 0;
}

const unitsOfTime: Readonly<Record<string, number>> = {
  y: YEAR,
  month: MONTH,
  w: WEEK,
  d: DAY,
  h: HOUR,
  min: MINUTE,
  s: SECOND,
  ms: MILLISECOND,
  us: 1,
};

/** What a time as `1min 30s` comes to. */
function microseconds(text: string): number {
  const parts = [...text.matchAll(/([0-9.]+)([a-z]+)/g)];
  return Math.round(parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (unitsOfTime[unit] ?? 0), 0));
}
