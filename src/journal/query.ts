import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { type Result, ok } from '../base/result.ts';
import { openForReading, type ReadableJournal } from './database.ts';
import { decodeFields, entryFields, valueText, type Entry, type Field, type FieldValue, type Origin } from './record.ts';

/** Which entries are wanted; every condition that is given must hold. */
export interface Query {
  /** Names of units of which one must be the entry's. */
  readonly units?: readonly string[];
  /** Which entries of those units are wanted; without it, all. */
  readonly owner?: UnitOwner;
  readonly identifiers?: readonly string[];
  readonly priorities?: readonly number[];
  readonly sinceUsec?: number;
  readonly untilUsec?: number;
  readonly bootId?: string;
  readonly grep?: RegExp;
  /** The journal namespaces (systemd.exec(5), LogNamespace=) that are looked at, '' for none. */
  readonly namespaces?: ReadonlySet<string>;
  /** Of these groups one must hold: each of its fields has one of the values given for it. */
  readonly matches?: readonly FieldGroup[];
  /** Only entries with a higher id. */
  readonly after?: number;
  /** Only entries with a lower id. */
  readonly before?: number;
}

/** Names of units by whose they are: a unit of the system's manager and one of a user's may have the same name. */
export interface UnitOwner {
  /** Of the system's manager. */
  readonly system: ReadonlySet<string>;
  /** Of the manager of the user with this uid. */
  readonly user: ReadonlySet<string>;
  readonly uid: string;
}

/** Values that are wanted of fields, by field. */
export type FieldGroup = ReadonlyMap<string, readonly string[]>;

/** A boot that left entries. */
export interface Boot {
  readonly bootId: string;
  readonly firstUsec: number;
  readonly lastUsec: number;
}

/** The reading end of the journal's file: needs neither the manager nor the journal process. */
export interface JournalReader extends Disposable {
  /** Identifies the journal in cursors. */
  readonly id: string;
  /** The entries in the order in which they were stored, or backwards; so many are read at once at first as are likely to be wanted. */
  entries(query: Query, order?: 'forward' | 'backward', likely?: number): Generator<Entry>;
  /** What is written later will not be seen: nobody writes now, and we may not make what is needed to see who does. */
  readonly isUnchanging: boolean;
  /** All units that entries are about. */
  units(): readonly string[];
  /** Boots, oldest first. */
  boots(): readonly Boot[];
  /** The highest id that is stored. */
  lastId(): number;
  fieldNames(): readonly string[];
  fieldValues(name: string): readonly FieldValue[];
}

/** Opens the journal's file for queries; the error is for people. */
export function openJournal(path: string): Result<JournalReader, string> {
  const opened = openForReading(path);
  return opened.ok ? ok(createReader(opened.value)) : opened;
}

function createReader({ database, isUnchanging }: ReadableJournal): JournalReader {
  const origins = new Map<number, Origin>();
  const findOrigin = database.prepare('select identifier, fields from source where id = ?');

  function origin(id: number): Origin {
    const known = origins.get(id);
    if (known !== undefined) return known;
    const row = findOrigin.get(id);
    const found = { identifier: String(row?.['identifier'] ?? ''), fields: parseOrigin(String(row?.['fields'] ?? '{}')) };
    if (origins.size >= maximumCached) origins.clear();
    origins.set(id, found);
    return found;
  }

  function* entries(query: Query, order: 'forward' | 'backward' = 'forward', likely = smallestPage): Generator<Entry> {
    const sql = compileQuery(database, query, order);
    if (sql === undefined) return;
    const page = database.prepare(sql.text);
    const accepts = createTest(query);
    let { first, last } = sql;
    // Pages, so that no long transaction keeps the journal from reusing its log; small ones first, for who wants the last ten lines.
    for (let size = Math.min(likely, largestPage); first <= last; size = Math.min(size * 4, largestPage)) {
      const rows = page.all(...sql.values(first, last), size);
      for (const row of rows) {
        const entry = readEntry(row, origin(Number(row['source'])));
        if (accepts(entry)) yield entry;
      }
      if (rows.length < size) return;
      const reached = Number(rows.at(-1)?.['id']);
      if (order === 'forward') first = reached + 1;
      else last = reached - 1;
    }
  }

  return {
    isUnchanging,
    id: String(database.prepare(`select value from meta where name = 'id'`).get()?.['value'] ?? ''),
    entries,
    units: () => [...texts(database, 'select name as value from unit order by name')],
    boots: () =>
      database
        .prepare('select boot, min(minimum) as first, max(maximum) as last from span group by boot order by min(span.first)')
        .all()
        .map((row) => ({ bootId: String(row['boot']), firstUsec: Number(row['first']), lastUsec: Number(row['last']) })),
    lastId: () => Number(database.prepare('select max(id) as id from entry').get()?.['id'] ?? 0),
    fieldNames() {
      const names = new Set<string>();
      for (const fields of texts(database, 'select fields as value from source'))
        for (const name of Object.keys(parseOrigin(fields))) names.add(name);
      for (const extra of texts(database, `select distinct extra as value from entry where extra <> ''`))
        for (const [name] of decodeFields(extra)) names.add(name);
      for (const [column, name] of [
        ['message', 'MESSAGE'],
        ['priority', 'PRIORITY'],
      ] as const)
        if (database.prepare(`select 1 from entry where ${column} is not null limit 1`).get() !== undefined) names.add(name);
      return [...names];
    },
    fieldValues(name) {
      const values = new Map<string, FieldValue>();
      const columnSql = valueColumns[name];
      if (columnSql !== undefined)
        return database
          .prepare(columnSql)
          .all()
          .map((row) => outputValue(row['value']))
          .toReversed();
      for (const text of texts(database, 'select fields as value from source')) {
        const value = parseOrigin(text)[name];
        if (value !== undefined) values.set(value, value);
      }
      const like = `%"${name.replaceAll(/[%_\\]/g, '\\$&')}"%`;
      for (const row of database.prepare(`select distinct extra from entry where extra like ? escape '\\'`).iterate(like))
        for (const [found, value] of decodeFields(String(row['extra']))) if (found === name) values.set(valueText(value), value);
      return [...values.values()].toReversed();
    },
    [Symbol.dispose]: () => database.close(),
  };
}

