import { decodeBase64 } from '../../base/base64.ts';
import { decodeEscape } from '../../base/c-escape.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { refuse, type ValueContext, type ValueError, type ValueParser } from './parser.ts';

/** LoadCredential= and LoadCredentialEncrypted=: `NAME`, or `NAME:SOURCE`, where the source is a path or the name of another credential. */
export const credentialSource: ValueParser<string> = (text, context) => {
  const [name, source] = divided(text);
  const known = nameOf(name, context);
  if (!known.ok || source === '') return known;
  const path = context.specifiers.expand(source, 'full');
  if (!path.ok) return err({ ...path.error, offset: name.length + 1 + path.error.offset });
  if (path.value.startsWith('/') ? !isNormal(path.value) : !isName(path.value))
    return refuse('expected an absolute path without .. and the like, or the name of a credential', name.length + 1);
  return ok(`${known.value}:${path.value}`);
};

/** SetCredential=: `NAME:DATA`, in which C escapes stay what they are. */
export const credentialData: ValueParser<string> = (text, context) =>
  namedData(text, context, (data) =>
    unescapedCredential(data) === undefined ? 'expected a known escape sequence after the backslash' : undefined,
  );

/** SetCredentialEncrypted=: `NAME:DATA`. */
export const encryptedCredentialData: ValueParser<string> = (text, context) =>
  namedData(text, context, (data) => (decodeBase64(data) === undefined ? 'expected NAME:DATA with data in Base64' : undefined));

/** The data of SetCredential= without its escapes; undefined where one of them is none. */
export function unescapedCredential(text: string): string | undefined {
  let result = '';
  let copied = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', copied)) {
    const escape = decodeEscape(text, at + 1, { acceptNul: true });
    if (escape === undefined) return undefined;
    result += text.slice(copied, at) + escape.text;
    copied = at + 1 + escape.length;
  }
  return result + text.slice(copied);
}

/** The name in the value of any of these settings. */
export function credentialName(text: string): string {
  return divided(text)[0];
}

function namedData(text: string, context: ValueContext, trouble: (data: string) => string | undefined): Result<string, ValueError> {
  const [name, data] = divided(text);
  if (data === '') return refuse('expected NAME:DATA');
  const known = nameOf(name, context);
  if (!known.ok) return known;
  const wrong = trouble(data);
  return wrong === undefined ? ok(`${known.value}:${data}`) : refuse(wrong, name.length + 1);
}

function divided(text: string): readonly [name: string, rest: string] {
  const colon = text.indexOf(':');
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

function nameOf(text: string, context: ValueContext): Result<string, ValueError> {
  const name = context.specifiers.expand(text, 'full');
  return !name.ok || isName(name.value)
    ? name
    : refuse('expected the name of a credential, which is that of a file, in ASCII and without a colon');
}

function isName(text: string): boolean {
  return /^[\x20-\x7e]{1,255}$/.test(text) && !/[:/]/.test(text) && text !== '.' && text !== '..';
}

function isNormal(path: string): boolean {
  return !path.includes('//') && path.split('/').every((part) => part !== '.' && part !== '..');
}
