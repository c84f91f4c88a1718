import { type Case, compareManagers } from './both.ts';

/** Starts services whose processes are told apart by their notes, stops them one by one and shows who is left. */
function stopping(services: Readonly<Record<string, string>>, differs: Case['differs'] = []): Case {
  const names = Object.keys(services);
  return {
    units: Object.fromEntries(
      Object.entries(services).map(([name, lines]) => [`${name}.service`, `[Service]\n${lines.replaceAll('NAME', name)}\n`]),
    ),
    script: `
      for unit in ${names.join(' ')}; do run systemctl start $unit; done
      for unit in ${names.join(' ')}; do heard $unit up; done
      for unit in ${names.join(' ')}; do run systemctl stop $unit >/run/answers/$unit.stop & done
      wait
      for unit in ${names.join(' ')}; do cat /run/answers/$unit.stop; done
      settle ${names.join(' ')}
      state ${names.map((name) => `${name}.service`).join(' ')}
      for unit in ${names.join(' ')}; do left /run/t/$unit; done
      for unit in ${names.join(' ')}; do notes $unit; done`,
    differs,
  };
}

/** A main process with a child; each notes the signals it is sent, and listens before it says that it is up. */
const family = 'ExecStart=/act to /run/t/NAME quit-on 15 child{ quit-on 10 note up wait } wait';
/** The same, but the child does not listen. */
const stubborn = 'ExecStart=/act to /run/t/NAME quit-on 15 child{ ignore 15 note up wait } wait';