const smallestPage = 32;
const largestPage = 512;
const maximumCached = 5000;
/** Up to so many units are merged from the index; with more, all entries are looked through. */
const maximumMerged = 64;

const valueColumns: Readonly<Record<string, string>> = {
  MESSAGE: 'select distinct message as value from entry where message is not null',
  PRIORITY: 'select distinct cast(priority as text) as value from entry where priority is not null',
};

interface CompiledQuery {
  /** Its last parameter is how many entries are wanted at most. */
  readonly text: string;
  /** The range of ids that the times, the boot and the cursor leave. */
  readonly first: number;
  readonly last: number;
  /** The other parameters. */
  values(first: number, last: number): (number | string)[];
}

/** The query as SQL, or undefined where nothing can match. */
function compileQuery(database: DatabaseSync, query: Query, order: 'forward' | 'backward'): CompiledQuery | undefined {
  const branches = unitBranches(database, query.units);
  if (branches.length === 0) return undefined;
  const { first, last } = idRange(database, query);
  const conditions = ['id between ? and ?'];
  const fixed: (number | string)[] = [];
  if (query.priorities !== undefined) {
    // The first of the two makes the index of urgent entries usable.
    if (query.priorities.every((priority) => priority <= 4)) conditions.push('priority <= 4');
    conditions.push(`priority in (${query.priorities.map(Number).join(',')})`);
  }
  if (query.sinceUsec !== undefined) conditions.push(`realtime >= ${Math.floor(query.sinceUsec)}`);
  if (query.untilUsec !== undefined) conditions.push(`realtime <= ${Math.floor(query.untilUsec)}`);
  if (query.identifiers !== undefined) {
    // '' stands for none.
    const names = query.identifiers.filter((name) => name !== '');
    conditions.push(`source in (select id from source where identifier in (${names.map(() => '?').join(',')}))`);
    fixed.push(...names);
  }
  const select = branches.map(({ where }) => `select * from entry where ${where}${conditions.join(' and ')}`).join(' union all ');
  return {
    text: `${select} order by id ${order === 'forward' ? 'asc' : 'desc'} limit ?`,
    first,
    last,
    values: (from, to) => branches.flatMap(({ values }) => [...values, from, to, ...fixed]),
  };
}

/** Conditions of which one must hold, and never two do, for an entry to be of the units. */
function unitBranches(
  database: DatabaseSync,
  names: readonly string[] | undefined,
): readonly { readonly where: string; readonly values: readonly string[] }[] {
  if (names === undefined) return [{ where: '', values: [] }];
  const ids = unitIds(database, names);
  const wide = names.filter(isWide);
  const known = ids.length <= maximumMerged ? ids.map((id) => `unit = ${id} and `) : [`+unit in (${ids.join(',')}) and `];
  if (wide.length === 0) return known.map((where) => ({ where, values: [] }));
  const marks = wide.map(() => '?').join(',');
  const sources = `select id from source where fields ->> '_SYSTEMD_SLICE' in (${marks}) or fields ->> '_SYSTEMD_UNIT' in (${marks}) or fields ->> '_SYSTEMD_USER_SLICE' in (${marks})`;
  const others = `(unit is null or unit not in (${ids.join(',')})) and source in (${sources}) and `;
  return [...known.map((where) => ({ where, values: [] })), { where: others, values: [...wide, ...wide, ...wide] }];
}

