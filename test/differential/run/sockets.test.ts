import { type Case, compareManagers, type Difference } from './both.ts';

/** A socket unit and the service that it activates, which notes what it was passed, serves one client and ends. */
function activated(name: string, socket: string, service: string, script: string, more: Partial<Case> = {}): Case {
  return {
    units: {
      [`${name}.socket`]: `[Socket]\n${socket.replaceAll('NAME', name)}\n`,
      [`${name}.service`]: `[Service]\n${(service || 'ExecStart=/act to /run/t/NAME passed serve').replaceAll('NAME', name)}\n`,
    },
    script: `
      run systemctl start ${name}.socket
      show ${name}.socket ${name}.service
      ${script.replaceAll('NAME', name)}
      run systemctl stop ${name}.socket ${name}.service
      show ${name}.socket ${name}.service
      notes ${name}`,
    ...more,
  };
}

/** How the commands of a socket ended, as `show` tells. */
const ends = (socket: string): string =>
  `systemctl show -p ExecStartPre -p ExecStartPost -p ExecStopPre -p ExecStopPost -p TimeoutUSec ${socket} | sed 's/start_time=[^;]*; stop_time=[^;]*; pid=[0-9]*/ran/'`;

/** systemctl says which job failed for services only. */
function jobFailed(...units: readonly string[]): readonly Difference[] {
  return units.map((unit) => ({
    systemd: `$ systemctl start ${unit}\nJob failed. See "journalctl -xe" for details.`,
    tysd: `$ systemctl start ${unit}\nJob for ${unit} failed.\nSee "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.`,
    why: 'we say which job failed for all types of units',
  }));
}

const waits = 'ExecStart=/act to /run/t/NAME passed wait';
const answered = 'run /act stream /run/NAME.sock hi\nheard NAME says\nsettle NAME.service\nshow NAME.socket NAME.service';

