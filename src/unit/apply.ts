import type { Diagnostic } from './diagnostic.ts';
import type { Line, UnitDraft } from './draft.ts';
import { directivesOf, ownSections, type PartName, tables } from './settings/parts.ts';
import type { DependencyRow, Row, SynonymRow } from './settings/setting.ts';
import type { Specifiers } from './specifiers.ts';
import { nearestName } from './suggest.ts';
import { type Assignment, locate, type UnitText } from './syntax.ts';
import { instantiate, parseUnitName } from './name.ts';
import { unitNames } from './values/unit-name.ts';
import type { ValueContext, ValueError } from './values/parser.ts';

/** What the lines of a unit's files may depend on. */
export interface ApplyContext {
  readonly specifiers: Specifiers;
  readonly scope: 'system' | 'user';
  /** Also say what has no effect yet or is spelled in an old way. */
  readonly notices: boolean;
}

/** Applies the lines of one file to the draft, in order. Lines that cannot be taken are ignored, each with a diagnostic (systemd.syntax(7)). */
export function applyText(draft: UnitDraft, path: string, text: UnitText, context: ApplyContext): void {
  for (const problem of text.problems) report(draft, path, { severity: 'warning', ...problem });
  const lines = new Lines(draft, path, context);
  for (const assignment of text.assignments) lines.apply(assignment);
}

class Lines {
  readonly #draft: UnitDraft;
  readonly #path: string;
  readonly #context: ApplyContext;
  readonly #values: ValueContext;
  #unknownSections: Set<string> | undefined;
  #current: Assignment | undefined;

  constructor(draft: UnitDraft, path: string, context: ApplyContext) {
    this.#draft = draft;
    this.#path = path;
    this.#context = context;
    this.#values = { specifiers: context.specifiers, scope: context.scope, warn: (error) => this.#warn(error, 'ignored-word') };
  }

