import { applyText } from './apply.ts';
import type { UnitConfig } from './config.ts';
import { UnitDraft } from './draft.ts';
import type { Line } from './property.ts';
import { ownSections, type PartName, type Parts } from './settings/parts.ts';
import { type SpecifierFacts, specifiersOf } from './specifiers.ts';

/** The configuration with these lines on top of what its files say, as if the drop-in had been there when they were read. */
export function amend(
  config: UnitConfig,
  dropIn: { readonly path: string; readonly lines: readonly Line[] },
  facts: SpecifierFacts,
): UnitConfig {
  const draft = new UnitDraft(config.name, config.type);
  const parts: readonly PartName[] = ['unit', ...ownSections[config.type].parts];
  for (const part of parts) draft.seed(part, config[part]);
  const assignments = dropIn.lines.map((line, index) => ({ ...line, line: index + 1, keyColumn: 1, column: 1 }));
  const specifiers = specifiersOf(config.name, facts, config.fragment);
  applyText(draft, dropIn.path, { assignments, problems: [] }, { specifiers, scope: facts.scope, notices: false });
  const amended: Partial<Parts> = {};
  for (const part of parts) Object.assign(amended, { [part]: draft.settings(part) });
  const dropIns = config.dropIns.includes(dropIn.path) ? config.dropIns : [...config.dropIns, dropIn.path];
  return { ...config, ...amended, dropIns };
}
