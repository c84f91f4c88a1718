import type { Clock } from './clock.ts';
import type { Bus, BusConnection, BusObserver, BusOwner } from './bus.ts';

/** A message bus in memory, which outlives those who connect to it. Everything is told in a turn of its own, as a socket would. */
export class FakeBus implements Bus {
  /** Whether anybody answers at the address. */
  isUp = true;
  /** How often somebody connected. */
  connects = 0;
  /** Units that could not be started, each with an error. */
  readonly refusals: string[] = [];
  readonly #clock: Clock;
  readonly #owners = new Map<string, BusOwner>();
  readonly #open = new Set<FakeConnection>();
  #activator: FakeConnection | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  connect(_address: string, observer: BusObserver, { activates }: { readonly activates: boolean }): BusConnection {
    this.connects += 1;
    const connection = new FakeConnection(
      observer,
      (turn) => this.#clock.soon(turn),
      (name) => this.#owners.get(name),
      (line) => this.refusals.push(line),
    );
    if (activates) this.#activator = connection;
    this.#open.add(connection);
    if (!this.isUp) this.#drop(connection, 'connection refused');
    return connection;
  }

  /** Asks whoever starts units for the bus for this one. */
  want(unit: string): void {
    this.#activator?.want(unit);
  }

  own(name: string, owner: BusOwner): void {
    this.#owners.set(name, owner);
    for (const connection of this.#open) connection.tell(name, owner);
  }

  release(name: string): void {
    this.#owners.delete(name);
    for (const connection of this.#open) connection.tell(name, undefined);
  }

  /** The daemon ends, and all connections and names with it. */
  end(): void {
    this.isUp = false;
    this.#owners.clear();
    for (const connection of this.#open) this.#drop(connection, 'the daemon ended');
  }

  #drop(connection: FakeConnection, reason: string): void {
    this.#open.delete(connection);
    connection.drop(reason);
  }
}

class FakeConnection implements BusConnection {
  readonly #observer: BusObserver;
  readonly #soon: (turn: () => void) => void;
  readonly #ownerOf: (name: string) => BusOwner | undefined;
  readonly #refused: (line: string) => void;
  readonly #names = new Set<string>();
  #isOver = false;

  constructor(
    observer: BusObserver,
    soon: (turn: () => void) => void,
    ownerOf: (name: string) => BusOwner | undefined,
    refused: (line: string) => void,
  ) {
    this.#refused = refused;
    this.#observer = observer;
    this.#soon = soon;
    this.#ownerOf = ownerOf;
  }

  watch(name: string): void {
    this.#names.add(name);
    this.tell(name, this.#ownerOf(name));
  }

  unwatch(name: string): void {
    this.#names.delete(name);
  }

  refuse(unit: string, error: string): void {
    this.#refused(`${unit} ${error}`);
  }

  want(unit: string): void {
    this.#soon(() => {
      if (!this.#isOver) this.#observer.wanted(unit);
    });
  }

  close(): void {
    this.#isOver = true;
  }

  tell(name: string, owner: BusOwner | undefined): void {
    this.#soon(() => {
      if (!this.#isOver && this.#names.has(name)) this.#observer.owned(name, owner);
    });
  }

  drop(reason: string): void {
    this.#soon(() => {
      if (this.#isOver) return;
      this.#isOver = true;
      this.#observer.closed(reason);
    });
  }
}
