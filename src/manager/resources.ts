import { type Attribute, attributesOf, initialValue } from '../exec/cgroup/attributes.ts';
import { settingsBehind } from '../exec/cgroup/behind.ts';
import { writesOf } from '../exec/cgroup/legacy.ts';
import { disabledControllers, type ManagedController, managedControllers, neededControllers, usualResources } from '../exec/cgroup/need.ts';
import { SECOND } from '../base/duration.ts';
import { errnoMessage } from '../exec/errno.ts';
import { pathOfGroup, slicesOfGroup } from './group-place.ts';
import type { KeeperEvent } from '../port/keeper.ts';
import { ROOT_SLICE, slicePath } from '../unit/slice.ts';
import { legacyControllers } from './legacy-controllers.ts';
import { log } from './records.ts';
import { allowed, refused } from './refusals.ts';
import { resourceContext, tasksTotal } from './resource-context.ts';
import { makeGroup } from './spawn.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/**
 * What units may use, by the controllers of cgroup v2, or of v1 where a controller has a hierarchy of its own.
 *
 * In v2 a controller is enabled below a slice where a unit in it, at any depth, needs it, so that siblings are weighed against each
 * other; never in a cgroup that processes are in, since slices have none. In v1 each unit in such a slice is given a cgroup in the
 * controller's hierarchy. Who needs what is counted as units are loaded and
 * unloaded, so nobody looks through all units. Where the keeper's root offers no controller of ours, nothing is counted and nothing done.
 */
export class Resources {
  readonly #world: World;
  /** The controllers of cgroup v1, with their names there. */
  readonly #legacy: ReadonlyMap<ManagedController, string>;
  /** The units that have cgroups in hierarchies of v1, and in which. */
  readonly #controlled = new Map<Unit, Set<ManagedController>>();
  /** What the root of our cgroups offers. */
  readonly #offered: readonly ManagedController[];
  /** How many loaded units in a slice, at any depth, need each controller. */
  readonly #counts = new Map<string, Map<ManagedController, number>>();
  /** What each unit was counted for. */
  readonly #counted = new Map<Unit, { readonly slices: readonly string[]; readonly controllers: readonly ManagedController[] }>();
  /** What is enabled below each slice, as far as it is known. */
  readonly #enabled = new Map<string, Set<ManagedController>>();
  #isStale = true;
  /** What is wanted below each slice, as far as somebody asked since it was last another. */
  readonly #wantedBelow = new Map<string, ReadonlySet<ManagedController>>();
  #tasks = { readUsec: -Infinity, total: Infinity };

  constructor(world: World) {
    this.#world = world;
    const { tracking, cgroupRoot } = world.options.keeper.inventory;
    const offered = tracking === 'cgroup2' ? this.#read(`${cgroupRoot}/cgroup.controllers`) : [];
    this.#legacy = legacyControllers(world.options.keeper.inventory);
    this.#offered = managedControllers.filter((controller) => this.#legacy.has(controller) || offered.includes(controller));
  }

  /** Whether there is anything to be done for anybody. */
  get isActive(): boolean {
    return this.#offered.length > 0;
  }

