import type { Result } from '../base/result.ts';
import type { InstallFailure, InstallFlags, InstallOutcome, InstallAction } from '../unit/install/request.ts';
import type { UnitFile, UnitFileState } from '../unit/install/unit-file.ts';

export { noteText, type InstallRecord } from '../unit/install/record.ts';
export { errnoText, type InstallProblem } from '../unit/install/problem.ts';
export type { InstallAction, InstallFailure, InstallOutcome };

/**
 * Unit files and the links between them, as the handlers of the API and `tysctl --root` see them.
 *
 * An implementation carries out what unit/install/ plans; it neither reloads the manager nor starts units.
 */
export interface InstallApi {
  /** Carries out one operation on these units (paths for `link`; `[target, unit…]` for `add-wants` and `add-requires`). */
  apply(action: InstallAction, units: readonly string[], flags: InstallFlags): Result<InstallOutcome, InstallFailure>;
  /** The state of one unit file, as `is-enabled` prints it; undefined where there is no such file. */
  state(unit: string): UnitFileState | undefined;
  /** The same, or what errno(3) calls the reason why it has none. */
  stateOrErrno(unit: string): Result<UnitFileState, string>;
  /** All unit files of the search path, sorted by type and name as systemctl(1) sorts units. */
  list(): readonly UnitFile[];
  /** The links that `disable` would remove, for `is-enabled --full`. */
  links(unit: string, flags: InstallFlags): readonly string[];
  /** The unit that default.target leads to. */
  defaultTarget(): Result<string, InstallFailure>;
}
