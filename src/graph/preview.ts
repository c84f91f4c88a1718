import type { Edge } from './waiting.ts';

/** A job that a request would queue. */
export interface PreviewedJob {
  readonly unit: string;
  readonly type: string;
  /** Why the job is there, for people: "Wants= of a.target (a.target:4)". */
  readonly reason: string;
  /** The unit whose job pulls it in; absent for what was asked for. */
  readonly of?: string;
  /** The dependency that does, and where it is declared, where it is one. */
  readonly edge?: Edge;
}

/** A circle in the order of the jobs, each of its steps with where it is declared; and the unit whose job is left out for it. */
export interface PreviewedCycle {
  readonly edges: readonly Edge[];
  readonly dropped?: string;
}

/** What a request would come to. */
export interface Preview {
  /** What was asked for is the first. */
  readonly jobs: readonly PreviewedJob[];
  readonly cycles: readonly PreviewedCycle[];
  /** What else was given up on the way, for people. */
  readonly remarks: readonly string[];
}
