import { applyText } from '../unit/apply.ts';
import type { UnitConfig } from '../unit/config.ts';
import { UnitDraft } from '../unit/draft.ts';
import type { Line } from '../unit/property.ts';
import { cgroupTable } from '../unit/shown/cgroup.ts';
import type { Parts } from '../unit/settings/parts.ts';
import { type SpecifierFacts, specifiersOf } from '../unit/specifiers.ts';

/**
 * A line of resource control as a manager writes it into a drop-in: sizes in bytes, switches as yes and no, addresses with their length,
 * as `show` has them. Where `show` says less than was given, and for other settings, as given.
 */
export function writtenLine({ name, type }: Pick<UnitConfig, 'name' | 'type'>, line: Line, facts: SpecifierFacts): Line {
  const show = cgroupTable[line.key.replace(/(Period|Target)Sec$/, '$1USec')];
  if (show === undefined) return line;
  const draftOf = (value: string): UnitDraft => {
    const draft = new UnitDraft(name, type);
    const assignments = [{ ...line, value, line: 1, keyColumn: 1, column: 1 }];
    applyText(draft, '', { assignments, problems: [] }, { specifiers: specifiersOf(name, facts), scope: facts.scope, notices: false });
    return draft;
  };
  const given = draftOf(line.value);
  const parts: Partial<Parts> = {};
  Object.assign(parts, { cgroup: given.settings('cgroup') });
  const shown = parts.cgroup === undefined ? '' : show(parts.cgroup).replaceAll('\n', ' ');
  if (line.value === '') return unlimited.test(line.key) ? { ...line, value: shown } : line;
  const isSame = shown !== '' && textOf(draftOf(shown).value('cgroup', line.key)) === textOf(given.value('cgroup', line.key));
  return isSame ? { ...line, value: shown } : line;
}

/** Settings that an empty value sets to no limit, or to no protection, which has a word of its own. */
const unlimited = /^(Default)?Memory(Min|Low|High|Max|SwapMax|Limit)$/;

/** A value of settings, which are words, numbers and records and lists of them, as one text. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (each === Infinity ? 'infinity' : each)) ?? '';
}
