import { ok } from '../../base/result.ts';
import { expanded } from './combine.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';

/** Whether the text may name a passed descriptor: printable ASCII without colon, at most 255 characters. */
export function isFileDescriptorName(text: string): boolean {
  return /^[!-9;-~][ -9;-~]{0,254}$/.test(text);
}

/** FileDescriptorName=. */
export const fileDescriptorName: ValueParser<string> = expanded((text) =>
  isFileDescriptorName(text) ? ok(text) : refuse('expected a name of printable ASCII characters without colons'),
);
