import type { Simulation } from '../scenario/simulation.ts';
import { deviceUnit } from './generate-kernel.ts';
import type { Model } from './model.ts';

/** Where a run ended, by what is looked at. */
export type End = Readonly<Record<string, unknown>>;

/** Where the run is now. */
export function endOf(simulation: Simulation, model: Model): End {
  const { manager, keeper } = simulation;
  const end: Record<string, unknown> = {
    running: simulation.running().toSorted(),
    groups: keeper.groups(),
    held: keeper.descriptors().filter((name) => !name.startsWith('notify/') && !name.startsWith('stored/')).length,
    frozen: keeper.groups().filter((group) => keeper.isFrozen(group)),
    marked: manager
      .marked()
      .map(({ unit, markers }) => `${unit} ${markers.join(' ')}`)
      .toSorted(),
    jobs: manager
      .jobs()
      .map(({ unit, type, state }) => `${unit} ${type} ${state}`)
      .toSorted(),
    answered: [...model.answered].toSorted(),
    runs: [...model.runs].map(([line, count]) => `${line}: ${count}`).toSorted(),
  };
  model.digest();
  for (const name of [...Object.keys(model.scenario.units), ...withoutFile]) {
    if (name.includes('@')) continue;
    const unit = manager.unit(name);
    end[name] = [unit?.active, unit?.sub, unit?.result, ...countersOf(model, name)].filter((value) => value !== undefined).join(' ');
  }
  return end;
}

/** What is other in the second. */
export function differenceOf(expected: End, found: End): string {
  const lines: string[] = [];
  for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const [a, b] = [JSON.stringify(expected[key]), JSON.stringify(found[key])];
    if (a !== b) lines.push(`${key}: ${a} without, ${b} with faults`);
  }
  return lines.join('\n');
}

/** Units without a file, whose ends count as well. */
const withoutFile: readonly string[] = [deviceUnit, 'made.scope', 'made.service'];

/** What is remembered of the unit's past; what is as in the beginning is not. */
const remembered = ['reloadResult', 'restarts', 'accepted', 'connections'] as const;

/** As `name=value`, as far as the keeper was told; it takes a fraction of the time that all properties of the unit would. */
function countersOf(model: Model, name: string): readonly string[] {
  const state = model.units.get(name)?.blob?.s;
  if (typeof state !== 'object' || state === null || !('memory' in state)) return [];
  const memory = new Map<string, unknown>(Object.entries(state.memory ?? {}));
  return remembered.flatMap((key) => (memory.has(key) ? [`${key}=${String(memory.get(key))}`] : []));
}
