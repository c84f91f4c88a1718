import { globPattern, isGlob } from '../base/glob.ts';
import type { Files } from '../port/files.ts';

/** The paths that match a pattern with `*`, `?` and `[…]`, sorted; hidden names only where the pattern spells the dot (glob(7)). */
export function expandGlob(files: Pick<Files, 'list' | 'stat'>, pattern: string): readonly string[] {
  let found: readonly string[] = pattern.startsWith('/') ? ['/'] : [];
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    found = found.flatMap((directory) => matches(files, directory, part));
  }
  return found;
}

/** `a{b,c}` → `ab`, `ac`, as glob(3) does with GLOB_BRACE; braces that hold nothing or are not closed are ordinary characters. */
export function expandBraces(pattern: string): readonly string[] {
  const [, before = '', inside = '', after = ''] = /^(.*)\{([^{}]+)\}(.*)$/s.exec(pattern) ?? [];
  if (inside === '') return [pattern];
  return inside.split(',').flatMap((each) => expandBraces(`${before}${each}${after}`));
}

function matches(files: Pick<Files, 'list' | 'stat'>, directory: string, part: string): readonly string[] {
  const base = directory === '/' ? '' : directory;
  if (!isGlob(part)) {
    const path = `${base}/${part}`;
    return files.stat(path).kind === 'missing' ? [] : [path];
  }
  const pattern = globPattern(part);
  return files
    .list(directory)
    .filter((name) => (part.startsWith('.') || !name.startsWith('.')) && pattern.test(name))
    .map((name) => `${base}/${name}`);
}
