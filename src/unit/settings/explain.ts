import { formatTimespan } from '../../base/duration.ts';
import { ok } from '../../base/result.ts';
import { nearestName } from '../suggest.ts';
import { signalName } from '../values/signal.ts';
import type { Specifiers } from '../specifiers.ts';
import { defaultTexts } from './default-texts.ts';
import { unitMeanings } from './meanings-units.ts';
import { meanings } from './meanings.ts';
import { journalSections } from './journal.ts';
import { managerSections } from './manager.ts';
import { ownSections, type PartName, tables } from './parts.ts';
import type { Combine, Row, Setting } from './setting.ts';

/** What there is to know of a directive. */
export interface Explanation {
  readonly directive: string;
  /** The sections that it may stand in. */
  readonly sections: readonly string[];
  readonly meaning: string;
  /** What may stand right of the `=`; absent for other spellings and what means nothing any more. */
  readonly values?: string;
  /** What holds where it is not set. */
  readonly default?: string;
  /** How several lines of it combine. */
  readonly repeats?: string;
  /** The release of systemd that brought it; 183 for that one or any before, absent for what was never documented. */
  readonly since?: number;
  readonly here: 'carried out' | 'no effect' | 'refused' | 'other spelling' | 'obsolete';
  /** Why, where it is not carried out. */
  readonly reason?: string;
  /** The directives that it is another spelling of. */
  readonly means?: readonly string[];
  /** The page of the manual. */
  readonly page: string;
}

/** What a word is: a directive, perhaps with different meanings in different sections; a section; or nothing, though it may be near to a directive. */
export type Explained =
  /** `section` is one that has the same name. */
  | { readonly is: 'directive'; readonly explanations: readonly Explanation[]; readonly section?: string }
  | { readonly is: 'section'; readonly section: string; readonly explanations: readonly Explanation[] }
  | { readonly is: 'nothing'; readonly near?: string };

/** Explains a directive by its name, in any case and with or without `=`; a section by `[Service]`, or by `Timer` where no directive is called so. */
export function explain(word: string): Explained {
  const wanted = word.replace(/^\[(.*)\]$/, '$1').replace(/=.*$/, '');
  const places = allPlaces();
  const known = [...new Set(places.map(({ name }) => name))];
  const name = known.find((each) => each === wanted) ?? known.find((each) => each.toLowerCase() === wanted.toLowerCase());
  const section = allSections().find((each) => each.toLowerCase() === wanted.toLowerCase());
  if (name !== undefined && !word.startsWith('[')) {
    const explanations = places.filter((place) => place.name === name).map((place) => explanationOf(place));
    return { is: 'directive', explanations, ...(section === undefined || word.includes('=') ? {} : { section }) };
  }
  if (section !== undefined) {
    const own = places.filter((place) => place.sections.includes(section));
    return { is: 'section', section, explanations: own.map((place) => explanationOf(place)) };
  }
  const near = nearestName(wanted, known) ?? known.find((each) => each.toLowerCase().startsWith(wanted.toLowerCase()));
  return near === undefined || wanted === '' ? { is: 'nothing' } : { is: 'nothing', near };
}

/** All that can be explained by name. */
export function explainedNames(): readonly string[] {
  return [...new Set(allPlaces().map(({ name }) => name)), ...allSections()];
}

/** All directives by the page of systemd's manual that tells of them, in the order of the tables. */
export function explanationsByPage(): ReadonlyMap<string, readonly Explanation[]> {
  const pages = new Map<string, Explanation[]>();
  for (const place of allPlaces()) {
    const explanation = explanationOf(place);
    pages.set(explanation.page, [...(pages.get(explanation.page) ?? []), explanation]);
  }
  return pages;
}

/** A part of unit files, or whose file it is else. */
type Part = PartName | 'manager' | 'journal';

interface Place {
  readonly name: string;
  readonly row: Row;
  readonly part: Part;
  readonly sections: readonly string[];
}

function allPlaces(): readonly Place[] {
  const units = partNames.flatMap((part) =>
    Object.entries(tables[part]).map(([name, row]): Place => ({ name, row, part, sections: sectionsOf(part) })),
  );
  const manager = Object.entries(managerSections).flatMap(([section, table]) =>
    Object.entries<Row>(table).map(([name, row]): Place => ({ name, row, part: 'manager', sections: [section] })),
  );
  const journal = Object.entries<Row>(journalSections.Journal).map(([name, row]): Place => ({
    name,
    row,
    part: 'journal',
    sections: ['Journal'],
  }));
  return [...units, ...manager, ...journal];
}

function allSections(): readonly string[] {
  return [...new Set(allPlaces().flatMap(({ sections }) => sections))];
}

