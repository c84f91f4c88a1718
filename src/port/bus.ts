/** The door to a message bus (D-Bus), as far as it tells who owns which name. */
export interface Bus {
  /** Connects to the bus at this address (as `unix:path=/run/dbus/system_bus_socket`); the observer hears what comes of it, later. */
  connect(address: string, observer: BusObserver): BusConnection;
}

/** Hears of one connection, in the order in which things happen on the bus. */
export interface BusObserver {
  /** Who owns a watched name, or nobody: said once in answer to each `watch`, and at each change from then on. */
  owned(name: string, owner: BusOwner | undefined): void;
  /** The connection is over or never came about; nothing follows. Not said of one that was closed from here. */
  closed(reason: string): void;
}

/** Who owns a name: its connection's unique name, and the process at its other end where the bus can tell. */
export interface BusOwner {
  readonly unique: string;
  readonly pid?: number;
}

/** A connection that was asked for. What is watched before it is there is watched once it is. */
export interface BusConnection {
  watch(name: string): void;
  unwatch(name: string): void;
  /** The observer hears nothing any more. */
  close(): void;
}
