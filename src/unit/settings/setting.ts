import { ok, type Result } from '../../base/result.ts';
import type { DependencyKey } from '../config.ts';
import type { ValueContext, ValueError, ValueParser } from '../values/parser.ts';

/** Whether tysd does what a directive says: it does; it need not, because …; it will not, because …. */
export type Status = 'implemented' | { readonly accepted: string } | { readonly refused: string };

/** How repeated assignments of one directive combine. `keep` is a list that an empty assignment does not reset. */
export type Combine = 'last' | 'first' | 'append' | 'keep' | 'merge' | 'per-device';

/** What is said about a directive besides how it is read. */
export interface Facts {
  /** The release of systemd that brought it: 183 for that one or any before, 0 for spellings that were never documented. */
  readonly since: number;
  readonly meaning: string;
  /** Left out: implemented. */
  readonly status?: Status;
}

/** A directive that has a value: how a line of it changes what is known so far. */
export interface Setting<Value> extends Facts {
  readonly row: 'setting';
  readonly initial: Value;
  readonly combine: Combine;
  assign(current: unknown, text: string, context: ValueContext): Result<unknown, ValueError>;
  /** What a line of it makes of another property of the same part. */
  readonly adjusts?: Adjustment;
}

/** How one setting changes what another was set to before. */
export interface Adjustment {
  readonly property: string;
  make(value: unknown, other: unknown): unknown;
}

/** A setting that shares one property with others, as ListenStream= and ListenFIFO= share `Listen`. */
export interface SharedSetting<Into extends string, Value> extends Setting<Value> {
  readonly into: Into;
}

/** A directive whose words are edges to other units. */
export interface DependencyRow extends Facts {
  readonly row: 'dependency';
  readonly key: DependencyKey;
  readonly combine: 'keep';
}

/** A directive that is another spelling of others, perhaps in another section. */
export interface SynonymRow extends Facts {
  readonly row: 'synonym';
  readonly part?: 'unit';
  readonly keys: readonly string[];
  /** The spelling is obsolete, and whoever uses it is told the new one. */
  readonly obsolete: boolean;
}

/** A directive that once meant something and is now read and dropped. */
export interface ObsoleteRow extends Facts {
  readonly row: 'obsolete';
}

export type Row = (Setting<unknown> & { readonly into?: string }) | DependencyRow | SynonymRow | ObsoleteRow;

/** The directives of one part of a unit file, by their spelling there. */
export type Table = Readonly<Record<string, Row>>;

/** The properties that the rows of a table make: what the settings' types are derived from. */
export type Values<T> = {
  readonly [Key in keyof T as Property<T[Key], Key>]: T[Key] extends { readonly initial: infer Value } ? Value : never;
};

type Property<T, Key> = T extends { readonly into: infer Into extends string } ? Into : T extends { readonly row: 'setting' } ? Key : never;

/** The last assignment wins. */
export function last<Value, const Initial>(parse: ValueParser<Value>, initial: Initial, facts: Facts): Setting<Value | Initial> {
  return { ...facts, row: 'setting', combine: 'last', initial, assign: (_, text, context) => parse(text, context) };
}

/** The first assignment wins, later ones are dropped. */
export function first<Value, const Initial>(parse: ValueParser<Value>, initial: Initial, facts: Facts): Setting<Value | Initial> {
  return {
    ...facts,
    row: 'setting',
    combine: 'first',
    initial,
    assign: (current, text, context) => (current === initial ? parse(text, context) : ok(current)),
  };
}

/** Each assignment adds its words; an empty one resets. */
export function list<Item>(parse: ValueParser<readonly Item[]>, facts: Facts): Setting<readonly Item[]> {
  return {
    ...facts,
    row: 'setting',
    combine: 'append',
    initial: none,
    assign: (current, text, context) => append(current, text, () => parse(text, context)),
  };
}

