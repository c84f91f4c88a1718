import { ok } from '../../base/result.ts';
import { expanded, fatal, listOf, orEmpty } from './combine.ts';
import { readInteger } from './integer.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';

/** Whether the text may name a user or group, by the relaxed rules that systemd applies to unit files: a name or a valid number. */
export function isUserOrGroup(text: string): boolean {
  if (/^\d+$/.test(text)) return isUserNumber(text);
  if (text === '' || text === '.' || text === '..' || text.length > 255) return false;
  return text.trim() === text && !/[\u0000-\u001f\u007f:/]|^-\d+$/.test(text);
}

/** Whether the text is a uid or gid that may be used; 65535 and 4294967295 mean "none" to the kernel. */
export function isUserNumber(text: string): boolean {
  const number = /^(0|[1-9]\d*)$/.test(text) ? readInteger(text, 10) : undefined;
  return number !== undefined && number < 4294967295 && number !== 65535;
}

const nameOrNumber: ValueParser<string> = expanded((text) =>
  isUserOrGroup(text) ? ok(text) : refuse(`expected the name or the number of a user or group, found ${JSON.stringify(text)}`),
);

/** SocketUser=, SocketGroup=: a name or a number; empty resets. */
export const socketUserOrGroup: ValueParser<string> = orEmpty(nameOrNumber, '');

/** User=, Group=: as SocketUser=, but what is refused makes the unit `bad-setting`. */
export const userOrGroup: ValueParser<string> = fatal(socketUserOrGroup);

/** SupplementaryGroups=: words that are names or numbers; a bad one makes the unit `bad-setting`. */
export const groupList: ValueParser<readonly string[]> = listOf(fatal(nameOrNumber));
