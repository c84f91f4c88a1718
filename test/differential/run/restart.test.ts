import { type Case, compareManagers } from './both.ts';

/** Ways to end, by what a service does: each must be met by each Restart=. */
const endings: Readonly<Record<string, string>> = {
  clean: 'ExecStart=/act to /run/t/NAME note start sleep 50 exit 0',
  code: 'ExecStart=/act to /run/t/NAME note start sleep 50 exit 1',
  term: 'ExecStart=/act to /run/t/NAME note start sleep 50 raise 15 wait',
  kill: 'ExecStart=/act to /run/t/NAME note start sleep 50 raise 9 wait',
  late: 'Type=notify\nTimeoutStartSec=250ms\nExecStart=/act to /run/t/NAME note start wait',
  watchdog: 'WatchdogSec=250ms\nWatchdogSignal=SIGKILL\nExecStart=/act to /run/t/NAME note start wait',
  protocol: 'Type=notify\nExecStart=/act to /run/t/NAME note start sleep 50 exit 0',
  pre: 'ExecStartPre=/act to /run/t/NAME note pre exit 1\nExecStart=/act wait',
  condition: 'ExecCondition=/act to /run/t/NAME note condition exit 1\nExecStart=/act wait',
  missing: 'ExecStartPost=-/act to /run/t/NAME note post\nExecStart=/nonexistent',
  'post-stop': 'ExecStart=/act to /run/t/NAME note start sleep 50 exit 0\nExecStopPost=/act exit 2',
};

/** Starts all, waits until nothing moves, and shows how often each was started: two starts are allowed, so that a third says start-limit-hit. */
function table(services: Readonly<Record<string, string>>, differs: Case['differs'] = []): Case {
  const names = Object.keys(services);
  return {
    units: Object.fromEntries(
      Object.entries(services).map(([name, lines]) => [
        `${name}.service`,
        `[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=60\nStartLimitBurst=2\n[Service]\nRestartSec=50ms\nTimeoutStopSec=2\n${lines.replaceAll('NAME', name)}\n`,
      ]),
    ),
    script: `
      for unit in ${names.join(' ')}; do quiet systemctl start $unit >/dev/null & done
      wait
      settle ${names.join(' ')}
      table ActiveState,SubState,Result,ExecMainCode,ExecMainStatus ${names.map((name) => `${name}.service`).join(' ')}
      notes ${names.join(' ')}
      run systemctl reset-failed ${names.map((name) => `${name}.service`).join(' ')}
      systemctl stop ${names.join(' ')}`,
    differs,
  };
}

function eachEnding(restart: string): Readonly<Record<string, Case>> {
  const services = Object.entries(endings).map(([name, lines]) => [`${restart}-${name}`, `Restart=${restart}\n${lines}`]);
  return { [`Restart=${restart}`]: table(Object.fromEntries(services)) };
}

