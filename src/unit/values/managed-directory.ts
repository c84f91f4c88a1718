import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { expanded, listOf } from './combine.ts';
import { refuse } from './parser.ts';
import type { ValueContext, ValueError, ValueParser } from './parser.ts';
import { checkRelativePath } from './path.ts';
import type { ManagedDirectory } from './types.ts';
import { type Dialect, splitWords } from './words.ts';

const tuples: Dialect = { quotes: 'remove', escapes: 'retain' };
const colonFields: Dialect = { quotes: 'remove', escapes: 'decode-or-separators', separators: ':', emptyWords: true };
const relativePath: ValueParser<string> = expanded(checkRelativePath);
const entries: ValueParser<readonly ManagedDirectory[]> = listOf(parseEntry, tuples);

/** RuntimeDirectory= and its kin: words `path[:symlink[:flags]]`, all relative; the links of a path that stands there twice are put together. */
export const managedDirectories: ValueParser<readonly ManagedDirectory[]> = (text, context) => {
  const parsed = entries(text, context);
  if (!parsed.ok) return parsed;
  const symlinks = new Map<string, string[]>();
  for (const entry of parsed.value) symlinks.set(entry.path, [...(symlinks.get(entry.path) ?? []), ...entry.symlinks]);
  return ok([...symlinks].map(([path, links]) => ({ path, symlinks: links })));
};

/** ConfigurationDirectory=, which has no links. */
export const configurationDirectories: ValueParser<readonly ManagedDirectory[]> = listOf((text, context) => {
  const entry = parseEntry(text, context);
  return entry.ok && entry.value.symlinks.length > 0 ? refuse('a directory of configuration has no symlink') : entry;
}, tuples);

/**
 * The directories in the order in which they are made: what is above the others first, and each path once with all of its links
 * (systemd.exec(5): those that lie in others of the list are only made there).
 */
export function parentsFirst(directories: readonly ManagedDirectory[]): readonly ManagedDirectory[] {
  if (directories.length < 2) return directories;
  const known = sorted.get(directories);
  if (known !== undefined) return known;
  const symlinks = new Map<string, readonly string[]>();
  for (const each of directories) symlinks.set(each.path, [...(symlinks.get(each.path) ?? []), ...each.symlinks]);
  const made = [...symlinks].map(([path, links]) => ({ path, symlinks: links })).toSorted((a, b) => (key(a.path) < key(b.path) ? -1 : 1));
  sorted.set(directories, made);
  return made;
}

/** With a character before all others as the separator a path comes right before those below it. */
function key(path: string): string {
  return path.replaceAll('/', '\0');
}

const sorted = new WeakMap<readonly ManagedDirectory[], readonly ManagedDirectory[]>();

/** Whether the directory lies in another one of the list, so that it is only made there. */
export function isWithinAnother({ path }: ManagedDirectory, directories: readonly ManagedDirectory[]): boolean {
  return directories.length > 1 && directories.some((other) => path.startsWith(`${other.path}/`));
}

function parseEntry(text: string, context: ValueContext): Result<ManagedDirectory, ValueError> {
  const fields = splitWords(text, colonFields, context);
  if (!fields.ok) return fields;
  const [directory = '', link = ''] = fields.value.map((word) => word.text);
  const path = relativePath(directory, context);
  if (!path.ok) return path;
  if (path.value === '.') return refuse('expected a directory below that of its kind');
  // systemd keeps the directories of DynamicUser= there.
  if (path.value === 'private' || path.value.startsWith('private/')) return refuse('the directory name private is reserved');
  if (link === '') return ok({ path: path.value, symlinks: [] });
  const symlink = relativePath(link, context);
  return symlink.ok ? ok({ path: path.value, symlinks: [symlink.value] }) : symlink;
}
