import { aliasRefusal } from './alias.ts';
import { isUnitName } from './name.ts';
import type { FileStamp } from '../base/file-stamp.ts';
import { SortedMap } from '../base/sorted-map.ts';
import { parseUnitText, type UnitText } from './syntax.ts';
import type { UnitFileEntry, UnitFiles } from './unit-files.ts';

/** What a name in the search path is: a file (or a link out of the path), another name for a unit, or nothing that can be read. */
export type Entry =
  | { readonly is: 'file'; readonly path: string }
  | { readonly is: 'alias'; readonly path: string; readonly target: string }
  | { readonly is: 'unusable'; readonly path: string; readonly reason: string };

/** What a directory beside a unit's name holds: drop-ins, or links that are dependencies. */
export type BesideSuffix = 'd' | 'wants' | 'requires' | 'upholds';

/** The directories beside a unit, by what they hold, the strongest first. */
export type Beside = Readonly<Record<BesideSuffix, readonly string[]>>;

/** A directory beside a unit's name; `rank` counts the directories of the search path, the strongest is 0. */
export interface BesideDirectory {
  readonly path: string;
  readonly suffix: BesideSuffix;
  readonly rank: number;
}

/** Longest chain of aliases that is followed. */
const LONGEST_CHAIN = 8;

/**
 * What the directories of the search path hold, listed once, so that loading thousands of units does not ask each of a dozen
 * directories for each name. `refresh` lists anew what has changed; for `daemon-reload` make a new one.
 */
export class UnitDirectory {
  readonly files: UnitFiles;
  readonly searchPath: readonly string[];
  /** When each directory of the search path changed; -1 where there is none. */
  #stamps: readonly number[];
  #listings: Listing[];
  #entries: Map<string, Entry>;
  #aliased: ReadonlySet<string>;
  #aliases: ReadonlyMap<string, readonly string[]>;
  #beside: ReadonlyMap<string, readonly BesideDirectory[]>;
  /** Types with a directory for all units of the type, or for all whose names begin in some way. */
  #wide: ReadonlySet<string>;
  #lists: Map<string, readonly string[]> | undefined;
  readonly #contents = new Map<string, Content>();

