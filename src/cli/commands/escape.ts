import {
  escapeName,
  escapePath,
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
import type { Call } from '../main.ts';

interface EscapeOptions {
  readonly words: readonly string[];
  readonly suffix?: string;
  readonly template?: string;
  readonly instance: boolean;
  readonly path: boolean;
  readonly mode: 'escape' | 'unescape' | 'mangle' | 'help' | 'version';
}

/** systemd-escape(1): escapes strings for use in unit names, or the other way round; the results on one line. */
export function runEscape({ argv, terminal, services }: Call): number {
  const parsed = parse(argv);
  if (!parsed.ok) return refuse(terminal, parsed.error);
  const options = parsed.value;
  if (options.mode === 'help' || options.mode === 'version') {
    for (const line of options.mode === 'help' ? help : [`systemd 252 (tysd ${services.version})`]) terminal.print(line);
    return 0;
  }
  if (options.words.length === 0) return refuse(terminal, 'Not enough arguments.');
  const results: string[] = [];
  for (const word of options.words) {
    const result = convert[options.mode](word, options);
    if (!result.ok) return refuse(terminal, result.error);
    results.push(result.value);
  }
  terminal.print(results.join(' '));
  return 0;
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

type Convert = (word: string, options: EscapeOptions) => Result<string, string>;

const convert: Readonly<Record<'escape' | 'unescape' | 'mangle', Convert>> = {
  escape: (word, { path, suffix, template }) => {
    const escaped = path ? escapePath(word) : escapeName(word);
    if (escaped === undefined) return err(`Input '${word}' is not an absolute path without '..', so it cannot be escaped as one.`);
    if (template === undefined) return ok(suffix === undefined ? escaped : `${escaped}.${suffix}`);
    const name = instantiate(template, escaped);
    return name === undefined ? err(`Failed to replace instance: ${template} is no template.`) : ok(name);
  },

  unescape: (word, { path, template, instance }) => {
    if (template === undefined && !instance) return unescaped(word, path);
    const name = parseUnitName(word);
    const part = name.ok ? name.value.instance : undefined;
    if (part === undefined || part === '') return err(`Unit ${word} is not an instance of a template.`);
    if (template !== undefined && templateOf(word) !== template)
      return err(`Unit ${word} template ${templateOf(word) ?? ''} does not match specified template ${template}.`);
    return unescaped(part, path);
  },

  mangle: (word) => {
    const mangled = mangleUnitName(word);
    return mangled === undefined ? err(`Failed to mangle name: '${word}' cannot be made a unit name.`) : ok(mangled.name);
  },
};

function unescaped(text: string, path: boolean): Result<string, string> {
  const result = path ? unescapePath(text) : unescapeName(text);
  return result === undefined ? err(`Failed to unescape string: '${text}' is not an escaped ${path ? 'path' : 'string'}.`) : ok(result);
}

const flags: Readonly<Record<string, Partial<EscapeOptions>>> = {
  '-h': { mode: 'help' },
  '--help': { mode: 'help' },
  '--version': { mode: 'version' },
  '-u': { mode: 'unescape' },
  '--unescape': { mode: 'unescape' },
  '-m': { mode: 'mangle' },
  '--mangle': { mode: 'mangle' },
  '-p': { path: true },
  '--path': { path: true },
  '--instance': { instance: true },
};

function parse(argv: readonly string[]): Result<EscapeOptions, string> {
  let options: EscapeOptions = { words: [], instance: false, path: false, mode: 'escape' };
  const rest = argv.flatMap(separate);
  const words: string[] = [];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const valued = /^--(suffix|template)(?:=(.*))?$/s.exec(word);
    const change = flags[word];
    if (word === '--') words.push(...rest.splice(0));
    else if (change !== undefined) options = { ...options, ...change };
    else if (valued !== null) {
      const value = valued[2] ?? rest.shift();
      if (value === undefined) return err(`systemd-escape: option '--${valued[1] ?? ''}' requires an argument`);
      options = { ...options, [valued[1] ?? '']: value };
    } else if (word.startsWith('-') && word !== '-') return err(`systemd-escape: unrecognized option '${word}'`);
    else words.push(word);
  }
  return check({ ...options, words });
}

/** Short options may be glued together. */
function separate(word: string): readonly string[] {
  return /^-[humpV]{2,}$/.test(word) ? Array.from(word.slice(1), (letter) => `-${letter}`) : [word];
}

function check(options: EscapeOptions): Result<EscapeOptions, string> {
  const { suffix, template, mode, path, instance } = options;
  if (suffix !== undefined && !unitTypes.some((type) => type === suffix)) return err(`Invalid unit suffix type "${suffix}".`);
  if (template !== undefined && !isUnitName(template, 'template')) return err(`Template name ${template} is not valid.`);
  if (template !== undefined && suffix !== undefined) return err('--suffix= and --template= may not be combined.');
  if (mode === 'mangle' && (template !== undefined || suffix !== undefined || path))
    return err('--mangle may not be combined with --suffix=, --template= or --path.');
  if (mode === 'unescape' && suffix !== undefined) return err('--suffix= and --unescape may not be combined.');
  if (instance && mode !== 'unescape') return err('--instance must be used in conjunction with --unescape.');
  if (instance && template !== undefined) return err('--instance may not be combined with --template.');
  return ok(options);
}

function refuse(terminal: Call['terminal'], message: string): number {
  terminal.warn(message);
  return 1;
}
