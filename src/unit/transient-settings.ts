import { unitTypes } from './name.ts';
import { placeOf } from './property.ts';
import { directivesOf, ownSections } from './settings/parts.ts';

/** The settings that programs may set for units of a type, sorted; undefined for a word that is no type. */
export function transientSettings(word: string): readonly string[] | undefined {
  const type = unitTypes.find((each) => each === word);
  if (type === undefined) return undefined;
  const names = ['Unit', ownSections[type].section].flatMap((section) => [...(directivesOf(type, section)?.keys() ?? [])]);
  return [...new Set(names)].filter((name) => placeOf(type, name) !== undefined).toSorted();
}
