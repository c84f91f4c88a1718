import type { Dependency, DependencyKey, Origin, UnitTypeName } from './config.ts';
import type { Diagnostic } from './diagnostic.ts';
import { initialValues, type PartName, type Parts } from './settings/parts.ts';

/** Diagnostics of one unit that are kept; what a file full of garbage has beyond them is only counted. */
const MOST_DIAGNOSTICS = 100;

/** A line of a unit's files. */
export interface Line {
  readonly path: string;
  readonly line: number;
}

/** Why a unit must not be started. */
export interface Refusal {
  readonly reason: string;
  readonly line: Line | undefined;
}

/** The same in one sentence, with the line where there is one. */
export function refusalText({ reason, line }: Refusal): string {
  return line === undefined ? reason : `${line.path}:${line.line}: ${reason}`;
}

/** A unit while its files are read: what is known so far. */
export class UnitDraft {
  readonly name: string;
  readonly type: UnitTypeName;
  readonly dependencies: Dependency[] = [];
  /** Paths of the drop-ins that were read. */
  readonly dropIns: string[] = [];
  /** Why the unit must not be started, if a line or its verification says so; the first reason counts. */
  refusal: Refusal | undefined;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #values = new Map<PartName, Record<string, unknown>>();
  readonly #lines = new Map<string, Line>();
  #dropped = 0;

  constructor(name: string, type: UnitTypeName) {
    this.name = name;
    this.type = type;
  }

  /** The value of a property so far. */
  value(part: PartName, property: string): unknown {
    return this.settings(part)[property];
  }

  set(part: PartName, property: string, value: unknown): void {
    let values = this.#values.get(part);
    if (values === undefined) {
      const made: Record<string, unknown> = Object.create(initialValues[part]);
      values = made;
      this.#values.set(part, values);
    }
    values[property] = value;
  }

  /** The property has its value from this line. */
  noteLine(property: string, line: Line): void {
    this.#lines.set(property, line);
  }

  /** The last line that had its part in the value of the property; undefined where none had. */
  lineOf(property: string): Line | undefined {
    return this.#lines.get(property);
  }

  /** Begins a part with values that were settled before. */
  seed(part: PartName, settings: object | undefined): void {
    if (settings !== undefined) this.#values.set(part, Object.create(settings));
  }

  /** Whether a file, or its verification, has set the property. */
  isSet(part: PartName, property: string): boolean {
    const values = this.#values.get(part);
    return values !== undefined && Object.hasOwn(values, property);
  }

  /** The settings of a part: an object of its own with what is set, over the defaults that all units share. */
  settings<Name extends PartName>(part: Name): Parts[Name] & Readonly<Record<string, unknown>>;
  settings(part: PartName): object {
    return this.#values.get(part) ?? initialValues[part];
  }

  depend(key: DependencyKey, unit: string, origin: Origin): void {
    this.dependencies.push({ key, unit, origin });
  }

  report(diagnostic: Diagnostic): void {
    if (this.#diagnostics.length < MOST_DIAGNOSTICS) this.#diagnostics.push(diagnostic);
    else this.#dropped++;
  }

  /** `property` is the one of whose line the reason speaks, if there is one. */
  refuse(reason: string, property = ''): void {
    this.refusal ??= { reason, line: this.lineOf(property) };
  }

  /** The same, of a line. */
  refuseLine(line: Line, reason: string): void {
    this.refusal ??= { reason, line };
  }

  diagnostics(): readonly Diagnostic[] {
    const last = this.#diagnostics.at(-1);
    if (this.#dropped === 0 || last === undefined) return this.#diagnostics.length === 0 ? noDiagnostics : this.#diagnostics;
    const message = `${this.#dropped} more problems in the files of ${this.name} are not shown`;
    return [...this.#diagnostics, { severity: 'warning', code: 'more', message, path: last.path, line: 0, column: 0 }];
  }
}

const noDiagnostics: readonly Diagnostic[] = Object.freeze([]);
