import type { UnitTypeName } from './config.ts';
import { formOf, parseUnitName } from './name.ts';

const withoutAliases: ReadonlySet<UnitTypeName> = new Set(['mount', 'automount', 'swap', 'slice', 'scope']);

/** Why a link named `alias` may not stand for the unit `target`, in words; undefined where it may (systemd.unit(5)). */
export function aliasRefusal(alias: string, target: string): string | undefined {
  const from = parseUnitName(alias);
  const to = parseUnitName(target);
  if (!from.ok || !to.ok) return `“${target}” is not a unit name`;
  const { type } = from.value;
  if (alias === target) return 'it leads to the same name';
  if (withoutAliases.has(type)) return `units of type ${type} cannot have aliases`;
  if (type !== to.value.type) return `a ${type} cannot stand for a ${to.value.type}`;
  const forms = `${formOf(from.value)} → ${formOf(to.value)}`;
  if (!allowedForms.has(forms)) return `a name that is ${formOf(from.value)} cannot stand for one that is ${formOf(to.value)}`;
  if (forms === 'instance → instance' && from.value.instance !== to.value.instance) return 'the instances differ';
  return undefined;
}

const allowedForms: ReadonlySet<string> = new Set(['plain → plain', 'template → template', 'instance → instance', 'instance → template']);
