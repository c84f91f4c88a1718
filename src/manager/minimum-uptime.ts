import { formatTimespan, SECOND } from '../base/duration.ts';
import type { EndAction } from '../port/keeper.ts';
import { log } from './records.ts';
import type { World } from './world.ts';

/** An end of the machine that waits until it has been up for long enough. */
export interface DelayedEnd {
  readonly action: EndAction;
  /** CLOCK_MONOTONIC microseconds. */
  readonly atUsec: number;
}

/** The timer of the manager that ends the wait. */
export const minimumUptimeTimer = 'minimum-uptime';

/**
 * Whether the end has to wait (systemd-system.conf(5), MinimumUptimeSec=): a machine that goes down again as soon as it is up, and comes back at once, could
 * not be helped by anybody. Then it is put down for later, also for the next manager.
 */
export function isTooEarly(world: World, action: EndAction): boolean {
  const { init, container, config } = world.options;
  if (!init || container || !endsMachine.has(action)) return false;
  const atUsec = config.minimumUptimeUsec ?? 0;
  if (world.now.monotonicUsec >= atUsec) return false;
  if (world.delayedEnd !== undefined) return true;
  const left = formatTimespan(atUsec - world.now.monotonicUsec, SECOND);
  log(world, 5, `The machine is up for less than ${formatTimespan(atUsec)} (MinimumUptimeSec=), ending in ${left} (${action})`, undefined);
  setDelayedEnd(world, { action, atUsec });
  return true;
}

/** Puts a wait where it was, or begins it. */
export function setDelayedEnd(world: World, end: DelayedEnd): void {
  world.delayedEnd = end;
  world.dirtyManager = true;
  world.timers.arm(world, minimumUptimeTimer, end.atUsec);
}

const endsMachine: ReadonlySet<EndAction> = new Set<EndAction>(['reboot', 'poweroff', 'halt', 'kexec']);
