import { applyText, type ApplyContext } from './apply.ts';
import { BUILTIN_PATH, builtinText, isPerpetual } from './builtin.ts';
import type { LoadState, UnitConfig, UnitTypeName } from './config.ts';
import { refusalText, UnitDraft } from './draft.ts';
import { directoriesBeside, dropInsOf } from './drop-in.ts';
import { type Found, findUnit } from './find.ts';
import { Inquiry } from './inquiry.ts';
import { applyLinks } from './links.ts';
import type { InstanceCache } from './instance-cache.ts';
import { isUnit, parseUnitName } from './name.ts';
import { ownSections, type PartName, type Parts } from './settings/parts.ts';
import { isCurrent, type Reading, readingOf } from './reading.ts';
import { type SpecifierFacts, specifiersOf } from './specifiers.ts';
import type { UnitText } from './syntax.ts';
import type { UnitDirectory } from './unit-directory.ts';
import { settle, verify } from './verify.ts';

/** What loading depends on besides the name. */
export interface LoadContext {
  readonly directory: UnitDirectory;
  readonly facts: SpecifierFacts;
  /** The directory of the search path where units lie that programs make. */
  readonly transientDirectory?: string;
  /** Remembers what instances of a template have in common, as long as the directory holds the same files. */
  readonly instances?: InstanceCache;
  /** Also tell, as notices, which lines have no effect yet or use an old spelling: for `tysctl verify`. */
  readonly notices?: boolean;
  /** The lines of a unit that is there without a file, by what the kernel tells. */
  readonly known?: (name: string) => UnitText | undefined;
}

/**
 * Loads a unit: finds its file through aliases and templates, reads it and its drop-ins and links, checks the whole, and gives
 * what they say (systemd.unit(5)). Never throws for what files hold: a unit that cannot be used says so in `load`.
 */
export function loadUnit(name: string, context: LoadContext): UnitConfig {
  return readUnit(name, context).config;
}

/**
 * The same, with what was seen of the file system. An earlier reading of the unit, which must have been made with the same facts, is given back
 * where its files, and all else that says what it is, have not changed.
 */
export function readUnit(name: string, context: LoadContext, earlier?: Reading): Reading {
  const parsed = parseUnitName(name);
  if (!parsed.ok) return { config: nameless(name, 'service', `“${name}” is not a unit name: ${parsed.error.message}`) };
  const { type, isTemplate } = parsed.value;
  if (isTemplate) return { config: nameless(name, type, templateReason(name)) };
  if (!isUnit(parsed.value)) return { config: nameless(name, type, `${name} is an instance, and there are none of type ${type}`) };
  const { directory } = context;
  const found = withoutForeignScope(findUnit(directory, name, context.facts.scope), type, context);
  if (earlier !== undefined && isCurrent(earlier, found, directory)) return earlier;
  const like = context.instances?.find(found, directory);
  if (like !== undefined) return { config: { ...like, name: found.id, names: found.names } };
  const draft = new UnitDraft(found.id, type);
  const inquiry = new Inquiry(directory);
  const config = finish(draft, found, read(draft, found, inquiry, context), context);
  context.instances?.keep(found, config, directory);
  return readingOf(config, found, inquiry, directory);
}

function templateReason(name: string): string {
  return `${name} is a template: it needs an instance, as in ${name.replace('@.', '@INSTANCE.')}`;
}

/** A scope is made with its processes; a file alone makes none. */
function withoutForeignScope(found: Found, type: UnitTypeName, context: LoadContext): Found {
  if (type !== 'scope' || found.path === undefined || isTransient(found, context)) return found;
  const { path: _path, ...rest } = found;
  return rest;
}

function isTransient({ path }: Found, { transientDirectory }: LoadContext): boolean {
  return transientDirectory !== undefined && path?.startsWith(`${transientDirectory}/`) === true;
}

