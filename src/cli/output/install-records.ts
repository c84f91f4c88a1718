import { errnoText, noteText, type InstallProblem, type InstallRecord } from '../../api/install.ts';
import type { Style } from './terminal.ts';

/** One line of what came of an operation on unit files; --quiet leaves out all but failures. */
export interface RecordLine {
  readonly text: string;
  readonly level: 'fail' | 'warn' | 'tell';
}

/** How the lines of an operation are worded. */
export interface Wording {
  /** The rest of "Failed to …", as systemctl has it where it works on the files itself. */
  readonly failure: string;
  /** The root directory, which goes before the paths of files. */
  readonly root: string;
  readonly style: Style;
}

/** What is to be said of a record. */
export function recordLine(record: InstallRecord, { failure, root, style }: Wording): RecordLine {
  switch (record.change) {
    case 'symlink':
      return done(`Created symlink ${root}${record.path} ${style.glyphs.arrow} ${record.target}.`);
    case 'unlink':
      return done(`Removed "${root}${record.path}".`);
    case 'note':
      return { text: noteText(record, root), level: noteLevels[record.note] };
    case 'problem':
      return { text: problemText(record, failure, root), level: 'fail' };
    default:
      return record;
  }
}

function done(text: string): RecordLine {
  return { text, level: 'tell' };
}

const noteLevels: Readonly<Record<Extract<InstallRecord, { readonly change: 'note' }>['note'], RecordLine['level']>> = {
  masked: 'tell',
  dangling: 'tell',
  'no-destination': 'warn',
  'auxiliary-failed': 'warn',
};

type Sentence = (failure: string, unit: string, other: string) => string;

/** The sentences of systemctl where it works on the files itself; through the manager it has others. */
const sentences: Readonly<Partial<Record<InstallProblem['code'], Sentence>>> = {
  EEXIST: (failure, path, target) =>
    `Failed to ${failure} unit, file "${path}" already exists${target === '' ? '' : ` and is a symlink to "${target}"`}.`,
  ERFKILL: (failure, unit) => `Failed to ${failure} unit, unit ${unit} is masked.`,
  EADDRNOTAVAIL: (failure, unit) => `Failed to ${failure} unit, unit ${unit} is transient or generated.`,
  ETXTBSY: (failure, path) => `Failed to ${failure} unit, file ${path} is under the systemd unit hierarchy already.`,
  EBADSLT: (failure, text) => `Failed to ${failure} unit, invalid specifier in "${text}".`,
  EIDRM: (failure, unit, target) => `Failed to ${failure} ${unit}, destination unit ${target} is a non-template unit.`,
  EUCLEAN: (failure, unit) => `Failed to ${failure} unit, "${unit}" is not a valid unit name.`,
  ELOOP: (failure, unit) => `Failed to ${failure} unit, refusing to operate on linked unit file ${unit}.`,
  EXDEV: (failure, unit, alias) =>
    alias === ''
      ? `Failed to ${failure} unit, invalid unit reference "${unit}".`
      : `Failed to ${failure} unit, cannot alias ${unit} as ${alias}.`,
  ENOENT: (failure, unit) => `Failed to ${failure} unit, unit ${unit} does not exist.`,
};

function problemText({ code, unit, other }: InstallProblem, failure: string, root: string): string {
  const sentence = sentences[code];
  return sentence === undefined
    ? `Failed to ${failure} unit, file "${unit}": ${errnoText(code)}`
    : sentence(failure, asGiven.has(code) || !unit.startsWith('/') ? unit : root + unit, other);
}

/** Problems of what was asked for, rather than of what was found there. */
const asGiven: ReadonlySet<InstallProblem['code']> = new Set(['ENOENT', 'EUCLEAN', 'EINVAL']);
