import type { Plan } from '../exec/op.ts';
import type { UnitEvent } from '../type/type.ts';
import type { Zone } from '../unit/values/time-zone.ts';
import { log } from './records.ts';
import { readZone, zoneFile } from './time-zone.ts';
import type { World } from './world.ts';

/** What the manager watches for timers: whether the wall clock jumps, and which time zone is the local one. */
export const watchNames = ['clock', 'zone'] as const;

export type WatchName = (typeof watchNames)[number];

/** A watch is a descriptor of the keeper's, so that nothing is missed while the manager is away; a child of no unit makes it. */
export interface Watch {
  /** The child that makes it; absent once it is made. */
  readonly maker?: number;
}

/** Whatever tells that the file, or the link that it is, was replaced or written: attributes, close after writing, removal. */
const zoneMask = 0xc0c;

const plans: Readonly<Record<WatchName, Plan>> = {
  clock: [
    { op: 'watch-clock', slot: 0 },
    { op: 'keep', slot: 0, name: heldAs('clock') },
  ],
  zone: [
    { op: 'inotify', slot: 0 },
    { op: 'watch-path', aboveSlot: 0, selfSlot: 0, path: zoneFile, mask: zoneMask },
    { op: 'keep', slot: 0, name: heldAs('zone') },
  ],
};

/** Begins to watch, since somebody wants to hear, if nobody watches yet. */
export function watchClock(world: World): void {
  if (world.clockWatches.size > 0) return;
  // What is watched is whether it becomes another one than now.
  localZone(world);
  for (const name of watchNames) make(world, name);
}

/** Tells whether the child that ended was the maker of a watch, which then begins. */
export function watchMade(world: World, child: number, failure: string | undefined): boolean {
  const name = watchNames.find((each) => world.clockWatches.get(each)?.maker === child);
  if (name === undefined) return false;
  world.clockWatches.set(name, {});
  world.dirtyManager = true;
  if (failure !== undefined) log(world, 4, `Changes of the ${name} cannot be noticed: ${failure}`, undefined);
  world.command({ do: 'poll-drain', name: heldAs(name) });
  // It may have been set before it was watched.
  checkZone(world);
  return true;
}

/** Tells whether the descriptor is that of a watch, and acts on what it has seen. */
export function watchFired(world: World, held: string): boolean {
  const name = watchNames.find((each) => heldAs(each) === held);
  if (name === undefined) return false;
  fired[name](world);
  return true;
}

/** The local time zone. */
export function localZone(world: World): Zone {
  world.zone ??= readZone(world.options.files, world.options.ownEnvironment);
  return world.zone.zone;
}

/** Tells those who follow it if the local time zone was set anew. */
export function checkZone(world: World): void {
  // Nobody has asked for it.
  if (world.zone === undefined) return;
  const setting = readZone(world.options.files, world.options.ownEnvironment, world.zone);
  if (setting.mark === world.zone.mark && setting.zone === world.zone.zone) return;
  world.zone = setting;
  world.dirtyManager = true;
  world.options.setZone?.(setting.zone);
  log(world, 6, `The local time zone is ${setting.zone} now.`, undefined);
  tellFollowers(world, { event: 'zone-changed' });
}

const fired: Readonly<Record<WatchName, (world: World) => void>> = {
  clock: (world) => {
    world.command({ do: 'poll-drain', name: heldAs('clock') });
    log(world, 6, 'The wall clock was set, or the machine slept.', undefined);
    tellFollowers(world, { event: 'clock-changed' });
  },
  // The file is perhaps another one now, so it is watched anew.
  zone: (world) => {
    make(world, 'zone');
    checkZone(world);
  },
};

function make(world: World, name: WatchName): void {
  const child = world.nextChild();
  world.clockWatches.set(name, { maker: child });
  world.dirtyManager = true;
  world.command({ do: 'run', child, group: '', plan: plans[name] });
}

function tellFollowers(world: World, event: UnitEvent): void {
  for (const unit of world.units.values()) if (unit.type.can.followClock === true) world.tell(unit, event);
}

function heldAs(name: WatchName): string {
  return `manager/${name}`;
}
