import type { Files } from '../port/files.ts';
import { mountedSources, parseMountTable } from '../type/mount/parse.ts';
import { parseSwapTable } from '../type/swap/parse.ts';
import type { DeviceEntry, MountEntry, SwapEntry, TableEntry, TableName } from '../type/table.ts';
import { isPerpetual } from '../unit/builtin.ts';
import type { Assignment, UnitText } from '../unit/syntax.ts';
import { isInactiveOrFailed } from '../graph/active-state.ts';
import type { Stamp } from '../port/keeper.ts';
import { deliver } from './step.ts';
import { readDevices, udevDatabase } from './udev.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** What the manager knows of one table of the kernel. */
export interface KnownTable {
  /** Its lines, by the names of the units that they are about. */
  entries: ReadonlyMap<string, TableEntry>;
  /** The turn in which it was read. */
  readAt: Stamp | undefined;
  /** The child that has the keeper hold the file, so that it tells of changes. */
  opener: number | undefined;
  /** Another file that belongs to it has changed. */
  isStale: boolean;
  /** Undoes the watch on that file. */
  readonly unwatch: (() => void) | undefined;
}

/** Says how the units are that the tables have now, so that they can be loaded without files: before any unit is. */
export function knowTables(world: World): void {
  for (const name of tableNames) for (const [unit, entry] of tables[name].read(world)) know(world, unit, entry);
}

/**
 * Reads each table for the first time in this manager's life, tells the units what changed while there was none, and sees to it
 * that the keeper tells of every change from now on. `held` is what the keeper holds.
 */
export function openTables(world: World, held: readonly string[]): void {
  for (const name of tableNames) {
    const { path, beside } = tables[name];
    if (world.options.files.stat(path).kind === 'missing') continue;
    const known: KnownTable = {
      entries: entriesOf(world, name),
      readAt: undefined,
      opener: undefined,
      isStale: false,
      unwatch: beside === undefined ? undefined : world.options.files.watch(beside, () => spoil(world, name)),
    };
    world.tables.set(name, known);
    readTable(world, name);
    if (!tables[name].isTold) continue;
    if (held.includes(heldName(name))) watch(world, name);
    else open(world, name, known);
  }
}

/** Tells the units of a table what became of them since it was read last; once a turn, as whatever is acted on in it is in the table by then. */
export function readTable(world: World, name: TableName): void {
  const known = world.tables.get(name);
  if (known === undefined || known.readAt === world.now) return;
  known.readAt = world.now;
  known.isStale = false;
  const before = known.entries;
  const after = tables[name].read(world);
  known.entries = after;
  for (const [unit, entry] of after) if (!isSame(before.get(unit), entry)) appeared(world, unit, entry);
  for (const unit of before.keys()) if (!after.has(unit)) vanished(world, unit);
  if (name === 'swaps' && isChanged(before, after)) missing(world, name, after);
  // What is mounted and what is swapped to are devices too.
  if (name !== 'devices' && world.hasDevices && world.tables.has('devices') && isOfOtherDevices(before, after)) {
    spoil(world, 'devices');
  }
}

function isOfOtherDevices(before: ReadonlyMap<string, TableEntry>, after: ReadonlyMap<string, TableEntry>): boolean {
  const [old, now] = [devicesIn(before), devicesIn(after)];
  return old.size !== now.size || [...now].some((device) => !old.has(device));
}

function devicesIn(entries: ReadonlyMap<string, TableEntry>): ReadonlySet<string> {
  const devices = new Set<string>();
  for (const { what } of entries.values()) if (what.startsWith('/dev/')) devices.add(what);
  return devices;
}

function usedDevices(world: World): Iterable<string> {
  const { files } = world.options;
  return new Set([
    ...mountedSources(text(files, '/proc/self/mountinfo')),
    ...[...parseSwapTable(text(files, '/proc/swaps')).values()].map(({ what }) => what),
  ]);
}

/** Reads what changed by other files than the kernel's. */
export function readStaleTables(world: World): void {
  for (const name of tableNames) if (world.tables.get(name)?.isStale === true) readTable(world, name);
}

/** The tables that the keeper holds, by the names of the descriptors. */
export function heldTables(world: World): readonly string[] {
  return [...world.tables].flatMap(([name, { opener }]) => (opener === undefined && tables[name].isTold ? [heldName(name)] : []));
}

/** Whether a table is known only from a file that this process watches. What stands beside a table that the keeper holds changes with it. */
export function watchesTables(world: World): boolean {
  const isThere = (path: string | undefined) => path !== undefined && world.options.files.stat(path).kind !== 'missing';
  return world.hasDevices && [...world.tables.keys()].some((name) => !tables[name].isTold && isThere(tables[name].beside));
}

/** Watches no files any more. */
export function closeTables(world: World): void {
  for (const { unwatch } of world.tables.values()) unwatch?.();
}

/** Acts on it that the keeper says that a held descriptor is ready; false if it is of no table. */
export function tableChanged(world: World, held: string): boolean {
  const name = tableNames.find((each) => heldName(each) === held);
  if (name === undefined) return false;
  readTable(world, name);
  watch(world, name);
  return true;
}

/** Acts on the end of a child; false if it has opened no table. */
export function tableOpened(world: World, child: number): boolean {
  for (const [name, known] of world.tables) {
    if (known.opener !== child) continue;
    known.opener = undefined;
    // What changed before the keeper had the file is not told.
    known.readAt = undefined;
    readTable(world, name);
    watch(world, name);
    return true;
  }
  return false;
}

