import { ok } from '../../base/result.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';
import { readInteger } from './integer.ts';

/** Names of the signals from 1 to 31, without SIG, as Linux numbers them on x86 and ARM. */
const names: readonly string[] =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );
const byName: ReadonlyMap<string, number> = new Map(names.map((name, index) => [name, index + 1]));
const aliases: Readonly<Record<string, string>> = { POLL: 'IO', IOT: 'ABRT', CLD: 'CHLD' };

/** The first and the last real-time signal, less the two that the C library keeps for itself. */
const RTMIN = 34;
const RTMAX = 64;

/** A signal by name (with or without SIG), RTMIN+n, RTMAX-n or number. */
export const signal: ValueParser<number> = (text) => {
  const number = signalNumber(text);
  return number === undefined ? refuse('expected a signal such as SIGTERM, RTMIN+3 or 15', 0, 'name') : ok(number);
};

/** The number of a signal, or undefined. */
export function signalNumber(text: string): number | undefined {
  const number = readInteger(text, 10);
  if (number !== undefined) return number >= 1 && number <= RTMAX ? number : undefined;
  const name = text.startsWith('SIG') ? text.slice(3) : text;
  return byName.get(aliases[name] ?? name) ?? realTimeNumber(name);
}

/** The name of a signal without SIG, as TERM or RTMIN+3; undefined where there is no such signal. */
export function signalName(number: number): string | undefined {
  if (number === RTMIN || number === RTMAX) return number === RTMIN ? 'RTMIN' : 'RTMAX';
  if (number > RTMIN && number < RTMAX) return `RTMIN+${number - RTMIN}`;
  return names[number - 1];
}

function realTimeNumber(name: string): number | undefined {
  if (name === 'RTMIN') return RTMIN;
  if (name === 'RTMAX') return RTMAX;
  const digits = /^RT(?:MIN\+|MAX-)(\d{1,2})$/.exec(name)?.[1];
  if (digits === undefined || Number(digits) > RTMAX - RTMIN) return undefined;
  return name.startsWith('RTMIN') ? RTMIN + Number(digits) : RTMAX - Number(digits);
}
