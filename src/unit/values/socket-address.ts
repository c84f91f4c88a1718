import { unreachable } from '../../base/assert.ts';
import { simplifyPath } from '../../base/path.ts';
import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { expanded } from './combine.ts';
import { readInteger } from './integer.ts';
import { formatIpAddress, parseIpAddress } from './ip-address.ts';
import { refuse } from './parser.ts';
import type { ValueContext, ValueError, ValueParser } from './parser.ts';
import { checkPath, withoutLegacyRun } from './path.ts';
import type { ListenAddress, SocketAddress } from './types.ts';

type ListenKind = ListenAddress['kind'];

/** Listen*= of the given kind, specifiers expanded. */
export function listenAddress(kind: ListenKind): ValueParser<ListenAddress> {
  return expanded((text, context) => {
    switch (kind) {
      case 'stream':
      case 'datagram':
      case 'sequential-packet':
        return listenSocket(kind, text, context);
      case 'netlink': {
        const netlink = parseNetlink(text);
        return netlink.ok ? ok({ kind, path: text, text }) : netlink;
      }
      default: {
        const path = checkPath(text);
        return path.ok ? ok({ kind, path: path.value, text }) : path;
      }
    }
  });
}

/** A path, `@abstract`, `port`, `address:port`, `[address]:port[%interface]` or `vsock:cid:port`. */
export function parseSocketAddress(text: string): Result<SocketAddress, ValueError> {
  if (text.startsWith('/') || text.startsWith('@')) return parseUnixAddress(text);
  if (text.startsWith('vsock:')) return parseVsockAddress(text);
  if (text.startsWith('[')) return parseInet6Address(text);
  const colon = text.lastIndexOf(':');
  if (colon < 0) return withPort(text, 0, (port) => ({ family: 'any', port }));
  const address = parseIpAddress(text.slice(0, colon));
  if (address?.family !== 'inet') return refuse(EXPECTED);
  return withPort(text.slice(colon + 1), colon + 1, (port) => ({ family: 'inet', address: formatIpAddress(address), port }));
}

/** A family of netlink and the groups of it that are listened to, as a bit mask. */
export interface NetlinkAddress {
  readonly protocol: number;
  readonly groups: number;
}

/** A netlink family by name or number, and behind it the mask of its multicast groups (systemd.socket(5), ListenNetlink=). */
export function parseNetlink(text: string): Result<NetlinkAddress, ValueError> {
  const [, family = '', group = ''] = /^\s*(\S+)\s*(.*)$/s.exec(text) ?? [];
  const protocol = netlinkFamilies.get(family) ?? number32(family);
  if (protocol === undefined) return refuse(`expected a netlink family such as route or kobject-uevent, found ${JSON.stringify(family)}`);
  const groups = group === '' ? 0 : number32(group);
  return groups === undefined
    ? refuse('expected the number of a netlink group behind the family', text.length - group.length)
    : ok({ protocol, groups });
}

/** The address as systemd prints it. */
export function formatSocketAddress(address: SocketAddress): string {
  switch (address.family) {
    case 'unix':
      return address.abstract ? `@${address.path}` : address.path;
    case 'inet':
      return `${address.address}:${address.port}`;
    case 'inet6':
      return `[${address.address}]:${address.port}${address.scope === undefined ? '' : `%${address.scope}`}`;
    case 'any':
      return `[::]:${address.port}`;
    case 'vsock':
      return `vsock:${address.cid === ANY_CID ? '' : address.cid}:${address.port}`;
    default:
      return unreachable(address);
  }
}

const EXPECTED = 'expected a path, @name, a port, address:port, [address]:port or vsock:cid:port';
/** Longest socket path that the kernel takes, in bytes. */
const LONGEST_PATH = 107;
const ANY_CID = 4294967295;

/** The families of netlink(7) by their names, as Linux numbers them. */
const netlinkFamilies: ReadonlyMap<string, number> = new Map([
  ['route', 0],
  ['firewall', 3],
  ['inet-diag', 4],
  ['selinux', 7],
  ['iscsi', 8],
  ['audit', 9],
  ['fib-lookup', 10],
  ['netfilter', 12],
  ['ip6-fw', 13],
  ['dnrtmsg', 14],
  ['kobject-uevent', 15],
  ['generic', 16],
  ['scsitransport', 18],
  ['ecryptfs', 19],
  ['rdma', 20],
]);

function listenSocket(
  kind: 'stream' | 'datagram' | 'sequential-packet',
  given: string,
  context: ValueContext,
): Result<ListenAddress, ValueError> {
  const text = given.startsWith('/') ? withoutLegacyRun(simplifyPath(given), context) : given;
  const address = parseSocketAddress(text);
  if (!address.ok) return address;
  if (kind === 'sequential-packet' && address.value.family !== 'unix')
    return refuse('expected a path or @name: only UNIX sockets can be of this kind');
  return ok({ kind, address: address.value, text });
}

function parseUnixAddress(text: string): Result<SocketAddress, ValueError> {
  const abstract = text.startsWith('@');
  const path = abstract ? text.slice(1) : text;
  if (path === '' || path === '/') return refuse('expected a name behind the / or @', 1);
  const bytes = new TextEncoder().encode(path).length;
  if (bytes > LONGEST_PATH) return refuse(`expected a socket path of at most ${LONGEST_PATH} bytes, found ${bytes}`);
  return ok({ family: 'unix', path, abstract });
}

function parseVsockAddress(text: string): Result<SocketAddress, ValueError> {
  const [, cid = '', portText, ...more] = text.split(':');
  const cidNumber = cid === '' ? ANY_CID : number32(cid);
  const port = portText === undefined || more.length > 0 ? undefined : number32(portText);
  if (cidNumber === undefined || port === undefined) return refuse('expected vsock:cid:port');
  return ok({ family: 'vsock', cid: cidNumber, port });
}

function parseInet6Address(text: string): Result<SocketAddress, ValueError> {
  const close = text.indexOf(']');
  const address = parseIpAddress(text.slice(1, Math.max(close, 1)));
  if (address?.family !== 'inet6' || text[close + 1] !== ':') return refuse(EXPECTED);
  const percent = text.indexOf('%', close);
  const scope = percent < 0 ? undefined : text.slice(percent + 1);
  if (scope !== undefined && !isInterface(scope)) return refuse('expected the name of a network interface behind the %', percent + 1);
  return withPort(text.slice(close + 2, percent < 0 ? undefined : percent), close + 2, (port) => ({
    family: 'inet6',
    address: formatIpAddress(address),
    port,
    ...(scope === undefined ? {} : { scope }),
  }));
}

/** Whether the text may name a network interface, or be its number. */
export function isInterface(text: string): boolean {
  return /^[!-~]{1,15}$/.test(text) && !/[:/%]/.test(text) && text !== '.' && text !== '..' && text !== 'all' && text !== 'default';
}

function withPort(text: string, offset: number, make: (port: number) => SocketAddress): Result<SocketAddress, ValueError> {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65535) return ok(make(port));
  return refuse(/^\d+$/.test(text) ? `${text} is no port: expected 1 to 65535` : EXPECTED, offset);
}

function number32(text: string): number | undefined {
  const value = /^\d/.test(text) ? readInteger(text) : undefined;
  return value !== undefined && value >= 0 && value <= 4294967295 ? value : undefined;
}
