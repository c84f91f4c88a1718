import { type Case, compareManagers, type Difference } from './both.ts';
import { fails, net, once, runs, slow, works } from './net.ts';

/** The message about a unit that does not load, to which we add the reason. */
function tells(start: string, reason: string): Difference {
  const type = start.endsWith('socket') ? 'socket' : 'service';
  const unit = start.slice(start.lastIndexOf(' ') + 1);
  const message = `${start}.${type}: Unit ${unit.replace('needs', 'none')}.${type} has a bad unit file setting`;
  return { systemd: `${message}.`, tysd: `${message}: ${reason}`, why: 'we say what is wrong' };
}

/**
 * Starts @a, which has a dependency on @b, and stops both: with and without order. Of Requisite= with order only: whether a start without
 * is over before it is known that the other unit is off is a race, in systemd too.
 */
function pair(prefix: string, kind: string, b: string): Case {
  const unordered = kind === 'Requisite' ? `${kind}=@d\nAfter=@d` : `${kind}=@d`;
  return net(
    prefix,
    {
      a: [`${kind}=@b\nAfter=@b`, runs],
      b: ['', b],
      c: [unordered, runs],
      d: ['', b],
    },
    `
    run systemctl start @a
    run systemctl start @c
    settle @a @b @c @d
    state @a @b @c @d
    run systemctl stop @b @d
    settle @a @b @c @d
    show @a @b @c @d
    run systemctl stop @a @c
    settle @a @b @c @d
    show @a @b @c @d
    run systemctl start @b
    run systemctl start @d
    settle @b @d
    run systemctl start @a @c
    settle @a @b @c @d
    show @a @b @c @d
    run systemctl restart @b
    run systemctl restart @d
    settle @a @b @c @d
    show @a @b @c @d
    run systemctl stop @a @b @c @d
    notes @a @b @d`,
  );
}

const kinds = ['Requires', 'Wants', 'BindsTo', 'PartOf', 'Requisite', 'Conflicts', 'Upholds'];

/** What a service uses, which has other units come before it, or devices that it may use. */
const uses: Readonly<Record<string, string>> = {
  nothing: '',
  tmp: 'PrivateTmp=yes',
  dynamic: 'DynamicUser=yes',
  clock: 'ProtectClock=yes',
  'clock-allow': 'ProtectClock=yes\nDeviceAllow=/dev/fuse rw',
  'clock-strict': 'ProtectClock=yes\nDevicePolicy=strict',
  'clock-reset': 'ProtectClock=yes\nDeviceAllow=/dev/fuse\nDeviceAllow=',
  devices: 'PrivateDevices=yes',
  'devices-strict': 'PrivateDevices=yes\nDevicePolicy=strict',
  'devices-clock': 'PrivateDevices=yes\nProtectClock=yes\nDeviceAllow=/dev/fuse\nDeviceAllow=/dev/net/tun rwm',
  image: 'RootImage=/nowhere/root.raw',
  'image-closed': 'RootImage=/nowhere/root.raw\nDevicePolicy=closed\nProtectClock=yes',
  'image-devices': 'RootImage=/nowhere/root.raw\nPrivateDevices=yes',
  mounts: 'MountImages=-/nowhere/x.raw:/y',
  'mounts-allow': 'MountImages=-/nowhere/x.raw:/y\nDeviceAllow=/dev/fuse rw',
  extensions: 'ExtensionImages=-/nowhere/x.raw\nDeviceAllow=/dev/fuse rw',
  root: 'RootDirectory=/nowhere/root',
  kept: 'StateDirectory=kept\nLogsDirectory=kept-too',
};

