import { basename } from 'node:path';
import { flag, type OptionRow, readWords } from '../getopt.ts';
import { printAll, refuse, type SysvCall } from './call.ts';

interface HaltOptions {
  readonly action: string;
  readonly force: boolean;
  readonly recordOnly: boolean;
  readonly help: boolean;
}

/** halt(8), poweroff(8) and reboot(8), with the options that they have under these names. */
export async function runHalt(call: SysvCall): Promise<number> {
  const name = basename(call.program);
  const read = readWords(name, call.argv, rows, { action: name, force: false, recordOnly: false, help: false });
  if (!read.ok) return refuse(call, read.error);
  const { options, words } = read.value;
  if (options.help) return printAll(call, helpOf(name));
  if (words.length > (name === 'reboot' ? 1 : 0)) return refuse(call, 'Too many arguments.');
  // tysd keeps no record of shutdowns in wtmp(5): there is nothing to write.
  if (options.recordOnly) return 0;
  return call.systemctl('--system', ...(options.force ? ['--force'] : []), options.action, '--', ...words);
}

const rows: readonly OptionRow<HaltOptions>[] = [
  { long: 'help', isLast: true, ...flag({ help: true }) },
  { long: 'halt', ...flag({ action: 'halt' }) },
  { long: 'poweroff', short: 'p', ...flag({ action: 'poweroff' }) },
  { long: 'reboot', ...flag({ action: 'reboot' }) },
  { long: 'force', short: 'f', ...flag({ force: true }) },
  { long: 'wtmp-only', short: 'w', ...flag({ recordOnly: true }) },
  { long: 'no-wtmp', short: 'd', ...flag({}) },
  { long: 'no-sync', short: 'n', ...flag({}) },
  { long: 'no-wall', ...flag({}) },
  { short: 'i', ...flag({}) },
  { short: 'h', ...flag({}) },
];

function helpOf(name: string): readonly string[] {
  return [
    `${name} [OPTION…]`,
    '',
    '  --halt          Halt the machine',
    '  -p --poweroff   Power the machine off',
    '  --reboot        Start the machine again',
    '  -f --force      At once, without stopping the units',
    '  -w --wtmp-only  Do nothing: tysd keeps no record of shutdowns',
    '  -d -n -i -h --no-wtmp --no-wall',
    '                  Taken for the sake of scripts',
  ];
}
