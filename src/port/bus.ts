/** The door to a message bus (D-Bus), as far as it tells who owns which name, and which units it wants for the names that nobody owns. */
export interface Bus {
  /**
   * Connects to the bus at this address (as `unix:path=/run/dbus/system_bus_socket`); the observer hears what comes of it, later.
   * With `activates` the connection asks to be the one who starts units for the bus, which only one can be.
   */
  connect(address: string, observer: BusObserver, options: { readonly activates: boolean }): BusConnection;
}

/** Hears of one connection, in the order in which things happen on the bus. */
export interface BusObserver {
  /** Who owns a watched name, or nobody: said once in answer to each `watch`, and at each change from then on. */
  owned(name: string, owner: BusOwner | undefined): void;
  /** The bus wants this unit started, so that the name of its service is owned (dbus-daemon(1), --systemd-activation). */
  wanted(unit: string): void;
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
  /** A wanted unit cannot be started: a D-Bus error, for those who wait for the name. */
  refuse(unit: string, error: string, message: string): void;
  /** The observer hears nothing any more. */
  close(): void;
}
