import { type Case, compareManagers } from './both.ts';

/** A service that has the name org.example.NAME; `NAME` in its lines is its own. */
function named(name: string, lines: string, script: string, more: Partial<Case> = {}): Case {
  return {
    units: {
      [`${name}.service`]: `[Service]\nBusName=org.example.NAME\nTimeoutStartSec=5\nTimeoutStopSec=2\n${lines}\n`.replaceAll('NAME', name),
    },
    script: `${script.replaceAll('NAME', name)}\nquiet systemctl stop ${name}`,
    ...more,
  };
}

const bus = {
  'dbus.socket.d/tests.conf': '[Unit]\nDefaultDependencies=no\n',
  'dbus.service.d/tests.conf': '[Unit]\nDefaultDependencies=no\n',
};

compareManagers('names on the message bus', {
  'the bus comes up by its socket': {
    units: bus,
    script: `
      until_ok systemctl is-active dbus.socket
      run systemctl start dbus.socket
      show dbus.socket`,
  },
  'a service is up once it owns its name': named(
    'owner',
    'ExecStart=/act to /run/t/NAME bus sleep 300 own org.example.NAME note owned wait\nExecStartPost=/act to /run/t/NAME note post',
    `run systemctl start NAME
     until_ok noted NAME owned
     state NAME.service
     get NAME.service Type BusName
     sort /run/t/NAME
     systemctl show -p Requires,After NAME | grep -o 'dbus.socket'`,
  ),
  'a service that owns another name is not up': named(
    'other-name',
    'TimeoutStartSec=700ms\nExecStart=/act bus own org.example.Stranger wait',
    `run systemctl start NAME
     state NAME.service`,
  ),
  'a service that gives its name up is stopped': named(
    'giver',
    'ExecStart=/act to /run/t/NAME bus own org.example.NAME sleep 500 release org.example.NAME wait\nExecStop=/act to /run/t/NAME note stop env MAINPID\nExecStopPost=/act to /run/t/NAME env SERVICE_RESULT',
    `run systemctl start NAME
     settle NAME
     sub NAME dead
     state NAME.service
     sed 's/MAINPID=[0-9]*/MAINPID/' /run/t/NAME`,
  ),
  'a service that leaves the bus remains where it is to remain': named(
    'leaver',
    'RemainAfterExit=yes\nExecStart=/act to /run/t/NAME bus own org.example.NAME sleep 300 leave-bus wait',
    `run systemctl start NAME
     sub NAME exited
     state NAME.service`,
  ),
  'a name that is lost brings Restart=always': named(
    'again',
    'Restart=always\nRestartSec=100ms\nExecStart=/act to /run/t/NAME note start bus own org.example.NAME sleep 300 leave-bus wait',
    `run systemctl start NAME
     until_ok property NAME NRestarts 2
     quiet systemctl stop NAME
     sub NAME dead
     show NAME.service`,
  ),
  'a process that ends before it has the name': {
    units: {
      'ends-well.service': '[Service]\nType=dbus\nBusName=org.example.ends-well\nExecStart=/act sleep 100 exit 0\n',
      'ends-badly.service': '[Service]\nType=dbus\nBusName=org.example.ends-badly\nExecStart=/act sleep 100 exit 3\n',
      'ends-by-signal.service': '[Service]\nType=dbus\nBusName=org.example.ends-by-signal\nExecStart=/act sleep 100 raise 15\n',
    },
    script: `
      run systemctl start ends-well
      run systemctl start ends-badly
      run systemctl start ends-by-signal
      state ends-well.service ends-badly.service ends-by-signal.service`,
  },
  'a process that ends while it has the name': named(
    'ender',
    'ExecStart=/act bus own org.example.NAME sleep 200 exit 4',
    `run systemctl start NAME
     sub NAME failed
     state NAME.service`,
  ),
  'a child of the service owns the name': named(
    'child-owner',
    'ExecStart=/act to /run/t/NAME child{ bus own org.example.NAME sleep 500 release org.example.NAME wait } wait',
    `run systemctl start NAME
     show NAME.service
     sub NAME dead
     state NAME.service`,
  ),
  'a name with another type changes nothing': {
    units: {
      'plain.service':
        '[Service]\nType=simple\nBusName=org.example.plain\nExecStart=/act to /run/t/plain bus own org.example.plain sleep 200 release org.example.plain note released wait\n',
      'ready.service':
        '[Service]\nType=notify\nBusName=org.example.ready\nTimeoutStartSec=800ms\nExecStart=/act bus own org.example.ready wait\n',
    },
    script: `
      run systemctl start plain
      heard plain released
      sleep 0.2
      state plain.service
      get plain.service BusName Type
      run systemctl start ready
      state ready.service
      quiet systemctl stop plain`,
  },
  'the owner of the name of a forking service is its main process': {
    units: {
      'forked.service':
        '[Service]\nType=forking\nGuessMainPID=no\nBusName=org.example.forked\nExecStart=/act to /run/t/forked child{ session pid-file /run/t/forked.pid sleep 300 bus own org.example.forked wait } child{ session wait } sleep 50\n',
    },
    script: `
      run systemctl start forked
      show forked.service
      main() { [ "$(systemctl show -p MainPID --value forked)" = "$(cat /run/t/forked.pid)" ]; }
      until_ok main && echo same
      kill -KILL $(cat /run/t/forked.pid)
      sub forked failed
      state forked.service`,
  },
  'services of Debian that the bus knows': {
    units: Object.fromEntries(
      ['systemd-hostnamed', 'systemd-timedated', 'systemd-localed', 'systemd-logind'].map((name) => [
        `${name}.service.d/tests.conf`,
        '[Unit]\nDefaultDependencies=no\n',
      ]),
    ),
    script: `
      for unit in systemd-hostnamed systemd-timedated systemd-localed systemd-logind; do
        run systemctl start $unit
        get $unit.service ActiveState SubState Result Type BusName
      done
      busctl call org.freedesktop.hostname1 /org/freedesktop/hostname1 org.freedesktop.DBus.Peer Ping && echo pong
      systemctl kill -s KILL systemd-localed
      sub systemd-localed failed
      state systemd-localed.service
      run systemctl stop systemd-hostnamed systemd-timedated systemd-logind
      show systemd-hostnamed.service systemd-timedated.service systemd-logind.service`,
  },
  'a call to a name that nobody owns starts its service': {
    alone: true,
    script: `
      quiet systemctl start dbus.socket
      quiet systemctl stop systemd-hostnamed systemd-localed
      show systemd-hostnamed.service
      ping() { busctl --timeout=10 call "$1" "/$(echo "$1" | tr . /)" org.freedesktop.DBus.Peer Ping && echo pong; }
      ping org.freedesktop.hostname1
      show systemd-hostnamed.service
      ping org.freedesktop.network1
      systemctl mask --runtime systemd-timedated 2>/dev/null
      quiet systemctl stop systemd-timedated
      ping org.freedesktop.timedate1
      systemctl unmask --runtime systemd-timedated 2>/dev/null
      systemctl daemon-reload
      ping org.freedesktop.locale1
      show systemd-localed.service
      quiet systemctl stop systemd-hostnamed systemd-localed`,
  },
  'two services of one name': {
    units: {
      'twin-a.service': '[Service]\nType=dbus\nBusName=org.example.twin\nExecStart=/act bus own org.example.twin wait\n',
      'twin-b.service': '[Service]\nType=dbus\nBusName=org.example.twin\nExecStart=/act bus own org.example.twin wait\n',
    },
    script: `
      run systemctl start twin-a
      quiet systemctl start twin-b
      table LoadState,ActiveState twin-a.service twin-b.service
      quiet systemctl stop twin-a`,
    differs: [
      {
        systemd: '-> 1',
        tysd: '-> 6',
        why: 'systemd passes on EEXIST, for which systemctl knows no status; here it is a unit that cannot be loaded',
      },
    ],
  },
  'Type=dbus without a name': {
    units: { 'nameless.service': '[Service]\nType=dbus\nExecStart=/act wait\n' },
    script: `
      table LoadState nameless.service
      quiet systemctl start nameless`,
  },
  'a reload keeps the names': {
    alone: true,
    units: {
      'keeper.service':
        '[Service]\nType=dbus\nBusName=org.example.keeper\nExecStart=/act bus own org.example.keeper sleep 1500 release org.example.keeper wait\n',
    },
    script: `
      run systemctl start keeper
      systemctl daemon-reload
      state keeper.service
      sub keeper dead
      state keeper.service`,
  },
  'the daemon comes back': {
    alone: true,
    units: {
      'faithful.service': '[Service]\nType=dbus\nBusName=org.example.faithful\nExecStart=/act bus own org.example.faithful wait\n',
      'late.service':
        '[Service]\nType=dbus\nBusName=org.example.late\nTimeoutStartSec=5\nExecStart=/act sleep 600 bus own org.example.late wait\n',
    },
    script: `
      run systemctl start faithful
      systemctl kill -s KILL dbus
      sub dbus failed dead
      show faithful.service
      run systemctl start late
      state late.service
      sub faithful dead failed
      state faithful.service
      quiet systemctl stop late`,
  },
});
