import { compareManagers } from './both.ts';
import { fails, net, once, runs, works } from './net.ts';

/** Is on its way until the script says `go`. */
const held = '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act to /run/t/NAME note start until /run/t/NAME.go';
/** The same, and fails then. */
const heldFails = '[Service]\nType=oneshot\nExecStart=/act to /run/t/NAME note start until /run/t/NAME.go exit 1';
/** Runs until it gets SIGUSR1, which ends it well; other signals kill it. */
const ends = '[Service]\nExecStart=/act to /run/t/NAME quit-on 10 note start wait';
const monitored =
  '[Service]\nType=oneshot\nExecStart=/act to /run/t/NAME note called env MONITOR_UNIT env MONITOR_SERVICE_RESULT env MONITOR_EXIT_CODE env MONITOR_EXIT_STATUS';

compareManagers('relations that come together', {
  'Requisite= of a unit that is on its way, fails, or is pulled in by another relation': net(
    'requi',
    {
      a: ['Requisite=@b\nAfter=@b', works],
      b: ['', held],
      c: ['Requisite=@d\nAfter=@d', works],
      d: ['', heldFails],
      e: ['Requisite=@f\nWants=@f\nAfter=@f', works],
      f: ['', works],
      g: ['Requisite=@h\nWants=@h\nAfter=@h', works],
      h: ['', fails],
      i: ['Requisite=@j\nAfter=@j', runs],
      j: ['', ends],
      k: ['Requisite=@i\nAfter=@i', runs],
    },
    `
    systemctl start --no-block @b; heard @b start
    beside a systemctl start @a; queued @a
    go @b; said a
    systemctl start --no-block @d; heard @d start
    beside c systemctl start @c; queued @c
    go @d; said c
    run systemctl start @e
    run systemctl start @g
    run systemctl start @j; heard @j start
    run systemctl start @i
    run systemctl start @k
    systemctl kill -s USR1 @j
    settle @i @j @k
    show @a @b @c @d @e @f @g @h @i @j @k
    run systemctl stop @j
    run systemctl restart @i
    settle @i @j @k
    show @i @j @k`,
  ),
  'BindsTo= with Requisite= and PartOf= around one unit that ends, is killed and starts again': net(
    'ring',
    {
      hub: ['StartLimitIntervalSec=0', `${ends}\nRestart=on-failure\nRestartSec=50ms`],
      bound: ['BindsTo=@hub\nAfter=@hub', runs],
      part: ['PartOf=@hub\nAfter=@hub', runs],
      both: ['BindsTo=@hub\nPartOf=@hub\nAfter=@hub', runs],
      needs: ['Requires=@hub\nAfter=@hub', runs],
      before: ['BindsTo=@hub\nBefore=@hub', runs],
      holds: ['Upholds=@bound\nAfter=@hub', runs],
    },
    `
    run systemctl start @hub @bound @part @both @needs @before
    heard @hub start
    systemctl kill -s KILL @hub
    until_ok sh -c '[ $(grep -c start /run/t/@hub) -eq 2 ]'
    settle @hub @bound @part @both @needs @before
    state @hub @bound @part @both @needs @before
    systemctl start @bound @part @both @needs @before
    systemctl kill -s USR1 @hub
    settle @hub @bound @part @both @needs @before
    state @hub @bound @part @both @needs @before
    run systemctl start @holds
    settle @hub @bound @holds
    show @hub @bound @holds
    run systemctl stop @hub
    until_ok property @hub SubState running
    settle @hub @bound @holds
    show @hub @bound @holds
    run systemctl stop @holds @hub @part @needs
    settle @hub @bound @part @both @needs @before
    show @hub @bound @part @both @needs @before @holds`,
  ),
  'PartOf= of a unit whose restart fails': net(
    'parted',
    {
      a: [
        '',
        '[Service]\nExecStartPre=/act to /run/t/NAME note pre\nExecStartPre=/bin/sh -c "! test -e /run/t/parted-bad"\nExecStart=/act wait',
      ],
      b: ['PartOf=@a\nAfter=@a', runs],
      c: ['PartOf=@b\nRequires=@a\nAfter=@a @b', runs],
      d: ['PartOf=@a\nBefore=@a', runs],
      e: ['BindsTo=@b\nAfter=@b', runs],
    },
    `
    run systemctl start @a @b @c @d @e
    touch /run/t/parted-bad
    run systemctl restart @a
    settle @a @b @c @d @e
    state @a @b @c @d @e
    rm /run/t/parted-bad
    run systemctl start @b @c @d @e
    run systemctl try-restart @a
    settle @a @b @c @d @e
    show @a @b @c @d @e
    run systemctl restart @b
    settle @a @b @c @d @e
    show @a @b @c @d @e
    run systemctl stop @b
    settle @a @b @c @d @e
    show @a @b @c @d @e`,
  ),
  'Upholds= of what fails, up to its start limit, and of what is masked or refused': net(
    'uphold',
    {
      a: ['Upholds=@b', runs],
      b: ['StartLimitBurst=3\nStartLimitIntervalSec=1h', fails],
      c: ['Upholds=@d', runs],
      d: ['RefuseManualStart=yes', runs],
      e: ['Upholds=@f @g', runs],
      f: ['', once],
      g: ['Requisite=@h\nAfter=@h', works],
      h: ['', works],
      i: ['Upholds=@j', runs],
      j: ['Conflicts=@k', runs],
      k: ['', runs],
    },
    `
    run systemctl start @a
    until_ok property @b Result start-limit-hit
    settle @a @b; state @a @b
    grep -c start /run/t/@b
    systemctl reset-failed @b
    sleep 0.3
    settle @a @b; show @a
    run systemctl stop @a
    run systemctl start @c; settle @c @d; show @c @d
    systemctl kill -s KILL @d; sleep 0.3; settle @d; state @c @d
    run systemctl start @i; settle @i @j; show @i @j @k
    run systemctl start @k; sleep 0.5; settle @i @j @k; show @i
    run systemctl stop @c @d @i @j @k`,
  ),
  'StopWhenUnneeded= of what several share, one of which fails or restarts': net(
    'share',
    {
      base: ['StopWhenUnneeded=yes', runs],
      mid: ['StopWhenUnneeded=yes\nRequires=@base\nAfter=@base', runs],
      one: ['Requires=@mid\nAfter=@mid', ends],
      two: ['Wants=@base\nAfter=@base', `${ends}\nRestart=on-failure\nRestartSec=100ms`],
      three: ['Requires=@mid\nAfter=@mid', fails],
      four: ['BindsTo=@mid\nAfter=@mid', works],
      five: ['Requisite=@base\nAfter=@base', runs],
      six: ['PartOf=@base\nAfter=@base', runs],
    },
    `
    run systemctl start @one @two; heard @one start; heard @two start
    systemctl kill -s USR1 @one
    sub @one dead; sub @mid dead
    show @base @mid @one @two
    systemctl kill -s KILL @two
    until_ok property @two NRestarts 1
    settle @base @two
    show @base @mid @one @two
    quiet systemctl start @three
    settle @base @mid @three
    show @base @mid @three
    run systemctl start @four @five @six
    systemctl stop @two
    settle @base @mid @two @four @five @six
    show @base @mid @two @four @five @six
    run systemctl restart @mid
    settle @base @mid @four
    show @base @mid @four
    run systemctl stop @four
    settle @base @mid @four @five
    show @base @mid @four @five @six
    run systemctl stop @five
    settle @base @five @six
    show @base @five @six`,
  ),
  'OnFailure= with Restart=, with start limits, and through a template': {
    ...net(
      'onre',
      {
        a: [
          'OnFailure=onre-handler@%n.service\nStartLimitBurst=3\nStartLimitIntervalSec=1h',
          '[Service]\nExecStart=/act sleep 20 exit 4\nRestart=on-failure\nRestartSec=20ms',
        ],
        b: [
          'OnFailure=onre-handler@%N.service\nOnSuccess=onre-good@%N.service',
          '[Service]\nExecStart=/act sleep 20\nExecStop=/act exit 5',
        ],
        c: ['OnFailure=onre-handler@%N.service', '[Service]\nExecStart=/act wait\nTimeoutStopSec=300ms\nKillSignal=SIGCONT'],
        d: ['OnFailure=onre-handler@%N.service', '[Service]\nType=notify\nExecStart=/act wait\nTimeoutStartSec=300ms'],
        e: ['OnFailure=onre-handler@%N.service', '[Service]\nType=oneshot\nExecStart=/act raise 6'],
        f: ['OnFailure=onre-handler@%N.service', '[Service]\nExecStart=/nonexistent'],
      },
      `
      quiet systemctl start @a
      until_ok property @a Result start-limit-hit
      until_ok test -s /run/t/onre-handler@@a
      systemctl start @b; settle @b
      systemctl start @c; systemctl stop @c
      quiet systemctl start @d @e @f
      for unit in b c d e f; do heard "onre-handler@onre-$unit" MONITOR_EXIT_STATUS; done
      state @a @b @c @d @e @f
      for unit in a.service b c d e f; do notes "onre-handler@onre-$unit"; done
      ls /run/t | grep onre-good`,
    ),
  },
  'handlers whose own start is not possible or has to wait': net(
    'hand',
    {
      a: ['OnFailure=@missing @masked @b', fails],
      b: ['After=@slow', monitored],
      slow: ['', held],
      c: ['OnFailure=@c', fails],
      d: ['OnFailure=@e', fails],
      e: ['OnFailure=@d\nStartLimitBurst=2\nStartLimitIntervalSec=1h', fails],
      f: ['OnFailure=@g\nOnFailureJobMode=fail', fails],
      g: ['Conflicts=@slow', works],
      h: ['OnSuccess=@h', once],
    },
    `
    systemctl start --no-block @slow; heard @slow start
    quiet systemctl start @a
    queued @b; jobs_of hand
    quiet systemctl start @f
    settle @f; show @f @g @slow
    go @slow
    heard @b MONITOR_EXIT_STATUS
    notes @b
    state @a @b
    systemctl stop @slow`,
  ),
  'conflicts among what is upheld, bound and wanted': net(
    'clash',
    {
      a: ['Conflicts=@b\nOnSuccess=@c', ends],
      b: ['Conflicts=@c\nBefore=@a', runs],
      c: ['After=@b', runs],
      d: ['Wants=@a\nConflicts=@c\nAfter=@a @c', works],
      e: ['BindsTo=@a\nAfter=@a', runs],
      f: ['Requires=@b\nAfter=@b', runs],
    },
    `
    run systemctl start @a; heard @a start
    run systemctl start @e
    run systemctl start @f
    settle @a @b @e @f; show @a @b @c @e @f
    run systemctl start @c
    settle @b @c @f; show @b @c @f
    run systemctl start @d
    settle @a @c @d; show @a @c @d
    systemctl kill -s USR1 @a
    until_ok property @c SubState running
    settle @a @c; show @a @b @c @d
    # Whether the job of the one is over when the other is asked for is by chance.
    systemctl start @c @b 2>/dev/null
    settle @b @c; show @b @c
    run systemctl start @b @e --job-mode=ignore-dependencies
    settle @a @b @c @d @e; show @a @b @c @d @e
    run systemctl stop @a @b @c @d @e @f`,
  ),
  'order without need: stops, restarts and starts of neighbours': net(
    'neigh',
    {
      a: ['', '[Service]\nExecStart=/act wait\nExecStop=/act to /run/t/neigh sleep 200 note a-stop'],
      b: ['After=@a', '[Service]\nExecStart=/act to /run/t/neigh note b-start wait\nExecStop=/act to /run/t/neigh sleep 100 note b-stop'],
      c: ['Before=@a', '[Service]\nExecStart=/act to /run/t/neigh note c-start wait\nExecStop=/act to /run/t/neigh sleep 300 note c-stop'],
    },
    `
    run systemctl start @a @b @c; until_ok grep -q b-start /run/t/neigh; until_ok grep -q c-start /run/t/neigh; rm -f /run/t/neigh
    run systemctl stop @a @b @c
    began neigh
    run systemctl start @a @c; until_ok grep -q c-start /run/t/neigh; rm -f /run/t/neigh
    systemctl stop --no-block @a
    run systemctl start @b
    until_ok grep -q b-start /run/t/neigh
    settle @a @b @c
    began neigh
    systemctl stop --no-block @b
    run systemctl start @a
    settle @a @b @c
    began neigh
    show @a @b @c
    run systemctl stop @a @b @c`,
  ),
  'what a condition keeps from starting counts for nobody': net(
    'skip',
    {
      a: ['ConditionPathExists=/nonexistent\nOnFailure=@x\nOnSuccess=@x\nUpholds=@x\nPropagatesReloadTo=@y', runs],
      b: ['Requires=@a\nAfter=@a', works],
      c: ['BindsTo=@a', works],
      d: ['Wants=@e\nAfter=@e', works],
      e: ['AssertPathExists=/nonexistent\nOnFailure=@y', works],
      f: ['Requires=@e', works],
      x: ['', works],
      y: ['', works],
    },
    `
    for unit in a b c d f; do run systemctl start skip-$unit; done
    settle @a @b @c @d @e @f @x @y
    show @a @b @c @d @e @f @x @y
    run systemctl reload @a
    run systemctl restart @a
    run systemctl restart @e
    table ActiveState,Result,ConditionResult,AssertResult @a @e
    [ "$(systemctl show -p ConditionTimestampMonotonic --value @a)" -gt 0 ] && echo asked
    [ "$(systemctl show -p AssertTimestampMonotonic --value @a)" -gt 0 ] || echo no assert asked
    run systemctl stop @b @d @y`,
  ),
  'units of one start that need each other in a circle of wants': net(
    'circle',
    {
      a: ['Wants=@b\nAfter=@b', works],
      b: ['Requires=@c\nAfter=@c', works],
      c: ['Wants=@a\nAfter=@a', works],
      d: ['Wants=@e @f\nAfter=@e', works],
      e: ['After=@f', works],
      f: ['After=@d', works],
      g: ['Requires=@h\nAfter=@h', works],
      h: ['Wants=@i\nAfter=@i', works],
      i: ['Requires=@g\nAfter=@g', works],
    },
    `
    for unit in a d; do run systemctl start circle-$unit; done
    settle @a @b @c @d @e @f
    show @a @b @c @d @e @f
    # Whether each stop is over before the next is asked for is by chance.
    systemctl stop @a @b @c @d @e @f 2>/dev/null
    quiet systemctl start @g
    settle @g @h @i
    show @g @h @i
    systemctl stop @g @h @i 2>/dev/null`,
  ),
  'relations of a unit with itself, and with two at odds': net(
    'odd',
    {
      top: ['Wants=@a @b\nAfter=@a @b', works],
      a: ['Requires=@c\nConflicts=@b', works],
      b: ['Requires=@c', works],
      c: ['PartOf=@a', works],
      d: ['Wants=@e\nPropagatesReloadTo=@c\nConflicts=@e', works],
      e: ['', works],
      f: ['Requires=@g\nAfter=@g\nPropagatesStopTo=@f @c', works],
      g: ['Conflicts=@f', works],
      h: ['Conflicts=@h', works],
      i: ['Requires=@i\nAfter=@i\nBindsTo=@i\nPartOf=@i\nUpholds=@i', works],
      j: ['BindsTo=@k\nBefore=@k', works],
      k: ['PropagatesStopTo=@j\nConditionPathExists=/nonexistent', works],
    },
    `
    all="@top @a @b @c @d @e @f @g @h @i @j @k"
    for unit in $all; do for verb in start reload restart stop; do run systemctl $verb $unit; calm $all; done; done
    relations @h @i`,
  ),
});
