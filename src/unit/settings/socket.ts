import { expanded, fatal, orEmpty } from '../values/combine.ts';
import { ok, type Result } from '../../base/result.ts';
import type { ValueContext, ValueError } from '../values/parser.ts';
import { boolean } from '../values/boolean.ts';
import { commands } from '../values/command.ts';
import { oneOf } from '../values/enum.ts';
import { fileDescriptorName } from '../values/file-descriptor-name.ts';
import { integer, unsigned } from '../values/integer.ts';
import { mode } from '../values/mode.ts';
import { pathList } from '../values/path.ts';
import { size1024 } from '../values/size.ts';
import { listenAddress } from '../values/socket-address.ts';
import { plainString, string } from '../values/string.ts';
import { timeout, timespan } from '../values/timespan.ts';
import { unitName } from '../values/unit-name.ts';
import { socketUserOrGroup } from '../values/user-name.ts';
import { textLike } from './checked-words.ts';
import { entries, into, last, list, type Values } from './setting.ts';

/** [Socket], less what it shares with other types (systemd.socket(5)). */
export const socketRows = {
  ListenStream: into(
    'Listen',
    entries(listenAddress('stream'), { since: 183, meaning: 'Listen on a stream socket: path, @abstract, port, [addr]:port, vsock:' }),
  ),
  ListenDatagram: into('Listen', entries(listenAddress('datagram'), { since: 183, meaning: 'Same for datagram sockets' })),
  ListenSequentialPacket: into(
    'Listen',
    entries(listenAddress('sequential-packet'), { since: 183, meaning: 'Same for AF_UNIX SOCK_SEQPACKET' }),
  ),
  ListenFIFO: into('Listen', entries(listenAddress('fifo'), { since: 183, meaning: 'Create and listen on a FIFO' })),
  ListenNetlink: into('Listen', entries(listenAddress('netlink'), { since: 183, meaning: 'Netlink family and optional multicast group' })),
  ListenSpecial: into(
    'Listen',
    entries(listenAddress('special'), { since: 183, meaning: 'Open a special file (device, /proc, /sys node)' }),
  ),
  ListenMessageQueue: into('Listen', entries(listenAddress('message-queue'), { since: 183, meaning: 'POSIX message queue name' })),
  ListenUSBFunction: into(
    'Listen',
    entries(listenAddress('usb-function'), {
      since: 227,
      meaning: 'FunctionFS endpoint directory',
      status: { refused: 'it needs FunctionFS and a USB device controller' },
    }),
  ),
  SocketProtocol: last(oneOf('udplite', 'sctp', 'mptcp'), undefined, {
    since: 229,
    meaning: 'udplite, sctp or mptcp instead of the default protocol',
  }),
  BindIPv6Only: last(bindIPv6Only, 'default', { since: 183, meaning: 'default, both, ipv6-only (or boolean)' }),
  Backlog: last(unsigned, 2147483647, { since: 183, meaning: 'listen() backlog' }),
  BindToDevice: last(orEmpty(expanded(interfaceName), ''), '', {
    since: 183,
    meaning: 'SO_BINDTODEVICE interface; also binds the unit to its device unit',
  }),
  ExecStartPre: list(commands, { since: 183, meaning: 'Commands before the sockets are bound' }),
  ExecStartPost: list(commands, { since: 183, meaning: 'Commands after the sockets are bound' }),
  ExecStopPre: list(commands, { since: 183, meaning: 'Commands before the sockets are closed' }),
  ExecStopPost: list(commands, { since: 183, meaning: 'Commands after the sockets are closed' }),
  TimeoutSec: last(timeout, undefined, { since: 183, meaning: 'Time limit for the Exec* commands' }),
  SocketUser: last(fatal(socketUserOrGroup), '', { since: 214, meaning: 'Owner of AF_UNIX sockets and FIFOs' }),
  SocketGroup: last(fatal(socketUserOrGroup), '', { since: 214, meaning: 'Group of AF_UNIX sockets and FIFOs' }),
  SocketMode: last(mode, 0o666, { since: 183, meaning: 'Access mode of socket/FIFO inodes' }),
  DirectoryMode: last(mode, 0o755, { since: 183, meaning: 'Mode for parent directories created for socket paths' }),
  Accept: last(boolean, false, {
    since: 183,
    meaning: 'yes: accept in the manager and start one instance per connection',
  }),
  FlushPending: last(boolean, false, { since: 247, meaning: 'Drop queued data/connections when the service stops' }),
  Writable: last(boolean, false, { since: 227, meaning: 'ListenSpecial node is opened read-write' }),
  MaxConnections: last(unsigned, 64, { since: 183, meaning: 'Concurrent connections for Accept=yes' }),
  MaxConnectionsPerSource: last(unsigned, 0, {
    since: 232,
    meaning: 'Concurrent connections per peer address or UID',
  }),
  KeepAlive: last(boolean, undefined, { since: 183, meaning: 'SO_KEEPALIVE' }),
  KeepAliveTimeSec: last(timespan, undefined, { since: 216, meaning: 'TCP_KEEPIDLE' }),
  KeepAliveIntervalSec: last(timespan, undefined, { since: 216, meaning: 'TCP_KEEPINTVL' }),
  KeepAliveProbes: last(unsigned, undefined, { since: 216, meaning: 'TCP_KEEPCNT' }),
  DeferAcceptSec: last(timespan, undefined, { since: 216, meaning: 'TCP_DEFER_ACCEPT' }),
  NoDelay: last(boolean, undefined, { since: 216, meaning: 'TCP_NODELAY' }),
  Priority: last(integer(), undefined, { since: 183, meaning: 'SO_PRIORITY' }),
  ReceiveBuffer: last(size1024, undefined, { since: 183, meaning: 'SO_RCVBUF size' }),
  SendBuffer: last(size1024, undefined, { since: 183, meaning: 'SO_SNDBUF size' }),
  IPTOS: last(orEmpty(typeOfService, undefined), undefined, { since: 183, meaning: 'IP TOS byte or name' }),
  IPTTL: last(integer(), undefined, { since: 183, meaning: 'TTL / hop limit' }),
  Mark: last(integer(), undefined, { since: 183, meaning: 'SO_MARK' }),
  PipeSize: last(size1024, undefined, { since: 183, meaning: 'FIFO pipe buffer size' }),
  FreeBind: last(boolean, undefined, { since: 183, meaning: 'IP_FREEBIND' }),
  Transparent: last(boolean, undefined, { since: 183, meaning: 'IP_TRANSPARENT' }),
  Broadcast: last(boolean, undefined, { since: 183, meaning: 'SO_BROADCAST' }),
  PassCredentials: last(boolean, undefined, { since: 183, meaning: 'SO_PASSCRED' }),
  PassPIDFD: last(boolean, false, { since: 258, meaning: 'SO_PASSPIDFD' }),
  PassSecurity: last(boolean, undefined, { since: 183, meaning: 'SO_PASSSEC' }),
  PassPacketInfo: last(boolean, undefined, { since: 246, meaning: 'Deliver packet info ancillary data' }),
  AcceptFileDescriptors: last(boolean, true, { since: 258, meaning: 'SO_PASSRIGHTS (accept SCM_RIGHTS)' }),
  Timestamping: last(timestamping, undefined, { since: 247, meaning: 'SO_TIMESTAMP/NS: off, us, ns' }),
  TCPCongestion: last(plainString, '', { since: 183, meaning: 'TCP congestion algorithm' }),
  ReusePort: last(boolean, undefined, { since: 206, meaning: 'SO_REUSEPORT' }),
  MessageQueueMaxMessages: last(integer(), undefined, { since: 183, meaning: 'mq_maxmsg' }),
  MessageQueueMessageSize: last(size1024, undefined, { since: 183, meaning: 'mq_msgsize' }),
  RemoveOnStop: last(boolean, false, { since: 214, meaning: 'Remove socket/FIFO nodes and Symlinks when stopped' }),
  Symlinks: list(pathList, { since: 214, meaning: 'Symlinks to the (single) socket node' }),
  FileDescriptorName: last(orEmpty(fileDescriptorName, ''), '', {
    since: 227,
    meaning: 'Name put in $LISTEN_FDNAMES (default: unit id, or "connection" for Accept=yes)',
  }),
  Service: last(unitName('service'), '', { since: 183, meaning: 'Service to activate (default: same name); only Accept=no' }),
  PassFileDescriptorsToExec: last(boolean, false, {
    since: 256,
    meaning: 'Pass the sockets to ExecStartPost/ExecStopPre commands',
  }),
  TriggerLimitIntervalSec: last(timespan, undefined, { since: 230, meaning: 'Window of the activation limit (2s)' }),
  TriggerLimitBurst: last(unsigned, undefined, {
    since: 230,
    meaning: 'Activations per window (20, or 200 with Accept); hit = unit fails',
  }),
  PollLimitIntervalSec: last(timespan, undefined, {
    since: 255,
    meaning: 'Window of the poll limit (2s where only the other is set, else none)',
  }),
  PollLimitBurst: last(unsigned, undefined, {
    since: 255,
    meaning: 'Wakeups per window before polling pauses (15, or 150 with Accept, where only the other is set, else none)',
  }),
  DeferTrigger: last(deferral, undefined, {
    since: 258,
    meaning: 'Wait instead of stopping conflicting units when activation would need it',
  }),
  DeferTriggerMaxSec: last(timeout, Infinity, { since: 258, meaning: 'Longest such wait' }),
  XAttrEntryPoint: entries(userAttribute, { since: 262, meaning: 'user.* xattr on the socket inode' }),
  XAttrListen: entries(userAttribute, { since: 262, meaning: 'user.* xattr on the listening socket' }),
  XAttrAccept: entries(userAttribute, { since: 262, meaning: 'user.* xattr on accepted sockets' }),
  SmackLabel: last(string, '', { since: 196, meaning: 'SMACK label of the FIFO/socket node' }),
  SmackLabelIPIn: last(string, '', { since: 196, meaning: 'SMACK label for incoming traffic' }),
  SmackLabelIPOut: last(string, '', { since: 196, meaning: 'SMACK label for outgoing traffic' }),
  SELinuxContextFromNet: last(boolean, false, {
    since: 217,
    meaning: 'Per-connection SELinux context derived from the peer',
    status: { accepted: 'tysd gives processes no SELinux labels' },
  }),
};

