import { isSameList } from '../base/same-list.ts';
import type { FileStamp } from '../base/file-stamp.ts';
import type { UnitConfig } from './config.ts';
import { directoriesBeside, nothingBeside } from './drop-in.ts';
import type { Found } from './find.ts';
import { type Answer, type Inquiry, isStillAnswered, isUnchanged } from './inquiry.ts';
import type { Beside, UnitDirectory } from './unit-directory.ts';

/** A unit as its files describe it, and what the file system said when they were read. */
export interface Reading {
  readonly config: UnitConfig;
  /** Of the main file; absent where the unit is to be read again whatever the file system says. */
  readonly fragment?: FileStamp;
  readonly beside?: SeenBeside;
}

/** What was seen beside a unit that has something there. */
interface SeenBeside {
  readonly directories: Beside;
  readonly answers: readonly Answer[];
}

/**
 * What is to be kept of a unit that was read, so that it need not be read again as long as all that was asked would be answered in the same way. All
 * else that a unit is made of is the same as long as the manager lives. Kept only of units that were loaded from a file: others are few or quickly made.
 */
export function readingOf(config: UnitConfig, found: Found, inquiry: Inquiry, directory: UnitDirectory): Reading {
  const [first, ...others] = inquiry.answers() ?? none;
  if (config.load.state !== 'loaded' || first?.asked !== 'text' || first.path !== found.path) return { config };
  const directories = directoriesBeside(directory, found.names);
  if (directories === nothingBeside && others.length === 0) return { config, fragment: first.stamp };
  return { config, fragment: first.stamp, beside: { directories, answers: others } };
}

/** Whether reading the unit anew would give the same: `found` is what its name leads to now. */
export function isCurrent({ config, fragment, beside }: Reading, found: Found, directory: UnitDirectory): boolean {
  if (fragment === undefined || found.path === undefined || found.path !== config.fragment || found.id !== config.name) return false;
  if (!isSameList(config.names, found.names)) return false;
  if (!isSameBeside(beside?.directories ?? nothingBeside, directoriesBeside(directory, found.names))) return false;
  if (!isUnchanged(directory, found.path, fragment)) return false;
  return beside === undefined || beside.answers.every((answer) => isStillAnswered(answer, directory));
}

/** When a file of the unit had been changed last when it was read, in µs since 1970; undefined where that was not kept. */
export function modifiedUsec({ config, fragment, beside }: Reading, path: string): number | undefined {
  const stamp =
    path === config.fragment
      ? fragment
      : beside?.answers.flatMap((each) => (each.asked === 'text' && each.path === path ? [each.stamp] : []))[0];
  // Fractions of a millisecond are not exact to the microsecond.
  return stamp === undefined ? undefined : Math.ceil(stamp.modifiedMs * 1000) + 1;
}

const none: readonly never[] = [];

function isSameBeside(a: Beside, b: Beside): boolean {
  if (a === b) return true;
  return isSameList(a.d, b.d) && isSameList(a.wants, b.wants) && isSameList(a.requires, b.requires) && isSameList(a.upholds, b.upholds);
}