  /** A unit was loaded, or is configured otherwise than before. */
  loaded(unit: Unit): void {
    if (!this.isActive) return;
    this.#count(unit, -1);
    const { config, scope } = this.#world.options;
    const controllers = neededControllers(unit.config, config.resources ?? usualResources).filter((each) => this.#offered.includes(each));
    const slices = unit.name === ROOT_SLICE ? [ROOT_SLICE] : slicesOfGroup(unit, scope);
    this.#counted.set(unit, { slices, controllers });
    this.#count(unit, 1);
    if (disabledControllers(unit.config).length > 0) this.#isStale = true;
    if (unit.config.type === 'slice') this.#wantedBelow.clear();
  }

  unloaded(unit: Unit): void {
    if (!this.isActive) return;
    this.#count(unit, -1);
    this.#counted.delete(unit);
    if (unit.config.type === 'slice') this.#wantedBelow.clear();
    this.#enabled.delete(unit.name);
  }

  /** Enables and disables controllers as the loaded units need them now. */
  settle(): void {
    if (!this.isActive || !this.#isStale) return;
    this.#isStale = false;
    const slices = [ROOT_SLICE, ...[...this.#world.units.values()].filter(isMadeSlice).map(({ name }) => name)];
    const inOrder = slices.toSorted((a, b) => depth(a) - depth(b));
    for (const slice of inOrder) for (const controller of this.#wanted(slice)) this.#enable(slice, controller);
    // A controller can be taken from a cgroup only when no cgroup below has it.
    for (const slice of inOrder.toReversed()) {
      const wanted = this.#wanted(slice);
      for (const controller of this.#enabledBelow(slice)) if (!wanted.has(controller)) this.#disable(slice, controller);
    }
    if (this.#legacy.size > 0) for (const unit of this.#world.units.values()) this.#controlLegacy(unit);
  }

  /** Has the unit's cgroup, which is known to the keeper, and those above it carry out the unit's settings; before its first process is there. */
  realize(unit: Unit): void {
    if (!this.isActive) return;
    for (const name of slicesOfGroup(unit, this.#world.options.scope).toReversed()) {
      const slice = this.#world.peek(name);
      if (slice !== undefined && name !== ROOT_SLICE && slice.groupMark === '') makeGroup(this.#world, slice);
    }
    if (unit.config.type === 'slice') this.#isStale = true;
    this.settle();
    this.#controlLegacy(unit);
    this.apply(unit);
    const isWatched = unit.config.service !== undefined || unit.config.scope !== undefined;
    if (isWatched && this.#has(unit, 'memory')) this.#world.command({ do: 'watch-memory', group: unit.group });
  }

  /** Writes what of a unit's limits is not as it was written last. */
  apply(unit: Unit): void {
    if (!this.isActive || (unit.groupMark === '' && unit.name !== ROOT_SLICE)) return;
    const before = unit.attributes ?? none;
    const wanted = attributesOf(unit.config, resourceContext(this.#world, unit)).filter((each) => this.#has(unit, each.controller));
    if (wanted.length === 0 && before.size === 0) return;
    for (const { key } of wanted) if (!before.has(key)) allowed(this.#world, unit, key);
    for (const [key, value] of before)
      if (wanted.every((each) => each.key !== key || each.value !== value)) allowed(this.#world, unit, key);
    const after = new Map(wanted.map(({ key, value }) => [key, value]));
    for (const attribute of wanted) if (before.get(attribute.key) !== attribute.value) this.#write(unit, attribute);
    for (const key of before.keys()) if (!after.has(key)) this.#write(unit, { file: key.split(' ')[0] ?? '', value: initialValue(key) });
    unit.attributes = after.size === 0 ? undefined : after;
    this.#world.dirtyUnits.add(unit);
  }

  /** The settings of a unit are others than before. */
  changed(unit: Unit): void {
    if (!this.isActive) return;
    this.loaded(unit);
    // It may allow again what it forbade.
    if (unit.config.type === 'slice') this.#isStale = true;
    this.settle();
    this.apply(unit);
    // What a slice says of the memory of its units, and the files of controllers that it allows again.
    if (unit.config.type === 'slice') for (const [other, { slices }] of this.#counted) if (slices.includes(unit.name)) this.apply(other);
  }

  /** The start is over, so Startup*= does not apply any more. */
  startupFinished(): void {
    if (!this.isActive) return;
    for (const unit of this.#world.units.values()) if (hasStartupSettings(unit)) this.apply(unit);
  }

  /** A manager that begins anew: what the files say now may not be what was written. */
  recovered(): void {
    if (!this.isActive) return;
    this.#isStale = true;
    this.settle();
    for (const unit of this.#world.units.values()) this.apply(unit);
  }

  /** Gives the unit's group cgroups in the hierarchies of v1 that it lacks. */
  #controlLegacy(unit: Unit): void {
    if (unit.groupMark === '') return;
    const controlled = this.#controlled.get(unit) ?? new Set<ManagedController>();
    for (const [controller, name] of this.#legacy) {
      if (controlled.has(controller) || !this.#has(unit, controller)) continue;
      controlled.add(controller);
      this.#controlled.set(unit, controlled);
      this.#world.command({ do: 'control', path: pathOfGroup(unit, this.#world.options.scope), controller: name });
    }
  }

  /** The controllers that the cgroup of a unit has. */
  #has(unit: Unit, controller: ManagedController): boolean {
    const [slice = ROOT_SLICE] = slicesOfGroup(unit, this.#world.options.scope);
    if (this.#legacy.has(controller)) return this.#wanted(slice).has(controller);
    return this.#enabledBelow(slice).has(controller);
  }

  #count(unit: Unit, change: 1 | -1): void {
    const counted = this.#counted.get(unit);
    if (counted === undefined) return;
    for (const slice of counted.slices) {
      const counts = this.#counts.get(slice) ?? new Map<ManagedController, number>();
      this.#counts.set(slice, counts);
      for (const controller of counted.controllers) {
        const count = (counts.get(controller) ?? 0) + change;
        counts.set(controller, count);
        // Only the first that needs it and the last make a difference.
        if (count !== 0 && (count !== 1 || change !== 1)) continue;
        this.#isStale = true;
        this.#wantedBelow.clear();
      }
    }
  }

  /** How many tasks there can be in all, as it was within the last second: each start of a unit asks. */
  get tasksTotal(): number {
    const { now, options } = this.#world;
    if (now.monotonicUsec < this.#tasks.readUsec + SECOND) return this.#tasks.total;
    const { controllers, cgroupRoot } = options.keeper.inventory;
    this.#tasks = { readUsec: now.monotonicUsec, total: tasksTotal(options.files, controllers.get('pids') ?? cgroupRoot) };
    return this.#tasks.total;
  }

  #wanted(slice: string): ReadonlySet<ManagedController> {
    const known = this.#wantedBelow.get(slice);
    if (known !== undefined) return known;
    const wanted = this.#findWanted(slice);
    this.#wantedBelow.set(slice, wanted);
    return wanted;
  }

  /** What is to be enabled below a slice: what somebody in it needs, unless the slice or one above it forbids it. */
  #findWanted(slice: string): ReadonlySet<ManagedController> {
    const counts = this.#counts.get(slice);
    if (counts === undefined) return new Set();
    const unit = this.#world.peek(slice);
    const above = unit === undefined ? [] : slicesOfGroup(unit, this.#world.options.scope);
    const disabled = new Set([slice, ...above].flatMap((name) => disabledOf(this.#world.peek(name))));
    return new Set(this.#offered.filter((controller) => (counts.get(controller) ?? 0) > 0 && !disabled.has(controller)));
  }

  #enabledBelow(slice: string): Set<ManagedController> {
    const known = this.#enabled.get(slice);
    if (known !== undefined) return known;
    const path = slicePath(slice) ?? '';
    const found = this.#read(`${this.#world.options.keeper.inventory.cgroupRoot}${path === '' ? '' : `/${path}`}/cgroup.subtree_control`);
    const enabled = new Set(this.#offered.filter((controller) => !this.#legacy.has(controller) && found.includes(controller)));
    this.#enabled.set(slice, enabled);
    return enabled;
  }

  #enable(slice: string, controller: ManagedController): void {
    if (this.#legacy.has(controller)) return;
    const enabled = this.#enabledBelow(slice);
    if (enabled.has(controller)) return;
    enabled.add(controller);
    this.#control(slice, `+${controller}`);
  }

  #disable(slice: string, controller: ManagedController): void {
    this.#enabledBelow(slice).delete(controller);
    this.#control(slice, `-${controller}`);
    // The controller's files go from the cgroups in the slice, and with them what was written there.
    for (const unit of this.#world.units.values()) {
      if (unit.attributes === undefined || (slicesOfGroup(unit, this.#world.options.scope)[0] ?? ROOT_SLICE) !== slice) continue;
      const kept = [...unit.attributes].filter(([key]) => !key.startsWith(`${controller}.`));
      if (kept.length < unit.attributes.size) unit.attributes = kept.length === 0 ? undefined : new Map(kept);
    }
  }

  #control(slice: string, value: string): void {
    this.#world.command({ do: 'attribute', path: slicePath(slice) ?? '', file: 'cgroup.subtree_control', value });
  }

  #write(unit: Unit, { file, value }: Pick<Attribute, 'file' | 'value'>): void {
    const path = unit.name === ROOT_SLICE ? '' : pathOfGroup(unit, this.#world.options.scope);
    for (const write of writesOf({ file, value })) this.#world.command({ do: 'attribute', path, ...write });
  }

  #read(path: string): readonly string[] {
    const bytes = this.#world.options.files.read(path, 4096);
    return bytes === undefined ? [] : new TextDecoder().decode(bytes).trim().split(' ');
  }

  /** A cgroup that is gone has nothing enabled. */
  removed(unit: Unit): void {
    unit.attributes = undefined;
    this.#controlled.delete(unit);
    this.#enabled.delete(unit.name);
    if (unit.config.type === 'slice') this.#enabled.set(unit.name, new Set());
  }

  /** The keeper could not write. What there is no file for in any kernel of the kind is no news. */
  failed({ path, file, value, errno }: Extract<KeeperEvent, { readonly event: 'attribute-failed' }>): void {
    const unit = [...this.#world.units.values()].find(
      (each) => each.groupMark !== '' && pathOfGroup(each, this.#world.options.scope) === path,
    );
    if (errno === ENOENT && quiet.has(file)) return;
    const settings = settingsBehind(file);
    if (unit !== undefined && settings.length > 0)
      refused(this.#world, unit, keyOf(unit, file, value), {
        settings,
        why: `the kernel refused it: ${errnoMessage(errno)}`,
      });
    const where = unit?.name ?? (path === '' ? ROOT_SLICE : path);
    if (value === '' && file.startsWith('tysd_'))
      return log(this.#world, 4, `${where}: Failed to attach ${file} to its cgroup: ${errnoMessage(errno)}`, unit);
    if (value === '')
      return log(this.#world, 4, `${where}: Failed to give it a cgroup of the controller ${file}: ${errnoMessage(errno)}`, unit);
    log(this.#world, 4, `${where}: Failed to set ${file} of its cgroup to '${value.trim()}': ${errnoMessage(errno)}`, unit);
  }
}

const none: ReadonlyMap<string, string> = new Map();
const ENOENT = 2;

/** Files that many kernels lack and that nobody may have asked for by name. */
const quiet: ReadonlySet<string> = new Set(['io.bfq.weight', 'blkio.weight', 'blkio.weight_device']);

/** The key of the attribute that was written. */
function keyOf({ attributes }: Unit, file: string, value: string): string {
  if (file === 'devices.deny') return 'devices.allow';
  const ofDevice = `${file} ${value.split(' ')[0] ?? ''}`;
  return attributes?.has(ofDevice) === true ? ofDevice : file;
}

function isMadeSlice({ config, groupMark }: Unit): boolean {
  return config.type === 'slice' && groupMark !== '';
}

function disabledOf(unit: Unit | undefined): readonly string[] {
  return unit === undefined ? [] : disabledControllers(unit.config);
}

function depth(slice: string): number {
  return slice === ROOT_SLICE ? 0 : slice.split('-').length;
}

function hasStartupSettings({ config, groupMark }: Unit): boolean {
  const { cgroup } = config;
  if (cgroup === undefined || groupMark === '') return false;
  const values = [
    cgroup.StartupCPUWeight,
    cgroup.StartupCPUShares,
    cgroup.StartupIOWeight,
    cgroup.StartupBlockIOWeight,
    cgroup.StartupMemoryLow,
    cgroup.StartupMemoryHigh,
    cgroup.StartupMemoryMax,
    cgroup.StartupMemorySwapMax,
    cgroup.StartupMemoryZSwapMax,
  ];
  const sets = [cgroup.StartupAllowedCPUs, cgroup.StartupAllowedMemoryNodes];
  return values.some((value) => value !== undefined) || sets.some((set) => set.length > 0);
}
