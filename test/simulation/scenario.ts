import type { RequestedJob } from '../../src/graph/request.ts';
import type { Script } from '../../src/port/keeper-fake.ts';
import type { JobMode } from '../../src/unit/values/types.ts';

/** All that happens on a simulated machine, as data: the same scenario always comes to the same end. */
export interface Scenario {
  /** The lines of each unit file. */
  readonly units: Readonly<Record<string, readonly string[]>>;
  /** What the programs do, by path: the n-th run does the n-th, and the last goes on for all that follow. */
  readonly programs: Readonly<Record<string, readonly Script[]>>;
  /** What happens to the machine, in the order of time. */
  readonly steps: readonly Step[];
  readonly faults: readonly Fault[];
}

/** Something that happens so many microseconds after the machine came up. */
export type Step = { readonly atUsec: number } & Deed;

export type Deed =
  | { readonly do: 'request'; readonly job: RequestedJob; readonly unit: string; readonly mode: JobMode }
  /** A client cancels the job of the unit, if there is one. */
  | { readonly do: 'cancel'; readonly unit: string }
  | { readonly do: 'kill'; readonly unit: string; readonly whom: 'all' | 'main' | 'control'; readonly signal: number }
  | { readonly do: 'reset-failed'; readonly unit: string }
  /** Somebody else signals the oldest process of the unit. */
  | { readonly do: 'shoot'; readonly unit: string; readonly signal: number }
  /** Something can be read from the socket of the unit. */
  | { readonly do: 'traffic'; readonly unit: string }
  /** Somebody connects to a socket with Accept=yes. */
  | { readonly do: 'connect'; readonly unit: string; readonly pid: number }
  | { readonly do: 'write'; readonly path: string }
  | { readonly do: 'remove'; readonly path: string }
  /** Somebody mounts or unmounts behind the manager's back. */
  | { readonly do: 'mount' | 'unmount'; readonly where: string }
  /** Somebody uses an area for swapping, or gives it up. */
  | { readonly do: 'swap-on' | 'swap-off'; readonly what: string }
  /** Somebody looks at what is below an automount point. */
  | { readonly do: 'visit'; readonly unit: string; readonly token: number }
  /** udev tells of the network interface, or that it is gone. */
  | { readonly do: 'plug' | 'unplug' }
  /** A client makes a unit; of a scope with a process that is there already. */
  | { readonly do: 'transient'; readonly unit: string; readonly properties: Readonly<Record<string, string>>; readonly process?: Script }
  /** A client freezes the unit's processes, or lets them go on. */
  | { readonly do: 'freeze' | 'thaw'; readonly unit: string }
  /** A client has removed what the unit keeps in directories. */
  | { readonly do: 'clean'; readonly unit: string; readonly what: string }
  /** A client marks the unit as one that is to be restarted or reloaded, if it is there; and has all that are marked restarted or reloaded. */
  | { readonly do: 'mark'; readonly unit: string; readonly markers: string }
  | { readonly do: 'restart-marked' }
  | { readonly do: 'own' | 'release'; readonly name: string }
  /** The wall clock is set. */
  | { readonly do: 'set-clock'; readonly byUsec: number }
  /** The unit file is another, and daemon-reload follows. */
  | { readonly do: 'edit'; readonly unit: string; readonly lines: readonly string[] };

/** What is done to the manager, and when: `at` counts events of the keeper, batches of the manager, or moments at which it may rest. */
export type Fault =
  /** Killed before it hears of the event. */
  | { readonly kill: 'before-event'; readonly at: number; readonly downUsec: number }
  /** Killed when all is decided but the batch is not sent, or just after it was: as daemon-reexec does. */
  | { readonly kill: 'before-batch' | 'after-batch'; readonly at: number; readonly downUsec: number }
  /** daemon-reload, after the batch. */
  | { readonly reload: true; readonly at: number }
  /** Ends for want of anything to do, at that of the moments at which it has nothing to do, until the keeper starts it again. */
  | { readonly rest: true; readonly at: number };

/** The values of a setting in the lines of a unit file, as they stand there. */
export function valuesOf(lines: readonly string[], key: string): readonly string[] {
  let settings = parsed.get(lines);
  if (settings === undefined) {
    settings = Map.groupBy(lines.map(settingIn), ({ key: each }) => each);
    parsed.set(lines, settings);
  }
  return settings.get(key)?.map(({ value }) => value) ?? [];
}

interface Setting {
  readonly key: string;
  readonly value: string;
}

/** Lists of lines that were read already. */
const parsed = new WeakMap<readonly string[], ReadonlyMap<string, readonly Setting[]>>();

function settingIn(line: string): Setting {
  const at = line.indexOf('=');
  return { key: line.slice(0, Math.max(0, at)), value: line.slice(at + 1) };
}

/** The last value of a setting of seconds, in microseconds. */
export function usecOf(lines: readonly string[], key: string): number | undefined {
  const value = valuesOf(lines, key).at(-1);
  return value === undefined ? undefined : secondsToUsec(value);
}

/** Seconds as the scenarios write them, or with `us` or `ms` behind them. */
export function secondsToUsec(text: string): number {
  if (text.endsWith('us')) return Number(text.slice(0, -2));
  return text.endsWith('ms') ? Number(text.slice(0, -2)) * 1000 : Math.round(Number(text) * 1_000_000);
}