compareManagers('automatic restarts', {
  ...eachEnding('no'),
  ...eachEnding('always'),
  ...eachEnding('on-success'),
  ...eachEnding('on-failure'),
  ...eachEnding('on-abnormal'),
  ...eachEnding('on-abort'),
  ...eachEnding('on-watchdog'),

  'lists of statuses': table({
    'prevent-code': 'Restart=always\nRestartPreventExitStatus=5 SIGKILL\nExecStart=/act to /run/t/NAME note start exit 5',
    'prevent-signal': 'Restart=always\nRestartPreventExitStatus=5 SIGKILL\nExecStart=/act to /run/t/NAME note start raise 9 wait',
    'prevent-other': 'Restart=always\nRestartPreventExitStatus=5 SIGKILL\nExecStart=/act to /run/t/NAME note start exit 6',
    'prevent-name': 'Restart=always\nRestartPreventExitStatus=DATAERR\nExecStart=/act to /run/t/NAME note start exit 65',
    'prevent-zero': 'Restart=always\nRestartPreventExitStatus=0\nExecStart=/act to /run/t/NAME note start exit 0',
    'force-code': 'Restart=no\nRestartForceExitStatus=7\nExecStart=/act to /run/t/NAME note start exit 7',
    'force-signal': 'Restart=no\nRestartForceExitStatus=SIGUSR1\nExecStart=/act to /run/t/NAME note start raise 10 wait',
    'force-other': 'Restart=no\nRestartForceExitStatus=7\nExecStart=/act to /run/t/NAME note start exit 8',
    'both-lists': 'Restart=no\nRestartForceExitStatus=7\nRestartPreventExitStatus=7\nExecStart=/act to /run/t/NAME note start exit 7',
    'success-code': 'Restart=on-failure\nSuccessExitStatus=9 SIGUSR2\nExecStart=/act to /run/t/NAME note start exit 9',
    'success-signal': 'Restart=on-failure\nSuccessExitStatus=9 SIGUSR2\nExecStart=/act to /run/t/NAME note start raise 12 wait',
    'success-restart': 'Restart=on-success\nSuccessExitStatus=9 SIGUSR2\nExecStart=/act to /run/t/NAME note start exit 9',
    'success-name': 'Restart=on-failure\nSuccessExitStatus=TEMPFAIL 250\nExecStart=/act to /run/t/NAME note start exit 75',
  }),
  'oneshots and remaining services': table({
    'oneshot-on-failure': 'Type=oneshot\nRestart=on-failure\nExecStart=/act to /run/t/NAME note start exit 1',
    'oneshot-on-failure-ok': 'Type=oneshot\nRestart=on-failure\nRemainAfterExit=yes\nExecStart=/act to /run/t/NAME note start exit 0',
    'oneshot-always': 'Type=oneshot\nRestart=always\nExecStart=/act to /run/t/NAME note start exit 0',
    'remain-always': 'Restart=always\nRemainAfterExit=yes\nExecStart=/act to /run/t/NAME note start exit 0',
    'remain-always-fail': 'Restart=always\nRemainAfterExit=yes\nExecStart=/act to /run/t/NAME note start exit 1',
    'fork-always': 'Type=forking\nRestart=always\nExecStart=/act to /run/t/NAME note start child{ session sleep 300 exit 1 } sleep 50',
    'stop-fails-always':
      'Restart=always\nExecStart=/act to /run/t/NAME note start sleep 50 exit 0\nExecStop=/act to /run/t/NAME note stop exit 1',
  }),

  'what is stopped is not started again': {
    units: {
      'held.service':
        '[Service]\nRestart=always\nRestartSec=50ms\nExecStart=/act to /run/t/held note start wait\nExecStopPost=/act to /run/t/held note post',
      'held-wait.service': '[Service]\nRestart=always\nRestartSec=30\nExecStart=/act to /run/t/held-wait note start exit 1',
    },
    script: `
      run systemctl start held held-wait
      run systemctl stop held
      settle held
      state held.service
      sub held-wait auto-restart
      show held-wait.service
      run systemctl is-active held-wait
      run systemctl is-failed held-wait
      run systemctl stop held-wait
      show held-wait.service
      notes held held-wait`,
  },
  'who asks for a service in its pause before a restart': {
    units: {
      'pause.service':
        '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n[Service]\nRestart=always\nRestartSec=1h\nExecStart=/act to /run/t/pause note start exit 1',
    },
    script: `
      run systemctl start pause
      sub pause auto-restart
      run systemctl start --no-block pause
      again() { [ "$(grep -c start /run/t/pause)" -gt 1 ] || waits_to start pause.service; }
      until_ok again
      jobs_of pause
      echo "starts: $(grep -c start /run/t/pause)"
      quiet systemctl stop pause
      show pause.service`,
    differs: [
      {
        systemd: 'pause.service start waiting\nstarts: 1',
        tysd: 'starts: 2',
        why: 'as since version 254: who asks for a start does not wait for RestartSec=',
      },
    ],
  },
  'what comes of a failure does not start a service before its pause is over': {
    units: {
      'again.service':
        '[Unit]\nDefaultDependencies=no\nWants=again-wanted.service\nStartLimitIntervalSec=0\n[Service]\nRestart=always\nRestartSec=3\nEnvironmentFile=/nonexistent\nExecStart=/act wait',
      'again-wanted.service':
        '[Unit]\nDefaultDependencies=no\nRequires=again.service\nWants=again-slow.service\nAfter=again-slow.service\n[Service]\nExecStart=/act wait',
      'again-slow.service': '[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/act wait',
    },
    script: `
      quiet systemctl start --no-block again.service
      sub again.service auto-restart
      get again.service NRestarts
      systemctl list-jobs --no-legend | awk '$2 ~ /^again/ { print $2, $3, $4 }' | sort
      until_ok property again.service NRestarts 1
      sub again.service auto-restart
      get again.service NRestarts
      systemctl list-jobs --no-legend | awk '$2 ~ /^again/ { print $2, $3, $4 }' | sort
      show again.service again-wanted.service again-slow.service
      quiet systemctl stop again again-wanted again-slow`,
  },
  'a restart that waits for what is restarted with the service is counted': {
    units: {
      'along.service':
        '[Unit]\nDefaultDependencies=no\nRequires=along.socket\nAfter=along.socket\nStartLimitIntervalSec=0\n[Service]\nRestart=on-failure\nExecStart=/act wait',
      'along.socket':
        '[Unit]\nDefaultDependencies=no\nPartOf=along.service\nStartLimitIntervalSec=0\n[Socket]\nListenStream=/run/along.sock',
    },
    script: `
      run systemctl start along.service
      for count in 1 2; do
        kill -KILL $(systemctl show -p MainPID --value along.service)
        until_ok property along.service NRestarts $count
        sub along.service running
        state along.service; show along.socket
      done
      run systemctl restart along.service
      state along.service; show along.socket
      run systemctl stop along.service`,
  },
  'a stop while the restart waits does not end the count, another end does': {
    units: {
      'counts.service':
        '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n[Service]\nType=exec\nRestart=on-failure\nRestartSec=1500ms\nExecStart=/act wait',
    },
    script: `
      crash() { kill -KILL $(systemctl show -p MainPID --value counts.service); }
      run systemctl start counts.service
      crash; until_ok property counts.service NRestarts 1; sub counts.service running
      crash; sub counts.service auto-restart
      run systemctl stop counts.service
      state counts.service
      run systemctl start counts.service
      state counts.service
      run systemctl stop counts.service
      state counts.service
      run systemctl start counts.service
      state counts.service
      crash; sub counts.service auto-restart
      run systemctl stop counts.service
      run systemctl reset-failed counts.service
      run systemctl start counts.service
      state counts.service
      run systemctl stop counts.service`,
  },
  'a start limit is told and can be reset': {
    units: {
      'limited.service':
        '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=60\nStartLimitBurst=2\n[Service]\nType=oneshot\nExecStart=/act exit 0',
      'unlimited.service': '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nExecStart=/act exit 0',
    },
    script: `
      for i in 1 2 3 4; do run systemctl start limited; done
      state limited.service
      run systemctl is-failed limited
      run systemctl reset-failed limited
      run systemctl start limited
      state limited.service
      for i in 1 2 3 4 5 6 7; do run systemctl start unlimited; done`,
  },
  'whoever has the manager read all anew may start again what was started too often': {
    units: {
      'anew.service': '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=1h\nStartLimitBurst=2\n[Service]\nExecStart=/act wait\n',
      'anew-failed.service':
        '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=1h\nStartLimitBurst=2\n[Service]\nRestart=always\nRestartSec=20ms\nExecStart=/act to /run/t/anew note start exit 1\n',
    },
    script: `
      for by in daemon-reload daemon-reexec; do
        for _ in 1 2 3; do run systemctl restart anew; done
        quiet systemctl start anew-failed
        until_ok property anew-failed Result start-limit-hit
        run systemctl $by
        get anew-failed.service ActiveState Result NRestarts
        run systemctl restart anew
        quiet systemctl start anew-failed
        until_ok property anew-failed Result start-limit-hit
        notes anew
        run systemctl $by
      done
      systemctl stop anew`,
    alone: true,
  },
  'restarts by hand': {
    units: {
      'hand.service':
        '[Service]\nExecStart=/act to /run/t/hand note start env SERVICE_RESULT wait\nExecStop=/act to /run/t/hand note stop\nExecStopPost=/act to /run/t/hand note post',
      'hand-dead.service': '[Service]\nExecStart=/act to /run/t/hand-dead note start wait',
      'hand-signal.service':
        '[Service]\nRestartKillSignal=SIGUSR1\nExecStart=/act to /run/t/hand-signal quit-on 10 quit-on 15 note start wait',
    },
    script: `
      run systemctl start hand hand-signal
      heard hand start
      run systemctl restart hand hand-signal hand-dead
      run systemctl try-restart hand
      run systemctl stop hand-dead
      run systemctl try-restart hand-dead
      state hand.service hand-dead.service hand-signal.service
      heard hand-signal start
      sleep 0.2
      run systemctl stop hand hand-signal
      notes hand hand-dead hand-signal`,
  },
});
