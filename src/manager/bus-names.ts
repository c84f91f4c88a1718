import type { BusConnection, BusOwner } from '../port/bus.ts';
import { activate } from './bus-activation.ts';
import { log } from './records.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** How long a bus that is up but does not answer is left alone. */
const retryUsec = 1_000_000;

/** The name of the timer of the next try. */
export const busTimer = 'bus';

/**
 * Watches the names of BusName= (systemd.service(5)) on the message bus, and starts what a bus of our own wants for names that
 * nobody owns. There is a connection only while the bus is up, and either is ours or has the name of a loaded unit; a new
 * one asks for each name again, and so does a new manager, so no change is lost for good.
 */
export class BusNames {
  readonly #world: World;
  readonly #watchers = new Map<string, Unit>();
  #connection: BusConnection | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** The unit that has this name already. */
  holder(name: string): Unit | undefined {
    return this.#watchers.get(name);
  }

  /** There is a connection, which no other manager can take over. */
  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** Watches the unit's name, if it has one. */
  add(unit: Unit): void {
    const name = nameOf(unit);
    if (name === '') return;
    this.#watchers.set(name, unit);
    this.#connection?.watch(name);
    this.recheck();
  }

  remove(unit: Unit): void {
    const name = nameOf(unit);
    if (this.#watchers.get(name) !== unit) return;
    this.#watchers.delete(name);
    this.#connection?.unwatch(name);
  }

  /** A unit has changed: if it is one of those that make the bus, the bus may have come or gone. */
  changed(unit: Unit): void {
    if (isPeek(this.#world, 'dbus.service', unit) || isPeek(this.#world, 'dbus.socket', unit)) this.recheck();
  }

  /** Connects if that makes sense now. */
  recheck(): void {
    const { bus } = this.#world.options;
    const place = placeOf(this.#world);
    if (this.#connection !== undefined || bus === undefined || place === undefined) return;
    if (this.#watchers.size === 0 && !place.activates) return;
    const connection = bus.connect(
      place.address,
      {
        owned: (name, owner) => this.#owned(name, owner),
        wanted: (unit) => activate(this.#world, connection, unit),
        closed: (reason) => this.#closed(reason),
      },
      place,
    );
    this.#connection = connection;
    for (const name of this.#watchers.keys()) connection.watch(name);
  }

  /** Lets go of the connection, as the end of this world. */
  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#watchers.clear();
  }

  #owned(name: string, owner: BusOwner | undefined): void {
    const unit = this.#watchers.get(name);
    if (unit === undefined) return;
    this.#world.tell(unit, { event: 'bus-name', ...(owner === undefined ? {} : { owner: owner.unique, pid: owner.pid ?? 0 }) });
    this.#world.wake();
  }

  /** As long as the bus counts as up, another try follows; else its coming up does it. */
  #closed(reason: string): void {
    this.#connection = undefined;
    if (placeOf(this.#world) === undefined) return;
    log(this.#world, 4, `The connection to the message bus is lost: ${reason}`, undefined);
    this.#world.timers.arm(this.#world, busTimer, this.#world.options.clock.now().monotonicUsec + retryUsec);
    this.#world.wake();
  }
}

function nameOf({ config }: Unit): string {
  return config.load.state === 'loaded' ? (config.service?.BusName ?? '') : '';
}

/** A bus, and whether it turns to us for what it wants started: that of our own units does. */
interface Place {
  readonly address: string;
  readonly activates: boolean;
}

/** Where the bus is, if it is up: as our own units, or for a user's manager as the session that it is part of says. */
function placeOf(world: World): Place | undefined {
  const { scope, ownEnvironment, facts } = world.options;
  const session = scope === 'user' ? ownEnvironment['DBUS_SESSION_BUS_ADDRESS'] : undefined;
  if (session !== undefined && session !== '') return { address: session, activates: false };
  if (world.peek('dbus.socket')?.look.sub !== 'running') return undefined;
  const service = world.peek('dbus.service')?.look.active;
  if (service !== 'active' && service !== 'reloading') return undefined;
  const path = scope === 'user' ? `${facts.directories.runtime}/bus` : '/run/dbus/system_bus_socket';
  return { address: `unix:path=${path}`, activates: true };
}

function isPeek(world: World, name: string, unit: Unit): boolean {
  return world.peek(name) === unit;
}
