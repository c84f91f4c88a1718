import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { refuse } from './parser.ts';
import type { ValueContext, ValueError, ValueParser } from './parser.ts';
import { raw, splitWords } from './words.ts';
import { warnAt } from './combine.ts';

/** An IPv4 (4 bytes) or IPv6 (16 bytes) address. */
export interface IpAddress {
  readonly family: 'inet' | 'inet6';
  readonly bytes: Uint8Array;
}

/** A network: an address and how many of its bits count. */
export interface IpPrefix extends IpAddress {
  readonly length: number;
}

/** The address that the text spells, or undefined. */
export function parseIpAddress(text: string): IpAddress | undefined {
  return text.includes(':') ? parseInet6(text) : parseInet(text);
}

/** The address in its shortest form (RFC 5952). */
export function formatIpAddress({ family, bytes }: IpAddress): string {
  if (family === 'inet') return [...bytes].join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0));
  const { start, length } = longestZeroRun(groups);
  return length < 2 ? written(groups) : `${written(groups.slice(0, start))}::${written(groups.slice(start + length))}`;
}

function written(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':');
}

/** IPAddressAllow=, IPAddressDeny=: addresses with or without `/bits`, or `any`, `localhost`, `link-local`, `multicast`. */
export const addressPrefixList: ValueParser<readonly IpPrefix[]> = (text, context) => {
  const split = splitWords(text, raw, context);
  if (!split.ok) return split;
  const prefixes: IpPrefix[] = [];
  for (const word of split.value) {
    const parsed = addressPrefixes(word.text, context);
    if (parsed.ok) prefixes.push(...parsed.value);
    else warnAt(context, parsed.error, word.offset);
  }
  return ok(prefixes);
};

const named: Readonly<Record<string, readonly string[]>> = {
  any: ['0.0.0.0/0', '::/0'],
  localhost: ['127.0.0.0/8', '::1/128'],
  'link-local': ['169.254.0.0/16', 'fe80::/64'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
};

function addressPrefixes(text: string, context: ValueContext): Result<readonly IpPrefix[], ValueError> {
  const expansion = context.specifiers.expand(text, 'full');
  if (!expansion.ok) return expansion;
  const members = Object.hasOwn(named, expansion.value) ? (named[expansion.value] ?? []) : [expansion.value];
  const prefixes = members.map(parseIpPrefix);
  return prefixes.every((prefix) => prefix !== undefined)
    ? ok(prefixes)
    : refuse(`expected an address such as 10.0.0.0/8, or any, localhost, link-local or multicast, found ${JSON.stringify(text)}`);
}

/** An address with or without `/bits`; what lies behind these bits is zeroed. */
export function parseIpPrefix(text: string): IpPrefix | undefined {
  const slash = text.indexOf('/');
  const address = parseIpAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const all = address.bytes.length * 8;
  const bits = slash < 0 ? String(all) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > all) return undefined;
  return { family: address.family, bytes: masked(address.bytes, Number(bits)), length: Number(bits) };
}

function masked(bytes: Uint8Array, length: number): Uint8Array {
  return bytes.map((byte, index) => byte & (0xff00 >> Math.min(Math.max(length - 8 * index, 0), 8)));
}

function parseInet(text: string): IpAddress | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
  return { family: 'inet', bytes: Uint8Array.from(parts.map(Number)) };
}

function parseInet6(text: string): IpAddress | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 16 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return { family: 'inet6', bytes: Uint8Array.from([...head, ...Array<number>(missing).fill(0), ...(tail ?? [])]) };
}

/** The bytes of `a:b:…`, whose last part may be an IPv4 address. */
function groupsOf(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const inet = index === parts.length - 1 && part.includes('.') ? parseInet(part) : undefined;
    if (inet !== undefined) bytes.push(...inet.bytes);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) bytes.push(Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 0xff);
    else return undefined;
  }
  return bytes.length > 16 ? undefined : bytes;
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