function read(draft: UnitDraft, found: Found, inquiry: Inquiry, context: LoadContext): LoadState {
  const { directory, facts, notices = false } = context;
  const apply: ApplyContext = { specifiers: specifiersOf(found.id, facts, found.path), scope: facts.scope, notices };
  const state = readMain(draft, found, inquiry, context, apply);
  if (state.state !== 'loaded') {
    settle(draft);
    return state;
  }
  const beside = directoriesBeside(directory, found.names);
  for (const dropIn of dropInsOf(inquiry, found.id, beside.d)) {
    const text = inquiry.text(dropIn.path, dropIn.shared);
    draft.dropIns.push(dropIn.path);
    if (text !== undefined) applyDropIn(draft, dropIn.path, text, apply);
    else if (!inquiry.isMask(dropIn.path)) complain(draft, 'unreadable', dropIn.path, inquiry.unreadable(dropIn.path));
  }
  applyLinks(draft, inquiry, beside);
  if (found.builtin) settle(draft);
  else verify(draft, found.path ?? '');
  return draft.refusal === undefined ? state : { state: 'bad-setting', reason: refusalText(draft.refusal) };
}

function applyDropIn(draft: UnitDraft, path: string, text: UnitText, apply: ApplyContext): void {
  if (text.fatal === undefined) applyText(draft, path, text, apply);
  else draft.report({ severity: 'error', path, ...text.fatal, message: `${text.fatal.message}; the whole file is ignored` });
}

function readMain(draft: UnitDraft, found: Found, inquiry: Inquiry, { known }: LoadContext, apply: ApplyContext): LoadState {
  if (found.path !== undefined) return readFragment(draft, found.path, inquiry.text(found.path, found.shared), inquiry, apply);
  if (found.trouble !== undefined) complain(draft, 'unusable', found.trouble.path, found.trouble.reason);
  const builtin = found.builtin ? builtinText(found.id, apply.scope) : undefined;
  if (builtin !== undefined) applyText(draft, BUILTIN_PATH, builtin, apply);
  const text = known?.(found.id);
  if (text !== undefined) applyText(draft, draft.settings('unit').SourcePath, text, apply);
  return builtin !== undefined || text !== undefined || withoutFile.has(draft.type) ? loaded : notFound;
}

function readFragment(draft: UnitDraft, path: string, text: UnitText | undefined, inquiry: Inquiry, apply: ApplyContext): LoadState {
  if (text === undefined) {
    if (inquiry.isMask(path)) return masked;
    complain(draft, 'unreadable', path, inquiry.unreadable(path));
    return notFound;
  }
  if (text.fatal !== undefined) {
    draft.report({ severity: 'error', path, ...text.fatal });
    return { state: 'error', reason: `${path}:${text.fatal.line}: ${text.fatal.message}` };
  }
  if (text.assignments.length === 0 && inquiry.isMask(path)) return masked;
  applyText(draft, path, text, apply);
  return loaded;
}

function finish(draft: UnitDraft, found: Found, load: LoadState, context: LoadContext): UnitConfig {
  const config: Mutable<UnitConfig> = {
    name: found.id,
    type: draft.type,
    names: found.names,
    load,
    dropIns: draft.dropIns.length === 0 ? none : draft.dropIns,
    dependencies: draft.dependencies.length === 0 ? none : draft.dependencies,
    diagnostics: draft.diagnostics(),
    unit: draft.settings('unit'),
    install: draft.settings('install'),
  };
  for (const part of ownSections[draft.type].parts) setPart(config, part, draft.settings(part));
  if (found.path !== undefined && load !== notFound) config.fragment = found.path;
  if (isPerpetual(found.id, context.facts.scope)) config.perpetual = true;
  if (load !== notFound && isTransient(found, context)) config.transient = true;
  return config;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function setPart<Name extends PartName>(config: Partial<Mutable<Parts>>, part: Name, settings: Parts[Name]): void {
  config[part] = settings;
}

const loaded: LoadState = { state: 'loaded' };
const notFound: LoadState = { state: 'not-found' };
const masked: LoadState = { state: 'masked' };
const none: readonly never[] = Object.freeze([]);

/** Types whose units need no file: they are made by the kernel or by their name alone. */
const withoutFile: ReadonlySet<UnitTypeName> = new Set(['slice', 'device']);

function complain(draft: UnitDraft, code: string, path: string, message: string): void {
  draft.report({ severity: 'error', code, message, path, line: 0, column: 0 });
}

function nameless(name: string, type: UnitTypeName, reason: string): UnitConfig {
  const draft = new UnitDraft(name, type);
  const load: LoadState = { state: 'error', reason };
  return {
    name,
    type,
    names: [name],
    load,
    dropIns: none,
    dependencies: none,
    diagnostics: none,
    unit: draft.settings('unit'),
    install: draft.settings('install'),
  };
}
