import { type Case, compareManagers } from './both.ts';

function service(name: string, lines: string, script: string, more: Partial<Case> = {}): Case {
  return {
    units: { [`${name}.service`]: `[Service]\nTimeoutStopSec=2\n${lines.replaceAll('NAME', name)}\n` },
    script: `${script.replaceAll('NAME', name)}\nsystemctl stop ${name}`,
    ...more,
  };
}

/** A child of the main process, a control process and a stranger say READY=1; who is heard depends on NotifyAccess=. */
function senders(access: string): Case {
  const from = (name: string, lines: string): readonly [string, string] => [
    `access-${access}-${name}.service`,
    `[Service]\nType=notify\nNotifyAccess=${access}\nTimeoutStartSec=600ms\nTimeoutStopSec=2\n${lines}\n`,
  ];
  const units = Object.fromEntries([
    from('main', 'ExecStart=/act notify READY=1 wait'),
    from('child', 'ExecStart=/act child{ notify READY=1 sleep 200 } wait'),
    from('pre', 'ExecStartPre=/act notify STATUS=pre\nExecStart=/act notify READY=1 wait'),
    from('post', 'ExecStart=/act notify READY=1 wait\nExecStartPost=/act notify STATUS=post sleep 100'),
  ]);
  const names = Object.keys(units);
  return {
    units,
    script: `
      for unit in ${names.join(' ')}; do run systemctl start $unit >/run/answers/$unit & done
      wait
      for unit in ${names.join(' ')}; do cat /run/answers/$unit; done
      table ActiveState,SubState,Result,StatusText ${names.join(' ')}
      systemctl stop ${names.join(' ')}`,
  };
}

