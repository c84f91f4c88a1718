import { nearestName } from '../suggest.ts';
import type { UnitText } from '../syntax.ts';
import { otherText } from './file.ts';
import type { Finding, Fix } from './finding.ts';

/** What the loading of units tells, by its code: why it matters. What has a rule says that itself. */
export const toldDocs: Readonly<Record<string, string>> = {
  'assignment-outside-section': 'A line before the first section is ignored.',
  'bad-name': 'A file whose name is no unit name is never read.',
  'bad-section-header': 'A section begins with its name in brackets, alone on a line.',
  'bad-value': 'A value that the directive cannot have is ignored, or keeps the unit from loading.',
  'executable-file': 'Unit files are read and not executed.',
  'file-too-large': 'A file of that size is no unit file, and is not read.',
  'ignored-dependency': 'A dependency that cannot be is left out.',
  'ignored-link': 'A link in the directories of a unit that names no unit is left out.',
  'ignored-word': 'A word that the directive does not know is left out, the others count.',
  'line-too-long': 'Longer lines are not read.',
  'link-name': 'A link to a unit of another kind leads nowhere.',
  'missing-equals': 'A line that is no assignment is ignored.',
  'missing-key': 'An assignment to nothing is ignored.',
  more: 'There is more than is shown.',
  'needs-rights': 'What the manager has no right to, or the kernel no feature for, is left out, or keeps the unit from starting.',
  'no-effect': 'The directive is read, but changes nothing here.',
  'not-loaded': 'The unit cannot be loaded.',
  'not-text': 'What is no text is no unit file.',
  'obsolete-key': 'The directive has meant nothing for years.',
  'refused-key': 'tysd will not do what the directive says.',
  refused: 'The unit is not loaded, as something that it needs is missing, or two things do not go together.',
  masked: 'A link to /dev/null takes the place of the unit, so that nothing can start it.',
  unreadable: 'A file that cannot be read cannot be judged.',
  'unknown-section': 'The lines of a section that units of this type do not have are ignored.',
  'writable-file': 'Whoever can write a unit file decides what is run.',
};

/** Mends a value that is one of the words that there are but for a mistake in typing. */
export function valueFix({ code, message, line, column }: Omit<Finding, 'path'>, { assignments }: UnitText): Fix | undefined {
  const words = code === 'bad-value' ? /expected (?:a boolean or )?one of: (.*?)(?:, ignored)?$/.exec(message)?.[1] : undefined;
  const at = assignments.find((each) => each.line === line && each.column === column);
  const meant = words === undefined || at === undefined ? undefined : nearestName(at.value, words.split(', '));
  const edit = meant === undefined || at === undefined ? undefined : otherText(at, 0, at.value.length, meant);
  return edit === undefined ? undefined : { what: `write ${meant ?? ''}`, edits: [edit] };
}
