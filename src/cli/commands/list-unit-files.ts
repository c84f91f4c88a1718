import { matchesAny } from '../../base/glob.ts';
import { bySystemdOrder, checkFilter, typeEnds } from '../filter.ts';
import { installerOf } from '../installer.ts';
import type { Invocation } from '../invocation.ts';
import { readNames } from '../names.ts';
import { listForm, renderJson } from '../output/json.ts';
import { printTable, type Cell } from '../output/table.ts';
import { unpainted, type Style } from '../output/terminal.ts';

/** `list-unit-files`: from the manager, or from the disk with --root= or where no manager runs. 1 where patterns match nothing. */
export async function runListUnitFiles(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const filter = checkFilter({ ...options, states: options.states.filter((state) => state === 'help') }, terminal);
  if (!filter.ok) return filter.error;
  const read = readNames(invocation, words);
  if (read === undefined) return 1;
  const installer = await installerOf(invocation);
  if (!installer.ok) return installer.error;
  const listed = await installer.value.list();
  if (!listed.ok) {
    const what = installer.value.client === undefined ? 'get unit file list' : 'list unit files';
    terminal.fail(`Failed to ${what}: ${listed.error.message}`);
    return 1;
  }
  const matches = words.length === 0 ? () => true : matchesAny([...read.names, ...read.globs]);
  const states = new Set(options.states);
  const files = listed.value.filter(
    (file) => matches(file.name) && filter.value.type(file.name) && (states.size === 0 || states.has(file.state)),
  );
  files.sort((left, right) => bySystemdOrder(left.name, right.name));

  const form = listForm(options.output);
  const legend = options.legend ?? !options.quiet;
  if (form === 'table') {
    const header = legend ? ['UNIT FILE', 'STATE', 'PRESET'] : undefined;
    const rows = files.map((file): readonly Cell[] => [
      file.name,
      { text: file.state, paint: paintFileState(file.state, terminal.style) },
      { text: file.preset ?? '-', paint: file.preset === undefined ? terminal.style.grey : paintFileState(file.preset, terminal.style) },
    ]);
    printTable({ ...terminal, width: options.full ? undefined : terminal.width }, { header, rows, groupEnds: typeEnds(files) });
    if (legend) {
      terminal.print('');
      terminal.print(`${files.length} unit files listed.`);
    }
  } else {
    terminal.print(
      renderJson(
        files.map((file) => ({ unit_file: file.name, state: file.state, preset: file.preset ?? null })),
        form,
      ),
    );
  }
  return files.length === 0 ? 1 : 0;
}

/** The colour of a unit file's state, and of a preset, as systemctl has it. */
function paintFileState(state: string, { green, red }: Style): (text: string) => string {
  if (state === 'enabled' || state === 'alias') return green;
  return state === 'bad' || state === 'disabled' || state.startsWith('masked') ? red : unpainted;
}
