import { compareManagers } from './both.ts';

const oneshot = '[Service]\nType=oneshot\nRemainAfterExit=yes\n';

/** Points in time and spans are other ones in each boot. */
const steady = String.raw`
  steady() { sed -E 's/[0-9]+(\.[0-9]+)?(us|ms|s)\b( [0-9]+(us|ms))?/T/g; s/^ +T /T /'; }`;

compareManagers('what systemd-analyze says of the boot', {
  'time, blame and critical-chain': {
    units: {
      'nothing.target.d/chain.conf': '[Unit]\nWants=chain.target\n',
      'chain.target':
        '[Unit]\nDefaultDependencies=no\nWants=chain-last.service chain-side.service\nAfter=chain-last.service chain-side.service',
      'chain-first.service': `${oneshot}ExecStart=/act sleep 600`,
      'chain-last.service': `[Unit]\nDefaultDependencies=no\nWants=chain-first.service\nAfter=chain-first.service chain-idle.service\n${oneshot}ExecStart=/act sleep 200`,
      'chain-side.service': `[Unit]\nDefaultDependencies=no\nWants=chain-first.service\nAfter=chain-first.service\n${oneshot}ExecStart=/act sleep 50`,
      'chain-gone.service': `[Service]\nType=oneshot\nExecStart=/act exit 0`,
      'chain-idle.service': `${oneshot}ExecStart=/act exit 0`,
    },
    script: `${steady}
      until_ok systemd-analyze
      run systemd-analyze | steady
      run systemd-analyze time | steady
      run systemd-analyze time more
      run systemd-analyze blame more
      systemd-analyze blame | steady | grep 'chain-[fls]'
      # Only systemd has a socket of journald.
      chain() { systemd-analyze critical-chain "$@" 2>&1 | steady | grep -v -e 'journald'; }
      chain
      chain chain.target
      chain chain.target --fuzz=300ms
      chain chain.target chain-last.service --fuzz 10ms
      chain chain-idle.service
      chain chain-none.service
      chain chain-none
      run systemd-analyze critical-chain --fuzz`,
  },
  dot: {
    units: {
      'dots-all.service': [
        '[Unit]\nDefaultDependencies=no\nAfter=dots-a.service\nRequires=dots-b.service\nRequisite=dots-c.service\nBindsTo=dots-d.service',
        'Wants=dots-e.service\nConflicts=dots-f.service\nBefore=dots-g.service\nPartOf=dots-h.service\nUpholds=dots-i.service',
        '[Service]\nExecStart=/act wait',
      ].join('\n'),
      'dots-b.service': `${oneshot}ExecStart=/act exit 0`,
      'dots-d.service': `[Unit]\nDefaultDependencies=no\nAfter=dots-b.service\n${oneshot}ExecStart=/act exit 0`,
    },
    script: `
      systemctl start dots-c.service 2>/dev/null
      systemctl start dots-d.service dots-all.service 2>/dev/null
      dots() { echo "dot $*"; systemd-analyze dot "$@" 2>/dev/null | sort; }
      dots 'dots-*'
      dots --order dots-all.service
      dots --require dots-all.service
      dots --from-pattern='dots-all.*'
      dots --to-pattern='dots-b.*' --from-pattern='dots-*'
      dots dots-b.service 'dots-d*' --order
      dots none.service
      run systemd-analyze dot --from-pattern
      run systemd-analyze dot none.service 2>&1 | grep -v gold
      for word in foo '' foo/bar /dev/null dots@.service; do run systemd-analyze dot "$word"; done
      run systemd-analyze dot --from-pattern=foo --order 'dots-*'
      run systemd-analyze dot --to-pattern='dots-b*' --to-pattern=foo`,
  },
  'the same settings by systemctl': {
    alone: true,
    script: `
      for setting in log-level log-target service-watchdogs; do
        run systemctl $setting nonsense
        run systemctl $setting one more
      done
      run systemctl log-level
      run systemctl log-level debug
      run systemctl log-level
      run systemctl log-level 6
      run systemctl log-level
      run systemctl service-watchdogs
      run systemctl service-watchdogs no
      run systemctl service-watchdogs
      run systemctl service-watchdogs yes`,
  },
  'log-level, log-target and service-watchdogs': {
    alone: true,
    units: {
      'dogs-late.service': '[Service]\nType=notify\nWatchdogSec=300ms\nExecStart=/act to /run/t/dogs notify READY=1 wait',
    },
    script: `
      run systemd-analyze log-level
      run systemd-analyze log-level nonsense
      run systemd-analyze log-level debug
      run systemd-analyze log-level
      run systemctl show -p LogLevel
      run systemd-analyze log-level 5
      run systemd-analyze get-log-level
      run systemd-analyze get-log-level more
      run systemd-analyze set-log-level
      run systemd-analyze set-log-level info
      run systemd-analyze log-level
      run systemd-analyze log-level info more
      run systemd-analyze log-target nonsense
      run systemd-analyze set-log-target
      run systemd-analyze service-watchdogs
      run systemd-analyze service-watchdogs nonsense
      run systemd-analyze service-watchdogs off
      run systemd-analyze service-watchdogs
      run systemctl show -p ServiceWatchdogs
      systemctl start dogs-late; sleep 1
      state dogs-late
      run systemd-analyze service-watchdogs yes
      run systemd-analyze service-watchdogs yes more
      systemctl restart dogs-late
      sub dogs-late failed
      state dogs-late`,
  },
  'what is of a unit in a dump': {
    units: {
      'dump-one.service': '[Unit]\nDescription=one to dump\nDefaultDependencies=no\nWants=dump-two.service\n[Service]\nExecStart=/act wait',
    },
    script: `
      systemctl start dump-one
      systemd-analyze dump dump-one.service | grep -E '^-> Unit|(Description|Load State|Active State|Active Exit Timestamp|Transient|Perpetual|Collection Mode|\tSlice|Fragment Path|Condition Result|DefaultDependencies|KillMode|Service State|Result):' | grep -v InSlice | sort
      systemd-analyze dump 'dump-none*'; echo $?`,
  },
});

