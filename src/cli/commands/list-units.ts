import type { Answer } from '../../api/contract.ts';
import { readNames } from '../names.ts';
import type { Invocation } from '../invocation.ts';
import { withDependencies } from '../with-dependencies.ts';
import { listForm, renderJson } from '../output/json.ts';
import { printTable, type Cell } from '../output/table.ts';
import { unpainted } from '../output/terminal.ts';
import { bySystemdOrder, checkFilter, typeEnds } from '../filter.ts';
import { countText } from '../listing.ts';

type Unit = Answer<'units.list'>[number];

/** `list-units`: loaded units that are active, have a job or have failed; all with --all or patterns of states. */
export async function runListUnits(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const filter = checkFilter(options, terminal);
  if (!filter.ok) return filter.error;
  const read = readNames(invocation, words);
  if (read === undefined) return 1;
  const client = await invocation.connect();
  if (!client.ok) {
    terminal.fail(client.error);
    return 1;
  }
  const patterns = await withDependencies(client.value, options, [...read.names, ...read.globs]);
  const units = await client.value.call('units.list', patterns.length === 0 ? {} : { patterns: [...patterns] });
  if (!units.ok) {
    terminal.fail(`Failed to list units: ${units.error.message}`);
    return 1;
  }
  const shown = units.value.filter(filter.value.shows);
  shown.sort((left, right) => bySystemdOrder(left.name, right.name));
  await printUnits(invocation, shown, filter.value.hasStates);
  return 0;
}

async function printUnits({ program, options, terminal }: Invocation, units: readonly Unit[], hasStates: boolean): Promise<void> {
  const jobs = units.some((unit) => unit.job !== undefined);
  const form = listForm(options.output);
  if (form !== 'table') {
    const rows = units.map(({ name, load, active, sub, job, description }) => {
      const state = { unit: name, load, active, sub };
      return jobs ? { ...state, job: job?.type ?? '', description } : { ...state, description };
    });
    terminal.print(renderJson(rows, form));
    return;
  }
  const legend = options.legend ?? !options.quiet;
  const dots = !options.plain;
  const header = [...(dots ? [' '] : []), 'UNIT', 'LOAD', 'ACTIVE', 'SUB', ...(jobs ? ['JOB'] : []), 'DESCRIPTION'];
  const rows = units.map((unit): readonly Cell[] => {
    const { red, glyphs } = terminal.style;
    // What is plain is for programs, and has no colours.
    const bad = dots && unit.active === 'failed';
    const strange = dots && unit.load !== 'loaded';
    const paint = bad ? red : unpainted;
    return [
      ...(dots ? [bad || strange ? { text: glyphs.filled, paint } : ' '] : []),
      { text: unit.name, paint },
      { text: unit.load, paint: strange ? red : unpainted },
      { text: unit.active, paint },
      { text: unit.sub, paint },
      ...(jobs ? [unit.job?.type ?? ''] : []),
      unit.description,
    ];
  });
  printTable(
    { ...terminal, width: options.full ? undefined : terminal.width },
    { header: legend ? header : undefined, rows, groupEnds: typeEnds(units) },
  );
  if (!legend) return;
  if (units.length > 0) {
    terminal.print('');
    terminal.print('LOAD   = Reflects whether the unit definition was properly loaded.');
    terminal.print('ACTIVE = The high-level unit activation state, i.e. generalization of SUB.');
    terminal.print('SUB    = The low-level unit activation state, values depend on unit type.');
    if (jobs) {
      terminal.print('JOB    = Pending job for the unit.');
      terminal.print('');
    }
  }
  const { grey } = terminal.style;
  const plain = `${units.length} loaded units listed.`;
  const count = countText(terminal.style, plain, units.length);
  const hasInactive = options.all || options.states.includes('inactive');
  if (hasInactive) terminal.print(count);
  else terminal.print(hasStates ? plain : `${count} ${grey('Pass --all to see loaded but inactive units, too.')}`);
  if (hasInactive || !hasStates) terminal.print(grey(`To show all installed unit files use '${program} list-unit-files'.`));
}
