import type { ActiveState } from '../../graph/active-state.ts';
import type { CommandRun } from '../command-text.ts';
import type { SwapEntry } from '../table.ts';

/** The state of a swap unit (systemd.swap(5)), a union by `sub`. */
export type SwapState = { readonly memory: SwapMemory } & SwapBody;

export type SwapBody = { readonly sub: 'dead' | 'failed' | 'active' } | { readonly sub: SwapControlledSub; readonly control: SwapProcess };

export type SwapKillPhase = 'deactivating-sigterm' | 'deactivating-sigkill';
export type SwapControlledSub = 'cleaning' | 'activating' | 'activating-done' | 'deactivating' | SwapKillPhase;
export type SwapSub = SwapState['sub'];

/** The commands that systemd shows a swap unit to have. */
export type SwapList = 'ExecActivate' | 'ExecDeactivate';

/** The swapon(8) or swapoff(8) that works for the unit, or the child that removes its directories. */
export interface SwapProcess {
  readonly child: number;
  readonly pid: number | null;
  readonly command: { readonly list: SwapList | 'clean' };
}

export type SwapResult = 'success' | 'resources' | 'timeout' | 'exit-code' | 'signal' | 'core-dump' | 'start-limit-hit';

/** What a swap unit knows besides its stage. */
export interface SwapMemory {
  readonly result: SwapResult;
  /** How the latest removal of its directories ended; absent where none was made. */
  readonly cleanResult?: SwapResult;
  /** The line that /proc/swaps has for it. */
  readonly entry: SwapEntry | null;
  /** When the stage takes too long; 0 for never. */
  readonly deadlineUsec: number;
  /** No process of the unit is left. */
  readonly groupEmpty: boolean;
  /** Somebody else began to swap to it. */
  readonly foreign: boolean;
  readonly startLimitHit: boolean;
  readonly runs: Readonly<Partial<Record<SwapList, CommandRun>>>;
}

/** A swap area that was never used. */
export const initialSwapState: SwapState = {
  sub: 'dead',
  memory: { result: 'success', entry: null, deadlineUsec: 0, groupEmpty: true, foreign: false, startLimitHit: false, runs: {} },
};

/** sub → ActiveState=. */
export const swapActiveStates: Readonly<Record<SwapSub, ActiveState>> = {
  dead: 'inactive',
  failed: 'failed',
  cleaning: 'maintenance',
  activating: 'activating',
  'activating-done': 'active',
  active: 'active',
  deactivating: 'deactivating',
  'deactivating-sigterm': 'deactivating',
  'deactivating-sigkill': 'deactivating',
};