/** The parts in the order of the manual's pages. */
const pages: Readonly<Record<Part, string>> = {
  unit: 'systemd.unit(5)',
  install: 'systemd.unit(5)',
  service: 'systemd.service(5)',
  socket: 'systemd.socket(5)',
  timer: 'systemd.timer(5)',
  path: 'systemd.path(5)',
  mount: 'systemd.mount(5)',
  automount: 'systemd.automount(5)',
  swap: 'systemd.swap(5)',
  slice: 'systemd.slice(5)',
  scope: 'systemd.scope(5)',
  exec: 'systemd.exec(5)',
  kill: 'systemd.kill(5)',
  cgroup: 'systemd.resource-control(5)',
  manager: 'systemd-system.conf(5), with [Tysd] in README.md',
  journal: 'journald.conf(5)',
};

const partNames = Object.keys(tables).filter(isPart);

function isPart(name: string): name is PartName {
  return name in tables;
}

function sectionsOf(part: PartName): readonly string[] {
  if (part === 'unit') return ['Unit'];
  if (part === 'install') return ['Install'];
  return Object.values(ownSections)
    .filter(({ parts }) => parts.includes(part))
    .map(({ section }) => section);
}

function explanationOf({ name, row, part, sections }: Place): Explanation {
  const isSetting = row.row === 'setting';
  const values = isSetting ? valuesOf(name, row, part) : row.row === 'dependency' ? 'names of units' : undefined;
  const usual = isSetting ? defaultOf(name, part, row.initial) : undefined;
  return {
    directive: name,
    sections,
    meaning: sentence(
      (part === 'manager' || part === 'journal' ? undefined : (meanings[part]?.[name] ?? unitMeanings[part]?.[name])) ?? row.meaning,
    ),
    ...(values === undefined ? {} : { values }),
    ...(usual === undefined ? {} : { default: usual }),
    ...('combine' in row ? { repeats: repeats[row.combine] } : {}),
    ...(row.since === 0 ? {} : { since: row.since }),
    ...standing(row),
    page: pages[part],
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function standing(row: Row): Pick<Explanation, 'here' | 'reason' | 'means'> {
  if (row.row === 'synonym') return { here: 'other spelling', means: row.keys };
  const { status = 'implemented' } = row;
  if (row.row === 'obsolete') return { here: 'obsolete', reason: 'it has had no effect for years' };
  if (status === 'implemented') return { here: 'carried out' };
  if ('accepted' in status) return { here: 'no effect', reason: status.accepted };
  return { here: 'refused', reason: status.refused };
}

const repeats: Readonly<Record<Combine, string>> = {
  last: 'the last line counts',
  first: 'the first line counts',
  append: 'lines add up, an empty one resets',
  keep: 'lines add up',
  merge: 'lines add up, an empty one resets',
  'per-device': 'the last line for each device counts, an empty one resets',
};

/** What is explained is of no unit. */
const specifiers: Specifiers = { expand: (text) => ok(text) };

/** Values that no directive takes: what the parser says that it expected is what may stand there. */
const nonsense = ['\u0001', '=$ ?', '-', 'no such value'];

function valuesOf(name: string, row: Setting<unknown>, part: Part): string {
  if ((part === 'service' || part === 'socket') && name.startsWith('Exec'))
    return 'a command line; the signs -, @, :, +, ! and | before it change how it is run';
  for (const text of nonsense) {
    let remark: string | undefined;
    const taken = row.assign(row.initial, text, { specifiers, scope: 'system', warn: ({ message }) => (remark ??= message) });
    const message = taken.ok ? remark : taken.error.message;
    const expected = /expected (.*?)(?:, found .*)?$/s.exec(message ?? '')?.[1];
    if (expected !== undefined && !expected.startsWith('(')) return expected.replace(/\)$/, '');
  }
  return part === 'install'
    ? 'names of units'
    : Array.isArray(row.initial)
      ? 'words or text; specifiers such as %n are expanded'
      : 'text; specifiers such as %n are expanded';
}

function defaultOf(name: string, part: Part, initial: unknown): string | undefined {
  const ofPart = defaultTexts[`${part}.${name}`];
  if (ofPart !== undefined) return ofPart;
  if ((part !== 'manager' && part !== 'journal') || initial === undefined) {
    const told = defaultTexts[name];
    if (told !== undefined) return told;
    if (name.startsWith('Startup')) return `as ${name.slice('Startup'.length)}=`;
    if (name.startsWith('Limit')) return `Default${name}= of the manager`;
  }
  return textOf(name, initial);
}

/** A plain value as a line would have it; undefined for what is none. */
function textOf(name: string, value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value === '' ? 'none' : value;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : undefined;
  if (typeof value !== 'number') return kindOf(value);
  if (value === Infinity) return 'infinity';
  if (name.endsWith('Sec') || name.endsWith('Patience')) return formatTimespan(value);
  if (name.endsWith('Mode')) return value.toString(8).padStart(4, '0');
  return name.endsWith('Signal') ? `SIG${signalName(value) ?? value}` : String(value);
}

function kindOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string' ? value.kind : undefined;
}
