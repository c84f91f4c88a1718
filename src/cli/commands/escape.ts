import {
  escapeName,
  escapePath,
  hasLongName,
  instantiate,
  isUnitName,
  mangleUnitName,
  parseUnitName,
  templateOf,
  unescapeName,
  unescapePath,
  unitTypes,
} from '../../api/escape.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { refuseCommandLine } from '../output/messages.ts';
import { flag, type OptionRow, readWords } from '../getopt.ts';
import type { Call } from '../main.ts';

interface EscapeOptions {
  readonly suffix: string | undefined;
  readonly template: string | undefined;
  readonly instance: boolean;
  readonly path: boolean;
  readonly mode: 'escape' | 'unescape' | 'mangle';
  readonly print: 'help' | 'version' | undefined;
}

const defaults: EscapeOptions = {
  suffix: undefined,
  template: undefined,
  instance: false,
  path: false,
  mode: 'escape',
  print: undefined,
};

const rows: readonly OptionRow<EscapeOptions>[] = [
  { long: 'help', short: 'h', isLast: true, ...flag({ print: 'help' }) },
  { long: 'version', isLast: true, ...flag({ print: 'version' }) },
  { long: 'suffix', value: 'required', apply: readSuffix },
  { long: 'template', value: 'required', apply: readTemplate },
  { long: 'mangle', short: 'm', ...flag({ mode: 'mangle' }) },
  { long: 'unescape', short: 'u', ...flag({ mode: 'unescape' }) },
  { long: 'path', short: 'p', ...flag({ path: true }) },
  { long: 'instance', ...flag({ instance: true }) },
];

/** systemd-escape(1): escapes strings for use in unit names, or the other way round; the results on one line. */
export function runEscape({ argv, terminal, services }: Call): number {
  const parsed = readWords('systemd-escape', argv, rows, defaults);
  if (!parsed.ok) return refuse(terminal, parsed.error);
  const { options, words } = parsed.value;
  if (options.print !== undefined) {
    for (const line of options.print === 'help' ? help : [`systemd 252 (tysd ${services.version})`]) terminal.print(line);
    return 0;
  }
  const problem = words.length === 0 ? 'Not enough arguments.' : contradiction(options);
  if (problem !== undefined) return refuse(terminal, problem);
  const results: string[] = [];
  let failure: string | undefined;
  for (const word of words) {
    const { warning, result } = convert[options.mode](word, options);
    if (warning !== undefined) terminal.warn(warning);
    if (!result.ok) {
      failure = result.error;
      break;
    }
    results.push(result.value);
  }
  // What came before a failure is printed all the same.
  if (results.length > 0) terminal.print(results.join(' '));
  return failure === undefined ? 0 : refuse(terminal, failure);
}

const help: readonly string[] = [
  'systemd-escape [OPTION…] STRING…',
  '',
  'Escapes strings for use in unit names.',
  '',
  '  --suffix=TYPE         Append this suffix',
  '  --template=NAME       Make each string the instance of this template',
  '  --instance            With --unescape, show only the instance',
  '  -u --unescape         Go the other way',
  '  -m --mangle           Escape what cannot be in a unit name, and no more',
  '  -p --path             The strings are paths',
];

/** What came of a word, and what is to be said about it. */
interface Converted {
  readonly result: Result<string, string>;
  readonly warning?: string | undefined;
}

type Convert = (word: string, options: EscapeOptions) => Converted;

const convert: Readonly<Record<EscapeOptions['mode'], Convert>> = {
  escape: (word, { path, suffix, template }) => {
    const escaped = path ? escapePath(word) : escapeName(word);
    const warning = path ? pathWarning(word) : undefined;
    if (escaped === undefined) {
      return { result: err(`Input '${word}' is not ${pathFault(word)} file system path, failed to escape.`) };
    }
    if (template === undefined) return { result: ok(suffix === undefined ? escaped : `${escaped}.${suffix}`), warning };
    const name = instantiate(template, escaped);
    return { result: name === undefined ? err('Failed to replace instance: Invalid argument') : ok(name), warning };
  },

  unescape: (word, { path, template, instance }) => {
    if (template === undefined && !instance) return { result: unescaped(word, path) };
    const name = parseUnitName(word);
    if (!name.ok) return { result: err('Failed to extract instance: Invalid argument') };
    const part = name.value.instance;
    if (part === undefined || part === '') return { result: err(`Unit ${word} is missing the instance name.`) };
    if (template !== undefined && templateOf(word) !== template)
      return { result: err(`Unit ${word} template ${templateOf(word) ?? ''} does not match specified template ${template}.`) };
    return { result: unescaped(part, path) };
  },

  mangle: (word) => {
    const mangled = mangleUnitName(word);
    return { result: mangled === undefined ? err('Failed to mangle name: Invalid argument') : ok(mangled.name) };
  },
};

function pathFault(word: string): string {
  if (word.length > 4095 || hasLongName(word)) return 'a valid';
  return word.startsWith('/') ? 'a normalized' : 'an absolute';
}

/** The way back from a path that is none gives another text. */
function pathWarning(word: string): string | undefined {
  if (word === '') return `Input '' is not a valid file system path, escaping is likely not going be reversible.`;
  return word.startsWith('/')
    ? undefined
    : `Input '${word}' is not an absolute file system path, escaping is likely not going to be reversible.`;
}

function unescaped(text: string, path: boolean): Result<string, string> {
  const result = path ? unescapePath(text) : unescapeName(text);
  return result === undefined ? err('Failed to unescape string: Invalid argument') : ok(result);
}

function readSuffix(suffix = ''): Result<Partial<EscapeOptions>, string> {
  return unitTypes.some((type) => type === suffix) ? ok({ suffix }) : err(`Invalid unit suffix type "${suffix}".`);
}

function readTemplate(template = ''): Result<Partial<EscapeOptions>, string> {
  return isUnitName(template, 'template') ? ok({ template }) : err(`Template name ${template} is not valid.`);
}

function contradiction({ suffix, template, mode, path, instance }: EscapeOptions): string | undefined {
  if (template !== undefined && suffix !== undefined) return '--suffix= and --template= may not be combined.';
  if ((template !== undefined || suffix !== undefined) && mode === 'mangle')
    return '--suffix= and --template= are not compatible with --mangle.';
  if (suffix !== undefined && mode === 'unescape') return '--suffix is not compatible with --unescape.';
  if (path && mode === 'mangle') return '--path may not be combined with --mangle.';
  if (instance && mode !== 'unescape') return '--instance must be used in conjunction with --unescape.';
  if (instance && template !== undefined) return '--instance may not be combined with --template.';
  return undefined;
}

function refuse(terminal: Call['terminal'], message: string): number {
  refuseCommandLine(terminal, message);
  return 1;
}
