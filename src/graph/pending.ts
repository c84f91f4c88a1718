import type { SettingChange } from '../unit/compare.ts';

/** A dependency that a unit's files declare now and did not before, or the other way round. */
export interface DependencyChange {
  readonly change: 'added' | 'removed';
  readonly key: string;
  readonly unit: string;
  /** PATH:LINE, or the path of a link. */
  readonly at?: string;
}

/** What would be otherwise of a loaded unit if unit files were read afresh now. */
export interface PendingUnit {
  readonly unit: string;
  readonly active: string;
  /** LoadState= before and after, where they differ. */
  readonly load?: { readonly before: string; readonly after: string; readonly reason?: string };
  readonly settings: readonly SettingChange[];
  readonly dependencies: readonly DependencyChange[];
  /** The unit runs, and goes on as it is until it is started again. */
  readonly needsRestart: boolean;
}
