import { type Case, compareManagers } from './both.ts';

/** A socket with Accept=yes and the template of the services for its connections. What the script says has no pids and no ports of clients in it. */
function accepting(name: string, socket: string, template: string, script: string, more: Partial<Case> = {}): Case {
  return {
    units: {
      [`${name}.socket`]: `[Socket]\nAccept=yes\n${socket.replaceAll('NAME', name)}\n`,
      [`${name}@.service`]: `${template.includes('[Service]') ? '' : '[Service]\n'}${template.replaceAll('NAME', name)}\n`,
    },
    script: `
      anonymous() { sed -E 's/@([0-9]+)-[0-9]+-([0-9]+)/@\\1-PID-\\2/g; s/PID [0-9]+/PID N/g; s/:[0-9]{5}\\b/:PORT/g; s/  +/ /g'; }
      instances() { systemctl list-units --all --plain --no-legend "$1@*" | anonymous | sort; }
      counted() { table SubState,Result,NConnections,NAccepted,NRefused "$1.socket"; }
      connections() { [ "$(systemctl show -p NConnections --value "$1.socket")" = "$2" ]; }
      connected() { until_ok connections "$@"; }
      ip link set lo up
      run systemctl start ${name}.socket
      ${script.replaceAll('NAME', name)}
      systemctl stop ${name}.socket '${name}@*' 2>/dev/null
      notes ${name} | anonymous`,
    ...more,
  };
}

const talks = 'ExecStart=/act to /run/t/NAME passed env REMOTE_ADDR env REMOTE_PORT converse';
const stays = 'ExecStart=/act to /run/t/NAME converse wait';

