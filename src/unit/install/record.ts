import type { LinkChange } from './context.ts';
import type { InstallProblem } from './problem.ts';

/** What is to be said about an operation though it is no error. */
export const installNotes = ['masked', 'dangling', 'no-destination', 'auxiliary-failed'] as const;

export interface InstallNote {
  readonly change: 'note';
  readonly note: (typeof installNotes)[number];
  /** The unit, or the path of its file, that it is about. */
  readonly unit: string;
  /** The second name that the sentence needs; '' where it needs none. */
  readonly other: string;
}

/** What an operation did, noted or failed at, in the order in which it came. */
export type InstallRecord = LinkChange | InstallNote | InstallProblem;

/** The sentence of a note, with `root` before the paths in it. */
export function noteText({ note, unit, other }: Omit<InstallNote, 'change'>, root = ''): string {
  return sentences[note](unit.startsWith('/') ? root + unit : unit, other);
}

const sentences: Readonly<Record<InstallNote['note'], (unit: string, other: string) => string>> = {
  masked: (unit) => `Unit ${unit} is masked, ignoring.`,
  dangling: (unit) => `Unit ${unit} is an alias to a unit that is not present, ignoring.`,
  'no-destination': (unit, target) => `Unit ${unit} is added as a dependency to a non-existent unit ${target}.`,
  'auxiliary-failed': (unit) => `Failed to enable auxiliary unit ${unit}, ignoring.`,
};
