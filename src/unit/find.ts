import { builtinAlias, builtinAliasesOf, hasBuiltin } from './builtin.ts';
import { instantiate, parseUnitName, templateOf } from './name.ts';
import type { UnitDirectory } from './unit-directory.ts';

/** What a name leads to. */
export interface Found {
  /** The name that the unit goes by: its file's, with the instance that was asked for. */
  readonly id: string;
  /** Every name of the unit, `id` first. */
  readonly names: readonly string[];
  /** Path of the main file, if there is one. */
  readonly path?: string;
  /** The file is a template, so other units are made of it too. */
  readonly shared: boolean;
  /** No file was found, but tysd itself has such a unit. */
  readonly builtin: boolean;
  /** Something stands under the name that cannot be a unit's file. */
  readonly trouble?: { readonly path: string; readonly reason: string };
}

/** Follows a unit name through the search path: its aliases, the template of an instance, the units that are built in (systemd.unit(5)). */
export function findUnit(directory: UnitDirectory, name: string, scope: 'system' | 'user'): Found {
  return (
    findExact(directory, name, name, scope) ??
    findTemplate(directory, name, scope) ??
    findBuiltin(directory, name, scope) ??
    notFound(directory, name)
  );
}

function findExact(directory: UnitDirectory, name: string, asked: string, scope: 'system' | 'user'): Found | undefined {
  const found = directory.resolve(name);
  if (found === undefined || found === 'loop' || found.entry.is !== 'file') return undefined;
  const instance = instanceOf(asked);
  const shared = found.name.includes('@.');
  const id = shared ? (instantiate(found.name, instance ?? '') ?? asked) : found.name;
  return {
    id,
    names: namesOf(directory, { id, asked, base: found.name, instance, scope }),
    path: found.entry.path,
    shared,
    builtin: false,
  };
}

function findTemplate(directory: UnitDirectory, name: string, scope: 'system' | 'user'): Found | undefined {
  const template = instanceOf(name) === undefined ? undefined : templateOf(name);
  return template === undefined || template === name ? undefined : findExact(directory, template, name, scope);
}

function findBuiltin(directory: UnitDirectory, name: string, scope: 'system' | 'user'): Found | undefined {
  const entry = directory.entry(name);
  const target = builtinAlias(name, scope);
  if (target !== undefined && entry === undefined) return findUnit(directory, target, scope);
  // As `set-default` makes it where no unit file of systemd's is.
  if (entry?.is === 'alias' && directory.resolve(name) === undefined) return findBuiltin(directory, entry.target, scope);
  if (!hasBuiltin(name, scope)) return undefined;
  return {
    id: name,
    names: [...namesOf(directory, { id: name, asked: name, base: name, instance: undefined, scope }), ...directory.lostAliasesOf(name)],
    shared: false,
    builtin: true,
  };
}

function notFound(directory: UnitDirectory, name: string): Found {
  const found = directory.resolve(name);
  const none = { id: name, names: [name], shared: false, builtin: false };
  if (found === 'loop')
    return { ...none, trouble: { path: directory.entry(name)?.path ?? name, reason: 'its links lead round in a circle' } };
  if (found === undefined) {
    const entry = directory.entry(name);
    return entry?.is === 'alias'
      ? { ...none, trouble: { path: entry.path, reason: `it stands for ${entry.target}, which does not exist` } }
      : none;
  }
  return found.entry.is === 'unusable' ? { ...none, trouble: { path: found.entry.path, reason: found.entry.reason } } : none;
}

interface Naming {
  readonly id: string;
  readonly asked: string;
  /** The name of the file, perhaps a template. */
  readonly base: string;
  readonly instance: string | undefined;
  readonly scope: 'system' | 'user';
}

function namesOf(directory: UnitDirectory, { id, asked, base, instance, scope }: Naming): readonly string[] {
  const aliases = [...directory.aliasesOf(base), ...(base === id ? [] : directory.aliasesOf(id))];
  const builtin = builtinAliasesOf(id, scope).filter((alias) => directory.entry(alias) === undefined);
  if (aliases.length === 0 && builtin.length === 0) return id === asked ? [id] : [id, asked];
  const names = new Set([id, asked]);
  for (const alias of aliases) {
    const name = alias.includes('@.') ? instantiate(alias, instance ?? '') : alias;
    // An instance may have an alias of its own that leads elsewhere.
    if (name !== undefined && (name === alias || !leadsElsewhere(directory, name, base))) names.add(name);
  }
  for (const alias of builtin) names.add(alias);
  return [...names];
}

function leadsElsewhere(directory: UnitDirectory, name: string, base: string): boolean {
  const found = directory.resolve(name);
  return found !== undefined && found !== 'loop' && found.name !== base;
}

function instanceOf(name: string): string | undefined {
  const parsed = parseUnitName(name);
  return parsed.ok && parsed.value.instance !== '' ? parsed.value.instance : undefined;
}
