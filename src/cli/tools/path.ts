import { versionLines } from '../commands/help.ts';
import { flag, type OptionRow, readWords, text } from '../getopt.ts';
import type { Call } from '../main.ts';
import { refuseCommandLine } from '../output/messages.ts';
import { knownPaths } from './known-paths.ts';

interface PathOptions {
  readonly suffix: string;
  readonly print: 'help' | 'version' | undefined;
}

/** systemd-path(1): where programs find and put their files. */
export function runPath({ argv, terminal, services, environment }: Call): number {
  const read = readWords('systemd-path', argv, rows, { suffix: '', print: undefined });
  if (!read.ok) {
    refuseCommandLine(terminal, read.error);
    return 1;
  }
  const { options, words } = read.value;
  if (options.print !== undefined) {
    for (const line of options.print === 'help' ? help : versionLines('systemd-path', services.version)) terminal.print(line);
    return 0;
  }
  const paths = knownPaths(environment);
  const shown = (path: string): string =>
    options.suffix === ''
      ? path
      : path
          .split(':')
          .map((each) => `${each}/${options.suffix}`)
          .join(':');
  if (words.length === 0) {
    for (const [name, path] of paths) if (path !== undefined) terminal.print(`${name}: ${shown(path)}`);
    return 0;
  }
  let status = 0;
  for (const word of words) {
    const path = paths.get(word);
    if (path === undefined) {
      terminal.fail(paths.has(word) ? `Failed to query ${word}: No such device or address` : `Path ${word} not known.`);
      status = 1;
    } else terminal.print(shown(path));
  }
  return status;
}

const rows: readonly OptionRow<PathOptions>[] = [
  { long: 'help', short: 'h', isLast: true, ...flag({ print: 'help' }) },
  { long: 'version', isLast: true, ...flag({ print: 'version' }) },
  { long: 'suffix', ...text((suffix) => ({ suffix })) },
];

const help: readonly string[] = [
  'systemd-path [OPTION…] [NAME…]',
  '',
  'Tell where programs find and put their files; without a name all of them.',
  '',
  '  --suffix=SUFFIX   Put this behind each path',
];
