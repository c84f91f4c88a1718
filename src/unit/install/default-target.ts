import { err, ok, type Result } from '../../base/result.ts';
import { unitTypeOf, isUnitName } from '../name.ts';
import type { InstallContext } from './context.ts';
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
  else operation.fail(found.error);
  return operation.plan();
}

/** The unit that default.target leads to. */
export function defaultTarget(context: InstallContext): Result<string, InstallProblem> {
  const found = new InstallOperation(context, { runtime: false, force: false }).discover('default.target');
  if (!found.ok) return found;
  return found.value.isMasked ? err(problem('ERFKILL', found.value.path)) : ok(found.value.name);
}
