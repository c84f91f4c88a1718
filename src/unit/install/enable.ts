import { formOf, isUnitName, parseUnitName } from '../name.ts';
import { verifyAlias } from './alias.ts';
import type { InstallContext, InstallOptions } from './context.ts';
import { findUnitFile } from './find.ts';
import { directoryOf } from './link-path.ts';
import { InstallOperation, type InstallUnit } from './operation.ts';
import type { InstallPlan } from './plan.ts';
import { problem } from './problem.ts';
import { linkNameOf } from './section.ts';

/** Plans `enable`: the links that [Install] of the units, and of what they name in Also=, asks for (systemctl(1)). */
export function planEnable(units: readonly string[], context: InstallContext, options: InstallOptions): InstallPlan {
  const operation = new InstallOperation(context, options);
  enableAll(operation, units);
  return operation.plan();
}

/** Enables the units that the names or paths lead to; where one of them cannot be enabled, none is. */
export function enableAll(operation: InstallOperation, wanted: readonly string[]): void {
  const units: InstallUnit[] = [];
  for (const each of wanted) {
    const found = operation.discoverUsable(each);
    if (!found.ok) return operation.fail(found.error);
    units.push(found.value);
  }
  // An alias that enable itself has made does not stand for the unit here; the units before it are enabled all the same.
  const refused = wanted.findIndex((each) => !operation.discover(each, { allowConfigured: false }).ok);
  if (refused < 0) return applyAll(operation, units, {});
  applyAll(operation, units.slice(0, refused), {});
  operation.fail(problem('ELOOP', wanted[refused] ?? ''));
}

/** Plans `add-wants` and `add-requires`: a link in the target's directory, whatever [Install] says. */
export function planAddDependency(
  target: string,
  units: readonly string[],
  kind: 'wants' | 'requires',
  context: InstallContext,
  options: InstallOptions,
): InstallPlan {
  const operation = new InstallOperation(context, options);
  const found = [target, ...units].map((name) => operation.discoverUsable(name));
  const failed = found.find((result) => !result.ok);
  if (failed !== undefined && !failed.ok) operation.fail(failed.error);
  else {
    const [goal, ...usable] = found.flatMap((result) => (result.ok ? [result.value] : []));
    for (const unit of usable) linkDependency(operation, { ...unit, linkName: unit.name }, goal?.name ?? target, kind, false);
  }
  return operation.plan();
}

/** How problems of units are taken: presets say nothing of targets that a unit cannot be linked to. */
export interface ApplyMode {
  readonly isPreset?: boolean;
}

/** Makes the links of units, and of all that they name in Also=. */
export function applyAll(operation: InstallOperation, units: readonly InstallUnit[], mode: ApplyMode): void {
  const queue = [...units];
  const done = new Set<string>();
  const named = new Set(units.map(({ name }) => name));
  for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) {
    if (done.has(unit.name)) continue;
    done.add(unit.name);
    if (unit.isMasked) {
      operation.note('masked', unit.path);
      operation.hasInstallSettings = true;
      continue;
    }
    apply(operation, unit, mode);
    for (const also of unit.section.also) {
      if (named.has(also)) continue;
      named.add(also);
      const found = operation.discover(also, { allowConfigured: false });
      if (found.ok) queue.push(found.value);
      else operation.note('auxiliary-failed', also);
    }
  }
}

function apply(operation: InstallOperation, unit: InstallUnit, mode: ApplyMode): void {
  const { context, options } = operation;
  const isOutside = !context.searchPath.includes(directoryOf(unit.path));
  // Without its own link the unit is not there for the other links to lead to.
  if (isOutside && !operation.link(unit.name, unit.path, options.force)) return;
  const linkName = linkNameOf(unit.name, unit.section);
  const groups = [
    () => unit.section.aliases.map((written) => linkAlias(operation, unit, written)),
    ...unit.section.dependencies.map(({ suffix, targets }) => () => {
      return targets.map((written) => {
        const target = expanded(operation, unit, written);
        return target !== undefined && linkDependency(operation, { ...unit, linkName }, target, suffix, mode.isPreset ?? false);
      });
    }),
  ];
  let isMade = false;
  for (const group of groups) {
    const before = operation.problems.length;
    const made = group().includes(true);
    // Once one kind of links is made, what is wrong with another is told, but the unit counts as enabled.
    if (isMade) operation.problems.splice(before);
    isMade ||= made;
  }
  operation.hasInstallSettings ||= isMade;
}

function linkAlias(operation: InstallOperation, unit: InstallUnit, written: string): boolean {
  const alias = expanded(operation, unit, written);
  // A unit has its own name without a link.
  if (alias === undefined || alias === unit.name) return false;
  const verified = verifyAlias(unit.name, unit.section.defaultInstance, alias);
  if (verified.ok) return operation.link(verified.value, unit.path, operation.options.force);
  operation.fail(problem('EXDEV', unit.name, alias));
  return false;
}

function expanded(operation: InstallOperation, { section }: InstallUnit, text: string): string | undefined {
  const expansion = section.specifiers.expand(text, 'install');
  if (expansion.ok) return expansion.value;
  operation.fail(problem('EBADSLT', text));
  return undefined;
}

function linkDependency(
  operation: InstallOperation,
  { path, name, linkName }: { readonly path: string; readonly name: string; readonly linkName: string },
  target: string,
  suffix: string,
  isPreset: boolean,
): boolean {
  const parsed = parseUnitName(target);
  // A template in the directory of a target would be instantiated with the target's instance, which a plain one has not.
  const refusal = !parsed.ok
    ? problem('EUCLEAN', target)
    : isUnitName(linkName, 'template') && formOf(parsed.value) === 'plain'
      ? problem('EIDRM', name, target)
      : undefined;
  if (refusal !== undefined) {
    if (!isPreset) operation.fail(refusal);
    return false;
  }
  const isMade = operation.link(`${target}.${suffix}/${linkName}`, path, true);
  const found = findUnitFile(target, operation.view, operation.context, { allowConfigured: false });
  const isThere = found.ok || found.error !== 'ENOENT' || operation.context.builtIn?.(target) !== undefined;
  if (!isThere) operation.note('no-destination', path, target);
  return isMade;
}
