import { ok, type Result } from '../../base/result.ts';
import { instantiate, isUnitName, templateOf } from '../name.ts';
import { isRuntimeDirectory, type InstallContext } from './context.ts';
import { directoryOf, leafOf, resolveLink } from './link-path.ts';
import { LinkView } from './link-view.ts';
import { InstallOperation, type InstallUnit } from './operation.ts';
import type { InstallProblem } from './problem.ts';
import { hasRules } from './section.ts';
import type { UnitFileState } from './unit-file.ts';

/** The links of the search path, listed once for any number of units. */
export class InstallLinks {
  readonly #directories: ReadonlyMap<string, readonly Link[]>;
  readonly #context: InstallContext;

  constructor(context: InstallContext) {
    this.#context = context;
    const view = new LinkView(context.files);
    this.#directories = new Map(context.searchPath.map((directory) => [directory, linksOf(directory, view)]));
  }

  /** The state of a unit file (systemctl(1), is-enabled). */
  stateOf(name: string): Result<UnitFileState, InstallProblem> {
    const context = this.#context;
    const found = new InstallOperation(context, { runtime: false, force: false }).discover(name);
    if (!found.ok) return found;
    const directory = directoryOf(found.value.path);
    if (found.value.isMasked) return ok(isRuntimeDirectory(directory, context) ? 'masked-runtime' : 'masked');
    if (name !== leafOf(found.value.path) && !isUnitName(found.value.name, 'instance')) return ok('alias');
    if (context.generatorDirectories.includes(directory)) return ok('generated');
    if (context.transientDirectories.includes(directory)) return ok('transient');
    return ok(this.#byLinks(found.value));
  }

  #byLinks(unit: InstallUnit): UnitFileState {
    const own = this.#search(unit, (link) => isKnownName(link.name, unit));
    if (own !== undefined) return own;
    if (this.#search(unit, () => true) !== undefined) return 'indirect';
    if (hasRules(unit.section)) return 'disabled';
    return unit.section.also.length > 0 ? 'indirect' : 'static';
  }

  /** What the links to a unit make of it, of those that count; the config directory decides over all others. */
  #search(unit: InstallUnit, counts: (link: Link) => boolean): UnitFileState | undefined {
    const context = this.#context;
    let isHidden = false;
    let enabled: 'runtime' | 'elsewhere' | undefined;
    let linked: UnitFileState | undefined;
    for (const [directory, links] of this.#directories) {
      const isRuntime = isRuntimeDirectory(directory, context);
      let isLinked = false;
      let isFound = false;
      for (const link of links) {
        const isNamed = (link.isDependency || !isHidden) && link.name === unit.name;
        const leads = link.leadsTo === unit.name;
        if (isNamed && leads && !link.isDependency) isLinked = true;
        else if ((isNamed || leads) && counts(link)) isFound = true;
      }
      if (isFound && directory === context.persistentDirectory) return 'enabled';
      if (isFound && context.facts.scope === 'user' && directory === '/etc/systemd/user') return 'enabled';
      if (isFound) enabled = isRuntime || enabled === 'runtime' ? 'runtime' : 'elsewhere';
      else if (isLinked && directory === context.persistentDirectory) linked = 'linked';
      else if (isLinked && isRuntime) linked ??= 'linked-runtime';
      // Links of the unit's name in directories of lower priority than its file are hidden by it.
      if (directoryOf(unit.path) === directory) isHidden = true;
    }
    if (enabled === 'runtime') return 'enabled-runtime';
    if (enabled === 'elsewhere' && isUnitName(unit.name, 'instance')) return 'static';
    return linked;
  }
}

interface Link {
  readonly name: string;
  /** The unit that it stands for besides the one it is named after: in a directory of dependencies only the template of its name. */
  readonly leadsTo: string | undefined;
  /** It is in a directory such as `a.target.wants`. */
  readonly isDependency: boolean;
}

function linksOf(directory: string, view: LinkView): readonly Link[] {
  return view.listed(directory).flatMap((name): readonly Link[] => {
    const path = `${directory}/${name}`;
    if (/\.(wants|requires|upholds)$/.test(name)) {
      const inner = view.listed(path).filter((each) => view.readLink(`${path}/${each}`) !== undefined);
      return inner.map((each) => ({ name: each, leadsTo: templateOf(each), isDependency: true }));
    }
    const target = view.readLink(path);
    return target === undefined ? [] : [{ name, leadsTo: leafOf(resolveLink(path, target)), isDependency: false }];
  });
}

/** Whether [Install] asks for a link of this name: the unit's own, an alias, the default instance. */
function isKnownName(name: string, { name: own, section }: InstallUnit): boolean {
  return name === own || section.aliases.includes(name) || name === instantiate(own, section.defaultInstance);
}
