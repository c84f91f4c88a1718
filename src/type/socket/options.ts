import type { Op } from '../../exec/op.ts';
import type { SocketSettings } from '../../unit/settings/socket.ts';
import { families } from './address.ts';

/** What a socket is, as far as its options depend on it. */
export interface SocketKind {
  readonly slot: number;
  readonly family: number;
  readonly tcp: boolean;
}

/** The options that must be set before bind(2). */
export function optionsBeforeBind({ slot, family }: SocketKind, settings: SocketSettings): readonly Op[] {
  const options: Op[] = [];
  const internet = family === families.inet || family === families.inet6;
  if (family === families.inet6 && settings.BindIPv6Only !== 'default') {
    options.push(option(slot, IPPROTO_IPV6, IPV6_V6ONLY, flag(settings.BindIPv6Only === 'ipv6-only')));
  }
  if (internet && settings.BindToDevice !== '') options.push(option(slot, SOL_SOCKET, SO_BINDTODEVICE, text(settings.BindToDevice)));
  if (internet) options.push(...switches(slot, settings, internetSwitches[family === families.inet6 ? 'inet6' : 'inet']));
  options.push(option(slot, SOL_SOCKET, SO_REUSEADDR, flag(true)));
  return options;
}

/** The options of a socket that is open; one that the machine does not know is no reason to go without the socket. */
export function optionsWhenOpen(kind: SocketKind, settings: SocketSettings): readonly Op[] {
  const { slot, family, tcp } = kind;
  const options: Op[] = [...switches(slot, settings, generalSwitches)];
  if (tcp) options.push(...switches(slot, settings, tcpSwitches), ...numbers(slot, settings, tcpNumbers));
  options.push(...numbers(slot, settings, generalNumbers));
  options.push(...timestamps(slot, settings), ...rights(slot, settings), ...internetOptions(kind, settings));
  if (tcp && settings.TCPCongestion !== '' && family !== families.unix) {
    options.push(tolerated(option(slot, IPPROTO_TCP, TCP_CONGESTION, text(settings.TCPCongestion))));
  }
  return options;
}

const IPPROTO_IP = 0;
const SOL_SOCKET = 1;
const IPPROTO_TCP = 6;
const IPPROTO_IPV6 = 41;

const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const IP_TOS = 1;
const IP_TTL = 2;
const IP_PKTINFO = 8;
const IPV6_UNICAST_HOPS = 16;
const IPV6_V6ONLY = 26;
const IPV6_RECVPKTINFO = 49;
const TCP_CONGESTION = 13;

type SwitchName =
  | 'ReusePort'
  | 'FreeBind'
  | 'Transparent'
  | 'KeepAlive'
  | 'Broadcast'
  | 'PassCredentials'
  | 'PassPIDFD'
  | 'PassSecurity'
  | 'NoDelay';
type NumberName =
  | 'KeepAliveTimeSec'
  | 'KeepAliveIntervalSec'
  | 'KeepAliveProbes'
  | 'DeferAcceptSec'
  | 'Priority'
  | 'ReceiveBuffer'
  | 'SendBuffer'
  | 'Mark';

/** A setting, and the level and number of its socket option. */
type Row<Name> = readonly [setting: Name, level: number, option: number];

const internetSwitches: Readonly<Record<'inet' | 'inet6', readonly Row<SwitchName>[]>> = {
  inet: [
    ['ReusePort', SOL_SOCKET, 15],
    ['FreeBind', IPPROTO_IP, 15],
    ['Transparent', IPPROTO_IP, 19],
  ],
  inet6: [
    ['ReusePort', SOL_SOCKET, 15],
    ['FreeBind', IPPROTO_IPV6, 78],
    ['Transparent', IPPROTO_IPV6, 75],
  ],
};

const generalSwitches: readonly Row<SwitchName>[] = [
  ['KeepAlive', SOL_SOCKET, 9],
  ['Broadcast', SOL_SOCKET, 6],
  ['PassCredentials', SOL_SOCKET, 16],
  ['PassPIDFD', SOL_SOCKET, 76],
  ['PassSecurity', SOL_SOCKET, 34],
];

