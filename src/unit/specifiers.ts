import { ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { unescapeName, unescapePath } from './escape.ts';
import { parseUnitName } from './name.ts';
import type { UnitName } from './name.ts';
import { slicePath } from './slice.ts';

/** Facts behind the specifiers that do not come from the unit's name (systemd.unit(5), "Specifiers"); gathered once by the manager. */
export interface SpecifierFacts {
  readonly scope: 'system' | 'user';
  readonly directories: {
    readonly runtime: string;
    readonly state: string;
    readonly cache: string;
    readonly logs: string;
    readonly configuration: string;
    readonly data: string;
    readonly temporary: string;
    readonly variableTemporary: string;
  };
  readonly user: {
    readonly name: string;
    readonly uid: number;
    readonly group: string;
    readonly gid: number;
    readonly home: string;
    readonly shell: string;
  };
  readonly hostName: string;
  readonly prettyHostName: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly kernelRelease: string;
  readonly architecture: string;
  readonly osRelease: Readonly<Record<string, string>>;
  /** The manager's own cgroup for %R, %r and %c; '' where it is the root. */
  readonly cgroupRoot?: string;
}

/** Which letters are known: in names of dependencies, in [Install], or everywhere else. */
export type SpecifierSet = 'dependency' | 'install' | 'full';

/** The specifiers of one unit. */
export interface Specifiers {
  /** Replaces each `%x`; the error names the specifier that is not known here. */
  expand(text: string, set: SpecifierSet): Result<string, { readonly message: string; readonly offset: number }>;
}

/** The specifiers of a unit with that name, whose main file is at `fragmentPath` if it has one. */
export function specifiersOf(unitName: string, facts: SpecifierFacts, fragmentPath?: string): Specifiers {
  return new UnitSpecifiers(unitName, facts, fragmentPath ?? '');
}

/** The text with each `%` doubled, so that expansion gives the text back. */
export function escapeSpecifiers(text: string): string {
  return text.replaceAll('%', '%%');
}

interface Source {
  readonly name: UnitName;
  readonly facts: SpecifierFacts;
  readonly fragmentPath: string;
}

/** What a letter stands for; undefined where the unit has no such thing. */
type Resolver = (source: Source) => string | undefined;

const everywhere: Readonly<Record<string, Resolver>> = {
  n: ({ name }) => name.name,
  N: ({ name }) => withoutType(name),
  p: ({ name }) => name.prefix,
  i: ({ name }) => name.instance ?? '',
  j: ({ name }) => lastPart(name.prefix),
  u: ({ facts }) => facts.user.name,
  U: ({ facts }) => String(facts.user.uid),
  g: ({ facts }) => facts.user.group,
  G: ({ facts }) => String(facts.user.gid),
  H: ({ facts }) => facts.hostName,
  l: ({ facts }) => facts.hostName.split('.', 1)[0] ?? '',
  q: ({ facts }) => facts.prettyHostName,
  // Where there is none it means nothing.
  m: ({ facts }) => (/^[0-9a-f]{32}$/.test(facts.machineId) ? facts.machineId : undefined),
  b: ({ facts }) => facts.bootId,
  v: ({ facts }) => facts.kernelRelease,
  a: ({ facts }) => facts.architecture,
  o: ({ facts }) => facts.osRelease['ID'] ?? '',
  w: ({ facts }) => facts.osRelease['VERSION_ID'] ?? '',
  W: ({ facts }) => facts.osRelease['VARIANT_ID'] ?? '',
  B: ({ facts }) => facts.osRelease['BUILD_ID'] ?? '',
  A: ({ facts }) => facts.osRelease['IMAGE_VERSION'] ?? '',
  M: ({ facts }) => facts.osRelease['IMAGE_ID'] ?? '',
};

const full: Readonly<Record<string, Resolver>> = {
  ...everywhere,
  P: ({ name }) => unescapeName(name.prefix),
  I: ({ name }) => unescapeName(name.instance ?? ''),
  J: ({ name }) => unescapeName(lastPart(name.prefix)),
  f: ({ name }) => pathOf(name),
  y: ({ fragmentPath }) => fragmentPath,
  Y: ({ fragmentPath }) => fragmentPath.slice(0, Math.max(fragmentPath.lastIndexOf('/'), 0)),
  t: ({ facts }) => facts.directories.runtime,
  S: ({ facts }) => facts.directories.state,
  C: ({ facts }) => facts.directories.cache,
  L: ({ facts }) => facts.directories.logs,
  E: ({ facts }) => facts.directories.configuration,
  D: ({ facts }) => facts.directories.data,
  T: ({ facts }) => facts.directories.temporary,
  V: ({ facts }) => facts.directories.variableTemporary,
  d: ({ name, facts }) => `${facts.directories.runtime}/credentials/${name.name}`,
  h: ({ facts }) => facts.user.home,
  s: ({ facts }) => facts.user.shell,
  R: ({ facts }) => facts.cgroupRoot ?? '',
  r: ({ name, facts }) => `${facts.cgroupRoot ?? ''}${below(defaultSlicePath(name, facts.scope))}`,
  c: ({ name, facts }) => `${facts.cgroupRoot ?? ''}${below(defaultSlicePath(name, facts.scope))}${below(name.name)}`,
};

const resolvers: Readonly<Record<SpecifierSet, Readonly<Record<string, Resolver>>>> = { dependency: everywhere, install: everywhere, full };

class UnitSpecifiers implements Specifiers {
  readonly #unitName: string;
  readonly #facts: SpecifierFacts;
  readonly #fragmentPath: string;
  #source: Source | undefined;

  constructor(unitName: string, facts: SpecifierFacts, fragmentPath: string) {
    this.#unitName = unitName;
    this.#facts = facts;
    this.#fragmentPath = fragmentPath;
  }

  expand(text: string, set: SpecifierSet): Result<string, { readonly message: string; readonly offset: number }> {
    let percent = text.indexOf('%');
    if (percent < 0) return ok(text);
    let result = '';
    let copied = 0;
    while (percent >= 0) {
      const letter = text[percent + 1] ?? '';
      if (letter === '%') {
        result += text.slice(copied, percent + 1);
        copied = percent + 2;
      } else if (LETTER_OR_DIGIT.test(letter)) {
        const value = Object.hasOwn(resolvers[set], letter) ? resolvers[set][letter]?.(this.#resolved()) : undefined;
        if (value === undefined) return { ok: false, error: { message: unknown(letter, set), offset: percent } };
        result += text.slice(copied, percent) + value;
        copied = percent + 2;
      }
      percent = text.indexOf('%', percent + (letter === '' ? 1 : 2));
    }
    return ok(result + text.slice(copied));
  }

  #resolved(): Source {
    if (this.#source !== undefined) return this.#source;
    const parsed = parseUnitName(this.#unitName);
    const name = parsed.ok ? parsed.value : { name: this.#unitName, prefix: this.#unitName, type: 'service' as const, isTemplate: false };
    this.#source = { name, facts: this.#facts, fragmentPath: this.#fragmentPath };
    return this.#source;
  }
}

const LETTER_OR_DIGIT = /^[A-Za-z0-9]$/;

function unknown(letter: string, set: SpecifierSet): string {
  if (Object.hasOwn(full, letter) && set === 'full') return `%${letter} has no value for this unit`;
  const where = { dependency: ' in the name of a dependency', install: ' in [Install]', full: '' };
  return `%${letter} is not a known specifier${where[set]}; write %% for a percent sign`;
}

function withoutType(name: UnitName): string {
  return name.name.slice(0, name.name.lastIndexOf('.'));
}

function lastPart(prefix: string): string {
  return prefix.slice(prefix.lastIndexOf('-') + 1);
}

function pathOf(name: UnitName): string | undefined {
  return unescapePath(name.instance === undefined || name.instance === '' ? name.prefix : name.instance);
}

function below(path: string): string {
  return path === '' ? '' : `/${path}`;
}

/** Where the slice lies that the unit is in by default (25.2 of the behaviour reference). */
function defaultSlicePath(name: UnitName, scope: 'system' | 'user'): string {
  // The slice that a slice is in is only known when its files have been read.
  if (name.type === 'slice') return '';
  const base = scope === 'system' ? 'system' : 'app';
  const slice = name.instance === undefined ? `${base}.slice` : `${base}-${name.prefix.replaceAll('-', String.raw`\x2d`)}.slice`;
  return slicePath(slice) ?? '';
}