compareManagers('sockets with Accept=yes', {
  'a unix connection': accepting(
    'accept-unix',
    'ListenStream=/run/NAME.sock',
    `[Unit]\nDescription=Talk\n[Service]\n${talks}`,
    'run /act crowd /run/NAME.sock 2\nconnected NAME 0\ncounted NAME\ninstances NAME',
  ),
  'an abstract unix connection': accepting(
    'accept-abstract',
    'ListenStream=@NAME',
    talks,
    'run /act crowd @NAME 1\nconnected NAME 0\ncounted NAME\ninstances NAME',
  ),
  'an IPv4 connection': accepting(
    'accept-four',
    'ListenStream=127.0.0.1:7101',
    `[Unit]\nDescription=Talk\n[Service]\n${stays}`,
    `(/act crowd 127.0.0.1:7101 1 sleep 600 >/dev/null &)
     heard NAME says
     instances NAME
     systemctl show -p Id,TriggeredBy,Slice 'NAME@*' | anonymous | sort
     systemctl show -p Triggers,Before NAME.socket | anonymous`,
  ),
  'an IPv6 connection': accepting(
    'accept-six',
    'ListenStream=[::1]:7102',
    stays,
    '(/act crowd [::1]:7102 1 sleep 600 >/dev/null &)\nheard NAME says\ninstances NAME',
  ),
  'IPv4 through an IPv6 socket': accepting(
    'accept-mapped',
    'ListenStream=7103',
    stays,
    `(/act crowd 127.0.0.1:7103 1 sleep 600 >/dev/null &)
     heard NAME says
     instances NAME
     systemctl show -p Id 'NAME@*' | anonymous`,
  ),
  'what a TCP service is told': accepting(
    'accept-told',
    'ListenStream=7104',
    'ExecStart=/act to /run/t/NAME env REMOTE_ADDR converse\nExecStopPost=/act to /run/t/NAME note after env REMOTE_ADDR env LISTEN_FDS',
    'run /act crowd 127.0.0.1:7104 1\nconnected NAME 0\nrun /act crowd [::1]:7104 1\nconnected NAME 0\nheard NAME LISTEN_FDS',
  ),
  'a socket of two addresses': accepting(
    'accept-two',
    'ListenStream=/run/NAME.a\nListenStream=/run/NAME.b',
    stays,
    'run /act crowd /run/NAME.b 1\nrun /act crowd /run/NAME.a 1\ncounted NAME\ninstances NAME',
  ),
  'a sequential packet connection': accepting(
    'accept-packet',
    'ListenSequentialPacket=/run/NAME.sock',
    talks,
    'run /act seqpacket /run/NAME.sock hi\nconnected NAME 0\ncounted NAME',
  ),
  'inetd style': accepting(
    'accept-inetd',
    'ListenStream=/run/NAME.sock',
    'StandardInput=socket\nExecStart=/bin/sh -c \'read line; echo "you said $line"; env | grep -c LISTEN\'',
    'run /act crowd /run/NAME.sock 1\nconnected NAME 0\ncounted NAME',
  ),
  'inetd style with errors elsewhere': accepting(
    'accept-inetd-error',
    'ListenStream=/run/NAME.sock',
    'StandardInput=socket\nStandardError=append:/run/t/NAME\nExecStart=/bin/sh -c \'read line; echo "got $line" >&2; echo "you said $line"\'',
    'run /act crowd /run/NAME.sock 1\nconnected NAME 0\nheard NAME got',
  ),
  'a name, and control processes': accepting(
    'accept-named',
    'ListenStream=/run/NAME.sock\nFileDescriptorName=other',
    'NonBlocking=yes\nExecStartPre=/act to /run/t/NAME note pre passed\nExecStart=/act to /run/t/NAME passed\nExecStartPost=/act to /run/t/NAME note post passed',
    'run /act crowd /run/NAME.sock 1\nconnected NAME 0\nget NAME.socket FileDescriptorName\nsort -o /run/t/NAME /run/t/NAME',
  ),
  'MaxConnections=': accepting(
    'accept-max',
    'ListenStream=/run/NAME.sock\nMaxConnections=2',
    stays,
    `run /act crowd /run/NAME.sock 4
     counted NAME
     instances NAME
     systemctl stop 'NAME@0-*' 2>/dev/null
     connected NAME 1
     run /act crowd /run/NAME.sock 2
     counted NAME`,
  ),
  'MaxConnectionsPerSource= on TCP': accepting(
    'accept-source',
    'ListenStream=7105\nMaxConnectionsPerSource=2',
    stays,
    `run /act crowd 127.0.0.1:7105 3
     run /act crowd [::1]:7105 3
     counted NAME
     systemctl stop 'NAME@0-*' 2>/dev/null
     connected NAME 3
     run /act crowd [::1]:7105 1
     run /act crowd 127.0.0.1:7105 2
     counted NAME`,
  ),
  'MaxConnectionsPerSource= on a unix socket': accepting(
    'accept-user',
    'ListenStream=/run/NAME.sock\nMaxConnectionsPerSource=2',
    stays,
    'run /act crowd /run/NAME.sock 3\ncounted NAME',
    {
      differs: [
        { systemd: '3 answer hello', tysd: '3 closed', why: 'since version 256 the user is the source of a unix connection' },
        {
          systemd: 'accept-user.socket: SubState=listening Result=success NConnections=3 NAccepted=3 NRefused=0',
          tysd: 'accept-user.socket: SubState=listening Result=success NConnections=2 NAccepted=2 NRefused=1',
          why: 'the same',
        },
        { systemd: 'says hi\nsays hi\nsays hi', tysd: 'says hi\nsays hi', why: 'the same' },
      ],
    },
  ),
  'the trigger limit': accepting(
    'accept-limit',
    'ListenStream=/run/NAME.sock\nTriggerLimitIntervalSec=60\nTriggerLimitBurst=2',
    stays,
    // Whether the fourth comes before or after the end of the listener is the machine's affair.
    `run /act crowd /run/NAME.sock 4 | sed 's/Connection refused$/closed/'
     counted NAME
     instances NAME
     run systemctl reset-failed NAME.socket
     run systemctl start NAME.socket
     run /act crowd /run/NAME.sock 1
     counted NAME`,
  ),
  'no template': {
    units: { 'accept-bare.socket': '[Socket]\nListenStream=/run/accept-bare.sock\nAccept=yes' },
    script: `
      run systemctl start accept-bare.socket
      run /act crowd /run/accept-bare.sock 2
      table ActiveState,SubState,Result,NConnections,NAccepted,NRefused accept-bare.socket`,
  },
  'a socket without connections activates nothing, and has its own name': {
    units: {
      'accept-none.socket': '[Socket]\nListenStream=/run/accept-none.sock\nAccept=yes',
      'accept-none@.service': '[Service]\nExecStart=/act wait',
    },
    script: `
      for verb in start stop; do
        run systemctl $verb accept-none.socket
        table FileDescriptorName,Triggers accept-none.socket
        systemctl list-sockets --all --no-legend 'accept-none*'
        systemctl list-sockets --all --no-legend --show-types 'accept-none*'
        systemctl list-sockets --all 'accept-none*' | head -2
        systemctl list-sockets --all -o json 'accept-none*'
      done`,
  },
  'a template that cannot be executed': accepting(
    'accept-broken',
    'ListenStream=/run/NAME.sock',
    'ExecStart=/nonexistent',
    `run /act crowd /run/NAME.sock 2
     connected NAME 0
     counted NAME
     instances NAME
     systemctl show -p TriggeredBy,Result 'NAME@*'
     run systemctl reset-failed 'NAME@*'
     instances NAME`,
  ),
  'a service that fails, and one that is collected then': accepting(
    'accept-collected',
    'ListenStream=/run/NAME.sock',
    '[Unit]\nCollectMode=inactive-or-failed\n[Service]\nExecStart=/act converse exit 4',
    'run /act crowd /run/NAME.sock 1\nconnected NAME 0\ncounted NAME\ninstances NAME',
  ),
  'a condition that does not hold': accepting(
    'accept-condition',
    'ListenStream=/run/NAME.sock',
    '[Unit]\nConditionPathExists=/nonexistent\n[Service]\nExecStart=/act wait',
    'run /act crowd /run/NAME.sock 2\ncounted NAME\ninstances NAME',
  ),
  'ExecCondition= that does not hold': accepting(
    'accept-exec-condition',
    'ListenStream=/run/NAME.sock',
    'ExecCondition=/act exit 1\nExecStart=/act wait',
    'run /act crowd /run/NAME.sock 1\nconnected NAME 0\ncounted NAME\ninstances NAME',
  ),
  'a stop of the socket leaves connections': accepting(
    'accept-stop',
    'ListenStream=/run/NAME.sock',
    stays,
    `(/act crowd /run/NAME.sock 1 sleep 60000 >/dev/null &)
     heard NAME says
     run systemctl stop NAME.socket
     counted NAME
     instances NAME
     run systemctl start NAME.socket
     run /act crowd /run/NAME.sock 1
     counted NAME
     instances NAME
     systemctl stop 'NAME@0-*' 2>/dev/null
     counted NAME`,
  ),
  'a restarted service has no connection': accepting(
    'accept-restart',
    'ListenStream=/run/NAME.sock',
    'Restart=on-failure\nRestartSec=10ms\nExecStart=/act to /run/t/NAME passed converse exit 0',
    `systemctl kill NAME.socket 2>/dev/null
     run /act crowd /run/NAME.sock 1
     connected NAME 0
     counted NAME
     instances NAME`,
  ),
  'Restart=always gives the listening socket': accepting(
    'accept-again',
    'ListenStream=/run/NAME.sock',
    "Restart=always\nRestartSec=10ms\nExecStart=/bin/sh -c '[ -e /run/NAME.once ] && exec /act to /run/t/NAME passed wait; : >/run/NAME.once; exec /act to /run/t/NAME converse'",
    `run /act crowd /run/NAME.sock 1
     heard NAME LISTEN
     counted NAME
     instances NAME`,
  ),
  'a reload of the manager': accepting(
    'accept-reload',
    'ListenStream=/run/NAME.sock\nMaxConnections=2',
    stays,
    `(/act crowd /run/NAME.sock 1 sleep 60000 >/dev/null &)
     heard NAME says
     run systemctl daemon-reload
     counted NAME
     run /act crowd /run/NAME.sock 2
     counted NAME
     systemctl stop 'NAME@0-*' 2>/dev/null
     connected NAME 1
     counted NAME`,
    { alone: true },
  ),
  'what status and list-sockets say': accepting(
    'accept-shown',
    'ListenStream=/run/NAME.sock',
    stays,
    `(/act crowd /run/NAME.sock 1 sleep 60000 >/dev/null &)
     heard NAME says
     systemctl status NAME.socket | grep -e Listen: -e Accepted: -e Triggers: -e Active: | sed 's/since.*//' | anonymous
     systemctl list-sockets --no-legend --show-types 'NAME*' | anonymous
     systemctl list-sockets -o json 'NAME*' | anonymous`,
  ),
});
