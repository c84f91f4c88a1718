import { readFileSync } from 'node:fs';
import { flag, readWords } from '../getopt.ts';
import { printAll, refuse, type SysvCall } from './call.ts';

/** runlevel(8): the previous and the current run level, as utmp(5) or the environment has them. */
export function runRunlevel(call: SysvCall): number {
  const read = readWords('runlevel', call.argv, [{ long: 'help', isLast: true, ...flag({ help: true }) }], { help: false });
  if (!read.ok) return refuse(call, read.error);
  if (read.value.options.help) return printAll(call, help);
  if (read.value.words.length > 0) return refuse(call, 'Too many arguments.');
  const { RUNLEVEL: told = '' } = call.environment;
  const found = told === '' ? fromUtmp(readUtmp()) : { current: told.charAt(0), previous: '' };
  call.terminal.print(found === undefined ? 'unknown' : `${found.previous || 'N'} ${found.current || 'N'}`);
  return found === undefined ? 1 : 0;
}

interface Levels {
  readonly current: string;
  readonly previous: string;
}

function readUtmp(): Buffer {
  try {
    return readFileSync('/run/utmp');
  } catch {
    return Buffer.alloc(0);
  }
}

const RECORD = 384;
const RUN_LEVEL = 1;

/** The last record of a run level: its process id is the current one, and 256 times the previous one, as characters. */
export function fromUtmp(records: Buffer): Levels | undefined {
  for (let at = records.length - (records.length % RECORD) - RECORD; at >= 0; at -= RECORD) {
    if (records.readInt16LE(at) !== RUN_LEVEL) continue;
    const levels = records.readInt32LE(at + 4);
    return { current: asLevel(levels % 256), previous: asLevel(Math.floor(levels / 256) % 256) };
  }
  return undefined;
}

function asLevel(code: number): string {
  return code > 0x20 && code < 0x7f ? String.fromCharCode(code) : '';
}

const help: readonly string[] = [
  'runlevel',
  '',
  'Print the previous and the current run level, as the record of logins has them.',
  '',
  '  --help   Show this help',
];
