import { isUnitName } from '../name.ts';
import type { InstallContext, InstallOptions } from './context.ts';
import { removeLinks } from './disable.ts';
import { InstallOperation } from './operation.ts';
import type { InstallPlan } from './plan.ts';
import { problem } from './problem.ts';

/** Plans `mask`: a link to /dev/null in the config directory hides the unit, whether there is one or not. */
export function planMask(units: readonly string[], context: InstallContext, options: InstallOptions): InstallPlan {
  const operation = new InstallOperation(context, options);
  for (const unit of units) {
    if (!isUnitName(unit)) operation.refuse(problem('EUCLEAN', unit));
    else operation.link(unit, '/dev/null', options.force);
  }
  return operation.plan();
}

/** Plans `unmask`: removes the links to /dev/null and the empty files, and the links to those. */
export function planUnmask(units: readonly string[], context: InstallContext, options: InstallOptions): InstallPlan {
  const operation = new InstallOperation(context, options);
  const { view, directory } = operation;
  const bad = units.find((unit) => !isUnitName(unit));
  if (bad !== undefined) {
    operation.refuse(problem('EUCLEAN', bad));
    return operation.plan();
  }
  const marks = new Set<string>();
  for (const path of new Set(units.map((unit) => `${directory}/${unit}`))) {
    const end = view.chase(path);
    if (end !== '/dev/null' && (end === undefined || view.kind(end) !== 'empty')) continue;
    view.unlink(path);
    marks.add(path);
  }
  removeLinks(operation, marks);
  return operation.plan();
}
