import { ok } from '../../base/result.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';

/** 128 bits as 32 hex digits, or as a UUID; gives 32 lower-case digits. */
export const id128: ValueParser<string> = (text) =>
  PLAIN.test(text) || UUID.test(text) ? ok(text.replaceAll('-', '').toLowerCase()) : refuse('expected 32 hex digits or a UUID');

const PLAIN = /^[0-9a-fA-F]{32}$/;
const UUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
