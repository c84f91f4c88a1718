import { basename } from 'node:path';
import { flag, readWords } from '../getopt.ts';
import { printAll, refuse, type SysvCall } from './call.ts';

/** telinit(8), and init(1) where it is not the init process: one letter that says what to do. */
export async function runTelinit(call: SysvCall): Promise<number> {
  const name = basename(call.program);
  const read = readWords(name, call.argv, rows, { help: false });
  if (!read.ok) return refuse(call, read.error);
  const { options, words } = read.value;
  if (options.help) return printAll(call, help);
  const [word, ...more] = words;
  if (word === undefined) return refuse(call, `${name}: required argument missing.`);
  if (more.length > 0) return refuse(call, 'Too many arguments.');
  if (word.length !== 1) return refuse(call, 'Expected single character argument.');
  const argv = Object.hasOwn(commands, word) ? commands[word] : undefined;
  return argv === undefined ? refuse(call, `Unknown command '${word}'.`) : call.systemctl('--system', ...argv);
}

const rows = [
  { long: 'help', isLast: true, ...flag({ help: true }) },
  { long: 'no-wall', ...flag({}) },
];

const commands: Readonly<Record<string, readonly string[]>> = {
  0: ['poweroff'],
  6: ['reboot'],
  2: ['isolate', 'multi-user.target'],
  3: ['isolate', 'multi-user.target'],
  4: ['isolate', 'multi-user.target'],
  5: ['isolate', 'graphical.target'],
  1: ['rescue'],
  s: ['rescue'],
  S: ['rescue'],
  q: ['daemon-reload'],
  Q: ['daemon-reload'],
  u: ['daemon-reexec'],
  U: ['daemon-reexec'],
};

const help: readonly string[] = [
  'telinit COMMAND',
  '',
  '  0         Power the machine off',
  '  6         Start the machine again',
  '  2, 3, 4   Go to multi-user.target',
  '  5         Go to graphical.target',
  '  1, s, S   Go to the rescue target',
  '  q, Q      Read all unit files afresh',
  '  u, U      Replace the manager process by a new one',
  '',
  '  --no-wall Taken for the sake of scripts: nobody is told before the machine goes down',
];
