import { unitTypes } from '../../api/escape.ts';
import { signalNames } from '../../api/signals.ts';
import { jobModes, unitFileStates } from '../../api/words.ts';
import { facilities } from '../../base/facilities.ts';
import { outputNames } from '../../base/output-names.ts';
import { timestampForms } from '../../base/timestamp.ts';
import { activeStates } from '../filter.ts';
import type { OptionForm } from '../getopt.ts';
import { optionDocs } from '../option-docs.ts';
import { cleanableKinds, presetModes } from '../option-words.ts';
import { propertyNames } from '../output/property-order.ts';
import type { Verb } from '../verbs.ts';

/** A word that may stand there, and what it means where that helps to choose. */
export interface Candidate {
  readonly word: string;
  readonly doc?: string;
}

/** Which units: those that a verb can do something to. */
export type UnitChoice = 'all' | 'active' | 'startable' | 'failed' | 'reloadable' | 'file' | 'enabled' | 'disabled' | 'masked' | 'target';

/** What may stand in a place of a command line. */
export type Wanted =
  | { readonly want: 'words'; readonly candidates: readonly Candidate[] }
  | { readonly want: 'units'; readonly choice: UnitChoice }
  | { readonly want: 'jobs' | 'variables' | 'files' | 'directives' | 'hosts' | 'nothing' };

