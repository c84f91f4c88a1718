import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { UnitTypeName } from '../config.ts';
import { hasInstances, instantiate, isUnit, parseUnitName } from '../name.ts';
import { listOf } from './combine.ts';
import { refuse } from './parser.ts';
import type { ValueContext, ValueError, ValueParser } from './parser.ts';
import { retained } from './words.ts';

/** After=, Wants=, …: names with the specifiers of dependencies expanded; a bad one is dropped with a warning, a template becomes the instance that goes with this unit. */
export const unitNames: ValueParser<readonly string[]> = listOf(listedDependency, retained);

/** As unitNames, of one type only (Sockets=). */
export function unitNamesOf(type: UnitTypeName): ValueParser<readonly string[]> {
  return listOf(unitName(type), retained);
}

/** One name (Slice=, Service=, Unit=), of one of the given types if any are given. */
export function unitName(...types: readonly UnitTypeName[]): ValueParser<string> {
  return (text, context) => {
    const name = dependencyName(text, context);
    if (!name.ok || types.length === 0 || types.some((type) => name.value.endsWith(`.${type}`))) return name;
    return refuse(`expected the name of a ${types.join(' or ')} unit, found ${JSON.stringify(name.value)}`);
  };
}

/** Lists of [Install]: words as they are written; their specifiers are expanded when the unit is enabled. */
export const installNames: ValueParser<readonly string[]> = listOf((text) => ok(text), retained);

/** A template that depends on an instance of itself with a longer name would make units without end. */
function listedDependency(text: string, context: ValueContext): Result<string, ValueError> {
  const name = dependencyName(text, context);
  if (!name.ok || !growsInstance(text)) return name;
  const own = context.specifiers.expand('%p@%i', 'dependency');
  const isOwn = own.ok && !own.value.endsWith('@') && name.value.startsWith(own.value.slice(0, own.value.indexOf('@') + 1));
  return isOwn ? refuse(`${JSON.stringify(name.value)} would be a dependency of the template on itself, without end`) : name;
}

/** Whether the instance that the text names holds that of the unit and is more than that. */
export function growsInstance(text: string): boolean {
  const at = text.indexOf('@');
  const dot = text.lastIndexOf('.');
  const instance = at < 0 ? '' : text.slice(at + 1, dot > at ? dot : undefined);
  return instance !== '%i' && /^(?:[^%]|%[^inN])*%[inN]/.test(instance);
}

function dependencyName(text: string, context: ValueContext): Result<string, ValueError> {
  const expansion = context.specifiers.expand(text, 'dependency');
  if (!expansion.ok) return expansion;
  const parsed = parseUnitName(expansion.value);
  if (!parsed.ok) return refuse(`${JSON.stringify(expansion.value)} is no unit name: ${parsed.error.message}`, parsed.error.offset);
  const { isTemplate, type } = parsed.value;
  if (!isUnit(parsed.value) && !hasInstances(type))
    return refuse(`${JSON.stringify(expansion.value)}: there are no templates of type ${type}`);
  if (!isTemplate) return ok(expansion.value);
  const instance = context.specifiers.expand('%i', 'dependency');
  const prefix = context.specifiers.expand('%p', 'dependency');
  const own = instance.ok && instance.value !== '' ? instance : prefix;
  const name = own.ok ? instantiate(expansion.value, own.value) : undefined;
  return name === undefined ? refuse(`${JSON.stringify(expansion.value)} is a template, and this unit has no instance for it`) : ok(name);
}
