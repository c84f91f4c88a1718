import { decodeBase64 } from '../../base/base64.ts';
import { ok } from '../../base/result.ts';
import { refuse, type ValueParser } from './parser.ts';

/** Shorter hashes are no hashes to rely on. */
const fewestBytes = 16;

/** RootHash=: the path of a file as it stands, or a hash in lower-case hex. */
export const rootHash: ValueParser<string> = (text) => {
  if (text.startsWith('/')) return ok(text);
  const digits = text.replaceAll(/[ \t]+/g, '').toLowerCase();
  if (!/^([0-9a-f]{2})+$/.test(digits)) return refuse('expected an absolute path, or a hash in hex');
  return digits.length < 2 * fewestBytes ? refuse(`expected a hash of at least ${fewestBytes} bytes`) : ok(digits);
};

const prefix = 'base64:';

/** RootHashSignature=: the path of a file as it stands, or `base64:` and the signature. */
export const rootHashSignature: ValueParser<string> = (text) => {
  if (text.startsWith('/')) return ok(text);
  const data = text.startsWith(prefix) ? decodeBase64(text.slice(prefix.length)) : undefined;
  if (data === undefined) return refuse('expected an absolute path, or base64: with the signature behind it');
  return ok(prefix + Buffer.from(data).toString('base64'));
};

/** What of such a value is a path, and what is given in its place. */
export function pathOrData(value: string): { readonly path: string; readonly data: string } {
  if (value.startsWith('/')) return { path: value, data: '' };
  return { path: '', data: value.startsWith(prefix) ? value.slice(prefix.length) : value };
}
