/** Why a unit was not enabled, disabled or masked; the names are those of errno(3) that systemd returns. */
export const problemCodes = [
  'ENOENT',
  'ERFKILL',
  'EADDRNOTAVAIL',
  'EEXIST',
  'ENOLINK',
  'ELOOP',
  'EXDEV',
  'EUCLEAN',
  'EIDRM',
  'EISDIR',
  'ETXTBSY',
  'EBADSLT',
  'EINVAL',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

export interface InstallProblem {
  readonly change: 'problem';
  readonly code: ProblemCode;
  /** The unit or path that it is about. */
  readonly unit: string;
  /** The second name that its sentence needs; '' where it needs none. */
  readonly other: string;
  /** A sentence, worded as systemd words it on the bus. */
  readonly message: string;
}

/** A problem with its usual sentence; `other` is the second name that the sentence needs, if it needs one. */
export function problem(code: ProblemCode, unit: string, other = ''): InstallProblem {
  return { change: 'problem', code, unit, other, message: sentences[code](unit, other) };
}

/** What strerror(3) says of a problem. */
export function errnoText(code: ProblemCode): string {
  return errnoTexts[code];
}

const errnoTexts: Readonly<Record<ProblemCode, string>> = {
  ENOENT: 'No such file or directory',
  ERFKILL: 'Operation not possible due to RF-kill',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EEXIST: 'File exists',
  ENOLINK: 'Link has been severed',
  ELOOP: 'Too many levels of symbolic links',
  EXDEV: 'Invalid cross-device link',
  EUCLEAN: 'Structure needs cleaning',
  EIDRM: 'Identifier removed',
  EISDIR: 'Is a directory',
  ETXTBSY: 'Text file busy',
  EBADSLT: 'Invalid slot',
  EINVAL: 'Invalid argument',
};

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
