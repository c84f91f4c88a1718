import type { LinkChange } from './context.ts';

/** Why a unit was not enabled, disabled or masked; the names are those of errno(3) that systemd returns. */
export type ProblemCode =
  | 'ENOENT'
  | 'ERFKILL'
  | 'EADDRNOTAVAIL'
  | 'EEXIST'
  | 'ENOLINK'
  | 'ELOOP'
  | 'EXDEV'
  | 'EUCLEAN'
  | 'EIDRM'
  | 'EISDIR'
  | 'ETXTBSY'
  | 'EBADSLT'
  | 'EINVAL';

export interface InstallProblem {
  readonly code: ProblemCode;
  /** The unit or path that it is about. */
  readonly unit: string;
  /** A sentence, worded as systemd words it on the bus. */
  readonly message: string;
}

/** What an operation on unit files would do. */
export interface InstallPlan {
  readonly changes: readonly LinkChange[];
  readonly problems: readonly InstallProblem[];
  /** Remarks that are no errors, such as a target that does not exist. */
  readonly notes: readonly string[];
  /** At least one of the units has something in [Install]. */
  readonly hasInstallSettings: boolean;
}

/** A problem with its usual sentence; `other` is the second name that the sentence needs, if it needs one. */
export function problem(code: ProblemCode, unit: string, other = ''): InstallProblem {
  return { code, unit, message: sentences[code](unit, other) };
}

const sentences: Readonly<Record<ProblemCode, (unit: string, other: string) => string>> = {
  ENOENT: (unit) => `Unit file ${unit} does not exist.`,
  ERFKILL: (unit) => `Unit file ${unit} is masked.`,
  EADDRNOTAVAIL: (unit) => `Unit ${unit} is transient or generated.`,
  EEXIST: (unit, target) => (target === '' ? `File ${unit} already exists.` : `File ${unit} already exists and is a symlink to ${target}.`),
  ENOLINK: (unit) => `Unit ${unit} is an alias of a unit that does not exist.`,
  ELOOP: (unit) => `Refusing to operate on linked unit file ${unit}.`,
  EXDEV: (unit, alias) => (alias === '' ? `Invalid unit reference ${unit}.` : `Cannot alias ${unit} as ${alias}.`),
  EUCLEAN: (unit) => `"${unit}" is not a valid unit name.`,
  EIDRM: (unit, target) => `Cannot enable ${unit}: destination unit ${target} is a non-template unit.`,
  EISDIR: (unit) => `File ${unit} is a directory.`,
  ETXTBSY: (unit) => `File ${unit} is under the systemd unit hierarchy already.`,
  EBADSLT: (text) => `Invalid specifier in ${text}.`,
  EINVAL: (unit) => `File ${unit}: Also= in [Install] has a word that is no unit name.`,
};
