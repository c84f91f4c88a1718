import { type Case, compareManagers, startAndStop } from './both.ts';

/** Services whose processes end when their files of that name are there; NAME is the unit's. */
function endsWhenTold(services: Readonly<Record<string, string>>): Case {
  const names = Object.keys(services);
  const post = 'ExecStopPost=/act to /run/t/NAME note stop-post env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS';
  return {
    units: Object.fromEntries(
      Object.entries(services).map(([name, lines]) => [`${name}.service`, `[Service]\n${post}\n${lines}\n`.replaceAll('NAME', name)]),
    ),
    script: `
      for unit in ${names.join(' ')}; do
        run systemctl start $unit
        show $unit.service
        [ "$(systemctl show -p MainPID --value $unit)" = 0 ] && echo "$unit has no main process"
        go $unit
        sub $unit dead failed exited
        state $unit.service
        systemctl stop $unit
      done
      notes ${names.join(' ')}`,
  };
}

compareManagers('limits and ends of services', {
  'RuntimeMaxSec=': startAndStop({
    'max-run': 'RuntimeMaxSec=300ms\nExecStart=/act to /run/t/NAME wait\nExecStop=/act to /run/t/NAME note stop',
    'max-extra': 'RuntimeMaxSec=100ms\nRuntimeRandomizedExtraSec=200ms\nExecStart=/act wait',
    'max-long': 'RuntimeMaxSec=infinity\nExecStart=/act wait',
    'max-one': 'Type=oneshot\nRuntimeMaxSec=100ms\nExecStart=/act sleep 400',
    'max-one-remain': 'Type=oneshot\nRemainAfterExit=yes\nRuntimeMaxSec=100ms\nExecStart=/act exit 0',
    'max-stubborn': 'RuntimeMaxSec=200ms\nTimeoutStopSec=300ms\nExecStart=/act ignore 15 wait',
    'max-forked': 'Type=forking\nRuntimeMaxSec=300ms\nExecStart=/act child{ session wait } sleep 50',
    'max-remain': 'RemainAfterExit=yes\nRuntimeMaxSec=300ms\nExecStart=/act wait',
  }),
  'RuntimeMaxSec= brings Restart=on-failure': {
    units: { 'max-restart.service': '[Service]\nRuntimeMaxSec=200ms\nRestart=on-failure\nRestartSec=50ms\nExecStart=/act wait' },
    script: `
      run systemctl start max-restart
      until_ok property max-restart NRestarts 2
      get max-restart.service Restart
      run systemctl stop max-restart
      show max-restart.service`,
  },
  'EXTEND_TIMEOUT_USEC= extends RuntimeMaxSec=': {
    units: {
      'max-extended.service':
        '[Service]\nType=notify\nRuntimeMaxSec=400ms\nExecStart=/act notify READY=1 sleep 200 notify EXTEND_TIMEOUT_USEC=1000000 sleep 600 to /run/t/max-extended note still wait',
    },
    script: `
      run systemctl start max-extended
      heard max-extended still
      show max-extended.service
      sub max-extended failed
      state max-extended.service`,
  },

  'TimeoutStartFailureMode=': startAndStop({
    'start-term':
      'Type=notify\nTimeoutStartSec=200ms\nTimeoutStartFailureMode=terminate\nExecStart=/act to /run/t/NAME catch 15 catch 6 wait wait',
    'start-abort': 'Type=notify\nLimitCORE=0\nTimeoutStartSec=200ms\nTimeoutStartFailureMode=abort\nExecStart=/act wait',
    'start-abort-usr':
      'Type=notify\nTimeoutStartSec=200ms\nTimeoutAbortSec=200ms\nWatchdogSignal=SIGUSR1\nTimeoutStartFailureMode=abort\nExecStart=/act to /run/t/NAME catch 10 wait wait wait',
    'start-kill': 'Type=notify\nTimeoutStartSec=200ms\nTimeoutStartFailureMode=kill\nExecStart=/act wait',
    'start-pre-abort': 'LimitCORE=0\nTimeoutStartSec=200ms\nTimeoutStartFailureMode=abort\nExecStartPre=/act wait\nExecStart=/act wait',
    'start-post-kill': 'TimeoutStartSec=200ms\nTimeoutStartFailureMode=kill\nExecStart=/act wait\nExecStartPost=/act wait',
    'start-one-abort': 'Type=oneshot\nLimitCORE=0\nTimeoutStartSec=200ms\nTimeoutStartFailureMode=abort\nExecStart=/act wait',
  }),
  'TimeoutStopFailureMode=': startAndStop({
    'halt-term': 'TimeoutStopSec=200ms\nTimeoutStopFailureMode=terminate\nExecStart=/act to /run/t/NAME catch 15 wait wait',
    'halt-abort': 'LimitCORE=0\nTimeoutStopSec=200ms\nTimeoutStopFailureMode=abort\nExecStart=/act to /run/t/NAME catch 15 wait wait',
    'halt-abort-long':
      'TimeoutStopSec=200ms\nTimeoutAbortSec=300ms\nWatchdogSignal=SIGUSR1\nTimeoutStopFailureMode=abort\nExecStart=/act to /run/t/NAME catch 10 catch 15 wait wait wait',
    'halt-kill': 'TimeoutStopSec=200ms\nTimeoutStopFailureMode=kill\nExecStart=/act to /run/t/NAME catch 15 wait wait',
    'halt-stop-abort': 'LimitCORE=0\nTimeoutStopSec=200ms\nTimeoutStopFailureMode=abort\nExecStart=/act wait\nExecStop=/act wait',
    'halt-stop-kill': 'TimeoutStopSec=200ms\nTimeoutStopFailureMode=kill\nExecStart=/act wait\nExecStop=/act wait',
    'halt-stop-term': 'TimeoutStopSec=200ms\nExecStart=/act wait\nExecStop=/act wait',
    'halt-post-abort': 'LimitCORE=0\nTimeoutStopSec=200ms\nTimeoutStopFailureMode=abort\nExecStart=/act wait\nExecStopPost=/act wait',
    'halt-post-kill': 'TimeoutStopSec=200ms\nTimeoutStopFailureMode=kill\nExecStart=/act wait\nExecStopPost=/act wait',
    'halt-no-kill': 'TimeoutStopSec=200ms\nSendSIGKILL=no\nExecStart=/act ignore 15 sleep 60000',
  }),
  'FinalKillSignal= and WatchdogSignal=': startAndStop({
    'final-quit': 'TimeoutStopSec=200ms\nFinalKillSignal=SIGUSR1\nExecStart=/act ignore 15 to /run/t/NAME quit-on 10 wait',
    'final-ignored': 'TimeoutStopSec=200ms\nFinalKillSignal=SIGUSR1\nExecStart=/act ignore 15 ignore 10 sleep 60000',
    'final-hup': 'SendSIGHUP=yes\nExecStart=/act to /run/t/NAME catch 1 ignore 15 wait sleep 50 exit 0',
    'final-cont': 'KillSignal=SIGCONT\nTimeoutStopSec=200ms\nExecStart=/act wait',
    'final-int': 'KillSignal=SIGINT\nRestartKillSignal=SIGUSR1\nExecStart=/act to /run/t/NAME quit-on 2 wait',
  }),

  'GuessMainPID=': endsWhenTold({
    'guess-one': 'Type=forking\nExecStart=/act child{ session until /run/t/NAME.go exit 3 } sleep 50',
    'guess-two':
      'Type=forking\nExecStart=/act child{ session until /run/t/NAME.go exit 3 } child{ session until /run/t/NAME.go sleep 100 exit 4 } sleep 50',
    'guess-no': 'Type=forking\nGuessMainPID=no\nExecStart=/act child{ session until /run/t/NAME.go exit 3 } sleep 50',
  }),
  'GuessMainPID= where nobody is left': startAndStop({
    'guess-nobody': 'Type=forking\nExecStart=/act exit 0',
    'guess-remain': 'Type=forking\nRemainAfterExit=yes\nExecStart=/act exit 0',
    'guess-quick': 'Type=forking\nExecStart=/act child{ session exit 3 } sleep 100',
  }),
  'ExitType=cgroup with children that end': endsWhenTold({
    'group-child': 'ExitType=cgroup\nExecStart=/act child{ until /run/t/NAME.go exit 0 } exit 0',
    'group-bad-main': 'ExitType=cgroup\nExecStart=/act child{ until /run/t/NAME.go exit 0 } exit 3',
    'group-bad-child': 'ExitType=cgroup\nExecStart=/act child{ until /run/t/NAME.go exit 3 } exit 0',
    'group-remain': 'ExitType=cgroup\nRemainAfterExit=yes\nExecStart=/act child{ until /run/t/NAME.go exit 0 } exit 0',
  }),
  'ExitType=cgroup': startAndStop({
    'group-alone': 'ExitType=cgroup\nExecStart=/act sleep 100 exit 0',
    'group-runs': 'ExitType=cgroup\nExecStart=/act child{ wait } sleep 100 exit 0',
    'group-notify':
      'ExitType=cgroup\nType=notify\nNotifyAccess=all\nExecStart=/act child{ sleep 200 notify READY=1 wait } sleep 100 exit 0',
    'group-forks': 'ExitType=cgroup\nType=forking\nExecStart=/act child{ session child{ wait } sleep 200 exit 0 } sleep 50',
  }),
  'SuccessExitStatus= of commands beside the main one': startAndStop({
    'ok-pre': 'SuccessExitStatus=9\nExecStartPre=/act exit 9\nExecStart=/act wait',
    'ok-condition': 'SuccessExitStatus=9\nExecCondition=/act exit 9\nExecStart=/act wait',
    'ok-post': 'SuccessExitStatus=9\nExecStart=/act wait\nExecStartPost=/act exit 9\nExecStop=/act exit 9',
    'ok-signal': 'SuccessExitStatus=SIGKILL SIGUSR1\nExecStartPre=/act raise 10\nExecStart=/act raise 9',
    'ok-name': 'SuccessExitStatus=TEMPFAIL NOPERMISSION 100\nExecStart=/act exit 77',
    'ok-reset': 'SuccessExitStatus=9\nSuccessExitStatus=\nExecStart=/act exit 9',
    'ok-zero': 'SuccessExitStatus=1\nExecStart=/act exit 0',
    'ok-bad-word': 'SuccessExitStatus=9 NONSENSE 10\nExecStart=/act exit 10',
    'ok-many': 'SuccessExitStatus=1 2 3\nSuccessExitStatus=4 SIGTERM\nExecStart=/act exit 4',
  }),
  'start limits': {
    units: {
      'limit-crash.service':
        '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=30\nStartLimitBurst=3\nOnFailure=limit-handler.service\n[Service]\nRestart=always\nRestartSec=20ms\nExecStart=/act exit 1',
      'limit-handler.service': '[Service]\nType=oneshot\nExecStart=/act to /run/t/limit note called env MONITOR_SERVICE_RESULT',
      'limit-zero.service': '[Unit]\nDefaultDependencies=no\nStartLimitBurst=0\n[Service]\nType=oneshot\nExecStart=/act exit 0',
      'limit-old.service': '[Service]\nType=oneshot\nStartLimitInterval=30\nStartLimitBurst=2\nExecStart=/act exit 0',
      'limit-skip.service':
        '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=30\nStartLimitBurst=2\nConditionPathExists=/nonexistent\n[Service]\nExecStart=/act wait',
    },
    script: `
      quiet systemctl start limit-crash
      sub limit-crash failed
      heard limit called
      state limit-crash.service
      quiet systemctl start limit-crash
      state limit-crash.service
      for i in 1 2 3 4 5 6 7; do quiet systemctl start limit-zero; done
      for i in 1 2 3; do quiet systemctl start limit-old; done
      get limit-old.service StartLimitBurst StartLimitIntervalUSec
      for i in 1 2 3; do quiet systemctl start limit-skip; done
      state limit-old.service limit-skip.service
      sort -u /run/t/limit`,
  },
  'odd services': startAndStop({
    'odd-pre': 'ExecStartPre=/act exit 0\nExecStartPre=/act raise 15\nExecStartPre=/act to /run/t/NAME note never\nExecStart=/act wait',
    'odd-remain': 'RemainAfterExit=yes\nExecCondition=/act exit 1\nExecStart=/act wait',
    'odd-simple': 'TimeoutStartSec=100ms\nExecStart=/act sleep 400 exit 0',
    'odd-exec': 'Type=exec\nTimeoutStartSec=300ms\nExecStart=/act sleep 600 exit 0',
    'odd-fork-signal': 'Type=forking\nExecStart=/act raise 9',
    'odd-fork-late': 'Type=forking\nTimeoutStartSec=200ms\nExecStart=/act wait',
    'odd-fork-init':
      'Type=forking\nTimeoutStartSec=500ms\nPIDFile=/run/NAME.pid\nExecStart=/bin/sh -c "echo 1 >/run/NAME.pid; /act child{ session wait }"',
    'odd-stop-none': 'ExecStart=/act wait\nExecStop=/nonexistent\nExecStop=/act to /run/t/NAME note second',
    'odd-stop-dash': 'ExecStart=/act wait\nExecStop=-/nonexistent\nExecStop=/act to /run/t/NAME note second',
    'odd-watch-post': 'Type=notify\nWatchdogSec=200ms\nLimitCORE=0\nExecStart=/act notify READY=1 wait\nExecStartPost=/act sleep 600',
    'odd-resources': 'EnvironmentFile=/nonexistent\nRestart=on-failure\nRestartSec=20ms\nExecStart=/act wait',
    'odd-one': 'Type=oneshot\nExecStart=/act exit 0\nExecStart=-/act exit 3\nExecStart=/act raise 13',
    'odd-idle': 'Type=idle\nExecStart=/act exit 3',
    'odd-kill-none': 'KillMode=none\nTimeoutStopSec=200ms\nExecStart=/act sleep 60000',
    'odd-kill-process': 'KillMode=process\nExecStart=/act child{ sleep 60000 } wait',
  }),
  'RuntimeMaxSec= counts over reloads': {
    units: { 'max-reload.service': '[Service]\nRuntimeMaxSec=1\nExecStart=/act wait\nExecReload=/act to /run/t/max-reload note reload' },
    script: `
      run systemctl start max-reload
      sleep 0.4
      run systemctl reload max-reload
      sub max-reload failed
      state max-reload.service
      notes max-reload`,
  },
  'signals and statuses of what is killed by hand': {
    units: {
      'by-hand.service':
        '[Service]\nExecStart=/act wait\nExecStopPost=/act to /run/t/by-hand env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS note done',
    },
    script: `
      for signal in TERM INT HUP PIPE KILL USR1 QUIT; do
        quiet systemctl start by-hand
        systemctl kill -s $signal by-hand
        until_ok noted by-hand done
        settle by-hand
        echo $signal; state by-hand.service; cat /run/t/by-hand; rm /run/t/by-hand
        systemctl reset-failed by-hand 2>/dev/null
      done`,
  },
});
