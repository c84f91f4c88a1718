import { mangleUnitName } from '../unit/mangle.ts';
import type { UnitTypeName } from '../unit/config.ts';
import { isGlob } from '../base/glob.ts';

export { isUnitName } from '../unit/name.ts';

/** What a person typed, as the name of a unit or a pattern of names. */
export interface TypedName {
  readonly name: string;
  readonly glob: boolean;
  /** The text had characters that unit names cannot have, which are escaped now; the escaped text, without the suffix that was added. */
  readonly escaped?: string;
}

/** The unit that was meant by a word of the command line (systemctl(1), "Parameter Syntax"); undefined for the empty word and for names that are too long. */
export function readTypedName(
  text: string,
  suffix: UnitTypeName = 'service',
  { globs }: { readonly globs: boolean } = { globs: true },
): TypedName | undefined {
  const mangled = mangleUnitName(text, { suffix, allowGlobs: globs });
  if (mangled === undefined) return undefined;
  const { name } = mangled;
  const kept = text.startsWith('/') || name === text || name === `${text}.${suffix}`;
  const bare = name.endsWith(`.${suffix}`) && !text.endsWith(`.${suffix}`) ? name.slice(0, -suffix.length - 1) : name;
  return { name, glob: globs && isGlob(name), ...(kept ? {} : { escaped: bare }) };
}