interface KernelTable {
  readonly path: string;
  /** A file that says more of the same. */
  readonly beside?: string;
  /** The kernel tells of changes by POLLPRI. */
  readonly isTold: boolean;
  readonly read: (world: World) => ReadonlyMap<string, TableEntry>;
}

const tables: Readonly<Record<TableName, KernelTable>> = {
  mounts: {
    path: '/proc/self/mountinfo',
    beside: '/run/mount/utab',
    isTold: true,
    read: ({ options: { files } }) => parseMountTable(text(files, '/proc/self/mountinfo'), text(files, '/run/mount/utab')),
  },
  swaps: { path: '/proc/swaps', isTold: true, read: ({ options: { files } }) => parseSwapTable(text(files, '/proc/swaps')) },
  devices: {
    path: '/sys',
    beside: udevDatabase,
    isTold: false,
    read: (world) => (world.hasDevices ? readDevices(world.options.files, usedDevices(world)) : new Map<string, TableEntry>()),
  },
};

/** In the order in which they are read: which devices there are depends on what is mounted. */
const tableNames: readonly TableName[] = ['mounts', 'swaps', 'devices'];

function spoil(world: World, name: TableName): void {
  const known = world.tables.get(name);
  if (known !== undefined) known.isStale = true;
  world.wake();
}

/** What the units that are there already know of the table. */
function entriesOf(world: World, name: TableName): ReadonlyMap<string, TableEntry> {
  const found = new Map<string, TableEntry>();
  for (const unit of world.units.values()) {
    const entry = unit.type.follows === name ? unit.type.entry?.(unit.state) : undefined;
    if (entry !== null && entry !== undefined) found.set(unit.name, entry);
  }
  return found;
}

function know(world: World, name: string, entry: TableEntry): void {
  if (!isPerpetual(name, world.options.scope)) world.know(name, textOf(entry));
}

function appeared(world: World, name: string, entry: TableEntry): void {
  know(world, name, entry);
  const unit = world.unit(name);
  // What nobody here started begins a run all the same.
  if (isInactiveOrFailed(unit.look.active)) unit.invocationId = world.options.freshId();
  deliver(world, unit, { event: 'seen', entry }, 'the kernel tells of it');
}

function vanished(world: World, name: string): void {
  world.know(name, undefined);
  const unit: Unit | undefined = world.peek(name);
  if (unit !== undefined) deliver(world, unit, { event: 'seen', entry: null }, 'the kernel tells of it no more');
}

/** Units that the table never had learn so: one that was started by a symlink to its area is active until the table changes. */
function missing(world: World, name: TableName, entries: ReadonlyMap<string, TableEntry>): void {
  for (const unit of world.busy()) {
    if (unit.type.follows !== name || unit.look.active !== 'active' || entries.has(unit.name)) continue;
    deliver(world, unit, { event: 'seen', entry: null }, 'the kernel tells of it no more');
  }
}

/** The lines of the unit that an entry is where there is no file for it. */
function textOf(entry: TableEntry): UnitText {
  return { problems: [], assignments: linesOf(entry) };
}

function linesOf(entry: TableEntry): readonly Assignment[] {
  if (entry.table === 'devices') return deviceLines(entry);
  return entry.table === 'mounts' ? mountLines(entry) : swapLines(entry);
}

function deviceLines({ description, wants }: DeviceEntry): readonly Assignment[] {
  return [assignment('Unit', 'Description', description), ...wants.map((unit) => assignment('Unit', 'Wants', unit))];
}

function mountLines({ where, what, type, options }: MountEntry): readonly Assignment[] {
  return [
    assignment('Unit', 'SourcePath', tables.mounts.path),
    assignment('Unit', 'Description', where),
    assignment('Mount', 'Where', where),
    assignment('Mount', 'What', what),
    assignment('Mount', 'Type', type),
    assignment('Mount', 'Options', options),
  ];
}

function swapLines({ what, priority }: SwapEntry): readonly Assignment[] {
  // One below zero the kernel has given itself, and nobody could ask for it.
  const chosen = priority < 0 ? [] : [assignment('Swap', 'Priority', String(priority))];
  return [assignment('Unit', 'Description', what), assignment('Swap', 'What', what), ...chosen];
}

function assignment(section: string, key: string, value: string): Assignment {
  return { section, key, value: value.replaceAll('%', '%%'), line: 0, keyColumn: 0, column: 0 };
}

function isChanged(before: ReadonlyMap<string, TableEntry>, after: ReadonlyMap<string, TableEntry>): boolean {
  return before.size !== after.size || [...after].some(([unit, entry]) => !isSame(before.get(unit), entry));
}

function isSame(before: TableEntry | undefined, after: TableEntry): boolean {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(after);
}

/** The name under which the keeper holds the file of a table. */
function heldName(name: TableName): string {
  return `manager/table/${name}`;
}

const O_RDONLY = 0;

function open(world: World, name: TableName, known: KnownTable): void {
  known.opener = world.nextChild();
  world.command({
    do: 'run',
    child: known.opener,
    group: '',
    plan: [
      { op: 'open', slot: 0, path: tables[name].path, flags: O_RDONLY, mode: 0 },
      { op: 'keep', slot: 0, name: heldName(name) },
    ],
  });
}

function watch(world: World, name: TableName): void {
  world.command({ do: 'poll-priority', name: heldName(name) });
}

function text(files: Files, path: string): string {
  const bytes = files.read(path);
  return bytes === undefined ? '' : decoder.decode(bytes);
}

const decoder = new TextDecoder();