const tcpSwitches: readonly Row<SwitchName>[] = [['NoDelay', IPPROTO_TCP, 1]];

const tcpNumbers: readonly Row<NumberName>[] = [
  ['KeepAliveTimeSec', IPPROTO_TCP, 4],
  ['KeepAliveIntervalSec', IPPROTO_TCP, 5],
  ['KeepAliveProbes', IPPROTO_TCP, 6],
  ['DeferAcceptSec', IPPROTO_TCP, 9],
];

/** A buffer is set within the machine's limit first, then beyond it where privileges allow. */
const generalNumbers: readonly Row<NumberName>[] = [
  ['Priority', SOL_SOCKET, 12],
  ['ReceiveBuffer', SOL_SOCKET, 8],
  ['ReceiveBuffer', SOL_SOCKET, 33],
  ['SendBuffer', SOL_SOCKET, 7],
  ['SendBuffer', SOL_SOCKET, 32],
  ['Mark', SOL_SOCKET, 36],
];

const mayBeZero: ReadonlySet<NumberName> = new Set(['Priority', 'Mark']);
const inSeconds: ReadonlySet<NumberName> = new Set(['KeepAliveTimeSec', 'KeepAliveIntervalSec', 'DeferAcceptSec']);

function switches(slot: number, settings: SocketSettings, rows: readonly Row<SwitchName>[]): readonly Op[] {
  return rows.flatMap(([name, level, number]) => {
    return settings[name] === true ? [tolerated(option(slot, level, number, flag(true)))] : [];
  });
}

/** A negative number stands for the system's own, and so does 0 where the option has no such value. */
function numbers(slot: number, settings: SocketSettings, rows: readonly Row<NumberName>[]): readonly Op[] {
  return rows.flatMap(([name, level, number]) => {
    const value = settings[name];
    if (value === undefined || value < (mayBeZero.has(name) ? 0 : 1)) return [];
    return [tolerated(option(slot, level, number, int(inSeconds.has(name) ? Math.floor(value / 1_000_000) : value)))];
  });
}

const timestampOptions = { us: 29, ns: 35 } as const;

function timestamps(slot: number, { Timestamping }: SocketSettings): readonly Op[] {
  if (Timestamping === undefined || Timestamping === 'off') return [];
  return [tolerated(option(slot, SOL_SOCKET, timestampOptions[Timestamping], flag(true)))];
}

const SO_PASSRIGHTS = 83;

/** Descriptors may come along with messages unless that is forbidden. */
function rights(slot: number, { AcceptFileDescriptors }: SocketSettings): readonly Op[] {
  return AcceptFileDescriptors ? [] : [tolerated(option(slot, SOL_SOCKET, SO_PASSRIGHTS, flag(false)))];
}

/** An IPv6 socket has its hop limit and packet information of its own, but the type of service of IPv4. */
function internetOptions({ slot, family }: SocketKind, { PassPacketInfo, IPTOS, IPTTL }: SocketSettings): readonly Op[] {
  if (family !== families.inet && family !== families.inet6) return [];
  const isSix = family === families.inet6;
  const options: Op[] = [];
  if (PassPacketInfo === true) {
    options.push(option(slot, isSix ? IPPROTO_IPV6 : IPPROTO_IP, isSix ? IPV6_RECVPKTINFO : IP_PKTINFO, flag(true)));
  }
  if (IPTOS !== undefined) options.push(option(slot, IPPROTO_IP, IP_TOS, int(IPTOS)));
  if (IPTTL !== undefined && IPTTL >= 0) {
    options.push(option(slot, isSix ? IPPROTO_IPV6 : IPPROTO_IP, isSix ? IPV6_UNICAST_HOPS : IP_TTL, int(IPTTL)));
  }
  return options.map(tolerated);
}

function option(slot: number, level: number, number: number, value: Uint8Array): Op {
  return { op: 'setsockopt', slot, level, option: number, value };
}

function tolerated(op: Op): Op {
  return { ...op, tolerate: true };
}

function flag(on: boolean): Uint8Array {
  return int(on ? 1 : 0);
}

function int(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, Math.min(value, 2147483647), true);
  return bytes;
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}
