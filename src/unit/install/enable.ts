import { formOf, instantiate, isUnitName, parseUnitName, templateOf } from '../name.ts';
import type { InstallSettings } from '../settings/install.ts';
import { verifyAlias } from './alias.ts';
import { targetDirectory, type InstallContext, type InstallOptions, type InstallPlan, type InstallProblem } from './context.ts';
import { findUnitFile, isSearched } from './find.ts';
import { leafOf, normalize, resolveLink } from './link-path.ts';
import { LinkView } from './link-view.ts';

/** Plans `enable`: the links that [Install] of the units, and of what they name in Also=, asks for (systemctl(1)). */
export function planEnable(units: readonly string[], context: InstallContext, options: InstallOptions): InstallPlan {
  const operation = new Operation(context, options);
  for (const unit of units) operation.enable(unit);
  return operation.plan();
}

/** Plans `disable`: removes every link to the units below the config directory. */
export function planDisable(units: readonly string[], context: InstallContext, options: InstallOptions): InstallPlan {
  const operation = new Operation(context, options);
  for (const unit of units) operation.disable(unit, true);
  return operation.plan();
}

/** Plans `reenable`: what `disable` removes, then what `enable` makes. */
export function planReenable(units: readonly string[], context: InstallContext, options: InstallOptions): InstallPlan {
  const operation = new Operation(context, options);
  for (const unit of units) operation.disable(unit, false);
  for (const unit of units) operation.enable(unit);
  return operation.plan();
}

/** Plans `preset`: enables the first list, disables the second. */
export function planEnableAndDisable(
  enable: readonly string[],
  disable: readonly string[],
  context: InstallContext,
  options: InstallOptions,
): InstallPlan {
  const operation = new Operation(context, options);
  for (const unit of disable) operation.disable(unit, false);
  for (const unit of enable) operation.enable(unit);
  return operation.plan();
}

/** Plans `add-wants` and `add-requires`. */
export function planAddDependency(
  target: string,
  units: readonly string[],
  kind: 'wants' | 'requires',
  context: InstallContext,
  options: InstallOptions,
): InstallPlan {
  const operation = new Operation(context, options);
  for (const unit of units) operation.addDependency(target, unit, kind);
  return operation.plan();
}

class Operation {
  readonly #context: InstallContext;
  readonly #options: InstallOptions;
  readonly #directory: string;
  readonly #view: LinkView;
  readonly #problems: InstallProblem[] = [];
  readonly #notes: string[] = [];
  readonly #done = new Set<string>();
  #hasInstallSettings = false;

  constructor(context: InstallContext, options: InstallOptions) {
    this.#context = context;
    this.#options = options;
    this.#directory = targetDirectory(context, options);
    this.#view = new LinkView(context);
  }

