import { isUnitName } from '../name.ts';
import { targetDirectory, type InstallContext, type InstallOptions, type InstallPlan, type InstallProblem } from './context.ts';
import { findUnitFile, isSearched } from './find.ts';
import { leafOf, normalize, resolveLink } from './link-path.ts';
import { LinkView } from './link-view.ts';

/** Plans `mask`: a link to /dev/null in the config directory hides the unit. */
export function planMask(units: readonly string[], context: InstallContext, options: InstallOptions): InstallPlan {
  return eachUnit(units, context, (unit, view) => {
    const path = `${targetDirectory(context, options)}/${unit}`;
    if (view.link(path, '/dev/null', options.force)) return undefined;
    return { code: 'EEXIST', unit, message: `Cannot mask ${unit}: ${path} exists already.` };
  });
}

/** Plans `unmask`: removes the links to /dev/null. */
export function planUnmask(units: readonly string[], context: InstallContext, options: InstallOptions): InstallPlan {
  return eachUnit(units, context, (unit, view) => {
    const path = `${targetDirectory(context, options)}/${unit}`;
    const target = view.target(path);
    if (target !== undefined && resolveLink(path, target) === '/dev/null') view.unlink(path);
    return undefined;
  });
}

/** Plans `link`: files outside the search path become units. */
export function planLink(paths: readonly string[], context: InstallContext, options: InstallOptions): InstallPlan {
  return eachUnit(paths, context, (wanted, view) => {
    const path = normalize(wanted);
    const name = leafOf(path);
    if (!wanted.startsWith('/') || !isUnitName(name))
      return { code: 'EINVAL', unit: wanted, message: `link needs absolute paths of unit files, not "${wanted}".` };
    if (context.files.statFollow(path).kind !== 'file') return { code: 'ENOENT', unit: name, message: `File ${path} does not exist.` };
    if (isSearched(path.slice(0, path.lastIndexOf('/')), context)) return undefined;
    const below = context.searchPath.find((directory) => path.startsWith(`${directory}/`));
    if (below !== undefined) return { code: 'ETXTBSY', unit: name, message: `${path} is below ${below}, where unit files are looked for.` };
    const link = `${targetDirectory(context, options)}/${name}`;
    return view.link(link, path, options.force)
      ? undefined
      : { code: 'EEXIST', unit: name, message: `${link} exists already and is not a link to ${path}.` };
  });
}

/** Plans `set-default`: default.target becomes a link to the target. */
export function planSetDefault(target: string, context: InstallContext, options: InstallOptions): InstallPlan {
  return eachUnit([target], context, (unit, view) => {
    if (!unit.endsWith('.target') || unit === 'default.target')
      return { code: 'EINVAL', unit, message: `default.target can lead to a target only, not to ${unit}.` };
    const found = findUnitFile(unit, context);
    const path =
      found.found === 'file' ? found.path : context.settings(unit) === undefined ? undefined : `${context.searchPath.at(-1) ?? ''}/${unit}`;
    if (found.found === 'masked') return { code: 'ERFKILL', unit, message: `Unit file ${found.path} is masked.` };
    if (path === undefined) return { code: 'ENOENT', unit, message: `Unit file ${unit} does not exist.` };
    view.link(`${targetDirectory(context, options)}/default.target`, path, true);
    return undefined;
  });
}

/** What default.target leads to, or undefined. */
export function defaultTarget(context: InstallContext): string | undefined {
  const found = findUnitFile('default.target', context);
  return found.found === 'file' ? leafOf(found.path) : undefined;
}

/** Plans `revert`: what was changed by drop-ins, copies and masks of the administrator gives way to the vendor's files. */
export function planRevert(units: readonly string[], context: InstallContext): InstallPlan {
  return eachUnit(units, context, (unit, view) => {
    const own = [context.persistentDirectory, context.runtimeDirectory, ...context.transientDirectories, ...controlDirectories(context)];
    const vendor = context.searchPath.some(
      (directory) => !own.includes(directory) && context.files.statFollow(`${directory}/${unit}`).kind === 'file',
    );
    for (const directory of own) {
      for (const name of context.files.list(`${directory}/${unit}.d`))
        if (name.endsWith('.conf')) view.unlink(`${directory}/${unit}.d/${name}`);
      const path = `${directory}/${unit}`;
      const target = view.target(path);
      const isMask = target !== undefined && resolveLink(path, target) === '/dev/null';
      if (isMask || (vendor && context.files.stat(path).kind === 'file')) view.unlink(path);
    }
    return undefined;
  });
}

function controlDirectories(context: InstallContext): readonly string[] {
  return [`${context.persistentDirectory}.control`, `${context.runtimeDirectory}.control`];
}

function eachUnit(
  units: readonly string[],
  context: InstallContext,
  plan: (unit: string, view: LinkView) => InstallProblem | undefined,
): InstallPlan {
  const view = new LinkView(context);
  const problems: InstallProblem[] = [];
  for (const unit of units) {
    const problem = plan(unit, view);
    if (problem !== undefined) problems.push(problem);
  }
  return { changes: view.changes, problems, notes: [], hasInstallSettings: true };
}
