import { invariant } from '../../base/assert.ts';
import type { TimestampForm } from '../../base/timestamp.ts';
import { formatTimespan } from '../../base/duration.ts';
import { yesNo } from '../../base/yes-no.ts';
import type { UnitConfig } from '../../unit/config.ts';
import type { SocketSettings } from '../../unit/settings/socket.ts';
import { formatSocketAddress } from '../../unit/values/socket-address.ts';
import type { ListenAddress } from '../../unit/values/types.ts';
import { commandListText, lastRun } from '../command-text.ts';
import type { Defaults } from '../type.ts';
import { socketControl, type SocketList, type SocketMemory, type SocketState } from './state.ts';

/** The properties of a socket unit by systemd's names (org.freedesktop.systemd1(5), Socket Unit Objects). */
export function socketProperties(
  state: SocketState,
  config: UnitConfig,
  defaults?: Defaults,
  form?: TimestampForm,
): Readonly<Record<string, string>> {
  const { socket } = config;
  invariant(socket !== undefined, `${config.name} has no socket settings`);
  const timeout = socket.TimeoutSec ?? defaults?.timeoutStartUsec ?? usualTimeout;
  return {
    ...settingProperties(socket, config.name),
    TimeoutUSec: formatTimespan(timeout),
    ...stateProperties(state),
    ...commandProperties(socket, state.memory, form),
  };
}

const usualTimeout = 90_000_000;
const usualInterval = 2_000_000;

function settingProperties(socket: SocketSettings, name: string): Record<string, string> {
  return {
    BindIPv6Only: socket.BindIPv6Only,
    Backlog: String(socket.Backlog),
    BindToDevice: socket.BindToDevice,
    SocketUser: socket.SocketUser,
    SocketGroup: socket.SocketGroup,
    SocketMode: octal(socket.SocketMode),
    DirectoryMode: octal(socket.DirectoryMode),
    Accept: yesNo(socket.Accept),
    FlushPending: yesNo(socket.FlushPending),
    Writable: yesNo(socket.Writable),
    KeepAlive: yesNo(socket.KeepAlive),
    KeepAliveTimeUSec: formatTimespan(socket.KeepAliveTimeSec ?? 0),
    KeepAliveIntervalUSec: formatTimespan(socket.KeepAliveIntervalSec ?? 0),
    KeepAliveProbes: String(socket.KeepAliveProbes ?? 0),
    DeferAcceptUSec: formatTimespan(socket.DeferAcceptSec ?? 0),
    NoDelay: yesNo(socket.NoDelay),
    Priority: String(socket.Priority ?? -1),
    ReceiveBuffer: String(socket.ReceiveBuffer ?? 0),
    SendBuffer: String(socket.SendBuffer ?? 0),
    IPTOS: String(socket.IPTOS ?? -1),
    IPTTL: String(socket.IPTTL ?? -1),
    PipeSize: String(socket.PipeSize ?? 0),
    FreeBind: yesNo(socket.FreeBind),
    Transparent: yesNo(socket.Transparent),
    Broadcast: yesNo(socket.Broadcast),
    PassCredentials: yesNo(socket.PassCredentials),
    PassSecurity: yesNo(socket.PassSecurity),
    PassPacketInfo: yesNo(socket.PassPacketInfo),
    Timestamping: socket.Timestamping ?? 'off',
    TCPCongestion: socket.TCPCongestion,
    RemoveOnStop: yesNo(socket.RemoveOnStop),
    Listen: socket.Listen.map(
      (listen) => `${'address' in listen ? formatSocketAddress(listen.address) : listen.text} (${kinds[listen.kind]})`,
    ).join('\n'),
    Symlinks: socket.Symlinks.join('\n'),
    Mark: String(socket.Mark ?? -1),
    MaxConnections: String(socket.MaxConnections),
    MaxConnectionsPerSource: String(socket.MaxConnectionsPerSource),
    MessageQueueMaxMessages: String(socket.MessageQueueMaxMessages ?? 0),
    MessageQueueMessageSize: String(socket.MessageQueueMessageSize ?? 0),
    SmackLabel: socket.SmackLabel,
    SmackLabelIPIn: socket.SmackLabelIPIn,
    SmackLabelIPOut: socket.SmackLabelIPOut,
    ReusePort: yesNo(socket.ReusePort),
    FileDescriptorName: socket.FileDescriptorName === '' ? name : socket.FileDescriptorName,
    SocketProtocol: socket.SocketProtocol ?? '0',
    TriggerLimitIntervalUSec: formatTimespan(socket.TriggerLimitIntervalSec ?? usualInterval),
    PollLimitIntervalUSec: formatTimespan(socket.PollLimitIntervalSec ?? 0),
    PollLimitBurst: String(socket.PollLimitBurst ?? 0),
    PassFileDescriptorsToExec: yesNo(socket.PassFileDescriptorsToExec),
    TriggerLimitBurst: String(socket.TriggerLimitBurst ?? (socket.Accept ? 200 : 20)),
  };
}

const kinds: Readonly<Record<ListenAddress['kind'], string>> = {
  stream: 'Stream',
  datagram: 'Datagram',
  'sequential-packet': 'SequentialPacket',
  fifo: 'FIFO',
  special: 'Special',
  netlink: 'Netlink',
  'message-queue': 'MessageQueue',
  'usb-function': 'USBFunction',
};

function stateProperties(state: SocketState): Record<string, string> {
  return {
    ControlPID: String(socketControl(state)?.pid ?? 0),
    Result: state.memory.result,
    CleanResult: state.memory.cleanResult ?? 'success',
    NConnections: String(state.memory.connections),
    NAccepted: String(state.memory.accepted),
    NRefused: String(state.memory.refused),
    UID: '[not set]',
    GID: '[not set]',
  };
}

const lists: readonly SocketList[] = ['ExecStartPre', 'ExecStartPost', 'ExecStopPre', 'ExecStopPost'];

function commandProperties(socket: SocketSettings, memory: SocketMemory, form?: TimestampForm): Record<string, string> {
  const used = lists.filter((list) => socket[list].length > 0);
  return Object.fromEntries(
    used.map((list) => [list, commandListText(socket[list], (index) => lastRun(memory.runs ?? [], list, index), form)]),
  );
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
