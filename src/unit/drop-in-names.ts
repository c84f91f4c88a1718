import { parseUnitName } from './name.ts';
import type { UnitName } from './name.ts';

/**
 * The names of the drop-in directories that a unit with these names reads, the most telling first (systemd.unit(5));
 * `names` is the unit's own name and its aliases. The order was measured with systemd 252.
 */
export function dropInDirectories(names: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const name of names) {
    const parsed = parseUnitName(name);
    if (parsed.ok) for (const candidate of candidatesOf(parsed.value)) found.add(`${candidate}.d`);
  }
  for (const name of names) {
    const parsed = parseUnitName(name);
    if (parsed.ok) found.add(`${parsed.value.type}.d`);
  }
  return [...found];
}

function candidatesOf({ name, prefix, instance, type }: UnitName): readonly string[] {
  const stems = dashStems(prefix);
  const plain = stems.map((stem) => `${stem}.${type}`);
  if (instance === undefined) return [name, ...plain];
  const own = instance === '' ? [name] : [name, `${prefix}@.${type}`];
  const instantiated = stems.flatMap((stem) =>
    instance === '' ? [`${stem}@.${type}`] : [`${stem}@${instance}.${type}`, `${stem}@.${type}`],
  );
  return [...own, ...plain, ...instantiated];
}

/** `a-b-c` → `a-b-`, `a-`. */
function dashStems(prefix: string): readonly string[] {
  const stems: string[] = [];
  let rest = prefix;
  for (;;) {
    const end = rest.endsWith('-') ? rest.length - 2 : rest.length - 1;
    const dash = rest.lastIndexOf('-', end);
    if (dash <= 0 || end < 0) return stems;
    rest = rest.slice(0, dash + 1);
    stems.push(rest);
  }
}
