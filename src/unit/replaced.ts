import { applyText } from './apply.ts';
import type { UnitConfig } from './config.ts';
import { refusalText, UnitDraft } from './draft.ts';
import { ownSections, type PartName, type Parts } from './settings/parts.ts';
import { type SpecifierFacts, specifiersOf } from './specifiers.ts';
import { parseUnitText } from './syntax.ts';
import { verify } from './verify.ts';

/** A file of a unit as bytes. */
export interface UnitBytes {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The unit as it would be if its main file were this one, with its drop-ins as they are. Its dependencies stay, since they are no part of it. */
export function replaceFragment(config: UnitConfig, file: UnitBytes, dropIns: readonly UnitBytes[], facts: SpecifierFacts): UnitConfig {
  const draft = new UnitDraft(config.name, config.type);
  const specifiers = specifiersOf(config.name, facts, file.path);
  for (const { path, bytes } of [file, ...dropIns])
    applyText(draft, path, parseUnitText(bytes), { specifiers, scope: facts.scope, notices: false });
  verify(draft, file.path);
  const parts: readonly PartName[] = ['unit', ...ownSections[config.type].parts];
  const replaced: Partial<Parts> = {};
  for (const part of parts) Object.assign(replaced, { [part]: draft.settings(part) });
  const load =
    draft.refusal === undefined ? { state: 'loaded' as const } : { state: 'bad-setting' as const, reason: refusalText(draft.refusal) };
  return { ...config, ...replaced, load, fragment: file.path, diagnostics: draft.diagnostics() };
}
