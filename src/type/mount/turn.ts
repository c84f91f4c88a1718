import { invariant } from '../../base/assert.ts';
import type { UnitConfig } from '../../unit/config.ts';
import type { KillSettings } from '../../unit/settings/kill.ts';
import type { MountSettings } from '../../unit/settings/mount.ts';
import type { Effect, Step, StepContext } from '../type.ts';
import { type MountMemory, type MountResult, type MountState, mountControl } from './state.ts';

/** One call of the mount's state machine while it is being worked out. */
export interface MountTurn {
  readonly config: UnitConfig;
  readonly mount: MountSettings;
  readonly kill: KillSettings;
  readonly context: StepContext;
  readonly effects: Effect[];
  /** The timer's end is being handled, so it runs no more. */
  elapsed: boolean;
}

/** Begins a turn. */
export function openMountTurn(config: UnitConfig, context: StepContext): MountTurn {
  invariant(config.mount !== undefined && config.kill !== undefined, `${config.name} has no mount settings`);
  return { config, mount: config.mount, kill: config.kill, context, effects: [], elapsed: false };
}

/** Ends a turn: sets the timer, and says it where a reload came to nothing. */
export function concludeMount(turn: MountTurn, before: MountState, after: MountState): Step<MountState> {
  const old = mountDeadlineOf(before);
  const now = mountDeadlineOf(after);
  if (now !== 0 && (turn.elapsed || now !== old)) turn.effects.push({ effect: 'arm', timer: 'timeout', atUsec: now });
  if (now === 0 && old !== 0 && !turn.elapsed) turn.effects.push({ effect: 'disarm', timer: 'timeout' });
  if (before.sub.startsWith('remounting') && after.memory.reloadResult !== 'success') turn.effects.push({ effect: 'reload-failed' });
  return { state: after, effects: turn.effects };
}

/** When the stage takes too long; 0 for never. */
export function mountDeadlineOf(state: MountState): number {
  return mountControl(state) === null ? 0 : state.memory.deadlineUsec;
}

/** Gives the stage its time limit (systemd.mount(5), TimeoutSec=). */
export function timedMount({ mount, context }: MountTurn, memory: MountMemory): MountMemory {
  const limit = mount.TimeoutSec ?? context.defaults.timeoutStartUsec;
  return { ...memory, deadlineUsec: limit === Infinity ? 0 : context.now + limit };
}

/** Notes why the unit fails; what failed first stays. */
export function noteMountResult(memory: MountMemory, result: MountResult): MountMemory {
  return memory.result === 'success' && result !== 'success' ? { ...memory, result } : memory;
}

/** Writes to the journal about the unit. */
export function sayOfMount(turn: MountTurn, priority: number, message: string): void {
  turn.effects.push({ effect: 'log', priority, message: `${turn.config.name}: ${message}` });
}
