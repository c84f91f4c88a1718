import type { Result } from './result.ts';

/** A connection to a message bus (D-Bus), as far as properties of objects of services are asked for and set, one at a time. */
export interface BusProperties {
  /** A property that is a text; else what the bus or the service says, a sentence. */
  get(object: BusObject, name: string): Promise<Result<string, BusRefusal>>;
  set(object: BusObject, name: string, value: string): Promise<Result<undefined, BusRefusal>>;
  close(): void;
}

/** An object of the service that owns this name. */
export interface BusObject {
  readonly service: string;
  readonly path: string;
  readonly interface: string;
}

/** Why it is not to be had. */
export interface BusRefusal {
  /** The D-Bus error, as org.freedesktop.DBus.Error.UnknownInterface. */
  readonly error: string;
  readonly message: string;
}
