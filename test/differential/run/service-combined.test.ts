import { compareManagers, startAndStop } from './both.ts';
import { net, runs, works } from './net.ts';

const no = '[Unit]\nDefaultDependencies=no\n';

compareManagers(
  'settings of services that come together',
  {
    'ExecCondition= with Restart=, relations and handlers': net(
      'econd',
      {
        a: ['OnFailure=@f\nOnSuccess=@s', '[Service]\nExecCondition=/act exit 1\nExecStart=/act wait\nRestart=always\nRestartSec=20ms'],
        b: ['OnFailure=@f\nOnSuccess=@s', '[Service]\nExecCondition=/act exit 255\nExecStart=/act wait\nRestart=no'],
        c: ['', '[Service]\nExecCondition=/act raise 9\nExecStart=/act wait'],
        d: ['Requires=@a\nAfter=@a', works],
        e: ['BindsTo=@a\nAfter=@a', works],
        g: ['Upholds=@h', runs],
        h: ['', '[Service]\nExecCondition=/act to /run/t/econd-h note asked exit 1\nExecStart=/act wait'],
        f: ['', '[Service]\nType=oneshot\nExecStart=/act to /run/t/econd-f note called'],
        s: ['', '[Service]\nType=oneshot\nExecStart=/act to /run/t/econd-s note called'],
      },
      `
    for unit in a b c d e; do run systemctl start econd-$unit; done
    settle @a @b @c @d @e @f @s
    state @a @b @c @d @e
    notes econd-f econd-s
    run systemctl restart @a
    run systemctl try-restart @a
    state @a`,
    ),
    'conditions of a service that is to start again': net(
      'cagain',
      {
        a: [
          'ConditionPathExists=/run/t/cagain-on',
          '[Service]\nExecStart=/act to /run/t/cagain note start wait\nRestart=always\nRestartSec=50ms',
        ],
        b: ['AssertPathExists=/run/t/cagain-on', '[Service]\nExecStart=/act wait\nRestart=always\nRestartSec=50ms'],
        c: ['PartOf=@a\nAfter=@a', runs],
      },
      `
    touch /run/t/cagain-on
    run systemctl start @a @b @c; until_ok grep -q start /run/t/cagain
    rm /run/t/cagain-on
    systemctl kill -s KILL @a; systemctl kill -s KILL @b
    settle @a @b @c
    sleep 0.3; settle @a @b @c
    state @a @b @c
    table ConditionResult,AssertResult @a @b
    touch /run/t/cagain-on
    run systemctl start @a @b; settle @a @b; show @a @b
    rm /run/t/cagain-on
    run systemctl restart @a; run systemctl restart @b
    settle @a @b; show @a @b @c
    run systemctl stop @a @b @c`,
    ),
    'stop of a service whose pause before a restart is not over, with what depends on it': net(
      'pause',
      {
        a: ['', '[Service]\nExecStart=/act exit 1\nRestart=always\nRestartSec=1h'],
        b: ['Requires=@a\nAfter=@a', runs],
        c: ['PartOf=@a', runs],
        d: ['Wants=@a\nAfter=@a', works],
        e: ['Requisite=@a\nAfter=@a', works],
        f: ['Conflicts=@a', works],
        g: ['Upholds=@a', runs],
      },
      `
    run systemctl start @a; sub @a auto-restart; state @a
    run systemctl is-active @a; run systemctl is-failed @a
    run systemctl start @c
    run systemctl --no-block start @e
    sleep 0.3; jobs_of pause
    run systemctl reload @a
    run systemctl cancel $(systemctl show -p Job --value @e) | grep -v '^\\$'; settle @e; jobs_of pause
    run systemctl try-restart @a; sub @a auto-restart; state @a
    run systemctl start @f; settle @a @f; jobs_of pause; show @a @b @c @d @e @f
    run systemctl start @a; sub @a auto-restart; show @a @f
    run systemctl reset-failed @a; state @a
    run systemctl stop @a; state @a @c
    run systemctl stop @b @c @d @f`,
    ),
    'reloads, restarts and stops while ExecReload=, ExecStop= and ExecStopPost= run': net(
      'busy',
      {
        a: [
          '',
          '[Service]\nExecStart=/act to /run/t/busy-a note start wait\nExecReload=/act to /run/t/busy-a note reload until /run/t/busy-a.go\nExecStopPost=/act to /run/t/busy-a note post env SERVICE_RESULT',
        ],
        b: [
          '',
          '[Service]\nExecStart=/act to /run/t/busy-b note start wait\nExecStop=/act to /run/t/busy-b note stop until /run/t/busy-b.go\nExecReload=/act exit 0',
        ],
        c: [
          '',
          '[Service]\nExecStart=/act to /run/t/busy-c note start wait\nExecStopPost=/act to /run/t/busy-c note post until /run/t/busy-c.go\nExecReload=/act exit 0',
        ],
      },
      `
    run systemctl start @a @b @c; heard busy-a start; heard busy-b start; heard busy-c start
    beside ra systemctl reload @a; heard busy-a reload
    show @a
    beside sa systemctl restart @a; sleep 0.3; jobs_of busy; show @a
    go busy-a; said ra; said sa; settle @a; state @a; notes busy-a
    beside tb systemctl stop @b; heard busy-b stop; show @b
    run systemctl --no-block reload @b; run systemctl --no-block start @b; jobs_of busy
    go busy-b; said tb; settle @b; state @b; notes busy-b
    beside tc systemctl restart @c; heard busy-c post; show @c
    run systemctl --no-block stop @c; jobs_of busy
    go busy-c; said tc; settle @c; state @c; notes busy-c
    systemctl stop @a @b @c`,
    ),
    'limits of restarts, of time and of starts in one service': startAndStop({
      'mix-runtime':
        'Type=notify\nExecStart=/act notify READY=1 wait\nRuntimeMaxSec=200ms\nRestart=on-failure\nRestartSec=20ms\nStartLimitBurst=2',
      'mix-prevent': 'ExecStart=/act sleep 50 exit 7\nRestart=always\nRestartPreventExitStatus=7\nSuccessExitStatus=7\nRestartSec=20ms',
      'mix-force': 'ExecStart=/act sleep 50 exit 0\nRestart=no\nRestartForceExitStatus=0\nRestartSec=20ms\nStartLimitBurst=2',
      'mix-both':
        'ExecStart=/act sleep 50 exit 9\nRestart=on-success\nRestartForceExitStatus=9\nRestartPreventExitStatus=9\nRestartSec=20ms',
      'mix-remain': 'ExecStart=/act sleep 50 exit 0\nRemainAfterExit=yes\nRestart=always\nRestartSec=20ms',
      'mix-remain-bad': 'ExecStart=/act sleep 50 exit 3\nRemainAfterExit=yes\nRestart=no',
      'mix-signal': 'ExecStart=/act sleep 50 raise 15\nRestart=on-abnormal\nRestartSec=20ms\nSuccessExitStatus=SIGUSR1 TEMPFAIL',
      'mix-names': 'ExecStart=/act sleep 50 exit 75\nRestart=on-failure\nRestartSec=20ms\nSuccessExitStatus=SIGUSR1 TEMPFAIL',
    }),
    'OOMPolicy=, RuntimeMaxSec= and KillMode= of scopes': {
      script: `
      behind() { "$@" >/dev/null 2>&1 & disown; }
      behind systemd-run --scope --quiet --unit=sco-a -p RuntimeMaxSec=300ms -p TimeoutStopSec=300ms -p OOMPolicy=kill sh -c 'trap "" TERM; while :; do sleep 0.05; done'
      sub sco-a.scope running failed
      get sco-a.scope RuntimeMaxUSec OOMPolicy RuntimeRandomizedExtraUSec
      sub sco-a.scope failed
      get sco-a.scope Result ActiveState SubState
      systemctl reset-failed sco-a.scope
      behind systemd-run --scope --quiet --unit=sco-b -p RuntimeMaxSec=100ms -p KillMode=process -p SendSIGKILL=no sleep 1000
      sub sco-b.scope failed
      get sco-b.scope Result
      systemctl kill -s KILL sco-b.scope; systemctl reset-failed sco-b.scope
      behind systemd-run --scope --quiet --unit=sco-c -p BindsTo=sco-needed.service -p After=sco-needed.service sleep 1000
      sub sco-c.scope running
      run systemctl stop sco-needed
      until_ok property sco-c.scope LoadState not-found
      get sco-c.scope ActiveState LoadState
      run systemd-run --scope --quiet --unit=sco-d -p Requires=sco-none.service true
      run systemd-run --scope --quiet --unit=sco-e -p ConditionPathExists=/nonexistent true
      run systemd-run --scope --quiet --unit=sco-f -p OOMPolicy=banana true`,
      differs: [
        {
          systemd: "Failed to request invocation ID for scope: Unknown object '/org/freedesktop/systemd1/unit/self'.",
          tysd: 'Failed to request invocation ID for scope: sco-e.scope was not started',
          why: 'we say that there is no scope',
        },
      ],
      units: { 'sco-needed.service': `${no}[Service]\nExecStart=/act wait\n` },
    },
  },
  { profile: 'dbus' },
);
