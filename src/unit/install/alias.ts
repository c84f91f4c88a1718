import { err, ok, type Result } from '../../base/result.ts';
import { formOf, instantiate, parseUnitName, type UnitName } from '../name.ts';
import { aliasedName } from './find.ts';

/**
 * Whether `unit` may be linked as `alias`, and under which name: a template's alias gets the instance that is enabled.
 * The older form `x.target.wants/NAME` is allowed where NAME is the unit itself (systemd.unit(5), Alias=).
 */
export function verifyAlias(unit: string, defaultInstance: string, alias: string): Result<string, 'EXDEV' | 'EUCLEAN'> {
  const own = parseUnitName(unit);
  if (!own.ok) return err('EUCLEAN');
  const slash = alias.indexOf('/');
  return slash < 0
    ? plainAlias(unit, own.value, alias)
    : directoryAlias(unit, own.value, defaultInstance, alias.slice(0, slash), alias.slice(slash + 1));
}

function plainAlias(unit: string, own: UnitName, alias: string): Result<string, 'EXDEV' | 'EUCLEAN'> {
  const other = parseUnitName(alias);
  if (!other.ok) return err('EUCLEAN');
  const rewritten = formOf(own) === 'instance' && formOf(other.value) === 'template' ? instantiate(alias, own.instance ?? '') : alias;
  if (rewritten === undefined || aliasedName(rewritten, unit) === undefined) return err('EXDEV');
  return ok(rewritten);
}

function directoryAlias(
  unit: string,
  own: UnitName,
  defaultInstance: string,
  directory: string,
  leaf: string,
): Result<string, 'EXDEV' | 'EUCLEAN'> {
  const match = /^(.+)\.(wants|requires)$/.exec(directory);
  const target = match?.[1] === undefined ? undefined : parseUnitName(match[1]);
  const other = parseUnitName(leaf);
  if (target === undefined || !target.ok || !other.ok || leaf.includes('/')) return err('EXDEV');
  const form = formOf(own);
  // A link in a directory is no other name: it has to be the unit itself, or the instance of it that is meant.
  if (form !== 'template') return leaf === unit ? ok(`${directory}/${leaf}`) : err('EXDEV');
  if (leaf === unit) return formOf(target.value) === 'plain' ? err('EXDEV') : ok(`${directory}/${leaf}`);
  const isInstance = formOf(other.value) === 'instance' && instantiate(unit, other.value.instance ?? '') === leaf;
  if (!isInstance || (defaultInstance !== '' && other.value.instance !== defaultInstance)) return err('EXDEV');
  return ok(`${directory}/${leaf}`);
}
