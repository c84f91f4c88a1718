import { spawnSync } from 'node:child_process';
import { readlinkSync, realpathSync, statSync } from 'node:fs';
import type { Call } from '../main.ts';
import { err, ok } from '../../base/result.ts';
import { flag, type OptionRow, readBoolean, readWords } from '../getopt.ts';
import { versionLines } from '../commands/help.ts';
import { refuseCommandLine } from '../output/messages.ts';
import type { Style } from '../output/terminal.ts';
import { configurationSuffixes, type Found, findConfiguration, splitPrefix } from './delta-files.ts';

const kinds = ['masked', 'equivalent', 'redirected', 'overridden', 'extended', 'unchanged'] as const;
type Kind = (typeof kinds)[number];
const usual: readonly Kind[] = ['masked', 'equivalent', 'redirected', 'overridden', 'extended'];

interface DeltaOptions {
  readonly kinds: readonly Kind[];
  readonly diff: boolean | undefined;
  readonly print: 'help' | 'version' | undefined;
}

/** systemd-delta(1): which configuration files take the place of which others, or add to them. */
export function runDelta(call: Call): number {
  const { argv, terminal, services } = call;
  const fail = (message: string): number => {
    refuseCommandLine(terminal, message);
    return 1;
  };
  const read = readWords('systemd-delta', argv, rows, defaults);
  if (!read.ok) return fail(read.error);
  const { options, words } = read.value;
  if (options.print !== undefined) {
    for (const line of options.print === 'help' ? help : versionLines('systemd-delta', services.version)) terminal.print(line);
    return 0;
  }
  const asked = options.kinds.length === 0 ? usual : options.kinds;
  const diff = options.diff ?? asked.includes('overridden');
  const shown = new Set<Kind>(diff ? [...asked, 'overridden'] : asked);
  let count = 0;
  let failed = false;
  for (const word of words.length === 0 ? [''] : words) {
    const place = splitPrefix(word);
    if (place === undefined) {
      failed = fail(`Invalid suffix specification ${word}.`) > 0;
      continue;
    }
    for (const suffix of place.suffix === '' ? configurationSuffixes : [place.suffix]) {
      const found = findConfiguration(suffix, place.prefix);
      for (const problem of found.problems) failed = fail(problem) > 0;
      if (found.problems.length === 0) for (const one of found.files) count += tell(call, one, { shown, diff });
    }
  }
  if (failed) return 1;
  terminal.print(`${count === 0 ? '' : '\n'}${count} overridden configuration files found.`);
  return 0;
}

/** Prints what there is to say of a file; gives how many findings it was. */
function tell({ terminal }: Call, found: Found, { shown, diff }: { readonly shown: ReadonlySet<Kind>; readonly diff: boolean }): number {
  let count = 0;
  const { path, below } = found;
  const say = (kind: Kind, text: string): void => {
    if (!shown.has(kind)) return;
    terminal.print(`${paintOf(kind, terminal.style)(`[${kind.toUpperCase()}]`)}${' '.repeat(11 - kind.length)}${text}`);
    if (kind !== 'unchanged') count++;
  };
  const { arrow } = terminal.style.glyphs;
  if (below !== undefined && below === path) say('unchanged', path);
  else if (below !== undefined) {
    const kind = kindOf(path, below);
    say(kind, `${path} ${arrow} ${below}`);
    if (kind === 'overridden' && diff) terminal.print(`\n${difference(below, path)}`);
  }
  for (const dropIn of found.dropIns) say('extended', `${path} ${arrow} ${dropIn}`);
  return count;
}

/** What a file makes of the one that it stands in front of. */
function kindOf(path: string, below: string): Kind {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file !== undefined && (file.isCharacterDevice() || (file.isFile() && file.size === 0))) return 'masked';
  if (!isLink(path)) return 'overridden';
  const [end, same] = [resolved(path), resolved(below)];
  return end !== undefined && end === same ? 'equivalent' : 'redirected';
}

function isLink(path: string): boolean {
  try {
    readlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function resolved(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** What diff(1) says, with a line feed at its end. */
function difference(below: string, path: string): string {
  const { stdout, error } = spawnSync('diff', ['-us', '--', below, path], { encoding: 'utf8' });
  return error === undefined ? stdout : 'Failed to execute diff: No such file or directory\n';
}

function paintOf(kind: Kind, { red, green, yellow, bold }: Style): (text: string) => string {
  const paints: Readonly<Record<Kind, (text: string) => string>> = {
    masked: red,
    equivalent: green,
    redirected: yellow,
    overridden: bold,
    extended: bold,
    unchanged: (text) => text,
  };
  return paints[kind];
}

const defaults: DeltaOptions = { kinds: [], diff: undefined, print: undefined };

const rows: readonly OptionRow<DeltaOptions>[] = [
  { long: 'help', short: 'h', isLast: true, ...flag({ print: 'help' }) },
  { long: 'no-pager', ...flag({}) },
  { long: 'diff', value: 'optional', apply: (value = 'yes') => readBoolean('diff', value, (diff) => ({ diff })) },
  { long: 'type', short: 't', value: 'required', apply: (value = '', { kinds: before }) => readKinds(value, before) },
  { long: 'version', isLast: true, ...flag({ print: 'version' }) },
];

function readKinds(text: string, before: readonly Kind[]) {
  const words = text.split(',').filter((word) => word !== '');
  const known = words.flatMap((word) => (word === 'default' ? usual : kinds.filter((kind) => kind === word)));
  const isRight = words.length > 0 && words.every((word) => word === 'default' || kinds.some((kind) => kind === word));
  return isRight ? ok({ kinds: [...before, ...known] }) : err('Failed to parse flags field.');
}

const help: readonly string[] = [
  'systemd-delta [OPTION…] [SUFFIX…]',
  '',
  'Find configuration files that take the place of others, or add to them.',
  '',
  '  --diff[=BOOL]     Show what is different',
  '  -t --type=LIST    Only these: masked, equivalent, redirected, overridden, extended, unchanged, default',
  '  --no-pager        Do not give long output to a pager',
];
