import { err, ok, type Result } from '../base/result.ts';
import { filterSettings } from '../exec/cgroup-filters.ts';
import type { RequestFailure } from '../graph/request.ts';
import { amend } from '../unit/amend.ts';
import { cgroupTable } from '../unit/shown/cgroup.ts';
import { type Line, linesOf, placeOf, type Property, textOfLines } from '../unit/property.ts';
import { isFiltered, refilterGroup } from './live-filters.ts';
import { setMarkers } from './markers.ts';
import { badName, findUnit, loadFailure } from './requests.ts';
import { makeGroup } from './spawn.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';
import { writtenLine } from './written-line.ts';

/**
 * Sets properties of a unit now and by drop-ins, one file for each property (systemctl(1), set-property); all or none. Only
 * what can change while a unit runs can be set: resource control, the description, and what it is marked with.
 */
export function setProperties(
  world: World,
  name: string,
  given: readonly Property[],
  options: { readonly runtime: boolean },
): Result<undefined, RequestFailure> {
  const unit = findUnit(world, name);
  if (unit === undefined) return err(badName(name));
  if (unit.load.state !== 'loaded') return err(loadFailure(unit));
  const { type } = unit.config;
  const properties = given.filter((property) => property.name !== 'Markers');
  const lines = linesOf({ name: unit.name, type }, properties, world.options.facts);
  if (!lines.ok) return err({ code: lines.error.inManager ? 'invalid' : 'bad-property', message: lines.error.message });
  const fixed = properties.find((property) => !isLive(unit, property.name));
  if (fixed !== undefined) {
    const message = `Cannot set property ${shownName(fixed.name)}, or unknown property.`;
    return err({ code: 'invalid', message });
  }
  const marked = setMarkers(world, unit, given);
  if (!marked.ok || lines.value.length === 0) return marked;
  try {
    for (const line of lines.value) setOne(world, unit, line, options.runtime);
    world.resources.changed(unit);
    world.concurrency.reconsider(unit.name);
    if (lines.value.some(({ key }) => filterSettings.has(key))) {
      // A slice that needed no cgroup of its own may need one now.
      if (unit.config.type === 'slice' && unit.look.active === 'active' && isFiltered(world, unit)) makeGroup(world, unit);
      refilterGroup(world, unit);
    }
  } catch (error) {
    return err({ code: 'refused', message: error instanceof Error ? error.message : String(error) });
  }
  return ok(undefined);
}

/** Durations and the addresses of sockets are other properties on the bus. */
function shownName(name: string): string {
  return /^Listen[A-Z]/.test(name) ? 'Listen' : name.replace(/Sec$/, 'USec');
}

/** May be set of a unit that is there already. */
function isLive({ config }: Unit, name: string): boolean {
  if (name === 'Description') return true;
  return !onlyAtTheStart.has(name) && live.has(placeOf(config.type, name)?.part);
}

const live: ReadonlySet<string | undefined> = new Set(['cgroup', 'slice']);

/** Of these, what says how the group of a unit is made, or is attached to it by its first process. */
const onlyAtTheStart: ReadonlySet<string> = new Set([
  'Slice',
  'Delegate',
  'DelegateSubgroup',
  'IPIngressFilterPath',
  'IPEgressFilterPath',
  'BPFProgram',
]);

const heading = ['# Made by `systemctl set-property`. Do not edit: setting the property again replaces the file.'];

function setOne(world: World, unit: Unit, given: Line, runtime: boolean): void {
  const { ownDirectories, files, facts } = world.options;
  const line = writtenLine(unit.config, given, facts);
  const { fragment, transient = false } = unit.config;
  const above = transient ? ownDirectories.transient : runtime ? ownDirectories.runtimeControl : ownDirectories.control;
  const beside = transient && fragment !== undefined ? `${fragment}.d` : `${above}/${unit.name}.d`;
  const path = `${beside}/50-${line.key === 'IODeviceLatencyTargetSec' ? shownName(line.key) : line.key}.conf`;
  const anew = wholeList(unit, line);
  files.write(path, textOfLines(heading, anew ?? [...earlier(world, unit, path, line), line]));
  world.noteChanged(above);
  unit.config = amend(unit.config, { path, lines: anew ?? [line] }, facts);
  world.noteRead(unit, path);
  world.announce({ change: 'unit', unit });
}

/**
 * The list that the value makes of what there is, from its beginning: of processors and nodes the value alone, and of what has an
 * entry for each device those of the other devices with it. Undefined for other properties, and where the value is to empty it.
 */
function wholeList({ config }: Unit, line: Line): readonly Line[] | undefined {
  const { section, key, value } = line;
  const isSet = sets.has(key);
  if (value === '' || (!isSet && !ofDevices.has(key)) || config.cgroup === undefined) return undefined;
  const [device] = value.split(/\s/);
  const shown = cgroupTable[shownName(key)]?.(config.cgroup) ?? '';
  const others = isSet || shown === '' ? [] : shown.split('\n').filter((each) => each.split(' ')[0] !== device);
  return ['', ...(key === 'DeviceAllow' ? others.toReversed() : others), value].map((each) => ({ section, key, value: each }));
}

const sets: ReadonlySet<string> = new Set(['AllowedCPUs', 'StartupAllowedCPUs', 'AllowedMemoryNodes', 'StartupAllowedMemoryNodes']);

const ofDevices: ReadonlySet<string> = new Set([
  'DeviceAllow',
  'IODeviceWeight',
  'IOReadBandwidthMax',
  'IOWriteBandwidthMax',
  'IOReadIOPSMax',
  'IOWriteIOPSMax',
  'IODeviceLatencyTargetSec',
  'BlockIODeviceWeight',
  'BlockIOReadBandwidth',
  'BlockIOWriteBandwidth',
]);

/** What the drop-in said before, of properties whose assignments add up. */
function earlier(world: World, unit: Unit, path: string, { section, key, value }: Line): readonly Line[] {
  const row = placeOf(unit.config.type, key)?.row;
  const addsUp = row?.row === 'setting' && row.combine !== 'last' && row.combine !== 'first';
  const bytes = addsUp && value !== '' ? world.options.files.read(path, 1024 * 1024) : undefined;
  if (bytes === undefined) return [];
  const said = new TextDecoder().decode(bytes).split('\n');
  const values = said.filter((each) => each.startsWith(`${key}=`)).map((each) => each.slice(key.length + 1));
  return values.filter((each) => each !== value).map((each) => ({ section, key, value: each }));
}
