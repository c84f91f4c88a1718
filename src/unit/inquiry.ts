import { isSameList } from '../base/same-list.ts';
import { unreachable } from '../base/assert.ts';
import { type FileStamp, isSameStamp } from '../base/file-stamp.ts';
import type { UnitText } from './syntax.ts';
import type { UnitDirectory } from './unit-directory.ts';
import { isMasking } from './unit-files.ts';

/** What was asked of the file system, and what it said. */
export type Answer =
  | { readonly asked: 'text'; readonly path: string; readonly stamp: FileStamp }
  | { readonly asked: 'list'; readonly path: string; readonly names: readonly string[] }
  | { readonly asked: 'link'; readonly path: string; readonly target: string | undefined }
  | { readonly asked: 'mask'; readonly path: string; readonly isMask: boolean };

/** The questions to the file system that the loading of one unit takes, beyond what the listings of the search path say, with their answers. */
export class Inquiry {
  readonly #directory: UnitDirectory;
  readonly #answers: Answer[] = [];
  #isWhole = true;

  constructor(directory: UnitDirectory) {
    this.#directory = directory;
  }

  /** The content of a file, taken apart; undefined where it cannot be read. */
  text(path: string, shared: boolean): UnitText | undefined {
    const content = this.#directory.content(path, shared);
    // What cannot be read is only told from what can be by asking whether it is a mask.
    if (content === undefined) return undefined;
    if (content.stamp === undefined) this.#isWhole = false;
    else this.#answers.push({ asked: 'text', path, stamp: content.stamp });
    return content.text;
  }

  list(path: string): readonly string[] {
    const names = this.#directory.list(path);
    this.#answers.push({ asked: 'list', path, names });
    return names;
  }

  readLink(path: string): string | undefined {
    const target = this.#directory.files.readLink(path);
    this.#answers.push({ asked: 'link', path, target });
    return target;
  }

  /** Whether the file is empty or a link to /dev/null, and so hides files of its name in weaker directories. */
  isMask(path: string): boolean {
    const isMask = isMasking(this.#directory.files, path);
    this.#answers.push({ asked: 'mask', path, isMask });
    return isMask;
  }

  /** Why the file could not be read, for people. It may be so no longer the next time. */
  unreadable(path: string): string {
    this.#isWhole = false;
    const { kind } = this.#directory.files.statFollow(path);
    if (kind === 'file') return 'the file cannot be read: permission denied';
    return kind === 'missing' ? 'the link leads nowhere' : `expected a file, found a ${kind}`;
  }

  /** All answers in the order of the questions; undefined where one of them does not say enough to be compared. */
  answers(): readonly Answer[] | undefined {
    return this.#isWhole ? this.#answers : undefined;
  }
}

/** Whether the file system still says the same. */
export function isStillAnswered(answer: Answer, directory: UnitDirectory): boolean {
  switch (answer.asked) {
    case 'text':
      return isUnchanged(directory, answer.path, answer.stamp);
    case 'list':
      return isSameList(answer.names, directory.list(answer.path));
    case 'link':
      return directory.files.readLink(answer.path) === answer.target;
    case 'mask':
      return isMasking(directory.files, answer.path) === answer.isMask;
    default:
      return unreachable(answer);
  }
}

/** Whether a file is the one that had this stamp. */
export function isUnchanged(directory: UnitDirectory, path: string, before: FileStamp): boolean {
  const now = directory.files.stampOf(path);
  return now !== undefined && isSameStamp(before, now);
}