/** `Listen` has every Listen*= line in the order of the files; Service is empty for the service of the same name. Durations are microseconds, Infinity for none, undefined where the manager's default applies. */
export interface SocketSettings extends Values<typeof socketRows> {}

function bindIPv6Only(text: string, context: ValueContext): Result<'default' | 'both' | 'ipv6-only', ValueError> {
  const only = boolean(text, context);
  return only.ok ? ok(only.value ? 'ipv6-only' : 'both') : oneOf('default', 'both', 'ipv6-only')(text, context);
}

function deferral(text: string, context: ValueContext): Result<'no' | 'yes' | 'patient', ValueError> {
  const on = boolean(text, context);
  return on.ok ? ok(on.value ? 'yes' : 'no') : oneOf('no', 'yes', 'patient')(text, context);
}

const typesOfService: Readonly<Record<string, number>> = { 'low-delay': 0x10, throughput: 0x08, reliability: 0x04, 'low-cost': 0x02 };

function typeOfService(text: string, context: ValueContext): Result<number, ValueError> {
  const named = typesOfService[text];
  return named === undefined ? integer({ min: 0, max: 255 })(text, context) : ok(named);
}

const units: Readonly<Record<string, 'us' | 'ns'>> = { us: 'us', usec: 'us', µs: 'us', ns: 'ns', nsec: 'ns' };

function timestamping(text: string, context: ValueContext): Result<'off' | 'us' | 'ns', ValueError> {
  const unit = units[text];
  if (unit !== undefined) return ok(unit);
  const on = boolean(text, context);
  if (on.ok) return ok(on.value ? 'us' : 'off');
  return oneOf('off', 'us', 'ns')(text, context);
}

/** An extended attribute of those that users may set, and its value (xattr(7)). */
function userAttribute(text: string, context: ValueContext): Result<string, ValueError> {
  return textLike(/^user\.[^=\0]{1,250}=/, 'user.NAME=VALUE')(text, context);
}

/** The name of a network interface, or `*` for any. */
function interfaceName(text: string, context: ValueContext): Result<string, ValueError> {
  return textLike(/^(\*|(?!\.{1,2}$)[^\s:/%]{1,15})$/, 'the name of a network interface, or *')(text, context);
}