compareManagers('dependencies', {
  'what a service uses comes before it': {
    units: Object.fromEntries(
      Object.entries(uses).map(([name, lines]) => [`uses-${name}.service`, `[Service]\nExecStart=/act wait\n${lines}\n`]),
    ),
    script: `
      for unit in ${Object.keys(uses).join(' ')}; do
        for property in After Wants Requires RequiresMountsFor; do # of sets, which systemd prints in the order of their hashes
          echo "$unit $property: $(systemctl show -P $property uses-$unit | tr ' ' '\\n' | sort | xargs)"
        done
        systemctl show -p DevicePolicy,DeviceAllow uses-$unit
      done`,
  },
  ...Object.fromEntries(kinds.map((kind) => [`${kind}= of a service that runs`, pair(`runs-${kind.toLowerCase()}`, kind, runs)])),
  ...Object.fromEntries(
    kinds
      .filter((kind) => kind !== 'Upholds')
      .map((kind) => [`${kind}= of a oneshot that fails`, pair(`fails-${kind.toLowerCase()}`, kind, fails)]),
  ),
  ...Object.fromEntries(
    ['Requires', 'BindsTo', 'Requisite'].map((kind) => [
      `${kind}= of a oneshot that does not remain`,
      pair(`once-${kind.toLowerCase()}`, kind, once),
    ]),
  ),

  'units that are missing': net(
    'missing',
    {
      requires: ['Requires=nowhere.service', works],
      wants: ['Wants=nowhere.service', works],
      binds: ['BindsTo=nowhere.service\nAfter=nowhere.service', works],
      requisite: ['Requisite=nowhere.service', works],
      partof: ['PartOf=nowhere.service', works],
      after: ['After=nowhere.service', works],
      conflicts: ['Conflicts=nowhere.service', works],
      upholds: ['Upholds=nowhere.service', works],
    },
    `
    for unit in requires wants binds requisite partof after conflicts upholds; do run systemctl start missing-$unit; done
    run systemctl start nowhere
    run systemctl start nowhere.service @wants
    run systemctl start bad..name
    run systemctl start 'bad name.service'
    run systemctl start no-such-type.foo
    run systemctl stop nowhere
    run systemctl restart nowhere
    run systemctl try-restart nowhere
    run systemctl reload nowhere
    run systemctl start template@.service
    run systemctl is-active nowhere
    run systemctl is-failed nowhere
    run systemctl reset-failed nowhere
    show @requires @wants @binds @requisite @partof @after @conflicts @upholds`,
  ),
  'units that do not load': {
    units: {
      'broken-none.service': '[Service]\nType=simple',
      'broken-two.service': '[Service]\nExecStart=/act\nExecStart=/act',
      'broken-path.service': '[Service]\nExecStart=act',
      'broken-empty.service': '',
      'broken-needs.service': '[Unit]\nDefaultDependencies=no\nRequires=broken-none.service\n[Service]\nExecStart=/act wait',
      'broken-wants.service': '[Unit]\nDefaultDependencies=no\nWants=broken-none.service\n[Service]\nExecStart=/act wait',
      'broken-socket.socket': '[Socket]\n',
    },
    script: `
      for unit in none two path empty needs wants; do run systemctl start broken-$unit; done
      run systemctl start broken-socket.socket
      for unit in none two path empty; do get broken-$unit.service LoadState; done
      run systemctl stop broken-none
      run systemctl restart broken-none
      run systemctl is-active broken-none
      run systemctl stop broken-wants`,
    differs: [
      ...[
        'Failed to start broken-none',
        'Failed to restart broken-none',
        'Failed to start broken-empty',
        'Failed to start broken-needs',
      ].map((start) => tells(start, 'the service has neither ExecStart= nor ExecStop= nor SuccessAction=')),
      tells(
        'Failed to start broken-two',
        '/etc/systemd/system/broken-two.service:5: only a service of Type=oneshot may have more than one ExecStart=',
      ),
      tells('Failed to start broken-socket', 'the socket has no ListenStream=, ListenDatagram= or other Listen*='),
    ],
  },
  'units that are masked': {
    units: {
      'masked-needs.service': '[Unit]\nDefaultDependencies=no\nRequires=masked-it.service\n[Service]\nExecStart=/act wait',
      'masked-wants.service': '[Unit]\nDefaultDependencies=no\nWants=masked-it.service\n[Service]\nExecStart=/act wait',
    },
    script: `
      ln -s /dev/null /etc/systemd/system/masked-it.service
      run systemctl start masked-it
      run systemctl start masked-needs
      run systemctl start masked-wants
      run systemctl restart masked-it
      run systemctl try-restart masked-it
      run systemctl stop masked-it
      run systemctl reload masked-it
      run systemctl is-active masked-it masked-needs masked-wants
      get masked-it.service LoadState ActiveState
      run systemctl stop masked-wants`,
  },

  'a chain that breaks in the middle': net(
    'chain',
    { a: ['Requires=@b\nAfter=@b', works], b: ['Requires=@c\nAfter=@c', works], c: ['', fails] },
    `
    run systemctl start @a
    state @a @b @c
    notes @a @b @c
    get @a Result Job`,
  ),
  'an order without a dependency': net(
    'order',
    { a: ['After=@b', slow], b: ['', slow], c: ['Before=@b', slow], all: ['Wants=@a @b @c\nAfter=@a @b @c', works] },
    `
    run systemctl start @all
    cat /run/t/order-*.service | wc -l
    show @a @b @c
    run systemctl stop @a @b @c
    [ /run/t/@a -nt /run/t/@b ] && [ /run/t/@b -nt /run/t/@c ] && echo in order`,
  ),
  'a dependency that fails after the start': net(
    'later',
    {
      requires: ['Requires=@lost\nAfter=@lost', runs],
      binds: ['BindsTo=@lost\nAfter=@lost', runs],
      wants: ['Wants=@lost\nAfter=@lost', runs],
      partof: ['PartOf=@lost', runs],
      lost: ['', '[Service]\nExecStart=/act to /run/t/NAME quit-on 10 note start wait'],
    },
    `
    run systemctl start @requires @binds @wants @partof
    heard @lost start
    systemctl kill -s KILL @lost
    settle @lost @requires @binds @wants @partof
    show @lost @requires @binds @wants @partof
    systemctl reset-failed @lost
    run systemctl start @binds
    heard @lost start
    sleep 0.2
    systemctl kill -s USR1 @lost
    settle @lost @requires @binds @wants @partof
    show @lost @requires @binds @wants @partof
    run systemctl stop @requires @binds @wants @partof`,
  ),
  'a stop that is propagated in order': net(
    'down',
    {
      a: ['Requires=@b\nAfter=@b', '[Service]\nExecStart=/act wait\nExecStopPost=/act sleep 100 to /run/t/down note a-stopped'],
      b: ['Requires=@c\nAfter=@c', '[Service]\nExecStart=/act wait\nExecStopPost=/act sleep 100 to /run/t/down note b-stopped'],
      c: ['', '[Service]\nExecStart=/act wait\nExecStopPost=/act to /run/t/down note c-stopped'],
      d: ['BindsTo=@c\nAfter=@c', '[Service]\nExecStart=/act wait'],
      e: ['PartOf=@c', '[Service]\nExecStart=/act wait'],
    },
    `
    run systemctl start @a @d @e
    sleep 0.1
    run systemctl stop @c
    show @a @b @c @d @e
    notes down`,
  ),
  'a restart that is propagated': net(
    'again',
    {
      a: ['Requires=@c\nAfter=@c', runs],
      b: ['PartOf=@c', runs],
      c: ['', runs],
      d: ['Wants=@c', runs],
      e: ['BindsTo=@c', runs],
      f: ['PartOf=@c', runs],
    },
    `
    run systemctl start @a @b @c @d @e
    for unit in a b c d e; do heard again-$unit.service start; done
    run systemctl restart @c
    settle @a @b @c @d @e
    show @a @b @c @d @e @f
    sleep 0.2
    run systemctl try-restart @c
    settle @a @b @c @d @e
    sleep 0.2
    run systemctl stop @a @b @c @d @e
    notes @a @b @c @d @e @f`,
  ),
  'reload that is propagated': net(
    'reload',
    {
      a: ['PropagatesReloadTo=@b', '[Service]\nExecStart=/act wait\nExecReload=/act to /run/t/NAME note reload'],
      b: ['', '[Service]\nExecStart=/act wait\nExecReload=/act to /run/t/NAME note reload'],
      c: ['ReloadPropagatedFrom=@a', '[Service]\nExecStart=/act wait\nExecReload=/act to /run/t/NAME note reload'],
    },
    `
    run systemctl start @a @b @c
    run systemctl reload @a
    settle @a @b @c
    heard @b reload; heard @c reload
    notes @a @b @c
    run systemctl stop @a @b @c`,
  ),
  'PropagatesStopTo= and StopPropagatedFrom=': net(
    'propagates',
    { a: ['PropagatesStopTo=@b', runs], b: ['', runs], c: ['StopPropagatedFrom=@a', runs] },
    `
    run systemctl start @a @b @c
    run systemctl stop @a
    settle @a @b @c
    show @a @b @c`,
  ),
  'StopWhenUnneeded=': net(
    'unneeded',
    { a: ['Requires=@b\nAfter=@b', runs], b: ['StopWhenUnneeded=yes', runs], c: ['Wants=@b', runs] },
    `
    run systemctl start @a @c
    run systemctl stop @a
    settle @a @b @c
    show @a @b @c
    run systemctl stop @c
    settle @a @b @c
    show @a @b @c
    run systemctl start @b
    settle @b
    show @b`,
  ),
  'Upholds= brings back': net(
    'upheld',
    { a: ['Upholds=@b', runs], b: ['', runs] },
    `
    run systemctl start @a
    sub @b running
    systemctl stop @b
    sub @b running
    systemctl kill -s KILL @b
    until_ok property @b SubState running
    sleep 0.3
    show @a @b
    systemctl stop @a
    systemctl stop @b
    show @a @b`,
  ),
  'OnFailure= and OnSuccess=': net(
    'hooks',
    {
      a: ['OnFailure=@handler @other\nOnSuccess=@good', '[Service]\nType=oneshot\nExecStart=/act exit 3'],
      b: ['OnFailure=@handler\nOnSuccess=@good', '[Service]\nType=oneshot\nExecStart=/act exit 0'],
      c: ['OnFailure=@late', '[Service]\nExecStart=/act sleep 100 exit 1'],
      d: ['OnFailure=@never\nOnSuccess=@stopped', runs],
      handler: [
        '',
        '[Service]\nType=oneshot\nExecStart=/act to /run/t/NAME note called env MONITOR_UNIT env MONITOR_SERVICE_RESULT env MONITOR_EXIT_CODE env MONITOR_EXIT_STATUS',
      ],
      other: ['', works],
      good: [
        '',
        '[Service]\nType=oneshot\nExecStart=/act to /run/t/NAME note called env MONITOR_UNIT env MONITOR_SERVICE_RESULT env MONITOR_EXIT_CODE env MONITOR_EXIT_STATUS',
      ],
      late: ['', works],
      never: ['', works],
      stopped: ['', works],
    },
    `
    run systemctl start @a
    settle @a @handler @other @good
    run systemctl start @b
    settle @b @good
    run systemctl start @c
    settle @c @late
    run systemctl start @d
    run systemctl stop @d
    settle @d @never @stopped
    show @a @b @c @d @handler @other @good @late @never @stopped
    notes @handler @good`,
  ),
  'Conflicts= both ways': net(
    'conflict',
    { a: ['Conflicts=@b', runs], b: ['', runs], c: ['Conflicts=@d\nAfter=@d', runs], d: ['', runs] },
    `
    run systemctl start @b
    run systemctl start @d
    run systemctl start @a
    run systemctl start @c
    settle @a @b @c @d
    show @a @b @c @d
    run systemctl start @b
    run systemctl start @d
    settle @a @b @c @d
    show @a @b @c @d
    run systemctl stop @a @b @c @d`,
  ),
  'a transaction that contradicts itself': net(
    'against',
    {
      a: ['Requires=@b @c', works],
      b: ['Conflicts=@c', works],
      c: ['', works],
      d: ['Wants=@b @c', works],
      e: ['Requires=@f\nAfter=@f', works],
      f: ['Requires=@e\nAfter=@e', works],
      g: ['Wants=@h\nAfter=@h', works],
      h: ['Wants=@g\nAfter=@g', works],
    },
    `
    # Which of the jobs is told is chance, there.
    quiet systemctl start @a
    systemctl start @a 2>&1 | sed -E "s/'(start|stop)' and '(start|stop)' for against-[abc]/JOBS/"
    run systemctl start @d
    settle @d
    show @d
    run systemctl start @e
    show @e @f
    run systemctl start @g
    show @g
    for unit in b c d g h; do run systemctl stop against-$unit; done`,
    {
      differs: [
        {
          systemd: 'Failed to start against-e.service: Transaction order is cyclic. See system logs for details.',
          tysd: 'Failed to start against-e.service: Transaction order is cyclic: against-e.service → against-f.service → against-e.service.\n  against-f.service comes after against-e.service: After=against-e.service of against-f.service (/etc/systemd/system/against-f.service:4)\n  against-e.service comes after against-f.service: After=against-f.service of against-e.service (/etc/systemd/system/against-e.service:4)',
          why: 'we say which units are in the cycle',
        },
      ],
    },
  ),
  'RefuseManualStart= and RefuseManualStop=': net(
    'refuse',
    { a: ['RefuseManualStart=yes', works], b: ['RefuseManualStop=yes', works], c: ['Requires=@a', works] },
    `
    run systemctl start @a
    run systemctl start @b
    run systemctl stop @b
    run systemctl restart @b
    run systemctl start @c
    run systemctl isolate @c
    show @a @b @c`,
  ),
  'job modes': net(
    'mode',
    { a: ['', slow], b: ['Conflicts=@a', works], c: ['Requires=@d', works], d: ['', fails] },
    `
    systemctl start --no-block @a
    run systemctl stop --job-mode=fail @a
    settle @a
    show @a
    run systemctl start --job-mode=ignore-dependencies @c
    show @c @d
    run systemctl start --job-mode=nonsense @c
    run systemctl start --job-mode=ignore-requirements @d
    run systemctl --no-block start @d
    settle @d
    run systemctl start --job-mode=flush @b
    show @a @b`,
    { alone: true },
  ),
  'a start that is stopped on the way': net(
    'cut',
    { a: ['', '[Service]\nType=oneshot\nExecStart=/act to /run/t/NAME note start sleep 3000'] },
    `
    run systemctl start @a >/run/answers/cut &
    heard @a start
    run systemctl stop @a
    wait
    cat /run/answers/cut
    state @a`,
  ),
  'conditions and asserts': net(
    'when',
    {
      yes: ['ConditionPathExists=/act', works],
      no: ['ConditionPathExists=/nonexistent', works],
      or: ['ConditionPathExists=|/nonexistent\nConditionPathExists=|/act', works],
      not: ['ConditionPathExists=!/act', works],
      assert: ['AssertPathExists=/nonexistent', works],
      needs: ['Requires=@assert\nAfter=@assert', works],
      wants: ['Requires=@no\nAfter=@no', works],
      requisite: ['Requisite=@no\nAfter=@no', works],
      binds: ['BindsTo=@no\nAfter=@no', works],
    },
    `
    for unit in yes no or not assert needs wants requisite binds; do run systemctl start when-$unit; done
    table ActiveState,SubState,Result,ConditionResult,AssertResult @yes @no @or @not @assert @needs @wants @requisite @binds`,
  ),
  targets: {
    units: {
      'group.target': '[Unit]\nDefaultDependencies=no\nWants=group-a.service group-b.service\nAllowIsolate=yes',
      'group-a.service': works.replaceAll('NAME', 'group-a'),
      'group-b.service': fails.replaceAll('NAME', 'group-b'),
      'group-c.service': `[Unit]\nDefaultDependencies=no\nPartOf=group.target\n${works.replaceAll('NAME', 'group-c')}`,
      'strict.target': '[Unit]\nDefaultDependencies=no\nRequires=strict-a.service\nAfter=strict-a.service',
      'strict-a.service': fails.replaceAll('NAME', 'strict-a'),
    },
    script: `
      run systemctl start group.target group-c
      settle group-a.service group-b.service
      show group.target group-a.service group-b.service group-c.service
      run systemctl stop group.target
      show group.target group-a.service group-b.service group-c.service
      run systemctl start strict.target
      show strict.target strict-a.service
      run systemctl restart group.target
      settle group-a.service group-b.service
      show group.target group-a.service group-b.service group-c.service
      run systemctl stop group.target group-a`,
  },
  isolate: {
    units: {
      'alone.target': '[Unit]\nDefaultDependencies=no\nAllowIsolate=yes\nWants=alone-in.service\n',
      'alone-not.target': '[Unit]\nDefaultDependencies=no\n',
      'alone-in.service': works.replaceAll('NAME', 'alone-in'),
      'alone-out.service': works.replaceAll('NAME', 'alone-out'),
      'alone-kept.service': `[Unit]\nDefaultDependencies=no\nIgnoreOnIsolate=yes\n${works.replaceAll('NAME', 'alone-kept')}`,
    },
    script: `
      run systemctl start alone-out alone-kept
      run systemctl isolate alone-not.target
      run systemctl isolate alone-in.service
      run systemctl isolate nowhere.target
      show alone-out.service alone-kept.service
      run systemctl isolate alone.target
      settle alone-out.service
      show alone.target alone-in.service alone-out.service alone-kept.service
      run systemctl isolate nothing.target
      run systemctl is-active alone.target alone-in.service`,
    alone: true,
  },
});
