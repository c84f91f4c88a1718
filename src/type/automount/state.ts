import type { ActiveState } from '../../graph/active-state.ts';

/** The state of an automount unit (systemd.automount(5)), a union by `sub`; setting up and taking away are the work of a child. */
export type AutomountState = { readonly memory: AutomountMemory } & AutomountBody;

export type AutomountBody =
  | { readonly sub: 'dead' | 'failed' }
  | { readonly sub: 'waiting' | 'running' }
  | { readonly sub: 'setting-up' | 'unsetting'; readonly child: number };

export type AutomountSub = AutomountState['sub'];

export type AutomountResult = 'success' | 'resources' | 'unmounted' | 'start-limit-hit' | 'mount-start-limit-hit';

/** What an automount unit knows besides its stage. */
export interface AutomountMemory {
  readonly result: AutomountResult;
  /** The name under which the keeper may hold the pipe through which the kernel asks; empty where it does not. */
  readonly held: string;
  /** The number of the automount point's file system. */
  readonly device: number;
  /** Under which tokens somebody waits for the mount, and the kernel for its end. */
  readonly tokens: readonly number[];
  readonly expiries: readonly number[];
  /** The child that asks the kernel what is idle, if there is one. */
  readonly expirer: number | null;
  readonly startLimitHit: boolean;
}

/** An automount that was never set up. */
export const initialAutomountState: AutomountState = {
  sub: 'dead',
  memory: { result: 'success', held: '', device: 0, tokens: [], expiries: [], expirer: null, startLimitHit: false },
};

/** sub → ActiveState=. */
export const automountActiveStates: Readonly<Record<AutomountSub, ActiveState>> = {
  dead: 'inactive',
  failed: 'failed',
  'setting-up': 'activating',
  waiting: 'active',
  running: 'active',
  unsetting: 'deactivating',
};