compareManagers('stopping services', {
  'KillMode= with a child that listens': stopping({
    'family-group': `KillMode=control-group\n${family}`,
    'family-mixed': `KillMode=mixed\n${family}`,
    'family-process': `KillMode=process\n${family}`,
  }),
  'KillMode= with a child that does not': stopping({
    'stubborn-group': `TimeoutStopSec=500ms\nKillMode=control-group\n${stubborn}`,
    'stubborn-mixed': `TimeoutStopSec=500ms\nKillMode=mixed\n${stubborn}`,
    'stubborn-process': `TimeoutStopSec=500ms\nKillMode=process\n${stubborn}`,
    'stubborn-spared': `TimeoutStopSec=500ms\nSendSIGKILL=no\n${stubborn}`,
    'stubborn-kill-signal': `TimeoutStopSec=500ms\nFinalKillSignal=SIGUSR1\nExecStart=/act to /run/t/NAME ignore 15 quit-on 10 note up wait`,
  }),
  'a main process that does not listen': stopping({
    'deaf-group': 'TimeoutStopSec=500ms\nExecStart=/act to /run/t/NAME ignore 15 note up wait',
    'deaf-mixed': 'KillMode=mixed\nTimeoutStopSec=500ms\nExecStart=/act to /run/t/NAME ignore 15 note up wait',
    'deaf-process': 'KillMode=process\nTimeoutStopSec=500ms\nExecStart=/act to /run/t/NAME ignore 15 note up wait',
    'deaf-post':
      'TimeoutStopSec=500ms\nExecStart=/act to /run/t/NAME ignore 15 note up wait\nExecStopPost=/act to /run/t/NAME note post env SERVICE_RESULT env EXIT_CODE env EXIT_STATUS',
    'deaf-spared': 'SendSIGKILL=no\nTimeoutStopSec=500ms\nExecStart=/act to /run/t/NAME ignore 15 note up wait',
  }),
  'KillMode=none': stopping({
    'none-family': `KillMode=none\n${family}`,
    'none-stop': 'KillMode=none\nExecStart=/act to /run/t/NAME quit-on 15 note up wait\nExecStop=/bin/sh -c "kill $MAINPID; sleep 0.2"',
  }),
  signals: stopping({
    'signal-usr1': 'KillSignal=SIGUSR1\nExecStart=/act to /run/t/NAME quit-on 10 note up wait',
    'signal-hup': 'SendSIGHUP=yes\nExecStart=/act to /run/t/NAME catch 1 ignore 15 note up wait sleep 100 exit 0\nTimeoutStopSec=500ms',
    'signal-int': 'KillSignal=2\nExecStart=/act to /run/t/NAME note up wait',
    'signal-quit': 'KillSignal=SIGQUIT\nLimitCORE=0\nExecStart=/act to /run/t/NAME note up wait',
    'signal-kill': 'KillSignal=SIGKILL\nExecStart=/act to /run/t/NAME note up wait',
    'signal-cont': 'ExecStart=/act to /run/t/NAME quit-on 15 note up raise 19 wait',
  }),
  'the exit status after SIGTERM': stopping({
    'after-zero': 'ExecStart=/bin/sh -c \'trap "exit 0" TERM; echo up >/run/t/NAME; while :; do sleep 0.02; done\'',
    'after-one': 'ExecStart=/bin/sh -c \'trap "exit 1" TERM; echo up >/run/t/NAME; while :; do sleep 0.02; done\'',
    'after-143': 'ExecStart=/bin/sh -c \'trap "exit 143" TERM; echo up >/run/t/NAME; while :; do sleep 0.02; done\'',
    'after-success':
      'SuccessExitStatus=143\nExecStart=/bin/sh -c \'trap "exit 143" TERM; echo up >/run/t/NAME; while :; do sleep 0.02; done\'',
  }),
  'processes that outlive the main one': stopping({
    'outlive-exit': 'ExecStart=/act to /run/t/NAME child{ quit-on 15 sleep 100 note up wait } sleep 200 exit 0',
    'outlive-remain': 'RemainAfterExit=yes\nExecStart=/act to /run/t/NAME child{ quit-on 15 sleep 100 note up wait } sleep 200 exit 0',
    'outlive-fail': 'ExecStart=/act to /run/t/NAME child{ quit-on 15 sleep 100 note up wait } sleep 200 exit 1',
    'outlive-session': 'ExecStart=/act to /run/t/NAME child{ session child{ quit-on 15 sleep 100 note up wait } } sleep 200 exit 0',
    'outlive-mixed': 'KillMode=mixed\nExecStart=/act to /run/t/NAME child{ quit-on 15 note up wait } sleep 200 exit 0',
    'outlive-process': 'KillMode=process\nExecStart=/act to /run/t/NAME child{ note up wait } sleep 200 exit 0',
    'outlive-oneshot': 'Type=oneshot\nExecStart=/act to /run/t/NAME child{ quit-on 15 note up wait } sleep 200 exit 0',
    'outlive-pre':
      'ExecStartPre=/act to /run/t/NAME child{ quit-on 15 sleep 50 note up wait } sleep 100\nExecStart=/act to /run/t/NAME wait',
  }),
  'ExitType=cgroup': {
    units: {
      'exit-group.service':
        '[Service]\nExitType=cgroup\nExecStart=/act to /run/t/exit-group child{ sleep 700 note child exit 3 } sleep 50 exit 0\nExecStopPost=/act to /run/t/exit-group note post',
    },
    script: `
      run systemctl start exit-group
      sleep 0.3
      state exit-group.service
      heard exit-group post
      settle exit-group
      state exit-group.service
      notes exit-group`,
  },
  'systemctl kill': {
    units: {
      'kill-me.service': '[Service]\nExecStart=/act to /run/t/kill-me catch 10 catch 12 note up wait wait wait',
      'kill-all.service':
        '[Service]\nExecStart=/act to /run/t/kill-all child{ catch 12 note child wait wait } sleep 100 catch 12 note up wait wait wait',
    },
    script: `
      run systemctl start kill-me kill-all
      heard kill-me up; heard kill-all up
      run systemctl kill -s USR1 kill-me
      heard kill-me 'got 10'
      run systemctl kill --signal=SIGUSR2 --kill-who=main kill-all
      heard kill-all 'got 12'
      run systemctl kill --kill-whom=control kill-me
      run systemctl kill --signal=NOPE kill-me
      run systemctl kill --signal=USR1 nonexistent
      run systemctl kill kill-me
      settle kill-me
      state kill-me.service
      run systemctl kill -s KILL kill-all
      settle kill-all
      state kill-all.service
      run systemctl kill kill-all
      notes kill-me kill-all`,
  },
});
