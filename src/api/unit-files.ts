import type { JsonValue } from '../base/json-text.ts';
import type { LoadState } from '../unit/config.ts';
import type { Diagnostic } from '../unit/diagnostic.ts';
import type { Assessment } from '../unit/security/assess.ts';

export type { Assessment };

/** The text of unit files and what is to be said about them, as the handlers and a `tysctl` without a manager see it. */
export interface UnitFilesApi {
  /** A unit's main file and drop-ins as they are on disk now; undefined for names that are no unit names. */
  files(unit: string): UnitFiles | undefined;
  /** Checks units, by name or by path of a file, without running anything. */
  verify(targets: readonly string[]): readonly Verification[];
  /** Checks units as they would be started, without a manager: by name, or by path of a file, whose directory is searched before all others. */
  verifyStart(targets: readonly string[], options: StartCheckOptions): StartCheck;
  /** All names of units that the search path has, and which of them lead to the same unit. */
  names(): UnitFileNames;
  /** How exposed services are, by name or by path of a file; without any, all services that the search path has. */
  security(targets: readonly string[] | undefined, options?: ReviewOptions): readonly ServiceExposure[];
}

/** How services are to be judged. */
export interface ReviewOptions {
  /** How the points count, as a file of systemd-analyze(1), --security-policy=, has it. */
  readonly policy?: JsonValue;
  /** What is a drop-in of targets, beside their own: the profile of each. */
  readonly profiles?: ReadonlyMap<string, Uint8Array>;
}

/** The exposure of one service; `assessment` is absent for what is no service or cannot be loaded, which has a reason then. */
export interface ServiceExposure {
  readonly unit: string;
  readonly load: LoadState['state'];
  readonly reason?: string;
  readonly assessment?: Assessment;
}

export interface StartCheckOptions {
  /** Also load what the units mention, and so on, and plan their start. */
  readonly recursive: boolean;
  /** The instance that stands for a template. */
  readonly instance: string;
}

/** What is to be said of units that are to start, and of all that was loaded for that. */
export interface StartCheck {
  readonly units: readonly StartableUnit[];
  readonly others: readonly Diagnostic[];
}

export interface StartableUnit extends Verification {
  /** Why a job to start it could not be queued. */
  readonly refusal?: string;
  /** The service that a socket starts, where that one is not loaded. */
  readonly missingService?: string;
  /** The programs of its commands, but of those that may fail. */
  readonly programs: readonly string[];
  /** Pages of the manual that it names, as `ls(1)`. */
  readonly manuals: readonly string[];
}

export interface UnitFileNames {
  /** Each name with the path of its file, or the name that it stands for; sorted. */
  readonly ids: readonly { readonly name: string; readonly target: string }[];
  /** Units that have a file which says something, and all names that lead to each. */
  readonly units: readonly { readonly unit: string; readonly names: readonly string[] }[];
}

export interface UnitFiles {
  readonly unit: string;
  /** LoadState= of the unit. */
  readonly load: string;
  /** The fragment first, then the drop-ins in the order in which they apply. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export interface Verification {
  readonly unit: string;
  readonly load: string;
  readonly loadReason?: string;
  readonly diagnostics: readonly Diagnostic[];
}
