import type { ActiveState } from '../../graph/active-state.ts';
import type { CommandRun } from '../command-text.ts';
import type { MountEntry } from '../table.ts';

/** The state of a mount unit (systemd.mount(5)), a union by `sub`. */
export type MountState = { readonly memory: MountMemory } & MountBody;

export type MountBody =
  | { readonly sub: 'dead' | 'failed' | 'mounted' }
  | { readonly sub: MountControlledSub; readonly control: MountProcess };

export type MountKillPhase = 'remounting-sigterm' | 'remounting-sigkill' | 'unmounting-sigterm' | 'unmounting-sigkill';
export type MountControlledSub = 'cleaning' | 'mounting' | 'mounting-done' | 'remounting' | 'unmounting' | MountKillPhase;
export type MountSub = MountState['sub'];

/** The lists of commands that systemd shows a mount unit to have, each of one command. */
export type MountList = 'ExecMount' | 'ExecRemount' | 'ExecUnmount';

/** The mount(8) or umount(8) that works for the unit, or the child that removes its directories. */
export interface MountProcess {
  readonly child: number;
  readonly pid: number | null;
  readonly command: { readonly list: MountList | 'clean' };
}

export type MountResult = 'success' | 'resources' | 'timeout' | 'exit-code' | 'signal' | 'core-dump' | 'start-limit-hit' | 'protocol';

/** What a mount unit knows besides its stage. */
export interface MountMemory {
  readonly result: MountResult;
  /** How the latest reload ended. */
  readonly reloadResult: MountResult;
  /** How the latest removal of its directories ended; absent where none was made. */
  readonly cleanResult?: MountResult;
  /** The last line that the mount table has for the mount point. */
  readonly entry: MountEntry | null;
  /** When the stage takes too long; 0 for never. */
  readonly deadlineUsec: number;
  /** No process of the unit is left. */
  readonly groupEmpty: boolean;
  /** How often umount(8) was run again, since something was mounted there still. */
  readonly retries: number;
  /** Somebody else mounted it. */
  readonly foreign: boolean;
  readonly startLimitHit: boolean;
  readonly runs: Readonly<Partial<Record<MountList, CommandRun>>>;
}

/** A mount that was never there. */
export const initialMountState: MountState = {
  sub: 'dead',
  memory: {
    result: 'success',
    reloadResult: 'success',
    entry: null,
    deadlineUsec: 0,
    groupEmpty: true,
    retries: 0,
    foreign: false,
    startLimitHit: false,
    runs: {},
  },
};

/** sub → ActiveState=. */
export const mountActiveStates: Readonly<Record<MountSub, ActiveState>> = {
  dead: 'inactive',
  failed: 'failed',
  cleaning: 'maintenance',
  mounting: 'activating',
  'mounting-done': 'activating',
  mounted: 'active',
  remounting: 'reloading',
  'remounting-sigterm': 'reloading',
  'remounting-sigkill': 'reloading',
  unmounting: 'deactivating',
  'unmounting-sigterm': 'deactivating',
  'unmounting-sigkill': 'deactivating',
};

/** The process that works for the unit now, if any. */
export function mountControl(state: MountBody): MountProcess | null {
  return 'control' in state ? state.control : null;
}
