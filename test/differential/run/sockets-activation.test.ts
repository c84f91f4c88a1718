import { type Case, compareManagers, type Difference } from './both.ts';

/** A socket unit and its service. */
function pair(name: string, socket: string, service: string, script: string, more: Partial<Case> = {}): Case {
  const fill = (text: string): string => text.replaceAll('NAME', name);
  return {
    units: {
      [`${name}.socket`]: fill(socket.includes('[Socket]') ? socket : `[Socket]\n${socket}\n`),
      [`${name}.service`]: fill(service.includes('[Service]') ? service : `[Service]\n${service}\n`),
    },
    script: fill(`
      ip link set lo up
      run systemctl start NAME.socket
      ${script}
      systemctl stop NAME.socket NAME.service 2>/dev/null
      show NAME.socket NAME.service
      notes NAME`),
    ...more,
  };
}

/** systemctl says which job failed for services only. */
function jobFailed(...commands: readonly string[]): readonly Difference[] {
  return commands.map((command) => {
    const unit = command.split(' ').at(-1) ?? '';
    return {
      systemd: `$ systemctl ${command}\nJob failed. See "journalctl -xe" for details.`,
      tysd: `$ systemctl ${command}\nJob for ${unit} failed.\nSee "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.`,
      why: 'we say which job failed for all types of units',
    };
  });
}

const stays = 'ExecStart=/act to /run/t/NAME passed wait';

