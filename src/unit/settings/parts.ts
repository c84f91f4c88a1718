import type { UnitTypeName } from '../config.ts';
import { type AutomountSettings, automountRows } from './automount.ts';
import { type CgroupSettings, cgroupRows } from './cgroup.ts';
import { assertRows, conditionRows } from './condition.ts';
import { type ExecSettings, processRows } from './exec.ts';
import { type InstallSettings, installRows } from './install.ts';
import { type KillSettings, killRows } from './kill.ts';
import { limitRows } from './limit.ts';
import { type MountSettings, mountRows } from './mount.ts';
import { type PathSettings, pathRows } from './path.ts';
import { sandboxRows } from './sandbox.ts';
import { type ScopeSettings, scopeRows } from './scope.ts';
import { type ServiceSettings, serviceRows } from './service.ts';
import type { Row, Table } from './setting.ts';
import { type SliceSettings, sliceRows } from './slice.ts';
import { type SocketSettings, socketRows } from './socket.ts';
import { stdioRows } from './stdio.ts';
import { type SwapSettings, swapRows } from './swap.ts';
import { type TimerSettings, timerRows } from './timer.ts';
import { type UnitSettings, unitRows } from './unit.ts';

/** The groups of settings, each described by one page of systemd's manual. A section of a unit file holds one or several. */
export interface Parts {
  readonly unit: UnitSettings;
  readonly install: InstallSettings;
  readonly exec: ExecSettings;
  readonly kill: KillSettings;
  readonly cgroup: CgroupSettings;
  readonly service: ServiceSettings;
  readonly socket: SocketSettings;
  readonly timer: TimerSettings;
  readonly path: PathSettings;
  readonly mount: MountSettings;
  readonly automount: AutomountSettings;
  readonly swap: SwapSettings;
  readonly slice: SliceSettings;
  readonly scope: ScopeSettings;
}

export type PartName = keyof Parts;

/** The table of each part. */
export const tables: Readonly<Record<PartName, Table>> = {
  unit: { ...unitRows, ...conditionRows, ...assertRows },
  install: installRows,
  exec: { ...processRows, ...stdioRows, ...sandboxRows, ...limitRows },
  kill: killRows,
  cgroup: cgroupRows,
  service: serviceRows,
  socket: socketRows,
  timer: timerRows,
  path: pathRows,
  mount: mountRows,
  automount: automountRows,
  swap: swapRows,
  slice: sliceRows,
  scope: scopeRows,
};

/** The section that each type has for itself, and the parts whose directives stand in it. */
export const ownSections: Readonly<Record<UnitTypeName, { readonly section: string; readonly parts: readonly PartName[] }>> = {
  service: { section: 'Service', parts: ['service', 'exec', 'kill', 'cgroup'] },
  socket: { section: 'Socket', parts: ['socket', 'exec', 'kill', 'cgroup'] },
  mount: { section: 'Mount', parts: ['mount', 'exec', 'kill', 'cgroup'] },
  swap: { section: 'Swap', parts: ['swap', 'exec', 'kill', 'cgroup'] },
  timer: { section: 'Timer', parts: ['timer'] },
  path: { section: 'Path', parts: ['path'] },
  automount: { section: 'Automount', parts: ['automount'] },
  slice: { section: 'Slice', parts: ['slice', 'cgroup'] },
  scope: { section: 'Scope', parts: ['scope', 'kill', 'cgroup'] },
  target: { section: 'Target', parts: [] },
  device: { section: 'Device', parts: [] },
};

/** A directive found: its row, and the part that it is of. */
export interface Place {
  readonly part: PartName;
  readonly row: Row;
}

/** The directives that may stand in a section of a unit of some type, by their names; undefined where the type has no such section. */
export function directivesOf(type: UnitTypeName, section: string): ReadonlyMap<string, Place> | undefined {
  if (section === 'Unit') return unitDirectives;
  if (section === 'Install') return installDirectives;
  const own = ownSections[type];
  return section === own.section ? ownDirectives(type, own.parts) : undefined;
}

/** The values that a part has before any file is read; shared by all units, so nobody may change them. */
export const initialValues: { readonly [Name in PartName]: Parts[Name] } = initialOfAll();

const unitDirectives = placed(['unit']);
const installDirectives = placed(['install']);
const known = new Map<UnitTypeName, ReadonlyMap<string, Place>>();

function ownDirectives(type: UnitTypeName, parts: readonly PartName[]): ReadonlyMap<string, Place> {
  const made = known.get(type) ?? placed(parts);
  known.set(type, made);
  return made;
}

function placed(parts: readonly PartName[]): ReadonlyMap<string, Place> {
  return new Map(parts.flatMap((part) => Object.entries(tables[part]).map(([key, row]): [string, Place] => [key, { part, row }])));
}

function initialOfAll(): { readonly [Name in PartName]: Parts[Name] } {
  // The types of the parts are derived from these very tables, which TypeScript cannot follow; a test compares keys and values.
  const values = Object.create(null);
  for (const [part, table] of Object.entries(tables)) values[part] = Object.seal(initialOf(table));
  return values;
}

function initialOf(table: Table): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const [key, row] of Object.entries(table)) {
    if (row.row === 'setting') values[row.into ?? key] = row.initial;
  }
  return values;
}
