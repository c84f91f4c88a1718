import { isUnitName, templateOf } from '../name.ts';
import type { InstallContext, InstallOptions } from './context.ts';
import { enableAll } from './enable.ts';
import { leafOf } from './link-path.ts';
import { InstallOperation } from './operation.ts';
import type { InstallPlan } from './plan.ts';
import { problem } from './problem.ts';
import { hasRules } from './section.ts';

/** Plans `disable`: removes every link to the units below the config directory, whoever made it (systemctl(1)). */
export function planDisable(units: readonly string[], context: InstallContext, options: InstallOptions): InstallPlan {
  const operation = new InstallOperation(context, options);
  disableAll(operation, units);
  const plan = operation.plan();
  // As on systemd's bus: what could not be found is an error only where nothing else was done.
  return plan.changes.length === 0 ? plan : { ...plan, problems: [] };
}

/** Plans `reenable`: what `disable` removes, then what `enable` makes. */
export function planReenable(units: readonly string[], context: InstallContext, options: InstallOptions): InstallPlan {
  const operation = new InstallOperation(context, options);
  // The links by which the units are found may be among those that are removed.
  const files = units.map((unit) => {
    const found = operation.discover(unit);
    if (!found.ok) return unit;
    return context.searchPath.some((directory) => found.value.path.startsWith(`${directory}/`)) ? found.value.name : found.value.path;
  });
  disableAll(operation, units);
  // What cannot be found is told by the second half.
  operation.problems.length = 0;
  enableAll(operation, files);
  return operation.plan();
}

/** Removes the links to the units and to those in their Also=; what cannot be found is a problem, but its stale links go too. Presets speak of each unit by itself, so they leave out Also=. */
export function disableAll(operation: InstallOperation, wanted: readonly string[], { also } = { also: true }): void {
  const names = wanted.map(leafOf);
  const bad = names.find((name) => !isUnitName(name));
  if (bad !== undefined) return operation.fail(problem('EUCLEAN', bad));
  removeLinks(operation, marked(operation, names, also));
}

/** The names whose links are to go. */
function marked(operation: InstallOperation, names: readonly string[], followsAlso: boolean): Set<string> {
  const marks = new Set<string>();
  const queue = names.map((name) => ({ name, isAsked: true }));
  const done = new Set<string>();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { name, isAsked } = next;
    if (done.has(name)) continue;
    done.add(name);
    const found = operation.discover(name);
    if (!found.ok) {
      if (found.error.code === 'ENOLINK') operation.note('dangling', name);
      else if (isAsked) operation.fail(found.error);
      marks.add(name);
    } else if (found.value.isMasked) operation.note('masked', found.value.path);
    else {
      const { section } = found.value;
      if (isAsked) operation.hasInstallSettings ||= hasRules(section) || section.also.length > 0;
      marks.add(found.value.name);
      if (followsAlso) queue.push(...section.also.map((also) => ({ name: also, isAsked: false })));
    }
  }
  return marks;
}

/** Removes links by their names and by where they lead, then links to those, until none is left. */
export function removeLinks(operation: InstallOperation, marks: Set<string>): void {
  if (marks.size === 0) return;
  const { view, directory } = operation;
  for (let again = true; again;) {
    again = false;
    for (const path of view.linksBelow(directory)) {
      if (view.kind(path) !== 'link' || !isUnitName(leafOf(path)) || !isMarked(path, operation, marks)) continue;
      view.unlink(path);
      again ||= !marks.has(path);
      marks.add(path);
    }
  }
}

function isMarked(path: string, { view }: InstallOperation, marks: ReadonlySet<string>): boolean {
  const name = leafOf(path);
  if (marks.has(name) || marks.has(templateOf(name) ?? name)) return true;
  const end = view.chase(path);
  return end !== undefined && (marks.has(end) || marks.has(leafOf(end)));
}
