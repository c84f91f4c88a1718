import { err, ok, type Result } from '../../base/result.ts';
import { targetDirectory, type InstallContext, type InstallOptions, type LinkChange } from './context.ts';
import { findUnitFile, type InstallFile } from './find.ts';
import { directoryOf } from './link-path.ts';
import { LinkView } from './link-view.ts';
import type { InstallPlan } from './plan.ts';
import { problem, type InstallProblem } from './problem.ts';
import type { InstallNote, InstallRecord } from './record.ts';
import { type InstallSection, readInstallSection } from './section.ts';

/** A unit that an operation is about: its file and what [Install] there says. */
export interface InstallUnit extends InstallFile {
  readonly section: InstallSection;
}

/** One operation on unit files while it is planned: the links as they would be, and what is to be said about it. */
export class InstallOperation {
  readonly context: InstallContext;
  readonly options: InstallOptions;
  readonly directory: string;
  readonly view: LinkView;
  readonly records: InstallRecord[] = [];
  readonly problems: InstallProblem[] = [];
  hasInstallSettings = false;

  constructor(context: InstallContext, options: InstallOptions) {
    this.context = context;
    this.options = options;
    this.directory = targetDirectory(context, options);
    this.view = new LinkView(context.files, this.records);
  }

  plan(): InstallPlan {
    const { records, problems, hasInstallSettings } = this;
    return { changes: records.filter(isLinkChange), records, problems, hasInstallSettings };
  }

  fail(failed: InstallProblem): void {
    this.records.push(failed);
    this.problems.push(failed);
  }

  /** Fails for what was asked for, before anything was looked at: not told among what was found. */
  refuse(failed: InstallProblem): void {
    this.problems.push(failed);
  }

  note(note: InstallNote['note'], unit: string, other = ''): void {
    this.records.push({ change: 'note', note, unit, other });
  }

  /** The unit behind a name or path. */
  discover(wanted: string, search: { readonly allowConfigured?: boolean } = {}): Result<InstallUnit, InstallProblem> {
    const found = findUnitFile(wanted, this.view, this.context, search);
    if (!found.ok) return err(problem(found.error, wanted));
    if (found.value.isMasked) return ok({ ...found.value, section: none(found.value, this.context) });
    const section = readInstallSection(found.value, this.context);
    return section.ok ? ok({ ...found.value, section: section.value }) : err(problem(section.error, found.value.name));
  }

  /** The same, of a unit that links may be made for. */
  discoverUsable(wanted: string, search: { readonly allowConfigured?: boolean } = {}): Result<InstallUnit, InstallProblem> {
    const found = this.discover(wanted, search);
    if (!found.ok) return found;
    const { path, isMasked } = found.value;
    if (isMasked) return err(problem('ERFKILL', path));
    const { generatorDirectories, transientDirectories } = this.context;
    const isMade = generatorDirectories.includes(directoryOf(path)) || transientDirectories.includes(directoryOf(path));
    return isMade ? err(problem('EADDRNOTAVAIL', path)) : found;
  }

  /** Makes a link in the directory of the operation; false, with a problem, where something else is in its place. */
  link(name: string, target: string, replace: boolean): boolean {
    const path = `${this.directory}/${name}`;
    const refused = this.view.link(path, target, replace);
    if (refused === undefined) return true;
    this.fail(problem('EEXIST', path, refused.occupied));
    return false;
  }
}

/** What a masked unit's file says: nothing. */
function none(file: InstallFile, context: InstallContext): InstallSection {
  const section = readInstallSection({ ...file, path: '/dev/null' }, { ...context, searchPath: [] });
  if (!section.ok) throw new Error('an empty file has no Also=');
  return section.value;
}

function isLinkChange(record: InstallRecord): record is LinkChange {
  return record.change === 'symlink' || record.change === 'unlink';
}
