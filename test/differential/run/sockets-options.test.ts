import { type Case, compareManagers, type Difference } from './both.ts';

/** A socket unit, and a service that reads back every option of the descriptors that it was passed. */
function read(name: string, settings: string, { descriptors = 1, script = '', differs = [] }: Partial<Read> = {}): Case {
  const options = Array.from({ length: descriptors }, (_, index) => `options ${3 + index}`).join(' ');
  return {
    units: {
      [`${name}.socket`]: `[Socket]\n${settings.replaceAll('NAME', name)}`,
      [`${name}.service`]: `[Service]\nExecStart=/act to /run/t/${name} passed ${options} wait`,
    },
    script: `
      ip link set lo up
      if quiet systemctl start ${name}.socket; then quiet systemctl start ${name}.service; heard ${name} '^${2 + descriptors}'; notes ${name}; fi
      table SubState,Result ${name}.socket
      ${script.replaceAll('NAME', name)}
      systemctl stop ${name}.socket ${name}.service 2>/dev/null`,
    differs,
  };
}

interface Read {
  readonly descriptors: number;
  readonly script: string;
  readonly differs: readonly Difference[];
}

const unix = 'ListenStream=/run/NAME.s\nListenDatagram=/run/NAME.d\nListenSequentialPacket=/run/NAME.q\nListenFIFO=/run/NAME.f';
const internet = (port: number): string =>
  `ListenStream=127.0.0.1:${port}\nListenStream=[::1]:${port}\nListenStream=${port + 1}\nListenDatagram=127.0.0.1:${port}\nListenDatagram=[::1]:${port}`;

const everything = `
KeepAlive=yes
KeepAliveTimeSec=77
KeepAliveIntervalSec=1500ms
KeepAliveProbes=5
NoDelay=yes
DeferAcceptSec=3
Priority=4
ReceiveBuffer=64K
SendBuffer=96K
IPTOS=low-delay
IPTTL=33
Mark=11
ReusePort=yes
FreeBind=yes
Transparent=yes
Broadcast=yes
PassCredentials=yes
PassSecurity=yes
PassPacketInfo=yes
Timestamping=us
TCPCongestion=reno
PipeSize=8192`;

const nothing = `
KeepAlive=no
NoDelay=no
ReusePort=no
FreeBind=no
Transparent=no
Broadcast=no
PassCredentials=no
PassSecurity=no
PassPacketInfo=no
Timestamping=ns`;

const shown =
  'KeepAliveTimeUSec KeepAliveIntervalUSec DeferAcceptUSec IPTOS IPTTL Mark Priority ReceiveBuffer PipeSize Timestamping TCPCongestion MessageQueueMaxMessages MessageQueueMessageSize SocketMode Listen';