compareManagers('notifications', {
  ...Object.fromEntries(['none', 'main', 'exec', 'all'].map((access) => [`NotifyAccess=${access}`, senders(access)])),

  'STATUS= and ERRNO=': service(
    'status',
    'Type=notify\nExecStart=/act notify READY=1\\\\nSTATUS=first sleep 200 notify STATUS=second\\\\nERRNO=2\\\\nUNKNOWN=x wait',
    `run systemctl start NAME
     until_ok property NAME StatusText second
     get NAME.service StatusText StatusErrno
     systemctl stop NAME
     get NAME.service StatusText StatusErrno`,
  ),
  'STATUS= of a service of Type=simple': service(
    'status-simple',
    'NotifyAccess=main\nExecStart=/act notify STATUS=here wait',
    `run systemctl start NAME
     until_ok property NAME StatusText here`,
  ),
  'MAINPID= of a child': service(
    'main-pid',
    'Type=notify\nNotifyAccess=all\nExecStart=/act to /run/t/NAME child{ sleep 50 main-pid pid-file /run/t/NAME.pid sleep 100 notify READY=1 wait } sleep 400 exit 0',
    `run systemctl start NAME
     sleep 0.5
     show NAME.service
     [ "$(systemctl show -p MainPID --value NAME)" = "$(cat /run/t/NAME.pid)" ] && echo same
     kill -KILL $(cat /run/t/NAME.pid)
     settle NAME
     state NAME.service`,
  ),
  'MAINPID= of nobody': service(
    'main-nobody',
    'Type=notify\nExecStart=/act pid-file /run/t/NAME.pid notify READY=1\\\\nMAINPID=999999 wait',
    `run systemctl start NAME
     sleep 0.2
     show NAME.service
     [ "$(systemctl show -p MainPID --value NAME)" = "$(cat /run/t/NAME.pid)" ] && echo same`,
  ),
  'RELOADING= and READY=': service(
    'reloading',
    'Type=notify\nExecStart=/act notify READY=1 sleep 200 notify RELOADING=1 sleep 700 notify READY=1 wait',
    `run systemctl start NAME
     sub NAME reload reload-notify
     systemctl is-active NAME
     sub NAME running
     state NAME.service`,
    { differs: [] },
  ),
  'STOPPING=': service(
    'stopping',
    'Type=notify\nExecStart=/act notify READY=1 ignore 15 sleep 200 notify STOPPING=1 sleep 600 exit 0\nExecStop=/act to /run/t/NAME note stop',
    `run systemctl start NAME
     sub NAME stop-sigterm
     systemctl is-active NAME
     settle NAME
     state NAME.service
     notes NAME`,
  ),
  'WATCHDOG=1 keeps a service alive': service(
    'fed',
    `Type=notify\nWatchdogSec=1s\nExecStart=/act to /run/t/NAME env WATCHDOG_USEC notify READY=1 ${'sleep 200 notify WATCHDOG=1 '.repeat(8)}exit 0`,
    `run systemctl start NAME
     sub NAME dead
     state NAME.service
     notes NAME`,
  ),
  'a watchdog that is not fed': service(
    'starved',
    'Type=notify\nWatchdogSec=300ms\nLimitCORE=0\nExecStart=/act notify READY=1 wait\nExecStop=/act to /run/t/NAME note stop\nExecStopPost=/act to /run/t/NAME env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS',
    `run systemctl start NAME
     sub NAME failed
     state NAME.service
     notes NAME`,
  ),
  'a watchdog before READY=': service(
    'unready',
    'Type=notify\nWatchdogSec=200ms\nExecStart=/act sleep 600 notify READY=1\\\\nWATCHDOG=1 notify WATCHDOG_USEC=60000000 wait',
    `run systemctl start NAME
     sleep 0.5
     state NAME.service
     get NAME.service WatchdogUSec`,
  ),
  'WATCHDOG=trigger': service(
    'trigger',
    'Type=notify\nWatchdogSec=60\nLimitCORE=0\nExecStart=/act notify READY=1 sleep 100 notify WATCHDOG=trigger wait',
    `run systemctl start NAME
     sub NAME failed
     state NAME.service`,
  ),
  'WATCHDOG=trigger without a watchdog': service(
    'trigger-none',
    'Type=notify\nLimitCORE=0\nExecStart=/act notify READY=1 sleep 100 notify WATCHDOG=trigger wait',
    `run systemctl start NAME
     sub NAME failed
     state NAME.service`,
  ),
  'WatchdogSignal= and a stubborn service': service(
    'watchdog-signal',
    'Type=notify\nWatchdogSec=200ms\nWatchdogSignal=SIGUSR1\nTimeoutAbortSec=300ms\nExecStart=/act to /run/t/NAME catch 10 notify READY=1 wait wait wait',
    `run systemctl start NAME
     sub NAME failed
     state NAME.service
     notes NAME`,
  ),
  'EXTEND_TIMEOUT_USEC= of a start': service(
    'extended',
    'Type=notify\nTimeoutStartSec=400ms\nExecStart=/act sleep 200 notify EXTEND_TIMEOUT_USEC=1000000 sleep 600 notify READY=1 wait',
    `run systemctl start NAME
     state NAME.service`,
  ),
  'EXTEND_TIMEOUT_USEC= that is too short': service(
    'extended-short',
    'Type=notify\nTimeoutStartSec=300ms\nExecStart=/act sleep 200 notify EXTEND_TIMEOUT_USEC=300000 sleep 2000 notify READY=1 wait',
    `run systemctl start NAME
     state NAME.service`,
  ),
  'EXTEND_TIMEOUT_USEC= of a stop': service(
    'extended-stop',
    'Type=notify\nTimeoutStopSec=400ms\nNotifyAccess=all\nExecStart=/act notify READY=1 quit-on 15 wait\nExecStop=/act sleep 200 notify EXTEND_TIMEOUT_USEC=1000000 sleep 500 to /run/t/NAME note stopped',
    `run systemctl start NAME
     run systemctl stop NAME
     state NAME.service
     notes NAME`,
  ),
  'descriptors that are stored over a restart': service(
    'stored',
    'Type=notify\nFileDescriptorStoreMax=3\nExecStart=/act to /run/t/NAME passed store first one store second two notify READY=1 wait',
    `run systemctl start NAME
     until_ok property NAME NFileDescriptorStore 2
     get NAME.service NFileDescriptorStore
     run systemctl restart NAME
     until_ok property NAME NFileDescriptorStore 3
     get NAME.service NFileDescriptorStore
     run systemctl stop NAME
     get NAME.service NFileDescriptorStore
     run systemctl start NAME
     # Which comes first is no promise: theirs turn round at each daemon-reexec.
     sed 's/^[0-9]* //; s/second:first/first:second/' /run/t/NAME | sort`,
  ),
  'descriptors that are stored over a crash': service(
    'stored-crash',
    'Type=notify\nFileDescriptorStoreMax=3\nRestart=on-failure\nRestartSec=50ms\nExecStart=/act to /run/t/NAME passed store first one notify READY=1 wait',
    `run systemctl start NAME
     until_ok property NAME NFileDescriptorStore 1
     systemctl kill -s KILL NAME
     until_ok property NAME NRestarts 1
     until_ok property NAME NFileDescriptorStore 2
     notes NAME`,
  ),
  ...Object.fromEntries(
    ['path', 'directory', 'process', 'null', 'epoll', 'sealed', 'circle'].map((kind) => [
      `a descriptor of the kind "${kind}" in the store`,
      service(
        `stored-${kind}`,
        `Type=notify\nFileDescriptorStoreMax=3\nExecStart=/act to /run/t/NAME passed store-odd ${kind} notify READY=1 wait`,
        `run systemctl start NAME
         sleep 0.3
         get NAME.service NFileDescriptorStore
         run systemctl restart NAME
         sleep 0.3
         get NAME.service NFileDescriptorStore ActiveState
         notes NAME | sed 's/ ino=[0-9]*//'`,
      ),
    ]),
  ),
  'FDSTOREREMOVE=': service(
    'unstored',
    'Type=notify\nFileDescriptorStoreMax=5\nExecStart=/act store a one store b two store a three notify READY=1 sleep 300 notify FDSTOREREMOVE=1\\\\nFDNAME=a wait',
    `run systemctl start NAME
     until_ok property NAME NFileDescriptorStore 3
     until_ok property NAME NFileDescriptorStore 1`,
  ),
  'a store that is not allowed': service(
    'no-store',
    'Type=notify\nExecStart=/act store a one notify READY=1 wait',
    `run systemctl start NAME
     sleep 0.2
     get NAME.service NFileDescriptorStore FileDescriptorStoreMax`,
  ),
  'systemd-notify': service(
    'tool',
    "Type=notify\nNotifyAccess=all\nExecStart=/bin/sh -c 'systemd-notify --status=by-tool; systemd-notify --ready; exec sleep 60'",
    `run systemctl start NAME
     until_ok property NAME StatusText by-tool
     state NAME.service`,
  ),
});