  constructor(files: UnitFiles, searchPath: readonly string[]) {
    this.files = files;
    this.searchPath = searchPath;
    this.#stamps = stampsOf(files, searchPath);
    this.#listings = listAll(files, searchPath, []);
    const index = indexOf(this.#listings);
    this.#entries = index.entries;
    this.#aliased = index.aliased;
    this.#aliases = index.aliases;
    this.#beside = index.beside;
    this.#wide = typesOfMany(index.beside.keys());
  }

  /**
   * Lists the directories that have changed since they were listed; says whether there were any. One stat(2) for each directory,
   * whose time stamps are too coarse for what was changed just now: that is said by `changed`.
   */
  refresh(changed: ReadonlySet<string> = unchanged): boolean {
    const stamps = stampsOf(this.files, this.searchPath);
    if (changed.size === 0 && stamps.every((stamp, at) => stamp === this.#stamps[at])) return false;
    this.#stamps = stamps;
    const known = changed.size === 0 ? this.#listings : this.#listings.filter(({ path }) => !changed.has(path));
    const listings = listAll(this.files, this.searchPath, known);
    if (listings.length === this.#listings.length && listings.every((listing, at) => listing === this.#listings[at])) return false;
    this.#listings = listings;
    const index = indexOf(listings);
    this.#entries = index.entries;
    this.#aliased = index.aliased;
    this.#aliases = index.aliases;
    this.#beside = index.beside;
    this.#wide = typesOfMany(index.beside.keys());
    this.#contents.clear();
    return true;
  }

  /** Takes note of one file that was written or removed just now, so that its directory, which may be large, is not listed anew. */
  noteFile(directory: string, name: string): void {
    const at = this.#listings.findIndex(({ path }) => path === directory);
    const listing = this.#listings[at];
    if (listing === undefined || this.#aliased.has(name)) {
      this.refresh(new Set([directory]));
      return;
    }
    const path = `${directory}/${name}`;
    if (this.files.stat(path).kind === 'file') listing.entries.set(name, { is: 'file', path });
    else listing.entries.delete(name);
    this.#listings[at] = { ...listing, mtimeUsec: this.files.statFollow(directory).mtimeUsec };
    const entry = strongestOf(this.#listings, name);
    if (entry === undefined) this.#entries.delete(name);
    else this.#entries.set(name, entry);
    this.#contents.delete(path);
  }

  /** What the search path has under exactly this name. */
  entry(name: string): Entry | undefined {
    return this.#entries.get(name);
  }

  /** The entry that a name leads to through its aliases, with the name that it has there; `loop` where the links go round. */
  resolve(name: string): { readonly name: string; readonly entry: Entry } | 'loop' | undefined {
    return follow(this.#entries, name);
  }

  /** The other names of a unit that links in the search path make. */
  aliasesOf(name: string): readonly string[] {
    return this.#aliases.get(name) ?? [];
  }

  /** The names of links that lead to a name for which there is no file. */
  lostAliasesOf(name: string): readonly string[] {
    if (!this.#aliased.has(name) || this.#entries.has(name)) return none;
    return [...this.#entries].flatMap(([alias, entry]) => (entry.is === 'alias' && endOf(this.#entries, alias) === name ? [alias] : []));
  }

  /** The directories beside a name in the search path, such as `a.service.d` beside `a.service`, the strongest first. */
  beside(name: string): readonly BesideDirectory[] {
    return this.#beside.get(name) ?? none;
  }

  /** Whether there may be a directory for a unit of these names; a no is certain. Most units have none, and would make a dozen names to ask for. */
  mayHaveBeside(names: readonly string[]): boolean {
    return names.some((name) => name.includes('@') || this.#beside.has(name) || this.#wide.has(typeOf(name)));
  }

  /** All names of units that the search path has, sorted. */
  names(): readonly string[] {
    return [...this.#entries.keys()].toSorted();
  }

  /** The content of a file, taken apart; undefined where it cannot be read. What many units share is kept. */
  content(path: string, shared: boolean): Content | undefined {
    const known = this.#contents.get(path);
    if (known !== undefined) return known;
    const read = this.files.readStamped(path, READ_LIMIT);
    if (read === undefined) return undefined;
    const content = { text: parseUnitText(read.bytes), stamp: read.stamp };
    if (shared) this.#contents.set(path, content);
    return content;
  }

  /** Names in a directory beside a unit, sorted; empty where there is none. */
  list(path: string): readonly string[] {
    const lists = this.#lists;
    if (lists === undefined) return this.files.list(path);
    let names = lists.get(path);
    if (names === undefined) {
      names = this.files.list(path);
      lists.set(path, names);
    }
    return names;
  }

  /** Lists no directory beside a unit twice while something is done: thousands of units may have one in common. */
  listingOnce(action: () => void): void {
    this.#lists = new Map();
    try {
      action();
    } finally {
      this.#lists = undefined;
    }
  }
}

// One byte more than the largest file that syntax.ts takes, so that it can tell those that are larger.
const READ_LIMIT = 4 * 1024 * 1024 + 1;

const none: readonly never[] = [];
const unchanged: ReadonlySet<string> = new Set();

/** A file taken apart. */
interface Content {
  readonly text: UnitText;
  readonly stamp: FileStamp | undefined;
}

/** A directory beside the name of a unit. */
interface Neighbour {
  readonly name: string;
  readonly suffix: BesideSuffix;
  readonly path: string;
}

interface Listing {
  readonly path: string;
  readonly mtimeUsec: number;
  readonly entries: SortedMap<Entry>;
  readonly beside: readonly Neighbour[];
}

interface Index {
  readonly entries: Map<string, Entry>;
  /** Names that links stand for, be there such a unit or not. */
  readonly aliased: ReadonlySet<string>;
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  readonly beside: ReadonlyMap<string, readonly BesideDirectory[]>;
}

/** A directory that is missing has a stamp of its own, so that its coming is seen. */
function stampsOf(files: UnitFiles, searchPath: readonly string[]): readonly number[] {
  return searchPath.map((path) => {
    const { kind, mtimeUsec } = files.statFollow(path);
    return kind === 'directory' ? mtimeUsec : -1;
  });
}

function listAll(files: UnitFiles, searchPath: readonly string[], known: readonly Listing[]): Listing[] {
  const real = new Set<string>();
  const listings: Listing[] = [];
  for (const path of searchPath) {
    const resolved = files.realPath(path);
    if (resolved === undefined || real.has(resolved)) continue;
    real.add(resolved);
    const { mtimeUsec } = files.statFollow(path);
    const old = known.find((listing) => listing.path === path);
    listings.push(old !== undefined && old.mtimeUsec === mtimeUsec ? old : { path, mtimeUsec, entries: new SortedMap(), beside: [] });
  }
  return listings.map((listing) => (known.includes(listing) ? listing : { ...listing, ...listOne(files, listing.path, real) }));
}

const suffixes: ReadonlyMap<string, BesideSuffix> = new Map(
  (['d', 'wants', 'requires', 'upholds'] as const).map((suffix) => [suffix, suffix]),
);

function listOne(files: UnitFiles, path: string, searched: ReadonlySet<string>): Pick<Listing, 'entries' | 'beside'> {
  const entries = new SortedMap<Entry>();
  const beside: Neighbour[] = [];
  const realParents = new Map<string, string | undefined>();
  const isSearched = (parent: string): boolean => {
    if (!realParents.has(parent)) realParents.set(parent, files.realPath(parent));
    return searched.has(realParents.get(parent) ?? '');
  };
  for (const { name, kind } of files.entries(path)) {
    const dot = name.lastIndexOf('.');
    const suffix = dot < 0 ? undefined : suffixes.get(name.slice(dot + 1));
    if (suffix !== undefined) beside.push({ name: name.slice(0, dot), suffix, path: pathBeside(files, `${path}/${name}`, suffix) });
    else if (isUnitName(name)) entries.set(name, entryOf(files, { directory: path, name, kind }, isSearched));
  }
  return { entries, beside };
}

/** As in systemd 252, drop-ins are called by the path that leads through no symlink: below /usr/lib where /lib is one. */
function pathBeside(files: UnitFiles, path: string, suffix: BesideSuffix): string {
  return suffix === 'd' ? (files.realPath(path) ?? path) : path;
}

interface Named extends UnitFileEntry {
  readonly directory: string;
}

function entryOf(files: UnitFiles, { directory, name, kind }: Named, isSearched: (parent: string) => boolean): Entry {
  const path = `${directory}/${name}`;
  if (kind === 'file') return { is: 'file', path };
  if (kind !== 'symlink') return { is: 'unusable', path, reason: `it is a ${kindNames[kind]}, not a file` };
  const written = files.readLink(path) ?? '';
  const target = written.startsWith('/') ? written : `${directory}/${written}`;
  const slash = target.lastIndexOf('/');
  if (!isSearched(target.slice(0, slash) || '/')) return { is: 'file', path };
  const base = target.slice(slash + 1);
  const refusal = aliasRefusal(name, base);
  return refusal === undefined
    ? { is: 'alias', path, target: base }
    : { is: 'unusable', path, reason: `the link to ${written} is no alias: ${refusal}` };
}

const kindNames = {
  directory: 'directory',
  socket: 'socket',
  fifo: 'FIFO',
  character: 'device',
  block: 'device',
  missing: 'name that has gone',
} as const;

function indexOf(listings: readonly Listing[]): Index {
  const entries = new Map<string, Entry>();
  const beside = new Map<string, BesideDirectory[]>();
  for (const [rank, listing] of listings.entries()) {
    for (const [name, entry] of listing.entries) {
      const stronger = entries.get(name);
      // What cannot be used hides nothing in weaker directories.
      if (stronger === undefined || (stronger.is === 'unusable' && entry.is !== 'unusable')) entries.set(name, entry);
    }
    for (const { name, suffix, path } of listing.beside) {
      const directory = { path, suffix, rank };
      const others = beside.get(name);
      if (others === undefined) beside.set(name, [directory]);
      else others.push(directory);
    }
  }
  const aliased = new Set([...entries.values()].flatMap((entry) => (entry.is === 'alias' ? [entry.target] : [])));
  return { entries, beside, aliased, aliases: aliasesIn(entries) };
}

/** `service` of `service` and of `a-.service`; instances are asked for in any case. */
function typesOfMany(besideNames: Iterable<string>): ReadonlySet<string> {
  const types = new Set<string>();
  for (const name of besideNames) if (!name.includes('.') || name.includes('-.')) types.add(typeOf(name));
  return types;
}

function typeOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** What cannot be used hides nothing in weaker directories. */
function strongestOf(listings: readonly Listing[], name: string): Entry | undefined {
  const found = listings.map(({ entries }) => entries.get(name)).filter((entry) => entry !== undefined);
  return found.find((entry) => entry.is !== 'unusable') ?? found[0];
}

function aliasesIn(entries: ReadonlyMap<string, Entry>): ReadonlyMap<string, readonly string[]> {
  const aliases = new Map<string, string[]>();
  for (const [name, entry] of entries) {
    if (entry.is !== 'alias') continue;
    const found = follow(entries, name);
    if (found === undefined || found === 'loop') continue;
    const known = aliases.get(found.name);
    if (known === undefined) aliases.set(found.name, [name]);
    else known.push(name);
  }
  return aliases;
}

/** The last name of a chain of aliases. */
function endOf(entries: ReadonlyMap<string, Entry>, name: string): string {
  let at = name;
  for (let hops = 0; hops <= LONGEST_CHAIN; hops++) {
    const entry = entries.get(at);
    if (entry?.is !== 'alias') return at;
    at = entry.target;
  }
  return name;
}

function follow(entries: ReadonlyMap<string, Entry>, name: string): { readonly name: string; readonly entry: Entry } | 'loop' | undefined {
  let at = name;
  for (let hops = 0; hops <= LONGEST_CHAIN; hops++) {
    const entry = entries.get(at);
    if (entry === undefined) return undefined;
    if (entry.is !== 'alias') return { name: at, entry };
    at = entry.target;
  }
  return 'loop';
}
