import { err, ok, type Result } from '../../base/result.ts';
import { aliasRefusal } from '../alias.ts';
import { formOf, instantiate, isUnitName, parseUnitName, templateOf } from '../name.ts';
import { isConfigDirectory, type InstallContext } from './context.ts';
import { directoryOf, leafOf, normalize, resolveLink } from './link-path.ts';
import type { LinkView } from './link-view.ts';

/** The file that a unit name leads to; `name` is that of the file, with the instance that was asked for. */
export interface InstallFile {
  readonly name: string;
  readonly path: string;
  readonly isMasked: boolean;
}

/** Why a name leads to no file. */
export type FindFailure = 'ENOENT' | 'ENOLINK' | 'ELOOP' | 'EXDEV' | 'EINVAL';

/** Longest chain of aliases that is followed. */
const LONGEST_CHAIN = 8;

/**
 * Finds the file behind a name or a path, through aliases and templates. The loader's rules (unit/find.ts) are more lenient: it
 * passes over what cannot be used, while here every strange link is an error that keeps `enable` from making it worse.
 * `allowConfigured: false` refuses aliases that themselves were made by `enable`.
 */
export function findUnitFile(
  wanted: string,
  view: LinkView,
  context: InstallContext,
  { allowConfigured = true }: { readonly allowConfigured?: boolean } = {},
): Result<InstallFile, FindFailure> {
  let name = leafOf(wanted);
  if (!isUnitName(name)) return err('EINVAL');
  let path = wanted.startsWith('/') ? normalize(wanted) : firstEntry(name, view, context);
  for (let hops = 0; hops <= LONGEST_CHAIN; hops++) {
    if (path === undefined || view.kind(path) === 'missing') return err(hops === 0 ? 'ENOENT' : 'ENOLINK');
    const step = follow(name, path, view, context);
    if (!step.ok) return step;
    if (typeof step.value !== 'string') return ok(step.value);
    if (!allowConfigured && isConfigDirectory(directoryOf(path), context)) return err('ELOOP');
    // An instance may be a link to its own template, which is then that very file.
    path = step.value === name ? resolveLink(path, view.readLink(path) ?? '') : firstEntry(step.value, view, context);
    name = step.value;
  }
  return err('ELOOP');
}

/** The file at a path, or the next name of a chain of aliases. */
function follow(name: string, path: string, view: LinkView, context: InstallContext): Result<InstallFile | string, FindFailure> {
  const target = view.readLink(path);
  if (target === undefined) return ok({ name, path, isMasked: view.kind(path) === 'empty' });
  const end = view.chase(path);
  if (end === '/dev/null') return ok({ name, path, isMasked: true });
  const resolved = resolveLink(path, target);
  if (isSearched(directoryOf(resolved), view, context)) {
    const leaf = leafOf(resolved);
    if (leaf === name) return err('ELOOP');
    const next = aliasedName(name, leaf);
    return next === undefined ? err('EXDEV') : ok(next);
  }
  if (end === undefined) return err('ELOOP');
  const kind = view.kind(end);
  return kind === 'missing' ? err('ENOENT') : ok({ name, path: end, isMasked: kind === 'empty' });
}

/** The name that an alias stands for, with the instance carried over; undefined where the two do not go together. */
export function aliasedName(alias: string, target: string): string | undefined {
  if (alias !== target && aliasRefusal(alias, target) !== undefined) return undefined;
  const from = parseUnitName(alias);
  const to = parseUnitName(target);
  if (!from.ok || !to.ok) return undefined;
  const carries = formOf(from.value) === 'instance' && formOf(to.value) === 'template';
  return carries ? instantiate(target, from.value.instance ?? '') : target;
}

/** Whether a directory is one of the search path, as written or once its own links are followed (/lib is /usr/lib). */
export function isSearched(directory: string, view: LinkView, context: InstallContext): boolean {
  if (context.searchPath.includes(directory)) return true;
  const real = view.chase(directory);
  return real !== undefined && context.searchPath.some((candidate) => view.chase(candidate) === real);
}

function firstEntry(name: string, view: LinkView, context: InstallContext): string | undefined {
  const template = templateOf(name);
  return firstNamed(name, view, context) ?? (template === undefined || template === name ? undefined : firstNamed(template, view, context));
}

function firstNamed(name: string, view: LinkView, context: InstallContext): string | undefined {
  for (const directory of context.searchPath) {
    const kind = view.kind(`${directory}/${name}`);
    if (kind === 'file' || kind === 'link' || kind === 'empty') return `${directory}/${name}`;
  }
  return undefined;
}
