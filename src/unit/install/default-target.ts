import { err, ok, type Result } from '../../base/result.ts';
import { unitTypeOf, isUnitName } from '../name.ts';
import type { InstallContext } from './context.ts';
import { leafOf } from './link-path.ts';
import { InstallOperation } from './operation.ts';
import type { InstallPlan } from './plan.ts';
import { type InstallProblem, problem } from './problem.ts';

/** Plans `set-default`: default.target becomes a link to the target, whatever it was; there is no default for one boot only. */
export function planSetDefault(target: string, context: InstallContext): InstallPlan {
  const operation = new InstallOperation(context, { runtime: false, force: true });
  if (!isUnitName(target) || unitTypeOf(target) !== 'target' || target === 'default.target') {
    const message = `default.target can lead to another target only, not to ${target}.`;
    operation.refuse({ ...problem('EINVAL', target), message });
    return operation.plan();
  }
  const found = operation.discoverUsable(target, { allowConfigured: false });
  if (found.ok) operation.link('default.target', found.value.path, true);
  else if (found.error.code === 'ENOENT' && context.builtIn?.(target) === target)
    operation.link('default.target', `${vendorDirectory(context)}/${target}`, true);
  else operation.fail(found.error);
  return operation.plan();
}

/** The unit that default.target leads to. */
export function defaultTarget(context: InstallContext): Result<string, InstallProblem> {
  const found = new InstallOperation(context, { runtime: false, force: false }).discover('default.target');
  if (!found.ok) {
    const builtIn = context.builtIn?.(linkedDefault(context) ?? 'default.target');
    return builtIn === undefined ? found : ok(builtIn);
  }
  return found.value.isMasked ? err(problem('ERFKILL', found.value.path)) : ok(found.value.name);
}

/** Where the file would be, if the unit had one; a directory that is there, since only what leads into those of the search path is an alias. */
function vendorDirectory({ files, searchPath, persistentDirectory }: InstallContext): string {
  const isVendors = (directory: string): boolean => /^(\/usr)?\/lib\//.test(directory) && files.stat(directory).kind === 'directory';
  return searchPath.find(isVendors) ?? persistentDirectory;
}

/** What the strongest default.target that is a link leads to, whether that is there or not. */
function linkedDefault({ files, searchPath }: InstallContext): string | undefined {
  for (const directory of searchPath) {
    const target = files.readLink(`${directory}/default.target`);
    if (target !== undefined) return leafOf(target);
  }
  return undefined;
}
