import { formOf, instantiate, parseUnitName, templateOf } from '../name.ts';
import type { InstallContext } from './context.ts';
import { resolveLink } from './link-path.ts';

/** What a unit name leads to in the search path. */
export type Found =
  /** `name` is the file's own name, with the instance that was asked for; `link` is the link to a file outside the search path. */
  | { readonly found: 'file'; readonly name: string; readonly path: string; readonly link?: string }
  | { readonly found: 'masked'; readonly path: string }
  | { readonly found: 'missing' }
  | { readonly found: 'dangling'; readonly path: string }
  | { readonly found: 'incompatible'; readonly path: string; readonly target: string };

/** Finds the file behind a name, through aliases and templates (systemd.unit(5), "Unit File Load Path"). */
export function findUnitFile(wanted: string, context: InstallContext): Found {
  let name = wanted;
  for (let hop = 0; hop < 8; hop++) {
    const entry = firstEntry(name, context) ?? templateEntry(name, context);
    if (entry === undefined) return hop === 0 ? { found: 'missing' } : { found: 'dangling', path: name };
    const step = follow(name, entry, context);
    if (typeof step !== 'string') return step;
    name = step;
  }
  return { found: 'dangling', path: wanted };
}

function firstEntry(name: string, context: InstallContext): string | undefined {
  for (const directory of context.searchPath) {
    const path = `${directory}/${name}`;
    if (context.files.stat(path).kind !== 'missing') return path;
  }
  return undefined;
}

function templateEntry(name: string, context: InstallContext): string | undefined {
  const template = templateOf(name);
  return template === undefined || template === name ? undefined : firstEntry(template, context);
}

/** The next name of a chain of aliases, or where the chain ends. */
function follow(name: string, path: string, context: InstallContext): Found | string {
  const { files } = context;
  const target = files.readLink(path);
  if (target === undefined) return files.stat(path).size === 0 ? { found: 'masked', path } : { found: 'file', name, path };

  const resolved = resolveLink(path, target);
  if (resolved === '/dev/null') return { found: 'masked', path };
  const slash = resolved.lastIndexOf('/');
  const leaf = resolved.slice(slash + 1);
  if (!isSearched(resolved.slice(0, slash), context)) {
    return files.statFollow(path).kind === 'missing' ? { found: 'dangling', path } : { found: 'file', name, path: resolved, link: path };
  }
  const own = path.slice(path.lastIndexOf('/') + 1);
  if (leaf === own) {
    const kind = files.statFollow(resolved).kind;
    return kind === 'missing' ? { found: 'dangling', path } : { found: 'file', name, path: resolved };
  }
  return aliasedName(name, leaf) ?? { found: 'incompatible', path, target: resolved };
}

/** The name that an alias stands for, with the instance carried over; undefined where the two do not go together. */
export function aliasedName(alias: string, target: string): string | undefined {
  const from = parseUnitName(alias);
  const to = parseUnitName(target);
  if (!from.ok || !to.ok || from.value.type !== to.value.type || !aliasable.has(from.value.type)) return undefined;
  const forms = `${formOf(from.value)} ${formOf(to.value)}`;
  if (forms === 'plain plain' || forms === 'template template') return target;
  if (forms === 'instance template') return instantiate(target, from.value.instance ?? '');
  if (forms === 'instance instance' && from.value.instance === to.value.instance) return target;
  return undefined;
}

/** Types whose units may have other names. */
const aliasable: ReadonlySet<string> = new Set(['service', 'socket', 'target', 'device', 'timer', 'path']);

/** Whether a directory is one of the search path, as written or once its own links are followed (/lib is /usr/lib). */
export function isSearched(directory: string, context: InstallContext): boolean {
  if (context.searchPath.includes(directory)) return true;
  const real = context.files.realPath(directory);
  return real !== undefined && context.searchPath.some((candidate) => context.files.realPath(candidate) === real);
}
