import { isUnitName } from '../name.ts';
import type { InstallContext, InstallOptions } from './context.ts';
import { isSearched } from './find.ts';
import { directoryOf, leafOf, normalize } from './link-path.ts';
import type { PathKind } from './link-view.ts';
import { InstallOperation } from './operation.ts';
import type { InstallPlan } from './plan.ts';
import { problem, type ProblemCode } from './problem.ts';

/** Plans `link`: files outside the search path become units; where one of them cannot, none does (systemctl(1)). */
export function planLink(paths: readonly string[], context: InstallContext, options: InstallOptions): InstallPlan {
  const operation = new InstallOperation(context, options);
  const { view } = operation;
  const linked: string[] = [];
  for (const wanted of paths) {
    const path = normalize(wanted);
    const code = wanted.startsWith('/') && isUnitName(leafOf(path)) ? refusals[view.kind(path)] : 'EUCLEAN';
    if (code !== undefined) {
      operation.fail(problem(code, wanted));
      return operation.plan();
    }
    // What is in the search path is a unit already.
    if (!isSearched(directoryOf(path), view, context)) linked.push(path);
  }
  for (const path of linked) {
    if (context.searchPath.some((directory) => path.startsWith(`${directory}/`))) operation.fail(problem('ETXTBSY', path));
    else operation.link(leafOf(path), path, options.force);
  }
  return operation.plan();
}

const refusals: Readonly<Record<PathKind, ProblemCode | undefined>> = {
  file: undefined,
  empty: undefined,
  missing: 'ENOENT',
  link: 'ELOOP',
  directory: 'EISDIR',
  special: 'EINVAL',
};
