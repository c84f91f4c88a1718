import type { LinkChange } from './context.ts';
import type { InstallProblem } from './problem.ts';
import type { InstallRecord } from './record.ts';

/** What an operation on unit files would do. */
export interface InstallPlan {
  readonly changes: readonly LinkChange[];
  /** The changes among notes and problems, in the order in which they came. */
  readonly records: readonly InstallRecord[];
  /** The problems for which the operation counts as failed. */
  readonly problems: readonly InstallProblem[];
  /** At least one of the units has something in [Install]. */
  readonly hasInstallSettings: boolean;
}