  apply(assignment: Assignment): void {
    this.#current = assignment;
    const { section, key } = assignment;
    const directives = directivesOf(this.#draft.type, section);
    if (directives === undefined) return this.#unknownSection(section);
    const place = directives.get(key);
    if (place === undefined) return this.#unknownKey(section, key, directives.keys());
    this.#applyRow(place.part, key, place.row);
  }

  #applyRow(part: PartName, key: string, row: Row): void {
    if (row.row === 'setting') return void this.#assign(part, key, row);
    if (row.row === 'dependency') return this.#depend(row);
    if (row.row === 'synonym') return this.#synonym(part, key, row);
    if (this.#context.notices) this.#tell('notice', 'obsolete-key', `${key}= is read and dropped: it has had no effect for years`);
  }

  get #line(): Line {
    return { path: this.#path, line: this.#current?.line ?? 0 };
  }

  /** Gives whether the value could be taken. */
  #assign(part: PartName, key: string, row: Extract<Row, { row: 'setting' }>): boolean {
    const draft = this.#draft;
    const property = row.into ?? key;
    const assigned = row.assign(draft.value(part, property), this.#value, this.#values);
    if (!assigned.ok) {
      const fatal = assigned.error.fatal === true;
      if (fatal) draft.refuseLine(this.#line, `${key}=: ${assigned.error.message}`);
      this.#warn(assigned.error, 'bad-value', fatal ? 'error' : 'warning');
      return false;
    }
    draft.set(part, property, assigned.value);
    draft.noteLine(property, this.#line);
    const { adjusts } = row;
    if (adjusts !== undefined) draft.set(part, adjusts.property, adjusts.make(assigned.value, draft.value(part, adjusts.property)));
    this.#noteStatus(key, row);
    return true;
  }

  #noteStatus(key: string, { status }: Row): void {
    if (status === undefined || status === 'implemented') return;
    if (!this.#context.notices) return;
    if ('accepted' in status) this.#tell('notice', 'no-effect', `${key}= has no effect: ${status.accepted}`);
    if ('refused' in status) this.#tell('warning', 'refused-key', `${key}= is not carried out: ${status.refused}`);
  }

  #synonym(part: PartName, key: string, synonym: SynonymRow): void {
    const target = synonym.part ?? part;
    if (synonym.obsolete && this.#context.notices) {
      const where = synonym.part === undefined ? '' : ' in [Unit]';
      this.#tell('notice', 'old-spelling', `${key}= is an old spelling of ${synonym.keys.join(', ')}=${where}`);
    }
    for (const name of synonym.keys) {
      const row = tables[target][name];
      // What one of them cannot take the others cannot either, which is told once.
      if (row?.row === 'setting') {
        if (!this.#assign(target, name, row)) return;
      } else if (row !== undefined) this.#applyRow(target, name, row);
    }
  }

  #depend(row: DependencyRow): void {
    const draft = this.#draft;
    const names = unitNames(this.#value, this.#values);
    if (!names.ok) return this.#warn(names.error, 'bad-value');
    const origin = { from: 'file', path: this.#path, line: this.#current?.line ?? 0 } as const;
    for (const written of names.value) {
      const unit = resolveTemplate(written, draft.name);
      const refusal = unit === undefined ? `${written} cannot be instantiated` : this.#refusalOf(row, unit);
      if (unit === undefined || refusal !== undefined)
        this.#tell('warning', 'ignored-dependency', `${row.key}=: ${refusal ?? ''}, ignored`);
      else if (unit !== draft.name) draft.depend(row.key, unit, origin);
    }
  }

  #refusalOf(row: DependencyRow, unit: string): string | undefined {
    const draft = this.#draft;
    if (row.key === 'Before' && unit.endsWith('.device')) return `${unit} is a device, which cannot be made to wait`;
    if ((row.key === 'OnFailure' || row.key === 'OnSuccess') && cannotEnd.has(draft.type)) return `a ${draft.type} cannot fail or end`;
    return undefined;
  }

  #unknownSection(section: string): void {
    this.#unknownSections ??= new Set();
    if (section.startsWith('X-') || this.#unknownSections.has(section)) return;
    this.#unknownSections.add(section);
    const own = ownSections[this.#draft.type].section;
    const valid = own === 'Target' || own === 'Device' ? ['Unit', 'Install'] : ['Unit', 'Install', own];
    const foreign = Object.values(ownSections).some((other) => other.section === section);
    const meant = foreign ? undefined : nearestName(section, valid);
    const why = foreign ? `a ${this.#draft.type} has no section [${section}]` : `unknown section [${section}]`;
    const hint = meant === undefined ? `valid are ${valid.map((name) => `[${name}]`).join(', ')}` : `did you mean [${meant}]?`;
    this.#tellAtKey('warning', 'unknown-section', `${why}, its lines are ignored; ${hint}`);
  }

  #unknownKey(section: string, key: string, known: Iterable<string>): void {
    if (key.startsWith('X-')) return;
    const meant = nearestName(key, known);
    const elsewhere = meant === key ? undefined : sectionOf(key, this.#draft.type);
    const hint = elsewhere === undefined ? (meant === undefined ? '' : `; did you mean ${meant}=?`) : `; it belongs in [${elsewhere}]`;
    this.#tellAtKey('warning', 'unknown-key', `unknown key ${key}= in section [${section}], ignored${hint}`);
  }

  get #value(): string {
    return this.#current?.value ?? '';
  }

  #warn(error: ValueError, code: string, severity: Diagnostic['severity'] = error.notice === true ? 'notice' : 'warning'): void {
    if (severity === 'notice' && !this.#context.notices) return;
    const ignored = severity === 'warning' && error.told !== true ? ', ignored' : '';
    this.#tell(severity, code, `${this.#current?.key ?? ''}=: ${error.message}${ignored}`, error.offset);
  }

  #tell(severity: Diagnostic['severity'], code: string, message: string, offset = 0): void {
    const assignment = this.#current;
    const position = assignment === undefined ? { line: 0, column: 0 } : locate(assignment, offset);
    report(this.#draft, this.#path, { severity, code, message, ...position });
  }

  #tellAtKey(severity: Diagnostic['severity'], code: string, message: string): void {
    const { line, keyColumn: column } = this.#current ?? { line: 0, keyColumn: 0 };
    report(this.#draft, this.#path, { severity, code, message, line, column });
  }
}

const cannotEnd: ReadonlySet<string> = new Set(['device', 'slice']);

function report(draft: UnitDraft, path: string, { severity, code, message, line, column }: Omit<Diagnostic, 'path'>): void {
  draft.report({ severity, code, message, path, line, column });
}

/** A template among the dependencies stands for its instance with the unit's own instance, or with its prefix. */
export function resolveTemplate(written: string, self: string): string | undefined {
  if (!written.includes('@.')) return written;
  const own = parseUnitName(self);
  const other = parseUnitName(written);
  if (!own.ok || !other.ok || !other.value.isTemplate) return written;
  return instantiate(written, own.value.instance ?? own.value.prefix);
}

function sectionOf(key: string, type: UnitDraft['type']): string | undefined {
  return ['Unit', ownSections[type].section, 'Install'].find((section) => directivesOf(type, section)?.has(key));
}
