import { compareManagers } from './both.ts';
import { fails, net, runs, slow, works } from './net.ts';

/** Takes long enough that other requests come in between. */
const long =
  '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act to /run/t/NAME note start sleep 1200 note started\nExecStop=/act to /run/t/NAME note stop';
/** The same, but it is over only when the script says `go`. */
const held = long.replace('sleep 1200', 'until /run/t/NAME.go');
const slowStop = '[Service]\nExecStart=/act to /run/t/NAME note start wait\nExecStop=/act to /run/t/NAME note stop sleep 900';
const reloads =
  '[Service]\nExecStart=/act to /run/t/NAME note start wait\nExecReload=/act to /run/t/NAME note reload sleep 700 note reloaded';
const verbs = 'start stop restart try-restart reload reload-or-restart try-reload-or-restart condrestart force-reload';

compareManagers('jobs', {
  'every verb on a unit that is off': net(
    'joff',
    { a: ['StartLimitIntervalSec=0', runs], b: ['StartLimitIntervalSec=0', reloads], c: ['StartLimitIntervalSec=0', works] },
    `for verb in ${verbs}; do for unit in a b c; do run systemctl $verb joff-$unit; show joff-$unit.service; systemctl stop joff-$unit; done; done`,
  ),
  'every verb on a unit that runs': net(
    'jon',
    {
      a: ['StartLimitIntervalSec=0', runs],
      b: ['StartLimitIntervalSec=0', reloads.replace(' sleep 700', '')],
      c: ['StartLimitIntervalSec=0', works],
    },
    `for verb in ${verbs}; do for unit in a b c; do systemctl start jon-$unit; run systemctl $verb jon-$unit; settle jon-$unit.service; show jon-$unit.service; done; done`,
  ),
  'every verb on a unit that has failed': net(
    'jbad',
    { a: ['StartLimitIntervalSec=0', fails] },
    `for verb in ${verbs} reset-failed; do quiet systemctl start @a; run systemctl $verb @a; show @a; done`,
  ),
  'every verb on a unit that is starting': net(
    'jing',
    Object.fromEntries(verbs.split(' ').map((verb) => [verb.replaceAll('-', ''), ['', long]] as const)),
    `
    for verb in ${verbs}; do
      unit=jing-\${verb//-/}.service
      systemctl start --no-block $unit; heard $unit start
      beside $unit systemctl $verb $unit
    done
    for verb in ${verbs}; do said jing-\${verb//-/}.service; done
    for verb in ${verbs}; do settle jing-\${verb//-/}.service; show jing-\${verb//-/}.service; notes jing-\${verb//-/}.service; done`,
  ),
  'every verb on a unit that is stopping': net(
    'jend',
    Object.fromEntries(verbs.split(' ').map((verb) => [verb.replaceAll('-', ''), ['', slowStop]] as const)),
    `
    for verb in ${verbs}; do unit=jend-\${verb//-/}.service; systemctl start $unit; heard $unit start; systemctl stop --no-block $unit; heard $unit stop; beside $unit systemctl $verb $unit; done
    for verb in ${verbs}; do said jend-\${verb//-/}.service; done
    for verb in ${verbs}; do settle jend-\${verb//-/}.service; show jend-\${verb//-/}.service; done`,
  ),
  'every verb on a unit that is reloading': net(
    'jre',
    Object.fromEntries(verbs.split(' ').map((verb) => [verb.replaceAll('-', ''), ['', reloads]] as const)),
    `
    for verb in ${verbs}; do unit=jre-\${verb//-/}.service; systemctl start $unit; heard $unit start; systemctl reload --no-block $unit; heard $unit reload; beside $unit systemctl $verb $unit; done
    for verb in ${verbs}; do said jre-\${verb//-/}.service; done
    for verb in ${verbs}; do settle jre-\${verb//-/}.service; show jre-\${verb//-/}.service; notes jre-\${verb//-/}.service; done`,
  ),
  'requests for one unit come together': net(
    'join',
    { a: ['', held], b: ['', held], c: ['After=@a', works] },
    `
    beside one systemctl start @a; heard @a start
    beside two systemctl start @a
    beside three systemctl start @c; queued @c
    beside four systemctl restart @c; sleep 0.5
    jobs_of join
    go @a
    said one; said two; said three; said four
    beside five systemctl start @b; heard @b start
    beside six systemctl restart @b
    sleep 0.5
    jobs_of join
    go @b
    said five; said six
    settle @b; show @a @b @c; notes @a @b`,
  ),
  'the names of one call begin in the order of their units': net(
    'jeach',
    {
      a: [
        'After=@b',
        '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act to /run/t/jeach note a\nExecStop=/act to /run/t/jeach note a-stop',
      ],
      b: [
        '',
        '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/act sleep 300 to /run/t/jeach note b\nExecStop=/act sleep 300 to /run/t/jeach note b-stop',
      ],
    },
    // Each name is a request of its own, and may begin before the next is asked for: in the other order it is by chance who is first.
    'run systemctl start @b @a; began jeach; run systemctl stop @a @b; began jeach; run systemctl start @b @a; began jeach; run systemctl stop @a @b; began jeach',
  ),
  'the second name of a call is at odds with the first': net(
    'jodds',
    { c: ['Conflicts=@d', works], d: ['', works] },
    'run systemctl start @d; quiet systemctl start @d @c; settle @c @d; show @c @d',
  ),
  'the names of one call are in a circle': net(
    'jround',
    { e: ['After=@f', works], f: ['After=@g', works], g: ['After=@e', works] },
    'run systemctl start @e; run systemctl start @f; run systemctl start @g; run systemctl stop @e @f @g; show @e @f @g',
  ),
  'a restart of a unit that is off and has to wait for another is a start that waits': net(
    'jdoff',
    { a: ['', held], c: ['After=@a', works], d: ['After=@a', works] },
    `
    beside one systemctl start @a; heard @a start
    beside two systemctl restart @c; until_ok waits_to start @c
    beside three systemctl start @d; until_ok waits_to start @d
    beside four systemctl restart @d; sleep 0.5
    jobs_of jdoff
    quiet systemctl daemon-reload
    jobs_of jdoff
    go @a
    said one; said two; said three; said four
    settle @a @c @d; show @a @c @d`,
  ),
  'job modes and jobs that are there already': net(
    'jmode',
    { a: ['', held], b: ['', held], c: ['', held], d: ['Conflicts=@a', works], e: ['', held], f: ['Wants=@d @b', works] },
    `
    for unit in a b c e; do systemctl start --no-block jmode-$unit; heard jmode-$unit.service start; done
    run systemctl stop --job-mode=fail @a
    run systemctl stop --fail @a
    run systemctl start --job-mode=fail @a --no-block
    run systemctl start --job-mode=fail @d
    run systemctl start --job-mode=fail --no-block @f
    jobs_of jmode
    run systemctl start --no-block --job-mode=replace-irreversibly @b
    run systemctl stop @b
    run systemctl stop --job-mode=replace-irreversibly @b
    run systemctl restart --no-block @b
    jobs_of jmode
    run systemctl stop @c
    run systemctl start @d
    go @b @e
    settle @a @b @c @d @e @f
    show @a @b @c @d @e @f`,
  ),
  'modes that leave out what a unit needs': net(
    'jless',
    {
      a: ['Requires=@b\nAfter=@b', works],
      b: ['', works],
      c: ['After=@d', works],
      d: ['', slow],
      e: ['Requires=@missing', works],
      f: ['BindsTo=@b\nAfter=@b', works],
      g: ['Conflicts=@b', works],
    },
    `
    run systemctl start --job-mode=ignore-dependencies @a
    show @a @b
    run systemctl stop @a
    run systemctl start --ignore-dependencies @a
    run systemctl stop --job-mode=ignore-requirements @b
    show @a @b
    systemctl start --no-block @d
    run systemctl start --job-mode=ignore-requirements @c
    show @c @d
    run systemctl stop @c @d
    systemctl start --no-block @d
    run systemctl start --job-mode=ignore-dependencies @c
    run systemctl start --job-mode=ignore-dependencies @e
    run systemctl start --job-mode=ignore-requirements @e
    run systemctl start --job-mode=ignore-dependencies @f
    run systemctl start @b
    run systemctl start --job-mode=ignore-dependencies @g
    settle @c @d
    show @b @c @d @e @f @g
    run systemctl stop --job-mode=ignore-dependencies @b
    run systemctl start --job-mode=nonsense @b
    run systemctl reload --job-mode=isolate @b`,
  ),
  'mode triggering': {
    units: {
      'jtrig.service': '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/act wait',
      'jtrig.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/jtrig',
      'jtrig.timer': '[Unit]\nDefaultDependencies=no\n[Timer]\nOnActiveSec=1h',
      'jtrig.path': '[Unit]\nDefaultDependencies=no\n[Path]\nPathExists=/nonexistent/jtrig',
    },
    script: `
    run systemctl start jtrig.socket jtrig.timer jtrig.service
    run systemctl stop --job-mode=triggering jtrig.service
    settle jtrig.service
    show jtrig.service jtrig.socket jtrig.timer jtrig.path
    run systemctl start jtrig.socket jtrig.service
    run systemctl stop jtrig.service
    run systemctl restart --job-mode=triggering jtrig.service
    show jtrig.service jtrig.socket
    run systemctl stop jtrig.socket`,
  },
  'jobs are listed, cancelled and waited for': net(
    'jlist',
    { a: ['', held], b: ['After=@a', works], c: ['After=@b @a', works], d: ['Requires=@b\nAfter=@b', works] },
    `
    systemctl start --no-block @a; heard @a start
    systemctl start --no-block @b; systemctl start --no-block @c
    beside d systemctl start @d
    queued @d
    jobs_of jlist
    systemctl list-jobs --after --before | sed -E 's/[0-9]+/N/; s/job [0-9]+/job N/' | grep -E 'jlist' | sed 's/ */ /g' | LC_ALL=C sort
    beside b systemctl start @b
    sleep 0.2
    run systemctl cancel "$(systemctl show -p Job --value @b)" | grep -v '^\\$'
    said b; said d
    jobs_of jlist
    run systemctl cancel 4294967
    for number in garbage 4294967295 4294967296 -1 ''; do run systemctl cancel -- "$number"; done
    run systemctl cancel "$(systemctl show -p Job --value @a)" | grep -v '^\\$'
    settle @a @c
    show @a @b @c @d`,
  ),
  'jobs that take too long': net(
    'jtime',
    {
      a: ['', held],
      b: ['After=@a\nJobTimeoutSec=300ms', works],
      c: ['JobRunningTimeoutSec=300ms', long],
      d: ['JobTimeoutSec=300ms', long],
      e: ['Requires=@c\nAfter=@c', works],
      f: ['After=@a\nJobRunningTimeoutSec=100ms', works],
      g: ['JobTimeoutSec=0', works],
      h: ['JobTimeoutSec=1h\nJobTimeoutAction=none\nJobTimeoutRebootArgument=x', works],
    },
    `
    systemctl start --no-block @a; heard @a start
    beside f systemctl start @f
    run systemctl start @b
    run systemctl start @d
    run systemctl start @e
    run systemctl start @g
    go @a
    said f
    settle @a @c @d
    show @a @b @c @d @e @f @g
    table JobTimeoutUSec,JobRunningTimeoutUSec,JobTimeoutAction,JobTimeoutRebootArgument @a @b @c @d @g @h`,
  ),
  'what systemctl says of jobs that fail': net(
    'jsay',
    {
      exit: ['', fails],
      signal: ['', '[Service]\nType=oneshot\nExecStart=/act raise 9'],
      timeout: ['', '[Service]\nType=oneshot\nExecStart=/act wait\nTimeoutStartSec=200ms'],
      protocol: ['', '[Service]\nType=notify\nExecStart=/act exit 0'],
      missing: ['', '[Service]\nType=exec\nExecStart=/nonexistent'],
      needs: ['Requires=@exit\nAfter=@exit', works],
      bound: ['BindsTo=@gone', works],
      asserts: ['AssertPathExists=/nonexistent', works],
      limit: ['StartLimitBurst=1', fails],
      late: ['', '[Service]\nExecStart=/nonexistent'],
      stops: ['', '[Service]\nExecStart=/act wait\nExecStop=/act exit 3'],
    },
    `
    for unit in exit signal timeout protocol missing needs bound asserts limit limit late; do run systemctl start jsay-$unit; done
    run systemctl -q start @exit
    run systemctl --quiet start @needs
    run systemctl start @exit @needs @asserts --no-block
    run systemctl start @stops
    run systemctl stop @stops
    run systemctl restart @exit
    run systemctl reload @exit
    run systemctl reload-or-restart @exit`,
  ),
  '--wait and --show-transaction': net(
    'jwait',
    {
      a: ['', '[Service]\nType=oneshot\nExecStart=/act sleep 200'],
      b: ['', '[Service]\nExecStart=/act sleep 300 exit 3'],
      c: ['', '[Service]\nExecStart=/act sleep 300 exit 0'],
      d: ['Requires=@a\nAfter=@a\nConflicts=@e', works],
      e: ['', runs],
      g: ['', fails],
    },
    `
    run systemctl start -T @d 2>&1 | sed -E 's/job [0-9]+/job N/' | LC_ALL=C sort
    run systemctl stop --show-transaction @d 2>&1 | sed -E 's/job [0-9]+/job N/'
    run systemctl start --no-block -T @a 2>&1 | sed -E 's/job [0-9]+/job N/'
    run systemctl start --wait --no-block @a
    settle @a`,
  ),
  'a reload whose unit dies': net(
    'jdies',
    {
      a: ['', '[Service]\nExecStart=/act to /run/t/NAME quit-on 10 note start wait\nExecReload=/act to /run/t/NAME note reload sleep 600'],
      b: ['', '[Service]\nExecStart=/act to /run/t/NAME note start wait\nExecReload=/act to /run/t/NAME note reload sleep 600 exit 1'],
    },
    `
    run systemctl start @a @b; heard @a start; heard @b start
    beside a systemctl reload @a; heard @a reload
    systemctl kill -s KILL --kill-who=main @a
    said a
    run systemctl reload @b
    settle @a @b
    state @a @b`,
  ),
  'a conflict with a job that waits': net(
    'jcon',
    { a: ['', held], b: ['After=@a', works], c: ['Conflicts=@b', works], d: ['Requires=@b\nAfter=@b', works] },
    `
    systemctl start --no-block @a; heard @a start
    beside b systemctl start @b; queued @b
    beside d systemctl start @d; queued @d
    run systemctl start @c
    said b; said d
    jobs_of jcon
    go @a
    settle @a
    show @a @b @c @d`,
  ),
  'a stop of what others still wait for': net(
    'jcut',
    { a: ['', held], b: ['Requires=@a\nAfter=@a', works], c: ['Wants=@a\nAfter=@a', works], d: ['BindsTo=@a\nAfter=@a', works] },
    `
    beside b systemctl start @b; beside c systemctl start @c; beside d systemctl start @d
    heard @a start; queued @b; queued @c; queued @d
    run systemctl stop @a
    said b; said c; said d
    settle @a @b @c @d
    show @a @b @c @d
    notes @a`,
  ),
  'mode flush': net(
    'jflush',
    { a: ['', held], b: ['IgnoreOnIsolate=yes', long], c: ['After=@a', works], d: ['', works] },
    `
    beside a systemctl start @a; beside b systemctl start @b; heard @a start; heard @b start
    beside c systemctl start @c; queued @c
    run systemctl start --job-mode=flush @d
    jobs_of jflush
    go @a @b
    said a; said b; said c
    settle @a @b @c
    show @a @b @c @d`,
    { alone: true },
  ),
  'JobTimeoutAction=': net(
    'jact',
    { a: ['', held], b: ['After=@a\nJobTimeoutSec=200ms\nJobTimeoutAction=none', works] },
    `
    systemctl start --no-block @a; heard @a start
    run systemctl start @b
    go @a
    settle @a
    show @a @b`,
  ),
});
