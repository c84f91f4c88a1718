/** The name among `known` that was most likely meant by `written`: the nearest by edit distance, if it is near enough. */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase();
  let best: string | undefined;
  // A third of the letters wrong is a typing mistake; more is another word.
  let bestDistance = Math.floor(written.length / 3) + 1;
  for (const name of known) {
    if (Math.abs(name.length - written.length) >= bestDistance) continue;
    const distance = editDistance(wanted, name.toLowerCase(), bestDistance);
    if (distance >= bestDistance) continue;
    best = name;
    bestDistance = distance;
  }
  return best;
}

/** The verb or option that was most likely meant: the one that begins so, if there is only one, else the nearest. */
export function nearestWord(written: string, known: readonly string[]): string | undefined {
  const begun = written.length > 2 ? known.filter((word) => word.startsWith(written)) : [];
  return begun.length === 1 ? begun[0] : nearestName(written, known);
}

/** The unit that was most likely meant by the name of one that there is not: of the same type, or of the same name and another type. */
export function nearestUnit(written: string, known: readonly string[]): string | undefined {
  const { stem, suffix } = partsOf(written);
  const parts = known.map(partsOf);
  // An instance is near where its template is.
  const [prefix = '', instance = ''] = /^([^@]*)@(.+)$/.exec(stem)?.slice(1) ?? [];
  const others = new Set(parts.filter((each) => each.suffix === suffix && each.stem !== stem).map((each) => each.stem));
  const ofOtherType = parts.find((each) => each.stem === stem && each.suffix !== suffix);
  if (ofOtherType !== undefined) return ofOtherType.stem + ofOtherType.suffix;
  const near = nearestName(stem, others);
  if (near !== undefined) return near + suffix;
  const templates = instance === '' ? [] : [...others].flatMap((each) => (each.endsWith('@') ? [each.slice(0, -1)] : []));
  const template = nearestName(prefix, templates);
  return template === undefined ? undefined : `${template}@${instance}${suffix}`;
}

function partsOf(name: string): { readonly stem: string; readonly suffix: string } {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? { stem: name, suffix: '' } : { stem: name.slice(0, dot), suffix: name.slice(dot) };
}

/** How many letters must be added, dropped, changed or swapped with their neighbour; `limit` where it is that many or more. */
function editDistance(from: string, to: string, limit: number): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const now: number[] = [row];
    let least = row;
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      let distance = Math.min(at(last, column) + 1, at(now, column - 1) + 1, at(last, column - 1) + same);
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) distance = Math.min(distance, at(beforeLast, column - 2) + 1);
      now.push(distance);
      least = Math.min(least, distance);
    }
    if (least >= limit) return limit;
    beforeLast = last;
    last = now;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
