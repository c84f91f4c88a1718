import { instantiate, isUnitName, templateOf } from '../name.ts';
import type { InstallSettings } from '../settings/install.ts';
import type { InstallContext } from './context.ts';
import { dependencyRules, hasRules } from './enable.ts';
import { findUnitFile, isSearched } from './find.ts';
import { leafOf, resolveLink } from './link-path.ts';
import { LinkView } from './link-view.ts';

/** What `systemctl is-enabled` prints. */
export type UnitFileState =
  | 'enabled'
  | 'enabled-runtime'
  | 'linked'
  | 'linked-runtime'
  | 'alias'
  | 'masked'
  | 'masked-runtime'
  | 'static'
  | 'indirect'
  | 'disabled'
  | 'generated'
  | 'transient'
  | 'bad'
  | 'not-found';

/** The state of a unit file (systemctl(1), is-enabled). */
export function unitFileState(name: string, context: InstallContext): UnitFileState {
  const found = findUnitFile(name, context);
  switch (found.found) {
    case 'missing':
    case 'dangling':
      return 'not-found';
    case 'incompatible':
      return 'bad';
    case 'masked':
      return found.path.startsWith(`${context.runtimeDirectory}/`) ? 'masked-runtime' : 'masked';
    case 'file':
      break;
  }
  if (found.name !== name && !isUnitName(name, 'instance')) return 'alias';
  const directory = found.path.slice(0, found.path.lastIndexOf('/'));
  if (context.generatorDirectories.includes(directory)) return 'generated';
  if (context.transientDirectories.includes(directory)) return 'transient';

  const settings = context.settings(found.name);
  const links = new Links(found.name, found.path, settings, context);
  for (const [place, suffix] of [
    [context.persistentDirectory, ''],
    [context.runtimeDirectory, '-runtime'],
  ] as const) {
    const here = links.below(place);
    if (here.byRule) return `enabled${suffix}`;
    if (here.sameName && found.link !== undefined) return `linked${suffix}`;
  }
  if (links.isKnownElsewhere()) return 'indirect';
  if (settings !== undefined && hasRules(settings)) return 'disabled';
  return settings !== undefined && settings.Also.length > 0 ? 'indirect' : 'static';
}

/** The links that lead to one unit. */
class Links {
  readonly #name: string;
  readonly #path: string;
  readonly #aliases: ReadonlySet<string>;
  readonly #ruled: ReadonlySet<string>;
  readonly #context: InstallContext;

  constructor(name: string, path: string, settings: InstallSettings | undefined, context: InstallContext) {
    this.#name = name;
    this.#path = path;
    this.#context = context;
    this.#aliases = new Set(settings?.Alias);
    const linkName =
      isUnitName(name, 'template') && settings !== undefined && settings.DefaultInstance !== ''
        ? (instantiate(name, settings.DefaultInstance) ?? name)
        : name;
    this.#ruled = new Set(
      settings === undefined
        ? []
        : dependencyRules(settings).flatMap(([kind, targets]) => targets.map((target) => `${target}.${kind}/${linkName}`)),
    );
  }

  /** Whether a rule's link, or the unit's own name, is below a directory. */
  below(directory: string): { readonly byRule: boolean; readonly sameName: boolean } {
    let byRule = false;
    let sameName = false;
    for (const { path, target } of new LinkView(this.#context).links(directory)) {
      const relative = path.slice(directory.length + 1);
      if (relative === this.#name) sameName = true;
      // Any link of the unit's own name in a directory of dependencies enables it, whoever made it.
      if (
        this.#leadsHere(path, target) &&
        (this.#aliases.has(relative) || this.#ruled.has(relative) || (relative.includes('/') && leafOf(relative) === this.#name))
      )
        byRule = true;
    }
    return { byRule, sameName };
  }

  /** Other names lead here: instances of a template, aliases. */
  isKnownElsewhere(): boolean {
    for (const directory of [this.#context.persistentDirectory, this.#context.runtimeDirectory]) {
      for (const { path, target } of new LinkView(this.#context).links(directory)) {
        if (leafOf(path) !== this.#name && this.#leadsHere(path, target)) return true;
      }
    }
    return false;
  }

  #leadsHere(path: string, target: string): boolean {
    const resolved = resolveLink(path, target);
    if (resolved === this.#path) return true;
    const leaf = leafOf(resolved);
    const isOurs = leaf === this.#name || leaf === templateOf(this.#name);
    return isOurs && isSearched(resolved.slice(0, resolved.lastIndexOf('/')), this.#context);
  }
}
