import type { Diagnostic } from './diagnostic.ts';
import { type ManagerSettings, managerSections, type TysdSettings } from './settings/manager.ts';
import type { Row, Table } from './settings/setting.ts';
import { type SpecifierFacts, specifiersOf } from './specifiers.ts';
import { nearestName } from './suggest.ts';
import { type Assignment, locate, parseUnitText } from './syntax.ts';
import type { UnitFiles } from './unit-files.ts';
import type { ValueContext, ValueError } from './values/parser.ts';
import type { PathEnvironment } from './search-path.ts';

/** How the manager itself is configured, and what was wrong in the files that say so. */
export interface ManagerConfig {
  readonly manager: ManagerSettings;
  readonly tysd: TysdSettings;
  /** Keys that a file sets; for `show` and for what the command line may still decide. */
  readonly assigned: ReadonlySet<string>;
  readonly paths: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The files that configure the manager, in the order in which they apply (systemd-system.conf(5)): system.conf or user.conf, its
 * drop-ins by name, then tysd.conf and its drop-ins, so that what is said to tysd itself wins.
 */
export function managerConfigPaths(files: UnitFiles, scope: 'system' | 'user', environment: PathEnvironment): readonly string[] {
  const shared = ['/etc', '/run', '/usr/local/lib', '/usr/lib'];
  const home = environment['XDG_CONFIG_HOME'] ?? (environment['HOME'] === undefined ? undefined : `${environment['HOME']}/.config`);
  const roots = scope === 'user' && home !== undefined ? [home, ...shared] : shared;
  const found = [`systemd/${scope}.conf`, scope === 'user' ? 'tysd/user.conf' : 'tysd/tysd.conf'].flatMap((name) =>
    withDropIns(files, roots, name),
  );
  return found;
}

/** Reads the files in this order. A file that is missing is no error; lines that cannot be taken are ignored, each with a diagnostic. */
export function readManagerConfig(files: UnitFiles, paths: readonly string[], facts: SpecifierFacts): ManagerConfig {
  const reader = new Reader(facts);
  for (const path of paths) reader.readFile(files, path);
  return reader.config(paths);
}

/** The first file with this name, and the `*.conf` files of the directories beside the places where it may lie, by name. */
function withDropIns(files: UnitFiles, roots: readonly string[], name: string): readonly string[] {
  const main = roots.map((root) => `${root}/${name}`).find((path) => files.statFollow(path).kind === 'file');
  const dropIns = new Map<string, string>();
  for (const root of roots) {
    for (const file of files.list(`${root}/${name}.d`)) {
      if (file.endsWith('.conf') && !dropIns.has(file)) dropIns.set(file, `${root}/${name}.d/${file}`);
    }
  }
  const inOrder = [...dropIns].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  return main === undefined ? inOrder : [main, ...inOrder];
}

type Section = keyof typeof managerSections;

class Reader {
  readonly #values: Readonly<Record<Section, Record<string, unknown>>> = {
    Manager: initialOf(managerSections.Manager),
    Tysd: initialOf(managerSections.Tysd),
  };
  readonly #assigned = new Set<string>();
  readonly #diagnostics: Diagnostic[] = [];
  readonly #context: ValueContext;
  #place: { readonly path: string; readonly assignment: Assignment } | undefined;

  constructor(facts: SpecifierFacts) {
    this.#context = {
      specifiers: specifiersOf('init.scope', facts),
      scope: facts.scope,
      warn: (error) => this.#warn('ignored-word', error),
    };
  }

  readFile(files: UnitFiles, path: string): void {
    const bytes = files.read(path);
    if (bytes === undefined) return this.#missing(files, path);
    const text = parseUnitText(bytes);
    if (text.fatal !== undefined) this.#diagnostics.push({ severity: 'error', path, ...text.fatal });
    for (const problem of text.problems) this.#diagnostics.push({ severity: 'warning', path, ...problem });
    for (const assignment of text.assignments) {
      this.#place = { path, assignment };
      this.#apply(assignment);
    }
  }

  config(paths: readonly string[]): ManagerConfig {
    // The types of the settings are derived from the tables that the values were made of.
    const [manager, tysd] = [
      Object.assign(Object.create(null), this.#values.Manager),
      Object.assign(Object.create(null), this.#values.Tysd),
    ];
    return { manager, tysd, assigned: this.#assigned, paths, diagnostics: this.#diagnostics };
  }

  #missing(files: UnitFiles, path: string): void {
    const { kind } = files.statFollow(path);
    if (kind === 'missing' || kind === 'character') return;
    this.#diagnostics.push({
      severity: 'error',
      code: 'unreadable',
      message: 'the file cannot be read, ignored',
      path,
      line: 0,
      column: 0,
    });
  }

  #apply(assignment: Assignment): void {
    const { section, key } = assignment;
    if (section.startsWith('X-') || key.startsWith('X-')) return;
    if (section !== 'Manager' && section !== 'Tysd')
      return this.#warn('unknown-section', { message: `unknown section [${section}], ignored; valid are [Manager], [Tysd]` });
    const row = managerSections[section][key];
    if (row === undefined) {
      const meant = nearestName(key, Object.keys(managerSections[section]));
      return this.#warn('unknown-key', {
        message: `unknown key ${key}= in section [${section}], ignored${meant === undefined ? '' : `; did you mean ${meant}=?`}`,
      });
    }
    this.#applyRow(section, key, row, assignment.value);
  }

  #applyRow(section: Section, key: string, row: Row, text: string): void {
    if (row.row === 'synonym') {
      for (const name of row.keys) {
        const other = managerSections[section][name];
        if (other !== undefined) this.#applyRow(section, name, other, text);
      }
    }
    if (row.row !== 'setting') return;
    const property = row.into ?? key;
    const value = row.assign(this.#values[section][property], text, this.#context);
    if (!value.ok) return this.#warn('bad-value', { ...value.error, message: `${key}=: ${value.error.message}` });
    this.#values[section][property] = value.value;
    this.#assigned.add(key);
  }

  #warn(code: string, error: ValueError): void {
    if (this.#place === undefined) return;
    const { path, assignment } = this.#place;
    this.#diagnostics.push({ severity: 'warning', code, message: error.message, path, ...locate(assignment, error.offset ?? 0) });
  }
}

function initialOf(table: Table): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, row] of Object.entries(table)) if (row.row === 'setting') values[row.into ?? key] = row.initial;
  return values;
}