/** Each assignment adds its words; an empty one changes nothing. */
export function growing<Item>(parse: ValueParser<readonly Item[]>, facts: Facts): Setting<readonly Item[]> {
  return {
    ...facts,
    row: 'setting',
    combine: 'keep',
    initial: none,
    assign: (current, text, context) => (text === '' ? ok(current) : append(current, text, () => parse(text, context))),
  };
}

/** Each assignment adds one entry; an empty one resets. */
export function entries<Item>(parse: ValueParser<Item>, facts: Facts): Setting<readonly Item[]> {
  return list(single(parse), facts);
}

/** Each assignment adds one entry, an empty one too: what it means is for the reader of the entries. */
export function everyEntry<Item>(parse: ValueParser<Item>, facts: Facts): Setting<readonly Item[]> {
  return {
    ...entries(parse, facts),
    assign: (current, text, context) => append(current, text, () => single(parse)(text, context), false),
  };
}

/** Each assignment is folded into what is there by `merge`; an empty one resets. */
export function merged<Value, const Initial>(
  parse: ValueParser<Value>,
  initial: Initial,
  merge: (current: unknown, value: Value) => Value,
  facts: Facts,
): Setting<Value | Initial> {
  return {
    ...facts,
    row: 'setting',
    combine: 'merge',
    initial,
    assign: (current, text, context) => {
      if (text === '') return ok(initial);
      const value = parse(text, context);
      return value.ok ? ok(merge(current, value.value)) : value;
    },
  };
}

/** The same setting, by another rule for repeats than its builder's: for the directives' list only, the value is made as the builder says. */
export function combining<S extends Setting<unknown>>(combine: Combine, setting: S): S {
  return { ...setting, combine };
}

/** The setting, with its value in the property `into`, which it shares with others. */
export function into<const Into extends string, Value>(property: Into, setting: Setting<Value>): SharedSetting<Into, Value> {
  return { ...setting, into: property };
}

/** The setting, a line of which changes another property, too. */
export function adjusting<S extends Setting<unknown>>(setting: S, adjusts: Adjustment): S {
  return { ...setting, adjusts };
}

/** Names of units that this one relates to; they accumulate, and an empty assignment changes nothing. */
export function dependency(key: DependencyKey, facts: Facts): DependencyRow {
  return { ...facts, row: 'dependency', key, combine: 'keep' };
}

/** An obsolete spelling of another key of the same part, or of [Unit]. */
export function renamed(key: string, facts: Facts, part?: 'unit'): SynonymRow {
  return { ...facts, row: 'synonym', keys: [key], obsolete: true, ...(part === undefined ? {} : { part }) };
}

/** One line for several keys. */
export function together(keys: readonly string[], facts: Facts): SynonymRow {
  return { ...facts, row: 'synonym', keys, obsolete: false };
}

/** Read and dropped. */
export function obsolete(facts: Facts): ObsoleteRow {
  return { ...facts, row: 'obsolete', status: facts.status ?? { accepted: 'it has had no effect for years' } };
}

/** Parses one item into a list of one. */
export function single<Item>(parse: ValueParser<Item>): ValueParser<readonly Item[]> {
  return (text, context) => {
    const item = parse(text, context);
    return item.ok ? ok([item.value]) : item;
  };
}

const none: readonly never[] = Object.freeze([]);

// Lists that were made here and are still being read into: copying them for each line would take a file of 100,000 lines for ever.
const growingLists = new WeakSet<unknown[]>();

function append(
  current: unknown,
  text: string,
  parse: () => Result<readonly unknown[], ValueError>,
  emptyResets = true,
): Result<unknown, ValueError> {
  if (text === '' && emptyResets) return ok(none);
  const items = parse();
  if (!items.ok || !Array.isArray(current) || current.length === 0) return items;
  const grown: unknown[] = growingLists.has(current) ? current : [...current];
  for (const item of items.value) grown.push(item);
  growingLists.add(grown);
  return ok(grown);
}
