import { isUnitName } from '../name.ts';
import { isConfigDirectory, type InstallContext } from './context.ts';
import { removeLinks } from './disable.ts';
import { InstallOperation } from './operation.ts';
import type { InstallPlan } from './plan.ts';
import { problem } from './problem.ts';

/** Plans `revert`: drop-ins of the administrator go, and so do files and masks of theirs that stand before a file of the vendor (systemctl(1)). */
export function planRevert(units: readonly string[], context: InstallContext): InstallPlan {
  const persistent = new InstallOperation(context, { runtime: false, force: true });
  const { view } = persistent;
  const marks = new Set<string>();
  for (const unit of new Set(units)) {
    if (!isUnitName(unit)) {
      persistent.refuse(problem('EUCLEAN', unit));
      return persistent.plan();
    }
    for (const directory of context.searchPath) {
      const dropIns = `${directory}/${unit}.d`;
      if (!isOwn(directory, context) || view.kind(dropIns) !== 'directory') continue;
      view.removeTree(dropIns);
      marks.add(dropIns);
    }
    if (!hasVendorFile(unit, persistent)) continue;
    for (const directory of context.searchPath) {
      const path = `${directory}/${unit}`;
      if (!isConfigDirectory(directory, context) || !['file', 'empty', 'link'].includes(view.kind(path))) continue;
      view.unlink(path);
      marks.add(path);
    }
  }
  removeLinks(persistent, marks);
  return persistent.plan();
}

function hasVendorFile(unit: string, { view, context }: InstallOperation): boolean {
  return context.searchPath.some((directory) => {
    const kind = view.kind(`${directory}/${unit}`);
    return !isOwn(directory, context) && (kind === 'file' || kind === 'empty');
  });
}

/** Directories that neither packages nor generators write to. */
function isOwn(directory: string, context: InstallContext): boolean {
  return (
    isConfigDirectory(directory, context) ||
    context.controlDirectories.includes(directory) ||
    context.transientDirectories.includes(directory)
  );
}
