import { ok } from '../../base/result.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';

/** Which calls of bind(2) a rule is about; what is undefined may be anything. */
export interface SocketBindRule {
  readonly family?: 'ipv4' | 'ipv6';
  readonly protocol?: 'tcp' | 'udp';
  readonly ports?: { readonly first: number; readonly last: number };
}

/** SocketBindAllow=, SocketBindDeny=: `[ipv4:|ipv6:][tcp:|udp:]PORT[-PORT]`, any part of it, or `any`. */
export const socketBindRule: ValueParser<SocketBindRule> = (text, context) => {
  const expansion = context.specifiers.expand(text, 'full');
  if (!expansion.ok) return expansion;
  if (expansion.value === 'any') return ok({});
  const match = /^(?:(ipv4|ipv6)(?::|$))?(?:(tcp|udp)(?::|$))?(\d{1,5})?(?:-(\d{1,5}))?$/.exec(expansion.value);
  const [, family, protocol, low, high] = match ?? [];
  const ports = low === undefined ? undefined : { first: Number(low), last: Number(high ?? low) };
  const isWrong = match === null || expansion.value === '' || expansion.value.endsWith(':') || (low === undefined && high !== undefined);
  if (isWrong || (ports !== undefined && (ports.first < 1 || ports.last > 65_535 || ports.first > ports.last))) {
    return refuse('expected [ipv4:|ipv6:][tcp:|udp:]PORT[-PORT] or any, such as ipv4:tcp:80 or 1024-65535');
  }
  return ok({
    ...(family === 'ipv4' || family === 'ipv6' ? { family } : {}),
    ...(protocol === 'tcp' || protocol === 'udp' ? { protocol } : {}),
    ...(ports === undefined ? {} : { ports }),
  });
};
