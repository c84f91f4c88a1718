import type { ExecSettings } from './settings/exec.ts';

/** The lowest priority of CPUSchedulingPolicy=fifo and rr. */
export const lowestRealtimePriority = 1;

/** The priority of what is scheduled so: where none is set the lowest that the policy has. */
export function schedulingPriority({ CPUSchedulingPolicy, CPUSchedulingPriority }: ExecSettings): number {
  if (CPUSchedulingPriority !== undefined) return CPUSchedulingPriority;
  return CPUSchedulingPolicy === 'fifo' || CPUSchedulingPolicy === 'rr' ? lowestRealtimePriority : 0;
}

/** How memory is taken from nodes: where only nodes are named they are preferred ones; undefined where nothing is said. */
export function settledNumaPolicy({ NUMAPolicy, NUMAMask }: Pick<ExecSettings, 'NUMAPolicy' | 'NUMAMask'>): ExecSettings['NUMAPolicy'] {
  return NUMAPolicy ?? (NUMAMask.length > 0 ? 'preferred' : undefined);
}

/** The processors of CPUAffinity=, or `numa` for those of NUMAMask=: of both kinds the one that was named last counts, and numbers add up. */
export function settledAffinity({ CPUAffinity }: Pick<ExecSettings, 'CPUAffinity'>): 'numa' | readonly number[] {
  return CPUAffinity.at(-1) === 'numa' ? 'numa' : CPUAffinity.flatMap((each) => (each === 'numa' ? [] : each));
}