/** What a command line is made of. */
export interface Grammar {
  readonly verbs: Readonly<Record<string, Pick<Verb, 'usage' | 'doc' | 'most'>>>;
  readonly options: readonly OptionForm[];
  /** What each option does; where it is not said, tysctl's. */
  readonly docs?: Readonly<Record<string, string>>;
  /** The words that may follow options, where they are other ones than those of systemctl and journalctl. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
}

/** What the last of these words, which may be but begun, can become; `prefix` of it is not part of the answer, as in `--type=`. */
export function wantedAt(words: readonly string[], grammar: Grammar): { readonly wanted: Wanted; readonly prefix: string } {
  const word = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const plain = plainWords(before, grammar);
  if (plain.pending !== undefined) return { wanted: valueOf(plain.pending, grammar), prefix: valuePrefix(plain.pending, word) };
  const [isOption, name = '', value = ''] = /^--([a-z-]+)=(.*)$/.exec(word) ?? [];
  if (isOption !== undefined && !plain.ended) return { wanted: valueOf(name, grammar), prefix: `--${name}=${valuePrefix(name, value)}` };
  if (word.startsWith('-') && !plain.ended) return { wanted: { want: 'words', candidates: optionCandidates(grammar) }, prefix: '' };
  const [verb, ...rest] = plain.words;
  if (verb === undefined) return { wanted: { want: 'words', candidates: verbCandidates(grammar) }, prefix: '' };
  return { wanted: argumentOf(verb, rest, grammar), prefix: '' };
}

/** What was typed before the last comma of a list, or the user before a host. */
function valuePrefix(option: string, value: string): string {
  return value.slice(0, value.lastIndexOf(option === 'host' ? '@' : ',') + 1);
}

/** The words that are no options; an option that still waits for its value; whether `--` has ended options. */
function plainWords(
  typed: readonly string[],
  { options }: Grammar,
): { readonly words: readonly string[]; readonly pending?: string; readonly ended: boolean } {
  const words: string[] = [];
  for (const [index, word] of typed.entries()) {
    const isLast = index === typed.length - 1;
    if (word === '--') return { words: [...words, ...typed.slice(index + 1)], ended: true };
    if (pendingOption(typed[index - 1], options) !== undefined) continue;
    const pending = pendingOption(word, options);
    if (pending !== undefined && isLast) return { words, pending, ended: false };
    if (!word.startsWith('-')) words.push(word);
  }
  return { words, ended: false };
}

/** The long name of an option whose value is the next word. */
function pendingOption(word: string | undefined, options: Grammar['options']): string | undefined {
  if (word === undefined) return undefined;
  const row = options.find(
    ({ long, short, value }) =>
      value === 'required' &&
      ((long !== undefined && word === `--${long}`) || (short !== undefined && new RegExp(`^-\\w*${short}$`).test(word))),
  );
  return row === undefined ? undefined : (row.long ?? shortOnly[row.short ?? ''] ?? '');
}

/** Options without a long name, by one that takes the same. */
const shortOnly: Readonly<Record<string, string>> = { P: 'property' };

function optionCandidates({ options, docs = optionDocs }: Grammar): readonly Candidate[] {
  return options.flatMap(({ long, value }) => {
    if (long === undefined) return [];
    const doc = docs[long];
    return [{ word: `--${long}${value === 'required' ? '=' : ''}`, ...(doc === undefined ? {} : { doc }) }];
  });
}

function verbCandidates({ verbs }: Grammar): readonly Candidate[] {
  return Object.entries(verbs).map(([word, { doc }]) => ({ word, doc }));
}

function argumentOf(verb: string, given: readonly string[], { verbs }: Grammar): Wanted {
  const row = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (row === undefined || given.length >= row.most) return { want: 'nothing' };
  const special = Object.hasOwn(ownArguments, verb) ? ownArguments[verb] : undefined;
  if (special !== undefined) return special;
  // Of several kinds, the first is the usual one.
  const kind = /^\[?([A-Z]+)/.exec(row.usage)?.[1] ?? '';
  return kinds[kind] ?? { want: 'nothing' };
}

const units = (choice: UnitChoice): Wanted => ({ want: 'units', choice });
const oneOf = (all: readonly string[]): Wanted => ({ want: 'words', candidates: all.map((word) => ({ word })) });
const priorities: readonly string[] = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

/** What the words of the usage stand for. */
const kinds: Readonly<Record<string, Wanted>> = {
  UNIT: units('all'),
  PATTERN: units('all'),
  SCOPE: units('all'),
  TARGET: units('target'),
  FILE: { want: 'files' },
  PATH: { want: 'files' },
  JOB: { want: 'jobs' },
  NAME: { want: 'variables' },
  DIRECTIVE: { want: 'directives' },
  TYPE: oneOf(unitTypes),
  LEVEL: oneOf(priorities),
  BOOL: oneOf(['yes', 'no']),
};

/** Verbs that make sense for some units only. */
const ownArguments: Readonly<Record<string, Wanted>> = {
  start: units('startable'),
  stop: units('active'),
  kill: units('active'),
  'try-restart': units('active'),
  condrestart: units('active'),
  reload: units('reloadable'),
  'try-reload-or-restart': units('active'),
  'force-reload': units('active'),
  'reload-or-try-restart': units('active'),
  condreload: units('active'),
  condstop: units('active'),
  'reset-failed': units('failed'),
  isolate: units('target'),
  'set-default': units('target'),
  enable: units('disabled'),
  disable: units('enabled'),
  reenable: units('enabled'),
  preset: units('file'),
  unmask: units('masked'),
  mask: units('file'),
  revert: units('file'),
  edit: units('file'),
  'is-enabled': units('file'),
  'list-unit-files': units('file'),
  completion: { want: 'words', candidates: ['bash', 'zsh', 'fish'].map((word) => ({ word })) },
};

function valueOf(option: string, grammar: Grammar): Wanted {
  const own = grammar.values?.[option];
  if (own !== undefined) return oneOf(own);
  const words = Object.hasOwn(values, option) ? values[option] : undefined;
  if (words !== undefined) return { want: 'words', candidates: words().map((word) => ({ word })) };
  return valueKinds[option] ?? { want: 'nothing' };
}

const valueKinds: Readonly<Record<string, Wanted>> = {
  root: { want: 'files' },
  'runtime-directory': { want: 'files' },
  directory: { want: 'files' },
  file: { want: 'files' },
  'cursor-file': { want: 'files' },
  'security-policy': { want: 'files' },
  host: { want: 'hosts' },
  unit: units('all'),
  'user-unit': units('all'),
};

/** The words that may follow options, of systemctl's and journalctl's alike. */
const values: Readonly<Record<string, () => readonly string[]>> = {
  type: () => unitTypes,
  state: () => [...activeStates, ...unitFileStates],
  output: () => outputNames,
  signal: () => signalNames().flatMap((name) => (name === '0' ? [] : [name, `SIG${name}`])),
  property: () => propertyNames(),
  'job-mode': () => jobModes,
  'kill-whom': () => ['all', 'main', 'control'],
  'kill-who': () => ['all', 'main', 'control'],
  'preset-mode': () => presetModes,
  what: () => cleanableKinds,
  timestamp: () => timestampForms,
  legend: () => ['yes', 'no'],
  target: () => ['container', 'user', 'system'],
  priority: () => priorities,
  facility: () => facilities.filter((name) => !/^\d/.test(name)),
  'check-inhibitors': () => ['auto', 'yes', 'no'],
  'recursive-errors': () => ['no', 'one', 'yes'],
  json: () => ['short', 'pretty', 'off'],
  man: () => ['yes', 'no'],
  offline: () => ['yes', 'no'],
};
