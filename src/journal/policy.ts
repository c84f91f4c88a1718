import type { Row } from './record.ts';

/** What the journal does with entries beside storing them: journald.conf(5). */
export interface Policy {
  /** The least important priority that is stored; -1 for none. */
  readonly maximumStored: number;
  readonly rate: RatePolicy;
  /** The longest line that is kept whole, in bytes. */
  readonly lineMax: number;
  forward(row: Row, how: Forwarding): void;
}

/** How many entries of a unit may come (journald.conf(5), RateLimitBurst=). */
export interface RatePolicy {
  /** For what a unit does not set of the two; 0 for no limit. */
  readonly usual: Rate;
  /** Units that set neither are limited, too. */
  readonly forAll: boolean;
  /** The bytes by which the journal may still grow: where there is much room, more may come. */
  readonly freeBytes: () => number;
}

/** So many entries in so many microseconds. */
export interface Rate {
  readonly intervalUsec: number;
  readonly burst: number;
}

/** What is known of an entry that may be passed on. */
export interface Forwarding {
  /** Where its stream asks for it to go. */
  readonly targets?: readonly ForwardTarget[];
  /** What it came as, where that was syslog's. */
  readonly datagram?: Uint8Array;
  /** Another journal has it, and passes it on as it is told to. */
  readonly handedOver?: boolean;
}

export type ForwardTarget = 'syslog' | 'kmsg' | 'console' | 'wall' | 'socket';

/** Where entries are passed on to. */
export interface ForwardRule {
  /** All entries, and not only those of streams that ask for it. */
  readonly always: boolean;
  /** Also what another journal is given. */
  readonly ours?: boolean;
  /** Also entries without a message, and the kernel's. */
  readonly whole?: boolean;
  /** The least important priority. */
  readonly maximum: number;
  /** Passes an entry on; what cannot be passed on now is not. */
  readonly pass: (row: Row, priority: number, datagram: Uint8Array | undefined) => void;
}
