import type { Diagnostic } from './diagnostic.ts';
import type { Row, Table } from './settings/setting.ts';
import { type SpecifierFacts, specifiersOf } from './specifiers.ts';
import { nearestName } from './suggest.ts';
import { type Assignment, locate, parseUnitText } from './syntax.ts';
import type { UnitFiles } from './unit-files.ts';
import type { ValueContext, ValueError } from './values/parser.ts';

/** The first file with this name, and the `*.conf` files of the directories beside the places where it may lie, by name. */
export function withDropIns(files: UnitFiles, roots: readonly string[], name: string): readonly string[] {
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

/** Reads files of sections and settings by their tables; what they say adds up. */
export class ConfigReader {
  readonly #sections: Readonly<Record<string, Table>>;
  readonly #values: Readonly<Record<string, Record<string, unknown>>>;
  readonly #places = new Map<string, string>();
  readonly #diagnostics: Diagnostic[] = [];
  readonly #context: ValueContext;
  #place: { readonly path: string; readonly assignment: Assignment } | undefined;

  constructor(sections: Readonly<Record<string, Table>>, facts: SpecifierFacts) {
    this.#sections = sections;
    this.#values = Object.fromEntries(Object.entries(sections).map(([name, table]) => [name, initialOf(table)]));
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

  /** The values of a section; their type is derived from the table that they are made of. */
  values(section: string): Record<string, unknown> {
    return Object.assign(Object.create(null), this.#values[section]);
  }

  /** Keys that a file sets. */
  get assigned(): ReadonlySet<string> {
    return new Set(this.#places.keys());
  }

  /** Where they set it last, as PATH:LINE. */
  get places(): ReadonlyMap<string, string> {
    return this.#places;
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
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
    const table = Object.hasOwn(this.#sections, section) ? this.#sections[section] : undefined;
    if (table === undefined) {
      const valid = Object.keys(this.#sections).map((name) => `[${name}]`);
      return this.#warn('unknown-section', { message: `unknown section [${section}], ignored; valid are ${valid.join(', ')}` });
    }
    const row = table[key];
    if (row === undefined) {
      const meant = nearestName(key, Object.keys(table));
      return this.#warn('unknown-key', {
        message: `unknown key ${key}= in section [${section}], ignored${meant === undefined ? '' : `; did you mean ${meant}=?`}`,
      });
    }
    this.#applyRow(section, key, row, assignment.value);
  }

  #applyRow(section: string, key: string, row: Row, text: string): void {
    if (row.row === 'synonym') {
      for (const name of row.keys) {
        const other = this.#sections[section]?.[name];
        if (other !== undefined) this.#applyRow(section, name, other, text);
      }
    }
    if (row.row !== 'setting') return;
    const property = row.into ?? key;
    const values = this.#values[section] ?? {};
    const value = row.assign(values[property], text, this.#context);
    if (!value.ok) return this.#warn('bad-value', { ...value.error, message: `${key}=: ${value.error.message}` });
    values[property] = value.value;
    this.#places.set(key, `${this.#place?.path}:${this.#place?.assignment.line}`);
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
