import type { UnitConfig } from './config.ts';
import { initialValues, ownSections, type PartName, tables } from './settings/parts.ts';
import type { Row } from './settings/setting.ts';

/** A setting that the unit's files give another value than it has by itself. */
export interface AssignedSetting {
  readonly name: string;
  readonly part: PartName;
  readonly row: Row;
}

/**
 * What the files of a unit set, of the sections that say how its processes run, or of some parts of them. A value that is no other than the
 * default counts for nothing.
 */
export function assignedSettings(
  config: UnitConfig,
  parts: readonly PartName[] = ownSections[config.type].parts,
): readonly AssignedSetting[] {
  const found: AssignedSetting[] = [];
  for (const part of parts) {
    const settings = config[part];
    if (settings === undefined || settings === initialValues[part]) continue;
    for (const [name, value] of Object.entries(ownValues(part, settings))) {
      const row = tables[part][name];
      if (row !== undefined && !isSame(value, Reflect.get(initialValues[part], name))) found.push({ name, part, row });
    }
  }
  return found;
}

/** What stands above the defaults: settings are objects whose prototypes are what was said before (unit/draft.ts). */
function ownValues(part: PartName, settings: object): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (let layer: object | null = settings; layer && layer !== initialValues[part]; layer = Object.getPrototypeOf(layer)) {
    for (const [name, value] of Object.entries(layer)) if (!(name in values)) values[name] = value;
  }
  return values;
}

function isSame(value: unknown, initial: unknown): boolean {
  if (value === initial) return true;
  return Array.isArray(value) && Array.isArray(initial) && value.length === 0 && initial.length === 0;
}
