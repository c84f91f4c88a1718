import { resolveTemplate } from './apply.ts';
import type { DependencyKey } from './config.ts';
import type { UnitDraft } from './draft.ts';
import type { Inquiry } from './inquiry.ts';
import { instantiate, isUnitName, parseUnitName } from './name.ts';
import type { Beside, BesideSuffix } from './unit-directory.ts';

const kinds = [
  ['wants', 'Wants'],
  ['requires', 'Requires'],
  ['upholds', 'Upholds'],
] as const satisfies readonly (readonly [BesideSuffix, DependencyKey])[];

/** Adds the dependencies that links in the directories beside the unit make: the link's name counts, not what it leads to (systemd.unit(5)). */
export function applyLinks(draft: UnitDraft, inquiry: Inquiry, beside: Beside): void {
  for (const [suffix, key] of kinds) {
    if (beside[suffix].length === 0) continue;
    const seen = new Set<string>();
    for (const path of beside[suffix]) {
      for (const name of inquiry.list(path)) {
        if (seen.has(name)) continue;
        seen.add(name);
        applyLink(draft, inquiry, key, `${path}/${name}`, name);
      }
    }
  }
}

function applyLink(draft: UnitDraft, inquiry: Inquiry, key: DependencyKey, path: string, name: string): void {
  const warn = (message: string): void => draft.report({ severity: 'warning', code: 'ignored-link', message, path, line: 0, column: 0 });
  const target = inquiry.readLink(path);
  if (inquiry.isMask(path)) return;
  if (target === undefined) return warn('expected a symlink to a unit, ignored');
  if (!isUnitName(name)) return warn(`“${name}” is not a unit name, ignored`);
  const unit = resolveTemplate(name, draft.name);
  if (unit === undefined) return warn(`${name} cannot be instantiated, ignored`);
  const base = target.slice(target.lastIndexOf('/') + 1);
  if (!isCompatible(name, base, draft.name)) {
    draft.report({
      severity: 'warning',
      code: 'link-name',
      message: `the link leads to ${base}, but its own name counts: ${unit}`,
      path,
      line: 0,
      column: 0,
    });
  }
  if (unit !== draft.name) draft.depend(key, unit, { from: 'link', path });
}

function isCompatible(name: string, target: string, self: string): boolean {
  if (name === target) return true;
  const from = parseUnitName(name);
  const to = parseUnitName(target);
  const own = parseUnitName(self);
  if (!from.ok || !to.ok || from.value.prefix !== to.value.prefix || from.value.type !== to.value.type) return false;
  if (from.value.instance !== undefined && to.value.isTemplate) return true;
  return from.value.isTemplate && own.ok && instantiate(name, own.value.instance ?? '') === target;
}
