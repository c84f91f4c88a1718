import type { Files } from '../port/files.ts';

/** The paths that match a pattern with `*`, `?` and `[…]`, sorted; hidden names only where the pattern spells the dot (glob(7)). */
export function expandGlob(files: Pick<Files, 'list' | 'stat'>, pattern: string): readonly string[] {
  let found: readonly string[] = pattern.startsWith('/') ? ['/'] : [];
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    found = found.flatMap((directory) => matches(files, directory, part));
  }
  return found;
}

/** Whether the text has characters that make it a pattern. */
export function isGlob(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Whether a name matches a pattern as a whole (fnmatch(3)). */
export function matchesGlob(name: string, pattern: string): boolean {
  return toRegularExpression(pattern).test(name);
}

function matches(files: Pick<Files, 'list' | 'stat'>, directory: string, part: string): readonly string[] {
  const base = directory === '/' ? '' : directory;
  if (!isGlob(part)) {
    const path = `${base}/${part}`;
    return files.stat(path).kind === 'missing' ? [] : [path];
  }
  return files
    .list(directory)
    .filter((name) => (part.startsWith('.') || !name.startsWith('.')) && matchesGlob(name, part))
    .map((name) => `${base}/${name}`);
}

function toRegularExpression(pattern: string): RegExp {
  let source = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    const end = character === '[' ? pattern.indexOf(']', index + 2) : -1;
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (end > 0) {
      source += characterClass(pattern.slice(index + 1, end));
      index = end;
    } else if (character === '\\' && index + 1 < pattern.length) {
      index += 1;
      source += escapeLiteral(pattern.charAt(index));
    } else source += escapeLiteral(character);
  }
  return new RegExp(`^${source}$`, 's');
}

function characterClass(content: string): string {
  const negated = content.startsWith('!') || content.startsWith('^');
  const members = (negated ? content.slice(1) : content).replaceAll(/[\\\]^]/g, String.raw`\$&`);
  return `[${negated ? '^' : ''}${members}]`;
}

function escapeLiteral(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/, String.raw`\$&`);
}
