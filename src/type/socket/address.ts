import { unreachable } from '../../base/assert.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { parseIpAddress } from '../../unit/values/ip-address.ts';
import type { StepContext } from '../type.ts';
import type { SocketAddress } from '../../unit/values/types.ts';

/** Address families, as Linux numbers them. */
export const families = { unix: 1, inet: 2, inet6: 10, netlink: 16, vsock: 40 } as const;

/** An address as socket(2) and bind(2) want it. */
export interface BoundAddress {
  readonly family: number;
  /** A struct sockaddr, in the layout of a little-endian machine. */
  readonly bytes: Uint8Array;
}

/** What an address may depend on. */
export type Machine = Pick<StepContext, 'ipv6' | 'interfaceIndex'>;

/** The struct sockaddr of an address; an error is a sentence for people. */
export function socketAddress(address: SocketAddress, machine: Machine): Result<BoundAddress, string> {
  switch (address.family) {
    case 'unix':
      return unixAddress(address.path, address.abstract);
    case 'inet':
      return inetAddress(address.address, address.port);
    case 'inet6':
      return inet6Address(address.address, address.port, address.scope, machine);
    case 'any':
      return machine.ipv6 ? inet6Address('::', address.port, undefined, machine) : inetAddress('0.0.0.0', address.port);
    case 'vsock':
      return ok({ family: families.vsock, bytes: vsockBytes(address.cid, address.port) });
    default:
      return unreachable(address);
  }
}

/** The struct sockaddr of a netlink socket that gets what is sent to these groups, a bit mask. */
export function netlinkAddress(groups: number): Uint8Array {
  const bytes = new Uint8Array(12);
  header(bytes, families.netlink).setUint32(8, groups, true);
  return bytes;
}

const longestPath = 107;

function unixAddress(path: string, abstract: boolean): Result<BoundAddress, string> {
  const name = new TextEncoder().encode(path);
  if (name.length > longestPath) return err(`the socket path ${path} is longer than ${longestPath} bytes`);
  const bytes = new Uint8Array(2 + name.length + 1);
  header(bytes, families.unix);
  // An abstract name has its NUL before it and ends with the address; a path has it behind.
  bytes.set(name, abstract ? 3 : 2);
  return ok({ family: families.unix, bytes });
}

function inetAddress(text: string, port: number): Result<BoundAddress, string> {
  const address = parseIpAddress(text);
  if (address?.family !== 'inet') return err(`${text} is no IPv4 address`);
  const bytes = new Uint8Array(16);
  header(bytes, families.inet).setUint16(2, port);
  bytes.set(address.bytes, 4);
  return ok({ family: families.inet, bytes });
}

function inet6Address(text: string, port: number, scope: string | undefined, machine: Machine): Result<BoundAddress, string> {
  const address = parseIpAddress(text);
  if (address?.family !== 'inet6') return err(`${text} is no IPv6 address`);
  const index = scope === undefined ? 0 : /^\d{1,9}$/.test(scope) ? Number(scope) : machine.interfaceIndex(scope);
  if (index === undefined) return err(`there is no network interface ${scope}`);
  const bytes = new Uint8Array(28);
  const view = header(bytes, families.inet6);
  view.setUint16(2, port);
  bytes.set(address.bytes, 8);
  view.setUint32(24, index, true);
  return ok({ family: families.inet6, bytes });
}

function vsockBytes(cid: number, port: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = header(bytes, families.vsock);
  view.setUint32(4, port, true);
  view.setUint32(8, cid, true);
  return bytes;
}

function header(bytes: Uint8Array, family: number): DataView {
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, true);
  return view;
}