compareManagers('options of sockets', {
  'what unix sockets have by default': read('opt-unix', unix, { descriptors: 4 }),
  'what internet sockets have by default': read('opt-inet', internet(8101), { descriptors: 5 }),
  'every option of unix sockets': read('opt-unix-all', unix + everything, { descriptors: 4 }),
  'every option of internet sockets': read('opt-inet-all', internet(8111) + everything, {
    descriptors: 5,
    script: `get NAME.socket ${shown}`,
  }),
  'options that are off': read('opt-off', `ListenStream=127.0.0.1:8121\nListenDatagram=[::1]:8121${nothing}`, { descriptors: 2 }),
  'numbers that stand for none': read(
    'opt-none',
    'ListenStream=127.0.0.1:8122\nPriority=-1\nIPTTL=-1\nMark=-1\nKeepAliveProbes=0\nKeepAliveTimeSec=0',
  ),
  'numbers that the kernel refuses': read('opt-large', 'ListenStream=127.0.0.1:8123\nIPTOS=255\nIPTTL=300'),
  'IPTOS= by name': read('opt-tos', 'ListenStream=127.0.0.1:8124\nIPTOS=throughput'),
  'buffers beyond the limit of the system': read('opt-buffer', 'ListenStream=/run/NAME\nReceiveBuffer=64M\nSendBuffer=64M'),
  'BindIPv6Only=ipv6-only': read('opt-six', 'ListenStream=[::]:8131\nBindIPv6Only=ipv6-only'),
  'BindIPv6Only=both': read('opt-both', 'ListenStream=[::]:8132\nBindIPv6Only=both'),
  'BindToDevice=': read('opt-device', 'ListenStream=127.0.0.1:8133\nBindToDevice=lo'),
  'a congestion control that there is not': read('opt-congestion', 'ListenStream=127.0.0.1:8134\nTCPCongestion=nosuch'),
  'SocketProtocol=udplite': read('opt-udplite', 'ListenDatagram=127.0.0.1:8135\nSocketProtocol=udplite'),
  'SocketProtocol=sctp, which may not be there': read('opt-sctp', 'ListenStream=127.0.0.1:8136\nSocketProtocol=sctp'),
  'labels where the kernel has none': read(
    'opt-labels',
    'ListenStream=127.0.0.1:8137\nListenStream=/run/NAME\nSmackLabel=foo\nSmackLabelIPIn=a\nSmackLabelIPOut=b\nSELinuxContextFromNet=yes',
    { descriptors: 2, script: 'get NAME.socket SmackLabel SmackLabelIPIn' },
  ),
  'an address on an interface': read('opt-scope', 'ListenStream=[::1]:8139%lo'),
  'a vsock port': read('opt-vsock', 'ListenStream=vsock::8138'),

  'netlink, by name and group': read('opt-netlink', 'ListenNetlink=kobject-uevent 1', { script: 'get NAME.socket Listen' }),
  'netlink, with options': read('opt-route', 'ListenNetlink=route 1361\nReceiveBuffer=128M\nPassCredentials=yes\nTimestamping=us'),
  'netlink, with traffic': {
    units: {
      'opt-traffic.socket': '[Socket]\nListenNetlink=route 1',
      'opt-traffic.service': '[Service]\nExecStart=/act to /run/t/opt-traffic note came wait',
    },
    script: `
      quiet systemctl start opt-traffic.socket
      ip link add opt-dummy type dummy 2>/dev/null || ip link set lo mtu 1500
      heard opt-traffic came
      show opt-traffic.socket opt-traffic.service
      systemctl stop opt-traffic.socket opt-traffic.service 2>/dev/null`,
  },

  'a message queue with limits': read(
    'opt-queue',
    'ListenMessageQueue=/NAME\nMessageQueueMaxMessages=7\nMessageQueueMessageSize=100\nSocketMode=0620',
    { script: `get NAME.socket ${shown}` },
  ),
  'a message queue without, or with one only': read(
    'opt-queues',
    'ListenMessageQueue=/NAME.a\nListenMessageQueue=/NAME.b\nMessageQueueMaxMessages=5',
    {
      descriptors: 2,
    },
  ),
  'a message queue with traffic, and what RemoveOnStop= leaves': {
    units: {
      'opt-posted.socket': '[Socket]\nListenMessageQueue=/opt-posted\nRemoveOnStop=yes',
      'opt-posted.service': '[Service]\nExecStart=/act to /run/t/opt-posted note came wait',
      'opt-left.socket': '[Socket]\nListenMessageQueue=/opt-left',
      'opt-left.service': '[Service]\nExecStart=/act wait',
    },
    script: `
      quiet systemctl start opt-posted.socket opt-left.socket
      run /act message /opt-posted hello
      heard opt-posted came
      show opt-posted.socket opt-posted.service
      run systemctl stop opt-posted.socket opt-left.socket
      run /act message /opt-posted hello
      run /act message /opt-left hello
      show opt-posted.socket
      systemctl stop opt-posted.service 2>/dev/null`,
  },
  'a message queue of another mode': read('opt-other', 'ListenMessageQueue=/NAME\nSocketMode=0600', {
    script: `
      systemctl stop NAME.socket NAME.service 2>/dev/null
      sed -i s/0600/0660/ /etc/systemd/system/NAME.socket
      systemctl daemon-reload
      quiet systemctl start NAME.socket
      table SubState,Result NAME.socket`,
  }),

  'special files that can be watched': {
    units: {
      'opt-special.socket': '[Socket]\nListenSpecial=/proc/self/mounts',
      'opt-special.service': '[Service]\nExecStart=/act to /run/t/opt-special options 3 wait',
    },
    script: `
      quiet systemctl start opt-special.socket
      quiet systemctl start opt-special.service
      heard opt-special mode
      show opt-special.socket
      # One after the other: of a socket that stays readable systemd says "suppressed" for ever while its stop waits for the service's.
      systemctl stop opt-special.socket 2>/dev/null; systemctl stop opt-special.service
      notes opt-special`,
  },
  'special files that cannot': {
    units: {
      'opt-null.socket': '[Socket]\nListenSpecial=/dev/null',
      'opt-null.service': '[Service]\nExecStart=/act wait',
      'opt-file.socket': '[Socket]\nListenSpecial=/etc/passwd\nWritable=yes',
      'opt-file.service': '[Service]\nExecStart=/act wait',
      'opt-directory.socket': '[Socket]\nListenSpecial=/etc',
      'opt-directory.service': '[Service]\nExecStart=/act wait',
      'opt-absent.socket': '[Socket]\nListenSpecial=/nonexistent',
      'opt-absent.service': '[Service]\nExecStart=/act wait',
    },
    script: `
      for unit in null file directory absent; do quiet systemctl start opt-$unit.socket; table SubState,Result opt-$unit.socket; done`,
  },
  'a USB function where there is no gadget': read('opt-usb', 'ListenUSBFunction=/run/NAME'),
});
