import { err, ok, type Result } from '../../base/result.ts';
import { targetDirectory, type InstallContext, type InstallOptions } from './context.ts';
import { findUnitFile, type InstallFile } from './find.ts';
import { directoryOf } from './link-path.ts';
import { LinkView } from './link-view.ts';
import { problem, type InstallPlan, type InstallProblem } from './plan.ts';
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
  readonly problems: InstallProblem[] = [];
  readonly notes: string[] = [];
  hasInstallSettings = false;

  constructor(context: InstallContext, options: InstallOptions) {
    this.context = context;
    this.options = options;
    this.directory = targetDirectory(context, options);
    this.view = new LinkView(context.files);
  }

  plan(): InstallPlan {
    const { problems, notes, hasInstallSettings } = this;
    return { changes: this.view.changes, problems, notes, hasInstallSettings };
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
    this.problems.push(problem('EEXIST', path, refused.occupied));
    return false;
  }
}

/** What a masked unit's file says: nothing. */
function none(file: InstallFile, context: InstallContext): InstallSection {
  const section = readInstallSection({ ...file, path: '/dev/null' }, { ...context, searchPath: [] });
  if (!section.ok) throw new Error('an empty file has no Also=');
  return section.value;
}
