import { type Case, compareManagers, type Difference } from './both.ts';

/** What a script needs to tell of timers: times are masked, but for whether they are there. */
const prelude = `
  mask() { sed -E 's/next_elapse=[^0(i][^}]*}/next_elapse=SOME }/; s/next_elapse=0 /next_elapse=never /; s/(NextElapseUSecMonotonic|LastTriggerUSecMonotonic)=[0-9.]+[a-z].*/\\1=SOME/; s/(NextElapseUSecRealtime|LastTriggerUSec)=.+/\\1=SOME/'; }
  timer() { local unit; for unit; do show "$unit"; systemctl show -p Result,NextElapseUSecRealtime,NextElapseUSecMonotonic,LastTriggerUSec,LastTriggerUSecMonotonic,TimersMonotonic,TimersCalendar "$unit" | sort | mask; done; }
  ran() { until_ok test "$(cat /run/t/$1 2>/dev/null | wc -l)" -ge "$2"; [ "$(cat /run/t/$1 2>/dev/null | wc -l)" -ge "$2" ]; }
  runs() { for _ in $(seq 150); do [ "$(cat /run/t/$1 2>/dev/null | wc -l)" -ge "$2" ] && return; sleep 0.04; done; echo "gave up: $1 ran $(wc -l </run/t/$1) times, not $2"; }
`;

/** A timer and its service, which notes that it ran and ends unless told otherwise. */
function timed(
  name: string,
  timer: string,
  script: string,
  more: Partial<Case> & { readonly service?: string; readonly unit?: string; readonly condition?: string } = {},
): Case {
  const { service = 'Type=oneshot\nExecStart=/act to /run/t/NAME note ran', unit = '', condition = '', ...rest } = more;
  return {
    units: {
      [`${name}.timer`]: `[Unit]\nDefaultDependencies=no\n${unit}\n[Timer]\nAccuracySec=1us\n${timer}\n`.replaceAll('NAME', name),
      [`${name}.service`]: `[Unit]\nDefaultDependencies=no\n${condition}\n[Service]\n${service}\n`.replaceAll('NAME', name),
    },
    script: `${prelude}\n${script.replaceAll('NAME', name)}\nsystemctl stop ${name}.timer 2>/dev/null`,
    ...rest,
  };
}

/** systemctl says which job failed for services only. */
function jobFailed(verb: string, unit: string): readonly Difference[] {
  return [
    {
      systemd: `$ systemctl ${verb} ${unit}\nJob failed. See "journalctl -xe" for details.`,
      tysd: `$ systemctl ${verb} ${unit}\nJob for ${unit} failed.\nSee "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.`,
      why: 'we say which job failed for all types of units',
    },
  ];
}

