import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { expanded, listOf } from './combine.ts';
import { refuse } from './parser.ts';
import type { ValueContext, ValueError, ValueParser } from './parser.ts';
import { checkRelativePath, splitFields } from './path.ts';
import type { ManagedDirectory } from './types.ts';
import type { Dialect } from './words.ts';

const tuples: Dialect = { quotes: 'remove', escapes: 'retain' };

/** RuntimeDirectory= and its kin: words `path[:symlink[:flags]]`, all relative; the links of a path that stands there twice are put together. */
export const managedDirectories: ValueParser<readonly ManagedDirectory[]> = (text, context) => {
  const parsed = entries(text, context);
  if (!parsed.ok) return parsed;
  const symlinks = new Map<string, string[]>();
  for (const entry of parsed.value) symlinks.set(entry.path, [...(symlinks.get(entry.path) ?? []), ...entry.symlinks]);
  return ok([...symlinks].map(([path, links]) => ({ path, symlinks: links })));
};

const entries: ValueParser<readonly ManagedDirectory[]> = listOf(parseEntry, tuples);
const relativePath: ValueParser<string> = expanded(checkRelativePath);

function parseEntry(text: string, context: ValueContext): Result<ManagedDirectory, ValueError> {
  const fields = splitFields(text, context);
  if (!fields.ok) return fields;
  const [directory = '', link = ''] = fields.value;
  const path = relativePath(directory, context);
  if (!path.ok) return path;
  // systemd keeps the directories of DynamicUser= there.
  if (path.value === 'private' || path.value.startsWith('private/')) return refuse('the directory name private is reserved');
  if (link === '') return ok({ path: path.value, symlinks: [] });
  const symlink = relativePath(link, context);
  return symlink.ok ? ok({ path: path.value, symlinks: [symlink.value] }) : symlink;
}