compareManagers('sockets', {
  'a unix stream': activated('unix-stream', 'ListenStream=/run/NAME.sock', '', `${answered}\n${answered}\nls /run/NAME.sock`),
  'an abstract unix stream': activated('unix-abstract', 'ListenStream=@NAME', '', 'run /act stream @NAME hi\nheard NAME says'),
  'a unix datagram': activated(
    'unix-datagram',
    'ListenDatagram=/run/NAME.sock',
    '',
    'run /act datagram /run/NAME.sock hi\nheard NAME says',
  ),
  'a unix sequential packet': activated(
    'unix-packet',
    'ListenSequentialPacket=/run/NAME.sock',
    '',
    'run /act seqpacket /run/NAME.sock hi\nheard NAME says',
  ),
  'TCP on IPv4': activated(
    'tcp-four',
    'ListenStream=127.0.0.1:7001',
    '',
    'ip link set lo up; exec 7<>/dev/tcp/127.0.0.1/7001 && echo hi >&7 && head -n1 <&7\nheard NAME says',
  ),
  'TCP on IPv6': activated(
    'tcp-six',
    'ListenStream=[::1]:7002',
    '',
    'ip link set lo up; exec 7<>/dev/tcp/::1/7002 && echo hi >&7 && head -n1 <&7\nheard NAME says',
  ),
  'a port alone': activated(
    'tcp-port',
    'ListenStream=7003',
    '',
    'ip link set lo up; exec 7<>/dev/tcp/127.0.0.1/7003 && echo hi >&7 && head -n1 <&7\nheard NAME says',
  ),
  'a port with BindIPv6Only=': activated(
    'tcp-both',
    'BindIPv6Only=ipv6-only\nListenStream=7004',
    waits,
    'run systemctl start NAME; heard NAME LISTEN\n(exec 7<>/dev/tcp/127.0.0.1/7004) 2>&1 | grep -o refused',
  ),
  UDP: activated('udp', 'ListenDatagram=127.0.0.1:7005', '', 'ip link set lo up; echo hi >/dev/udp/127.0.0.1/7005\nheard NAME says'),
  'a FIFO': activated(
    'fifo',
    'ListenFIFO=/run/NAME.fifo\nSocketMode=0640',
    '',
    'stat -c "%a %F" /run/NAME.fifo; echo hi >/run/NAME.fifo\nheard NAME says',
  ),

  'several sockets in one unit': activated(
    'several',
    'ListenStream=/run/NAME.a\nListenDatagram=/run/NAME.b\nListenStream=@NAME\nListenFIFO=/run/NAME.fifo',
    '',
    'run /act datagram /run/NAME.b hi\nheard NAME says',
  ),
  'several units for one service': {
    units: {
      'many-a.socket': '[Socket]\nListenStream=/run/many.a\nService=many.service\nFileDescriptorName=first',
      'many-b.socket': '[Socket]\nListenStream=/run/many.b\nService=many.service',
      'many.service':
        '[Unit]\nDefaultDependencies=no\n[Service]\nSockets=many-a.socket many-b.socket\nExecStart=/act to /run/t/many passed wait',
    },
    script: `
      run systemctl start many-a.socket
      run systemctl start many.service
      heard many '^3'
      show many-a.socket many-b.socket many.service
      systemctl stop many.service 2>&1 | sort
      show many-a.socket many-b.socket many.service
      run systemctl stop many-a.socket many-b.socket
      sed 's/^[34] //; s/first:many-b.socket/BOTH/; s/many-b.socket:first/BOTH/' /run/t/many | sort`,
  },
  'a name for the descriptors': activated(
    'named',
    'ListenStream=/run/NAME.a\nListenStream=/run/NAME.b\nFileDescriptorName=web',
    waits,
    'run systemctl start NAME\nheard NAME ^4',
  ),
  'mode, owner and links': activated(
    'owned',
    'ListenStream=/run/NAME.dir/sock\nSocketMode=0620\nSocketUser=daemon\nSocketGroup=adm\nDirectoryMode=0750\nSymlinks=/run/NAME.link /run/NAME.other',
    waits,
    'stat -c "%a %U %G" /run/NAME.dir/sock /run/NAME.dir\nreadlink /run/NAME.link /run/NAME.other',
  ),
  'RemoveOnStop=yes': activated(
    'removed',
    'ListenStream=/run/NAME.sock\nListenStream=127.0.0.1:7007\nSymlinks=/run/NAME.link\nRemoveOnStop=yes',
    waits,
    'ls /run/NAME.*\nsystemctl stop NAME.socket\nls /run/NAME.* 2>/dev/null | wc -l',
  ),
  'RemoveOnStop=no': activated(
    'kept',
    'ListenStream=/run/NAME.sock\nListenStream=127.0.0.1:7008\nSymlinks=/run/NAME.link',
    waits,
    'systemctl stop NAME.socket\nls /run/NAME.*\nrun systemctl start NAME.socket',
  ),
  'PassCredentials= and others': activated(
    'options',
    'ListenStream=/run/NAME.sock\nPassCredentials=yes\nPassSecurity=yes\nBacklog=5\nReceiveBuffer=64K\nSendBuffer=64K\nPriority=3\nMark=7\nFlushPending=yes',
    '',
    answered,
  ),
  'NonBlocking= of the service': activated(
    'nonblocking',
    'ListenStream=/run/NAME.sock',
    `NonBlocking=yes\n${waits}`,
    'run systemctl start NAME\nheard NAME ^3',
  ),
  'the commands of a socket': activated(
    'commands',
    ['ExecStartPre', 'ExecStartPost', 'ExecStopPre', 'ExecStopPost'].map((key) => `${key}=/act to /run/t/NAME note ${key}`).join('\n') +
      '\nListenStream=/run/NAME.sock',
    waits,
    `run systemctl start NAME\nheard NAME ^3\n${ends('NAME.socket')}\nsystemctl stop NAME.socket NAME\n${ends('NAME.socket')}\nsystemctl start NAME.socket\n${ends('NAME.socket')}`,
  ),
  'a socket whose pre command fails': activated(
    'prefail',
    'ExecStartPre=/act exit 3\nExecStopPost=/act to /run/t/NAME note stopped\nListenStream=/run/NAME.sock',
    waits,
    `get NAME.socket Result; ls /run/NAME.sock 2>&1 | grep -c such; ${ends('NAME.socket')}`,
    { differs: jobFailed('prefail.socket') },
  ),
  'a socket whose post command fails': activated(
    'postfail',
    'ExecStartPost=/act exit 3\nListenStream=/run/NAME.sock',
    waits,
    'get NAME.socket Result',
    { differs: jobFailed('postfail.socket') },
  ),
  'an address that is in use': {
    units: {
      'used-a.socket': '[Socket]\nListenStream=/run/used.sock',
      'used-a.service': '[Service]\nExecStart=/act wait',
      'used-b.socket': '[Socket]\nListenStream=127.0.0.1:7010',
      'used-b.service': '[Service]\nExecStart=/act wait',
      'used-c.socket': '[Socket]\nListenStream=127.0.0.1:7010',
      'used-c.service': '[Service]\nExecStart=/act wait',
      'used-d.socket': '[Socket]\nListenStream=/proc/nowhere/sock',
      'used-d.service': '[Service]\nExecStart=/act wait',
      'used-e.socket': '[Socket]\nListenStream=/run/used-e.sock\nSocketUser=no-such-user',
      'used-e.service': '[Service]\nExecStart=/act wait',
    },
    script: `
      ip link set lo up
      for unit in a b c d e; do run systemctl start used-$unit.socket; done
      show used-a.socket used-b.socket used-c.socket used-d.socket used-e.socket
      for unit in a b c d e; do get used-$unit.socket Result; done
      run systemctl stop used-a.socket used-b.socket used-c.socket`,
    differs: [
      ...jobFailed('used-c.socket', 'used-d.socket', 'used-e.socket'),
      {
        systemd: 'used-e.socket: Result=exit-code',
        tysd: 'used-e.socket: Result=resources',
        why: 'there, a child looks up the user, here the manager does',
      },
    ],
  },
  'a socket without a service': {
    units: { 'lonely.socket': '[Socket]\nListenStream=/run/lonely.sock' },
    script: `
      run systemctl start lonely.socket
      show lonely.socket`,
    differs: jobFailed('lonely.socket'),
  },
  'a socket whose service runs already': {
    units: { 'early.socket': '[Socket]\nListenStream=/run/early.sock', 'early.service': '[Service]\nExecStart=/act wait' },
    script: `
      run systemctl start early.service
      run systemctl start early.socket
      show early.socket early.service
      run systemctl stop early.service early.socket`,
    differs: jobFailed('early.socket'),
  },
  'a service pulls its socket in': {
    units: {
      'pulled.socket': '[Socket]\nListenStream=/run/pulled.sock',
      'pulled.service': '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/act to /run/t/pulled passed wait',
    },
    script: `
      run systemctl start pulled.service
      show pulled.socket pulled.service
      run systemctl stop pulled.socket
      show pulled.socket pulled.service
      run systemctl stop pulled.service
      notes pulled`,
  },
  'a stop of the service arms the socket again': activated(
    'armed',
    'ListenStream=/run/NAME.sock',
    'ExecStart=/act to /run/t/NAME passed serve sleep 60000',
    `run /act stream /run/NAME.sock one
     heard NAME one
     show NAME.socket NAME.service
     run systemctl stop NAME.service
     show NAME.socket NAME.service
     run /act stream /run/NAME.sock two
     heard NAME two
     show NAME.socket NAME.service`,
  ),
  'a stop of the socket leaves the service': activated(
    'left',
    'ListenStream=/run/NAME.sock',
    'ExecStart=/act to /run/t/NAME passed serve sleep 60000',
    `run /act stream /run/NAME.sock one
     heard NAME one
     run systemctl stop NAME.socket
     show NAME.socket NAME.service`,
  ),
  'a service that fails to start': activated(
    'broken',
    'ListenStream=/run/NAME.sock\nTriggerLimitIntervalSec=60\nTriggerLimitBurst=100',
    'ExecStart=/nonexistent',
    `(/act stream /run/NAME.sock one >/dev/null 2>&1 &)
     sub NAME.socket failed
     get NAME.socket Result
     show NAME.socket
     run systemctl is-failed NAME.service`,
  ),
  'a service whose condition does not hold': activated(
    'unmet',
    'ListenStream=/run/NAME.sock\nTriggerLimitIntervalSec=60\nTriggerLimitBurst=4',
    'ExecCondition=/act to /run/t/NAME note asked exit 1\nExecStart=/act wait',
    `(/act stream /run/NAME.sock one >/dev/null 2>&1 &)
     sub NAME.socket failed
     get NAME.socket Result`,
  ),
  'the trigger limit': activated(
    'limit',
    'ListenStream=/run/NAME.sock\nTriggerLimitIntervalSec=60\nTriggerLimitBurst=3',
    'ExecStart=/act to /run/t/NAME note started exit 0',
    `(/act stream /run/NAME.sock one >/dev/null 2>&1 &)
     sub NAME.socket failed
     get NAME.socket Result
     settle NAME.service
     show NAME.service
     run systemctl start NAME.socket
     run systemctl reset-failed NAME.socket NAME.service
     show NAME.socket`,
  ),
  'a masked service': {
    units: { 'hidden.socket': '[Socket]\nListenStream=/run/hidden.sock' },
    script: `
      ln -s /dev/null /etc/systemd/system/hidden.service
      run systemctl start hidden.socket
      show hidden.socket
      run systemctl stop hidden.socket`,
    differs: jobFailed('hidden.socket'),
  },
  'StandardInput=socket': activated(
    'stdin',
    'ListenDatagram=/run/NAME.sock',
    'StandardInput=socket\nStandardOutput=append:/run/t/NAME\nExecStart=/bin/dd bs=200 count=1 status=none',
    'run /act datagram /run/NAME.sock hello\nheard NAME hello\nsettle NAME.service',
  ),
  'what list-sockets says': {
    units: {
      'listed.socket': '[Socket]\nListenStream=/run/listed.a\nListenDatagram=@listed\nListenFIFO=/run/listed.fifo',
      'listed.service': '[Service]\nExecStart=/act wait',
    },
    script: `
      run systemctl start listed.socket
      systemctl list-sockets --no-legend 'listed*'
      get listed.socket Listen Triggers Accept NAccepted NConnections SocketMode Backlog
      run systemctl stop listed.socket`,
  },
});