compareManagers('timers', {
  'OnActiveSec= elapses once, and the timer stays': timed(
    'active-once',
    // Long enough to be looked at before, by a slow machine too.
    'OnActiveSec=2s',
    'run systemctl start NAME.timer; timer NAME.timer; runs NAME 1; sub NAME.timer elapsed; timer NAME.timer; show NAME.service; notes NAME',
  ),
  'a line of the calendar has its own time, and the timer a random delay more': timed(
    'spread',
    'OnCalendar=*-01-01 00:00:00\nOnCalendar=*-02-02 00:00:00\nRandomizedDelaySec=10d',
    `run systemctl start NAME.timer
     systemctl show -p TimersCalendar NAME.timer
     [ "$(date -d "$(systemctl show -p NextElapseUSecRealtime --value NAME.timer)" +%m%d%H%M%S)" = 0101000000 ] || echo later`,
  ),
  'RemainAfterElapse=no lets the timer go': timed(
    'goes-away',
    'OnActiveSec=200ms\nRemainAfterElapse=no',
    'run systemctl start NAME.timer; runs NAME 1; sub NAME.timer dead; timer NAME.timer',
  ),
  'a timer is running while its service runs': timed(
    'runs-along',
    'OnActiveSec=100ms',
    'run systemctl start NAME.timer; sub NAME.timer running; timer NAME.timer; show NAME.service; systemctl stop NAME.service 2>/dev/null; sub NAME.timer elapsed; timer NAME.timer',
    { service: 'ExecStart=/act wait' },
  ),
  'the environment of what a timer starts': timed(
    'tells-why',
    'OnActiveSec=100ms',
    `run systemctl start NAME.timer; runs NAME 3; sub NAME.timer elapsed
     sed -E 's/(_USEC=)[0-9]+/\\1SOME/' /run/t/NAME
     [ "$(sed -n 's/.*REALTIME_USEC=\\([0-9]*\\).*/\\1/p' /run/t/NAME | sort -u | wc -l)" = 1 ] && echo the same`,
    {
      service:
        'ExecStartPre=/act to /run/t/NAME note pre env TRIGGER_UNIT env TRIGGER_TIMER_REALTIME_USEC env TRIGGER_TIMER_MONOTONIC_USEC env TRIGGER_PATH\nType=oneshot\nExecStart=/act to /run/t/NAME note start env TRIGGER_UNIT env TRIGGER_TIMER_REALTIME_USEC\nExecStopPost=/act to /run/t/NAME note post env TRIGGER_UNIT env TRIGGER_TIMER_MONOTONIC_USEC',
    },
  ),
  'what triggered a unit first is told to later starts': {
    units: {
      'told.service':
        '[Unit]\nDefaultDependencies=no\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nExecStart=/act to /run/t/told env TRIGGER_UNIT env MONITOR_UNIT\n',
      'told-holder.target': '[Unit]\nDefaultDependencies=no\nAfter=told.service\n',
      'told-one.timer': '[Timer]\nOnActiveSec=100ms\nAccuracySec=1us\nUnit=told.service\n',
      'told-two.timer': '[Timer]\nOnActiveSec=100ms\nAccuracySec=1us\nUnit=told.service\n',
      'told-fails.service': '[Unit]\nDefaultDependencies=no\nOnFailure=told.service\n[Service]\nExecStart=/bin/false\n',
    },
    // A reload of another case would be seen in it.
    alone: true,
    script: `
      next() { heard told MONITOR; calm told.service; began told; }
      systemctl start told-holder.target told.service; next
      systemctl start told-one.timer; next
      systemctl start told.service; next
      systemctl start told-two.timer; next
      systemctl start told-fails.service; next
      systemctl start told.service; next
      systemctl daemon-reload; echo reloaded
      systemctl start told.service; next`,
    differs: [
      {
        systemd: 'reloaded\nbegan: TRIGGER_UNIT=- MONITOR_UNIT=told-fails.service',
        tysd: 'reloaded\nbegan: TRIGGER_UNIT=told-one.timer MONITOR_UNIT=told-fails.service',
        why: 'what a unit is told does not depend on reloads, which are what a new manager does after a crash',
      },
    ],
  },
  'OnUnitInactiveSec= begins anew after each run': timed(
    'again-and-again',
    'OnActiveSec=100ms\nOnUnitInactiveSec=200ms',
    'run systemctl start NAME.timer; runs NAME 3; sub NAME.timer waiting; timer NAME.timer',
  ),
  'OnUnitActiveSec= waits for the first run of the service': timed(
    'from-the-first',
    'OnUnitActiveSec=200ms',
    'run systemctl start NAME.timer; timer NAME.timer; systemctl start NAME.service; runs NAME 3; sub NAME.timer waiting; timer NAME.timer',
  ),
  'OnUnitActiveSec= of a service that runs on': timed(
    'long-runner',
    'OnUnitActiveSec=200ms',
    'systemctl start NAME.service; run systemctl start NAME.timer; sub NAME.timer running; timer NAME.timer; systemctl stop NAME.service 2>/dev/null; sub NAME.timer waiting running; sub NAME.service active running; show NAME.service',
    { service: 'ExecStart=/act wait' },
  ),
  'OnStartupSec= and OnBootSec= in the past elapse at once, and only once': timed(
    'long-over',
    'OnStartupSec=1ms\nOnBootSec=2ms',
    'run systemctl start NAME.timer; runs NAME 1; sub NAME.timer elapsed; timer NAME.timer; systemctl start NAME.service; sub NAME.timer elapsed; notes NAME',
  ),
  'OnCalendar= elapses each time': timed(
    'each-second',
    'OnCalendar=*:*:*',
    'run systemctl start NAME.timer; runs NAME 3; get NAME.timer ActiveState Result',
  ),
  'several lines': timed(
    'many-lines',
    'OnBootSec=1000d\nOnCalendar=2099-01-01\nOnStartupSec=2000d\nOnCalendar=Mon..Fri *-1-* 10:00 UTC\nOnActiveSec=1w\nOnUnitActiveSec=5\nOnUnitInactiveSec=1h 30m',
    'run systemctl start NAME.timer; timer NAME.timer; table NextElapseUSecRealtime NAME.timer',
  ),
  'an empty assignment forgets all lines': timed(
    'forgetful',
    'OnBootSec=1000d\nOnCalendar=daily\nOnActiveSec=\nOnActiveSec=1w',
    'run systemctl start NAME.timer; timer NAME.timer',
  ),
  'a calendar that is over': timed('bygone', 'OnCalendar=2020-02-02', 'run systemctl start NAME.timer; timer NAME.timer'),
  'a calendar that is over, and RemainAfterElapse=no': timed(
    'bygone-goes',
    'OnCalendar=2020-02-02\nRemainAfterElapse=no',
    'run systemctl start NAME.timer; timer NAME.timer',
  ),
  'what never comes': timed('infinite', 'OnActiveSec=infinity', 'run systemctl start NAME.timer; timer NAME.timer'),
  'nothing but changes of the clock': timed(
    'clock-only',
    'OnClockChange=yes\nOnTimezoneChange=yes',
    'run systemctl start NAME.timer; timer NAME.timer; get NAME.timer OnClockChange OnTimezoneChange',
  ),
  'a timer without any time': timed('timeless', '', 'quiet systemctl start NAME.timer; get NAME.timer LoadState ActiveState'),
  'a timer whose service is not there': timed(
    'no-service',
    'OnActiveSec=1\nUnit=not-there.service',
    'run systemctl start NAME.timer; timer NAME.timer; get NAME.timer LoadState Unit',
    { differs: jobFailed('start', 'no-service.timer') },
  ),
  'a timer that starts itself': timed(
    'self-made',
    'OnActiveSec=1\nUnit=NAME.timer',
    'run systemctl start NAME.timer; get NAME.timer LoadState Unit Triggers; show NAME.timer',
  ),
  'Unit= names a target': {
    units: {
      'to-target.timer': '[Timer]\nOnActiveSec=100ms\nAccuracySec=1us\nUnit=to-target.target',
      'to-target.target': '[Unit]\nDefaultDependencies=no\nWants=by-target.service',
      'by-target.service': '[Service]\nExecStart=/act wait',
    },
    script: `${prelude}
      run systemctl start to-target.timer; sub to-target.timer running; sub by-target.service running
      show to-target.timer to-target.target by-target.service
      systemctl stop to-target.target 2>/dev/null; sub to-target.timer elapsed; timer to-target.timer
      systemctl stop to-target.timer by-target.service`,
  },
  'a service that is active already': timed(
    'up-already',
    'OnActiveSec=100ms',
    'systemctl start NAME.service; run systemctl start NAME.timer; sub NAME.timer running; timer NAME.timer; systemctl stop NAME.service 2>/dev/null; sub NAME.timer elapsed; show NAME.service NAME.timer',
    { service: 'ExecStart=/act wait' },
  ),
  'a condition that is not met': timed(
    'unmet',
    'OnActiveSec=100ms\nOnUnitInactiveSec=1h',
    `run systemctl start NAME.timer; until_ok bash -c '[ -n "$(systemctl show -P LastTriggerUSec NAME.timer)" ]'; sub NAME.timer waiting; timer NAME.timer; get NAME.service ConditionResult ActiveState`,
    { condition: 'ConditionPathExists=/nowhere' },
  ),
  'a service that fails is started again': timed(
    'failing',
    'OnActiveSec=100ms\nOnUnitInactiveSec=200ms',
    'run systemctl start NAME.timer; runs NAME 3; sub NAME.timer waiting; timer NAME.timer; get NAME.service ActiveState Result',
    { service: 'Type=oneshot\nExecStart=/act to /run/t/NAME note ran exit 3' },
  ),
  'a service that has hit its start limit': timed(
    'limited',
    'OnActiveSec=50ms\nOnUnitInactiveSec=100ms',
    'run systemctl start NAME.timer; until_ok property NAME.service Result start-limit-hit; sub NAME.timer waiting; timer NAME.timer; notes NAME',
    { condition: 'StartLimitBurst=2\nStartLimitIntervalSec=100' },
  ),
  'the start limit of a timer': timed(
    'often',
    'OnActiveSec=1h',
    'for i in 1 2 3; do run systemctl restart NAME.timer; done; timer NAME.timer; run systemctl reset-failed NAME.timer; timer NAME.timer; run systemctl start NAME.timer; show NAME.timer',
    { unit: 'StartLimitBurst=2\nStartLimitIntervalSec=100', differs: jobFailed('restart', 'often.timer') },
  ),
  'a timer that is started again begins anew': timed(
    'anew',
    'OnActiveSec=100ms',
    'run systemctl start NAME.timer; runs NAME 1; sub NAME.timer elapsed; run systemctl start NAME.timer; sub NAME.timer elapsed; run systemctl restart NAME.timer; runs NAME 2; sub NAME.timer elapsed; timer NAME.timer; notes NAME',
  ),
  'a timer that is stopped starts nothing': timed(
    'stopped',
    'OnActiveSec=400ms',
    'run systemctl start NAME.timer; run systemctl stop NAME.timer; timer NAME.timer; sleep 0.6; notes NAME',
  ),
  'the delay of RandomizedDelaySec=': timed(
    'delayed',
    'OnCalendar=2090-01-01 UTC\nRandomizedDelaySec=1h\nFixedRandomDelay=yes\nOnActiveSec=1w',
    `run systemctl start NAME.timer; timer NAME.timer; get NAME.timer RandomizedDelayUSec FixedRandomDelay
     systemctl show -p NextElapseUSecRealtime --value NAME.timer | sed -E 's/00:[0-9]{2}:[0-9]{2}/00:MM:SS/'
     before=$(systemctl show -p NextElapseUSecRealtime NAME.timer); systemctl restart NAME.timer; [ "$before" = "$(systemctl show -p NextElapseUSecRealtime NAME.timer)" ] && echo the same`,
  ),
  'Persistent= makes a stamp': timed(
    'stamped',
    'OnCalendar=2090-01-01\nPersistent=yes',
    `run systemctl start NAME.timer; until_ok test -e /var/lib/systemd/timers/stamp-NAME.timer; stat -c '%a %s %U %F' /var/lib/systemd/timers/stamp-NAME.timer
     timer NAME.timer; get NAME.timer Persistent RequiresMountsFor`,
  ),
  'Persistent= makes good what was missed': timed(
    'missed',
    'OnCalendar=*-*-01 UTC\nPersistent=yes',
    `mkdir -p /var/lib/systemd/timers; touch -d 2026-01-15 /var/lib/systemd/timers/stamp-NAME.timer
     run systemctl start NAME.timer; runs NAME 1; sub NAME.timer waiting; timer NAME.timer; notes NAME
     until_ok test "$(date +%F)" = "$(date -r /var/lib/systemd/timers/stamp-NAME.timer +%F)"`,
  ),
  'a stamp in the future is not believed': timed(
    'ahead',
    'OnCalendar=*-*-01 UTC\nPersistent=yes',
    `mkdir -p /var/lib/systemd/timers; touch -d 2080-01-15 /var/lib/systemd/timers/stamp-NAME.timer
     run systemctl start NAME.timer; timer NAME.timer; date -r /var/lib/systemd/timers/stamp-NAME.timer +%F`,
  ),
  'the settings of a timer in show': timed(
    'shown',
    'OnCalendar=daily\nAccuracySec=5min\nRemainAfterElapse=no\nPersistent=no',
    'get NAME.timer Unit AccuracyUSec RandomizedDelayUSec FixedRandomDelay Persistent WakeSystem RemainAfterElapse OnClockChange OnTimezoneChange Triggers; get NAME.service TriggeredBy',
  ),
  'default dependencies of timers': {
    units: {
      'with-calendar.timer': '[Unit]\nDefaultDependencies=yes\n[Timer]\nOnCalendar=daily\nPersistent=yes',
      'with-calendar.service': '[Service]\nExecStart=/act wait',
      'with-span.timer': '[Unit]\nDefaultDependencies=yes\n[Timer]\nOnActiveSec=1d',
      'with-span.service': '[Service]\nExecStart=/act wait',
    },
    script: `for unit in with-calendar.timer with-span.timer; do for key in Requires Before After Conflicts Triggers RequiresMountsFor; do
      echo "$unit $key $(systemctl show -p $key --value $unit | tr ' ' '\\n' | sort | tr '\\n' ' ')"; done; done`,
  },
  'WakeSystem= where it is not permitted': timed(
    'wakes',
    'OnActiveSec=100ms\nWakeSystem=yes',
    'run systemctl start NAME.timer; show NAME.timer; get NAME.timer Result WakeSystem; notes NAME',
    { differs: jobFailed('start', 'wakes.timer') },
  ),
  'list-timers and status': timed(
    'listed',
    'OnCalendar=2090-01-01 UTC',
    `run systemctl start NAME.timer; run systemctl list-timers 'listed*' | sed -E 's/[0-9]+ (year|month)s?/N \\1/g; s/ +/ /g'
     systemctl list-timers -o json NAME.timer; echo; run systemctl list-timers --no-legend 'none-such*'; run systemctl list-timers 'none-such*'
     systemctl status -n0 NAME.timer | sed -E 's/; .* ago$/; SOME ago/; s/since .*;/since SOME;/; s/[0-9]+ (year|month)s?/N \\1/g'`,
  ),
  'a reload keeps what is waited for': timed(
    'reloaded',
    'OnCalendar=2090-01-01 UTC\nOnUnitActiveSec=10s',
    'run systemctl start NAME.timer; systemctl daemon-reload; timer NAME.timer; table NextElapseUSecRealtime NAME.timer',
    { alone: true },
  ),
  'a timer that waits fails when a reload finds its file gone or masked, and starts again when it is back': {
    units: {
      'leaves.timer': '[Timer]\nOnCalendar=*-01-01 00:00:00\n',
      'leaves.service': '[Service]\nExecStart=/act wait\n',
      'hides.timer': '[Timer]\nOnActiveSec=1h\n',
      'hides.service': '[Service]\nExecStart=/act wait\n',
      'passed.timer': '[Timer]\nOnActiveSec=1us\nAccuracySec=1us\n',
      'passed.service': '[Service]\nType=oneshot\nExecStart=/act exit 0\n',
    },
    alone: true,
    script: `
      cd /etc/systemd/system; mkdir -p /run/t/kept
      run systemctl start leaves.timer hides.timer passed.timer
      sub passed.timer elapsed
      mv leaves.timer hides.timer passed.timer /run/t/kept/; ln -s /dev/null hides.timer
      systemctl daemon-reload
      table LoadState,ActiveState,SubState,Result leaves.timer hides.timer passed.timer
      rm hides.timer; mv /run/t/kept/*.timer .
      systemctl daemon-reload
      table LoadState,ActiveState,SubState,Result leaves.timer hides.timer passed.timer
      run systemctl start leaves.timer hides.timer
      table LoadState,ActiveState,SubState,Result leaves.timer hides.timer
      run systemctl stop leaves.timer hides.timer passed.timer`,
  },
  'a reload brings other times': timed(
    'changed',
    'OnCalendar=2090-01-01 UTC',
    `run systemctl start NAME.timer; table NextElapseUSecRealtime NAME.timer
     sed -i s/2090/2091/ /etc/systemd/system/NAME.timer; systemctl daemon-reload; timer NAME.timer; table NextElapseUSecRealtime NAME.timer
     sed -i 's/OnCalendar=.*/OnActiveSec=0/' /etc/systemd/system/NAME.timer; systemctl daemon-reload; runs NAME 1; sub NAME.timer elapsed; timer NAME.timer`,
    { alone: true },
  ),
});
