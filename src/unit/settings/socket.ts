import type { Command, ListenAddress } from '../values/types.ts';

/** [Socket], less what it shares with other types. */
export interface SocketSettings {
  /** Every Listen*= line, in the order of the files. */
  readonly Listen: readonly ListenAddress[];
  readonly SocketProtocol: 'udplite' | 'sctp' | 'mptcp' | undefined;
  readonly BindIPv6Only: 'default' | 'both' | 'ipv6-only';
  readonly Backlog: number;
  readonly BindToDevice: string;
  readonly SocketUser: string;
  readonly SocketGroup: string;
  readonly SocketMode: number;
  readonly DirectoryMode: number;
  readonly Accept: boolean;
  readonly Writable: boolean;
  readonly FlushPending: boolean;
  readonly MaxConnections: number;
  readonly MaxConnectionsPerSource: number;
  readonly KeepAlive: boolean | undefined;
  readonly KeepAliveTimeSec: number | undefined;
  readonly KeepAliveIntervalSec: number | undefined;
  readonly KeepAliveProbes: number | undefined;
  readonly NoDelay: boolean | undefined;
  readonly Priority: number | undefined;
  readonly DeferAcceptSec: number | undefined;
  readonly ReceiveBuffer: number | undefined;
  readonly SendBuffer: number | undefined;
  readonly IPTOS: number | undefined;
  readonly IPTTL: number | undefined;
  readonly Mark: number | undefined;
  readonly ReusePort: boolean | undefined;
  readonly PipeSize: number | undefined;
  readonly FreeBind: boolean | undefined;
  readonly Transparent: boolean | undefined;
  readonly Broadcast: boolean | undefined;
  readonly PassCredentials: boolean | undefined;
  readonly PassSecurity: boolean | undefined;
  readonly PassPacketInfo: boolean | undefined;
  readonly TCPCongestion: string;
  readonly ExecStartPre: readonly Command[];
  readonly ExecStartPost: readonly Command[];
  readonly ExecStopPre: readonly Command[];
  readonly ExecStopPost: readonly Command[];
  readonly TimeoutSec: number | undefined;
  /** Empty: the service of the same name. */
  readonly Service: string;
  readonly RemoveOnStop: boolean;
  readonly Symlinks: readonly string[];
  /** Empty: the name of the unit. */
  readonly FileDescriptorName: string;
  readonly TriggerLimitIntervalSec: number | undefined;
  readonly TriggerLimitBurst: number | undefined;
}
