/** Whether a text is a pattern rather than a name (glob(7)). */
export function isGlob(text: string): boolean {
  return /[*?[]/.test(text);
}

/** A predicate for names that match at least one of these patterns (fnmatch(3), without flags). */
export function matchesAny(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !isGlob(pattern)));
  const globs = patterns.filter(isGlob).map((glob) => globPattern(glob));
  return (name) => exact.has(name) || globs.some((glob) => glob.test(name));
}

/** A pattern of fnmatch(3), without flags, as a regular expression; with `escapes: false` as FNM_NOESCAPE has it. */
export function globPattern(glob: string, { escapes }: { readonly escapes: boolean } = { escapes: true }): RegExp {
  let source = '';
  for (let index = 0; index < glob.length; index++) {
    const character = glob.charAt(index);
    if (character === '*') {
      // A run of stars is one star, so that no pattern makes the matcher backtrack for long.
      while (glob.charAt(index + 1) === '*') index++;
      source += '.*';
    } else if (character === '?') source += '.';
    else if (escapes && character === '\\' && index + 1 < glob.length) source += literal(glob.charAt(++index));
    else if (character === '[') {
      const end = classEnd(glob, index);
      if (end === -1) source += '\\[';
      else {
        source += characterClass(glob.slice(index + 1, end));
        index = end;
      }
    } else source += literal(character);
  }
  return new RegExp(`^${source}$`, 's');
}

/** A `]` right after the opening bracket or its negation is one of the characters. */
function classEnd(glob: string, start: number): number {
  const first = glob.charAt(start + 1) === '!' || glob.charAt(start + 1) === '^' ? start + 2 : start + 1;
  return glob.indexOf(']', first + 1);
}

function characterClass(body: string): string {
  const negated = body.startsWith('!') || body.startsWith('^');
  const characters = (negated ? body.slice(1) : body).replace(/[\\\]^[&]/g, '\\$&');
  // A range that runs backwards matches nothing.
  return isClass(characters) ? `[${negated ? '^' : ''}${characters}]` : '(?!)';
}

function isClass(characters: string): boolean {
  try {
    return new RegExp(`[${characters}]`) instanceof RegExp;
  } catch {
    return false;
  }
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