/** Units that are told apart by the fields of the source alone: slices, which are those of other units, the manager's own, and that of a user's manager, which has units in it. */
function isWide(name: string): boolean {
  return name.endsWith('.slice') || name === 'init.scope' || /^user@\d+\.service$/.test(name);
}

function unitIds(database: DatabaseSync, names: readonly string[]): number[] {
  const find = database.prepare('select id from unit where name = ?');
  return [...new Set(names)].flatMap((name) => find.all(name).map((row) => Number(row['id'])));
}

function idRange(database: DatabaseSync, query: Query): { readonly first: number; readonly last: number } {
  const conditions = ['true'];
  const values: (number | string)[] = [];
  const add = (condition: string, value: number | string | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  add('maximum >= ?', query.sinceUsec);
  add('minimum <= ?', query.untilUsec);
  add('boot = ?', query.bootId);
  const row = database.prepare(`select min(first) as first, max(last) as last from span where ${conditions.join(' and ')}`).get(...values);
  const first = Math.max(Number(row?.['first'] ?? 1), (query.after ?? 0) + 1);
  return { first, last: Math.min(Number(row?.['last'] ?? 0), (query.before ?? Infinity) - 1) };
}

/** What the database was not asked. */
function createTest(query: Query): (entry: Entry) => boolean {
  const { bootId: wantedBoot, namespaces, grep, matches, owner } = query;
  const isOwned = owner === undefined ? undefined : createOwnerTest(owner);
  return (entry) => {
    const { _BOOT_ID: bootId, _NAMESPACE: namespace = '' } = entry.origin.fields;
    if (wantedBoot !== undefined && bootId !== wantedBoot) return false;
    if (namespaces?.has(namespace) === false) return false;
    if (grep !== undefined && (entry.message === null || !grep.test(valueText(entry.message)))) return false;
    if (isOwned?.(entry) === false) return false;
    if (matches === undefined) return true;
    const fields = entryFields(entry);
    return matches.some((group) => holds(group, fields));
  };
}

/** Whose an entry is, mostly its origin alone tells, which many entries share. */
function createOwnerTest(owner: UnitOwner): (entry: Entry) => boolean {
  const byOrigin = new WeakMap<Origin, boolean>();
  return (entry) => {
    const { origin, extra } = entry;
    let isOwned = byOrigin.get(origin);
    if (isOwned === undefined) {
      isOwned = isOf(owner, Object.entries(origin.fields));
      byOrigin.set(origin, isOwned);
    }
    return isOwned || (extra.length > 0 && isOf(owner, entryFields(entry)));
  };
}

function isOf({ system, user, uid }: UnitOwner, fields: readonly Field[]): boolean {
  const says = (names: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean =>
    fields.some(([name, value]) => names.has(name) && wanted.has(valueText(value)));
  if (system.size > 0 && says(namesOfSystemUnits, system)) return true;
  if (user.size === 0) return false;
  const from = valueText(fields.find(([name]) => name === '_UID')?.[1] ?? '');
  return (from === uid && says(namesOfUserUnits, user)) || (from === '0' && says(namesFromRoot, user));
}

const namesOfSystemUnits: ReadonlySet<string> = new Set([
  '_SYSTEMD_UNIT',
  'UNIT',
  'COREDUMP_UNIT',
  'OBJECT_SYSTEMD_UNIT',
  '_SYSTEMD_SLICE',
]);
const namesFromRoot: ReadonlySet<string> = new Set(['COREDUMP_USER_UNIT', 'OBJECT_SYSTEMD_USER_UNIT']);
const namesOfUserUnits: ReadonlySet<string> = new Set(['_SYSTEMD_USER_UNIT', 'USER_UNIT', '_SYSTEMD_USER_SLICE', ...namesFromRoot]);

function holds(group: FieldGroup, fields: readonly Field[]): boolean {
  for (const [name, values] of group)
    if (!fields.some(([found, value]) => found === name && values.includes(valueText(value)))) return false;
  return true;
}

function readEntry(row: Record<string, SQLOutputValue>, origin: Origin): Entry {
  const { id, realtime, monotonic, priority, message, extra } = row;
  return {
    id: Number(id),
    realtimeUsec: Number(realtime),
    monotonicUsec: Number(monotonic),
    priority: priority === null ? null : Number(priority),
    message: message === null ? null : outputValue(message),
    extra: decodeFields(String(extra ?? '')),
    origin,
  };
}

function outputValue(value: SQLOutputValue | undefined): FieldValue {
  return value instanceof Uint8Array ? value : String(value ?? '');
}

function parseOrigin(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed === 'object' && parsed !== null) for (const [name, value] of Object.entries(parsed)) fields[name] = String(value);
  return fields;
}

function* texts(database: DatabaseSync, sql: string): Generator<string> {
  for (const row of database.prepare(sql).iterate()) yield String(row['value']);
}