/** Settings of which systemd-analyze takes some to give a unit, though not a file, a view of its own. */
const views: readonly string[] = [
  '',
  'ProtectSystem=yes',
  'ProtectSystem=no',
  'ProtectHome=read-only',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'PrivateMounts=no\nProtectSystem=full',
  'ProtectControlGroups=yes',
  'ProtectKernelTunables=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelLogs=yes',
  'ProtectClock=yes',
  'ProtectHostname=yes',
  'ReadOnlyPaths=/etc',
  'InaccessiblePaths=/etc',
  'BindPaths=/etc:/mnt',
  'TemporaryFileSystem=/mnt',
  'MountFlags=slave',
  'RootDirectory=/srv',
  'RootImage=/image.raw',
  'DynamicUser=yes',
  'PrivateUsers=yes',
  'PrivateNetwork=yes',
];

compareManagers(
  'what systemd-analyze security says of units',
  {
    'a unit and its file': {
      units: Object.fromEntries(views.map((lines, index) => [`view-${index}.service`, `[Service]\nExecStart=/bin/true\n${lines}\n`])),
      script: views
        .map(
          (_, index) => `
          systemd-analyze security --no-pager view-${index}
          systemd-analyze security --no-pager --offline=yes /etc/systemd/system/view-${index}.service`,
        )
        .join('\n'),
    },
    'several units, and those that are none': {
      units: {
        'judged-a.service': '[Service]\nExecStart=/bin/true\nPrivateTmp=yes\n',
        'judged-b.service': '[Service]\nExecStart=/bin/true\n',
        'judged.target': '[Unit]\n',
        'judged-not.service': '[Service]\nPrivateTmp=yes\n',
      },
      script: `
        judge() { run systemd-analyze security --no-pager "$@"; }
        judge judged-a judged-b
        judge judged-b.service judged-a.service --threshold=95
        judge judged-b.service judged-a.service --threshold=90
        judge --json=short judged-a judged-b
        judge --offline=yes /etc/systemd/system/judged-a.service /etc/systemd/system/judged-b.service
        judge --offline=yes --json=pretty /etc/systemd/system/judged-a.service
        judge judged-none
        judge judged@none.service
        judge judged.target
        judge judged-not
        judge --offline=yes /judged-none.service
        systemctl mask --runtime judged-masked.service 2>/dev/null
        judge judged-masked`,
      differs: [
        {
          systemd: 'Unit judged-not.service not loaded properly, cannot analyze.',
          tysd: 'Unit judged-not.service not loaded properly, cannot analyze: the service has neither ExecStart= nor ExecStop= nor SuccessAction=',
          why: 'we say why',
        },
      ],
    },
  },
  { profile: 'dbus' },
);
