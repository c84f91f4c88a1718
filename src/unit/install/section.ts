import { err, ok, type Result } from '../../base/result.ts';
import { applyText } from '../apply.ts';
import { UnitDraft } from '../draft.ts';
import { instantiate, isUnitName, templateOf, unitTypeOf } from '../name.ts';
import { specifiersOf, type Specifiers } from '../specifiers.ts';
import { parseUnitText } from '../syntax.ts';
import type { InstallContext } from './context.ts';
import type { InstallFile } from './find.ts';

/** [Install] of a unit and its drop-ins. Aliases and targets are as written: a bad specifier in one does not keep the others from being made. */
export interface InstallSection {
  readonly aliases: readonly string[];
  /** The targets of WantedBy= and its like, with the suffixes of their directories. */
  readonly dependencies: readonly { readonly suffix: 'wants' | 'requires' | 'upholds'; readonly targets: readonly string[] }[];
  /** Expanded. */
  readonly also: readonly string[];
  /** The instance of a template that stands for it; '' for none. */
  readonly defaultInstance: string;
  /** What the letters stand for; a template is spoken of by its default instance. */
  readonly specifiers: Specifiers;
}

/** Reads [Install] from a unit's file and from the drop-ins beside it; EINVAL where Also= names no unit (systemd.unit(5)). */
export function readInstallSection({ name, path }: InstallFile, context: InstallContext): Result<InstallSection, 'EINVAL'> {
  const draft = new UnitDraft(name, unitTypeOf(name) ?? 'service');
  const { facts } = context;
  for (const file of [path, ...dropInsBeside(name, context)]) {
    const text = parseUnitText(context.files.read(file, READ_LIMIT) ?? new Uint8Array());
    const specifiers = specifiersOf(name, facts, path);
    if (text.fatal === undefined) {
      const assignments = text.assignments.filter((assignment) => assignment.section === 'Install');
      applyText(draft, file, { ...text, assignments }, { specifiers, scope: facts.scope, notices: false });
    }
  }
  const { Alias, WantedBy, RequiredBy, UpheldBy, Also, DefaultInstance } = draft.settings('install');
  const instance = isUnitName(name, 'template') ? specifiersOf(name, facts, path).expand(DefaultInstance, 'install') : ok('');
  const defaultInstance = instance.ok ? instance.value : '';
  const specifiers = specifiersOf(instantiate(name, defaultInstance) ?? name, facts, path);
  const also: string[] = [];
  for (const word of Also) {
    const expanded = specifiers.expand(word, 'install');
    if (!expanded.ok || !isUnitName(expanded.value)) return err('EINVAL');
    also.push(expanded.value);
  }
  return ok({
    aliases: Alias,
    dependencies: [
      { suffix: 'wants', targets: WantedBy },
      { suffix: 'requires', targets: RequiredBy },
      { suffix: 'upholds', targets: UpheldBy },
    ],
    also,
    defaultInstance,
    specifiers,
  });
}

/** Whether [Install] makes links by itself. */
export function hasRules(section: InstallSection): boolean {
  return section.aliases.length > 0 || section.dependencies.some(({ targets }) => targets.length > 0);
}

/** The name that links in directories of dependencies have: the default instance of a template. */
export function linkNameOf(name: string, section: InstallSection): string {
  return instantiate(name, section.defaultInstance) ?? name;
}

/** One byte more than the largest file that syntax.ts takes, so that it can tell those that are larger. */
const READ_LIMIT = 4 * 1024 * 1024 + 1;

/** Only drop-ins of the very name and of its template count for [Install], not those of a prefix or type. */
function dropInsBeside(name: string, { files, searchPath }: InstallContext): readonly string[] {
  const template = templateOf(name);
  const names = template === undefined || template === name ? [name] : [name, template];
  const found = new Map<string, string>();
  for (const unit of names) {
    for (const directory of searchPath) {
      for (const file of files.list(`${directory}/${unit}.d`))
        if (file.endsWith('.conf') && !found.has(file)) found.set(file, `${directory}/${unit}.d/${file}`);
    }
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}
