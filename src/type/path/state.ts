import type { ActiveState } from '../../graph/active-state.ts';

/** The state of a path unit (systemd.path(5)), a union by `sub`. The watches are the keeper's; the state has the names under which it holds them. */
export type PathState = { readonly memory: PathMemory } & PathBody;

export type PathBody =
  | { readonly sub: 'dead' | 'failed' }
  /** The first watches are being made, so nothing that changes from the end of the start on is missed. */
  | { readonly sub: 'starting'; readonly maker: number }
  /** `maker` is the child that makes the watches anew, if one does. */
  | { readonly sub: 'waiting' | 'running'; readonly maker: number | null };

export type PathSub = PathState['sub'];

export type PathResult = 'success' | 'resources' | 'start-limit-hit' | 'unit-start-limit-hit' | 'trigger-limit-hit';

/** What a path unit knows besides its stage. */
export interface PathMemory {
  readonly result: PathResult;
  readonly startLimitHit: boolean;
  /** Those of PathChanged= and PathModified= that were there when that was looked at last. */
  readonly present: readonly string[];
  /** Names of the descriptors that the keeper holds for it. */
  readonly held: readonly string[];
  /** What leads to the paths, as it was just before they were watched. */
  readonly trail: string;
  /** What is watched, for who compares it with what the unit file says now. */
  readonly watched: string;
  /** The window of TriggerLimitIntervalSec=: when it began, and how often the unit was triggered since. */
  readonly window: { readonly beganUsec: number; readonly count: number };
}

/** A path unit that was never started. */
export const initialPathState: PathState = {
  sub: 'dead',
  memory: {
    result: 'success',
    startLimitHit: false,
    present: [],
    held: [],
    trail: '',
    watched: '',
    window: { beganUsec: 0, count: 0 },
  },
};

/** sub → ActiveState= and SubState=. */
export const pathLooks: Readonly<Record<PathSub, { readonly active: ActiveState; readonly sub: string }>> = {
  dead: { active: 'inactive', sub: 'dead' },
  failed: { active: 'failed', sub: 'failed' },
  starting: { active: 'activating', sub: 'waiting' },
  waiting: { active: 'active', sub: 'waiting' },
  running: { active: 'active', sub: 'running' },
};