  plan(): InstallPlan {
    return { changes: this.#view.changes, problems: this.#problems, notes: this.#notes, hasInstallSettings: this.#hasInstallSettings };
  }

  enable(wanted: string): void {
    const name = wanted.startsWith('/') ? this.#linkPath(normalize(wanted)) : wanted;
    if (name !== undefined) this.#enableName(name, true);
  }

  disable(wanted: string, reportMissing: boolean): void {
    const name = leafOf(wanted);
    const marks = this.#collect(name, new Set());
    if (reportMissing && marks.size === 1 && findUnitFile(name, this.#context).found === 'missing') {
      this.#problem('ENOENT', name, `Unit file ${name} does not exist.`);
    }
    for (let changed = true; changed;) {
      changed = false;
      for (const { path, target } of this.#view.links(this.#directory)) {
        const resolved = resolveLink(path, target);
        // A mask is undone by unmask only.
        if (resolved === '/dev/null' || !isMarked(path, resolved, marks)) continue;
        this.#view.unlink(path);
        marks.add(path);
        changed = true;
      }
    }
  }

  addDependency(target: string, unit: string, kind: 'wants' | 'requires'): void {
    const found = this.#file(unit);
    if (found !== undefined) this.#link(`${target}.${kind}/${found.name}`, found.path, true, unit);
  }

  /** A file outside the search path is linked into the config directory first. */
  #linkPath(path: string): string | undefined {
    const name = leafOf(path);
    if (!isUnitName(name)) return this.#problem('EINVAL', name, `"${name}" is no unit name.`);
    if (this.#context.files.statFollow(path).kind !== 'file') return this.#problem('ENOENT', name, `File ${path} does not exist.`);
    const directory = path.slice(0, path.lastIndexOf('/'));
    if (!isSearched(directory, this.#context)) this.#link(name, path, this.#options.force, name);
    return name;
  }

  #enableName(name: string, asked: boolean): void {
    if (this.#done.has(name)) return;
    this.#done.add(name);
    // The file may be linked by this very plan, and so not be in the search path yet.
    const pending = this.#view.target(`${this.#directory}/${name}`);
    const found = this.#file(name, asked) ?? undefined;
    const path = found?.path ?? (pending === undefined ? undefined : resolveLink(`${this.#directory}/${name}`, pending));
    if (path === undefined) return;
    const unit = found?.name ?? name;
    const settings = this.#context.settings(found === undefined ? path : unit);
    if (settings === undefined) return;
    this.#hasInstallSettings ||= hasRules(settings) || settings.Also.length > 0;
    this.#applyRules(unit, path, settings);
    for (const also of settings.Also) this.#enableName(also, false);
  }

  #applyRules(unit: string, path: string, settings: InstallSettings): void {
    const parsed = parseUnitName(unit);
    if (!parsed.ok) return;
    const isTemplate = formOf(parsed.value) === 'template';
    const linkName = isTemplate && settings.DefaultInstance !== '' ? (instantiate(unit, settings.DefaultInstance) ?? unit) : unit;
    for (const alias of settings.Alias) {
      const verified = verifyAlias(unit, settings.DefaultInstance, alias);
      if (verified.ok) this.#link(verified.value, path, this.#options.force || alias.includes('/'), unit);
      else this.#problem(verified.error, unit, `Cannot alias ${unit} as ${alias}.`);
    }
    for (const [kind, targets] of dependencyRules(settings)) {
      for (const target of targets) this.#linkDependency(unit, linkName, path, target, kind);
    }
  }

  #linkDependency(unit: string, linkName: string, path: string, target: string, kind: string): void {
    const parsed = parseUnitName(target);
    if (!parsed.ok) {
      this.#problem('EUCLEAN', unit, `"${target}" in [Install] of ${unit} is no unit name.`);
      return;
    }
    if (isUnitName(linkName, 'template') && formOf(parsed.value) === 'plain') {
      this.#problem(
        'EIDRM',
        unit,
        `Cannot enable ${unit}: it is a template without DefaultInstance=, and ${target} is no template. Enable an instance, such as ${instantiate(unit, 'NAME') ?? unit}.`,
      );
      return;
    }
    if (findUnitFile(target, this.#context).found === 'missing' && !isBuiltIn(target, this.#context)) {
      this.#notes.push(`Unit ${unit} is added as a dependency to a non-existent unit ${target}.`);
    }
    this.#link(`${target}.${kind}/${linkName}`, path, true, unit);
  }

  #file(name: string, asked = true): { readonly name: string; readonly path: string } | undefined {
    const found = findUnitFile(name, this.#context);
    switch (found.found) {
      case 'file': {
        const directory = found.path.slice(0, found.path.lastIndexOf('/'));
        if (this.#context.generatorDirectories.includes(directory) || this.#context.transientDirectories.includes(directory)) {
          return this.#problem('EADDRNOTAVAIL', name, `Unit ${found.path} is transient or generated.`);
        }
        return found;
      }
      case 'masked':
        return asked ? this.#problem('ERFKILL', name, `Unit file ${found.path} is masked.`) : undefined;
      case 'missing':
        return this.#view.target(`${this.#directory}/${name}`) === undefined
          ? this.#problem('ENOENT', name, `Unit file ${name} does not exist.`)
          : undefined;
      case 'dangling':
        return this.#problem('ENOLINK', name, `${found.path} leads to no file.`);
      case 'incompatible':
        return this.#problem('EXDEV', name, `${found.path} cannot be an alias of ${found.target}.`);
    }
  }

  /** The unit itself, the file's name behind an alias, and all of it for what Also= names. */
  #collect(name: string, marks: Set<string>): Set<string> {
    if (marks.has(name)) return marks;
    marks.add(name);
    const found = findUnitFile(name, this.#context);
    if (found.found !== 'file') return marks;
    marks.add(found.name);
    const settings = this.#context.settings(found.name);
    this.#hasInstallSettings ||= settings !== undefined && (hasRules(settings) || settings.Also.length > 0);
    for (const also of settings?.Also ?? []) this.#collect(also, marks);
    return marks;
  }

  #link(name: string, target: string, replace: boolean, unit: string): void {
    const path = `${this.#directory}/${name}`;
    // The unit's own file is in that place already: nothing to link.
    if (path === target) return;
    if (!this.#view.link(path, target, replace)) this.#problem('EEXIST', unit, `${path} exists already and is not a link to ${target}.`);
  }

  #problem(code: InstallProblem['code'], unit: string, message: string): undefined {
    this.#problems.push({ code, unit, message });
    return undefined;
  }
}

/** Whether [Install] makes links by itself. */
export function hasRules(settings: InstallSettings): boolean {
  return settings.Alias.length > 0 || settings.WantedBy.length > 0 || settings.RequiredBy.length > 0 || settings.UpheldBy.length > 0;
}

/** The dependency rules of [Install] with the suffix of their directories. */
export function dependencyRules(settings: InstallSettings): readonly (readonly [kind: string, targets: readonly string[]])[] {
  return [
    ['wants', settings.WantedBy],
    ['requires', settings.RequiredBy],
    ['upholds', settings.UpheldBy],
  ];
}

function isMarked(path: string, resolved: string, marks: ReadonlySet<string>): boolean {
  const leaf = leafOf(path);
  return marks.has(leaf) || marks.has(templateOf(leaf) ?? leaf) || marks.has(resolved) || marks.has(leafOf(resolved));
}

/** Targets that exist without a file: links below them are read all the same. */
function isBuiltIn(target: string, context: InstallContext): boolean {
  return context.settings(target) !== undefined;
}