compareManagers('activation by sockets', {
  'FlushPending= drops what the service left': pair(
    'act-flush',
    'ListenStream=/run/NAME.sock\nListenDatagram=/run/NAME.dgram\nListenFIFO=/run/NAME.fifo\nFlushPending=yes',
    'ExecStart=/act to /run/t/NAME note came sleep 300',
    `/act datagram /run/NAME.dgram hi
     heard NAME came
     /act datagram /run/NAME.dgram again
     until_ok property NAME.service ActiveState inactive
     show NAME.socket NAME.service
     echo hi >/run/NAME.fifo
     until_ok bash -c '[ "$(grep -c came /run/t/NAME)" = 2 ]'
     until_ok property NAME.service ActiveState inactive
     show NAME.socket NAME.service`,
  ),
  'FlushPending= drops connections that nobody accepted': pair(
    'act-flushed',
    'ListenStream=/run/NAME.sock\nFlushPending=yes',
    'ExecStart=/act to /run/t/NAME note came sleep 200',
    'run /act crowd /run/NAME.sock 1\nsettle NAME.service\nshow NAME.socket NAME.service',
  ),
  'Service= names another service': {
    units: {
      'act-other.socket': '[Socket]\nListenStream=/run/act-other.sock\nService=act-served.service',
      'act-served.service': '[Service]\nExecStart=/act to /run/t/act-served passed serve wait',
    },
    script: `
      run systemctl start act-other.socket
      run /act stream /run/act-other.sock hi
      heard act-served says
      show act-other.socket act-served.service
      get act-other.socket Triggers
      get act-served.service TriggeredBy
      systemctl stop act-other.socket act-served.service 2>/dev/null
      notes act-served`,
  },
  'an instance of a template of sockets': {
    units: {
      'act-many@.socket': '[Socket]\nListenStream=/run/act-many-%i.sock',
      'act-many@.service': '[Service]\nExecStart=/act to /run/t/act-many note %i passed serve wait',
    },
    script: `
      run systemctl start act-many@one.socket act-many@two.socket
      run /act stream /run/act-many-two.sock hi
      heard act-many says
      show act-many@one.socket act-many@two.socket act-many@one.service act-many@two.service
      systemctl stop act-many@one.socket act-many@two.socket act-many@two.service 2>/dev/null
      notes act-many`,
  },
  'a restart of the socket while its service runs': pair(
    'act-restart',
    'ListenStream=/run/NAME.sock',
    stays,
    `run systemctl start NAME.service
     heard NAME LISTEN_FDS
     run systemctl restart NAME.socket
     table SubState,Result NAME.socket NAME.service
     run systemctl stop NAME.service
     run systemctl start NAME.socket`,
    { differs: jobFailed('restart act-restart.socket') },
  ),
  'a restart of the service': pair(
    'act-again',
    'ListenStream=/run/NAME.sock',
    stays,
    `run systemctl start NAME.service
     heard NAME LISTEN_FDS
     run systemctl restart NAME.service
     show NAME.socket NAME.service
     until_ok grep -c 'LISTEN.*LISTEN' <(tr '\\n' ' ' </run/t/NAME)`,
  ),
  'what cannot be done with a socket': pair(
    'act-reload',
    'ListenStream=/run/NAME.sock',
    stays,
    'run systemctl reload NAME.socket\nrun systemctl reload-or-restart NAME.socket\nrun systemctl try-restart NAME.socket\nshow NAME.socket\nget NAME.socket CanReload CanStart CanStop',
  ),
  'a socket that stops while its service starts': pair(
    'act-slow',
    'ListenStream=/run/NAME.sock',
    'ExecStartPre=/act sleep 3000\nExecStart=/act to /run/t/NAME passed wait',
    `(/act stream /run/NAME.sock hi >/dev/null 2>&1 &)
     sub NAME.service start-pre
     show NAME.socket
     run systemctl stop NAME.socket
     settle NAME.service
     show NAME.socket NAME.service`,
  ),
  'a service that fails at once, with Restart=': pair(
    'act-failing',
    'ListenStream=/run/NAME.sock',
    '[Unit]\nStartLimitBurst=3\nStartLimitIntervalSec=60\n[Service]\nRestart=on-failure\nRestartSec=10ms\nExecStart=/act exit 2',
    `(/act stream /run/NAME.sock hi >/dev/null 2>&1 &)
     sub NAME.socket failed
     table SubState,Result NAME.socket NAME.service
     run systemctl reset-failed NAME.socket NAME.service
     run systemctl start NAME.socket`,
  ),
  'the time limit of a command': pair(
    'act-timeout',
    'ListenStream=/run/NAME.sock\nTimeoutSec=200ms\nExecStartPre=/act sleep 60000\nExecStopPost=/act to /run/t/NAME note after',
    stays,
    'table SubState,Result NAME.socket',
    { differs: jobFailed('start act-timeout.socket') },
  ),
  'the time limit of a command that ignores the end': pair(
    'act-stubborn',
    'ListenStream=/run/NAME.sock\nTimeoutSec=200ms\nExecStopPre=/act ignore 15 sleep 60000\nExecStopPost=/act to /run/t/NAME note after',
    stays,
    'run systemctl stop NAME.socket\ntable SubState,Result NAME.socket\nls /run/NAME.sock',
  ),
  'a command at the end that fails': pair(
    'act-stopfail',
    'ListenStream=/run/NAME.sock\nExecStopPre=/act exit 3\nExecStopPost=-/act exit 4',
    stays,
    'run systemctl stop NAME.socket\ntable SubState,Result NAME.socket\nrun systemctl reset-failed NAME.socket\ntable SubState,Result NAME.socket',
  ),
  'settings that make a socket unusable': {
    units: {
      'act-bad-a.socket': '[Socket]\nListenDatagram=/run/act-bad-a\nAccept=yes',
      'act-bad-b.socket': '[Socket]\nListenStream=/run/act-bad-b\nAccept=yes\nMaxConnections=0',
      'act-bad-c.socket': '[Socket]\nListenStream=/run/act-bad-c\nAccept=yes\nService=x.service',
      'act-bad-d.socket': '[Socket]\nListenStream=/run/act-bad-d\nListenStream=',
      'act-bad-e.socket': '[Socket]\nListenStream=/run/act-bad-e\nListenStream=/run/act-bad-f\nSymlinks=/run/act-bad-g',
    },
    script: `
      for unit in a b c d e; do
        quiet systemctl start act-bad-$unit.socket
        get act-bad-$unit.socket LoadState
      done`,
  },
  'what list-sockets says of several kinds': {
    units: {
      'act-list.socket':
        '[Socket]\nListenStream=/run/act-list.s\nListenDatagram=@act-list\nListenStream=7201\nListenStream=127.0.0.1:7202\nListenFIFO=/run/act-list.f\nListenNetlink=route 1\nListenMessageQueue=/act-list',
      'act-list.service': '[Service]\nExecStart=/act wait',
      'act-idle.socket': '[Socket]\nListenStream=/run/act-idle.sock',
      'act-idle.service': '[Service]\nExecStart=/act wait',
    },
    script: `
      ip link set lo up
      run systemctl start act-list.socket
      systemctl list-sockets --no-legend 'act-list*'
      systemctl list-sockets --no-legend --show-types 'act-list*'
      systemctl list-sockets -o json 'act-list*'
      systemctl list-sockets --show-types -o json-pretty 'act-list*'
      systemctl list-sockets 'act-list*' | tail -3
      systemctl list-sockets --no-legend 'act-idle*'
      systemctl list-sockets --all --no-legend 'act-idle*'
      systemctl status act-list.socket | grep -A7 Listen: | grep -v -e CPU -e Tasks -e Memory -e CGroup
      systemctl status act-list.socket | grep -e Triggers:
      systemctl status act-list.service | grep -e TriggeredBy:
      systemctl stop act-list.socket
      systemctl status act-list.service | grep -e TriggeredBy:`,
  },
  'nodes that are in the way': pair(
    'act-way',
    'ListenStream=/run/NAME.sock\nListenFIFO=/run/NAME.fifo\nSymlinks=',
    stays,
    `systemctl stop NAME.socket
     rm /run/NAME.fifo; echo text >/run/NAME.fifo
     quiet systemctl start NAME.socket
     table SubState,Result NAME.socket
     rm /run/NAME.fifo; rm /run/NAME.sock; mkdir /run/NAME.sock
     run systemctl reset-failed NAME.socket
     quiet systemctl start NAME.socket
     table SubState,Result NAME.socket
     rmdir /run/NAME.sock; echo text >/run/NAME.sock
     run systemctl reset-failed NAME.socket
     quiet systemctl start NAME.socket
     table SubState,Result NAME.socket`,
  ),
  'a service that a condition keeps from running is asked for until the limit': pair(
    'act-condition',
    'ListenDatagram=/run/NAME.sock',
    '[Unit]\nConditionPathExists=/nonexistent\n[Service]\nExecStart=/act wait',
    `/act datagram /run/NAME.sock hi
     sub NAME.socket failed
     table SubState,Result NAME.socket`,
  ),
  'two sockets of one service, of which one has traffic': {
    units: {
      'act-left.socket': '[Socket]\nListenDatagram=/run/act-left.sock\nService=act-two.service',
      'act-right.socket': '[Socket]\nListenDatagram=/run/act-right.sock\nService=act-two.service',
      'act-two.service': '[Service]\nSockets=act-left.socket\nExecStart=/act to /run/t/act-two passed serve sleep 60000',
    },
    script: `
      run systemctl start act-left.socket act-right.socket
      /act datagram /run/act-right.sock hi
      heard act-two says
      show act-left.socket act-right.socket act-two.service
      run systemctl stop act-left.socket
      show act-left.socket act-right.socket act-two.service
      systemctl stop act-two.service 2>/dev/null
      show act-left.socket act-right.socket act-two.service
      systemctl stop act-right.socket
      sort /run/t/act-two`,
  },
  'a reload of the manager while a service runs': pair(
    'act-reloaded',
    'ListenStream=/run/NAME.sock\nTriggerLimitIntervalSec=60\nTriggerLimitBurst=3',
    'ExecStart=/act to /run/t/NAME serve',
    `run /act stream /run/NAME.sock one
     settle NAME.service
     run systemctl daemon-reload
     run /act stream /run/NAME.sock two
     settle NAME.service
     run systemctl daemon-reload
     show NAME.socket NAME.service`,
    { alone: true },
  ),
});
