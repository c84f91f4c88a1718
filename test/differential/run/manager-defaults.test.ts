import { type Case, compareManagers } from './both.ts';

const properties = [
  'MemoryAccounting',
  'TasksAccounting',
  'IOAccounting',
  'IPAccounting',
  'TasksMax',
  'OOMScoreAdjust',
  'SmackProcessLabel',
  'JobRunningTimeoutUSec',
  'JobTimeoutUSec',
];

const shown = (...units: readonly string[]): string =>
  units
    .map((unit) => `for name in ${properties.join(' ')}; do echo "${unit} $name=$(systemctl show -p $name --value ${unit})"; done`)
    .join('\n');

const service = (name: string, lines: string): Case => ({
  units: { [`${name}.service`]: `[Service]\nExecStart=/act wait\nSlice=${name}.slice\n${lines}\n`, [`${name}.slice`]: '[Slice]\n' },
  script: `
    ${shown(`${name}.service`)}
    systemctl start ${name}
    for group in ${name}.slice ${name}.slice/${name}.service; do
      (cd /sys/fs/cgroup/$group && for file in cgroup.controllers pids.max; do echo "$group $file $(cat $file 2>/dev/null)"; done); done
    cat /proc/$(systemctl show -p MainPID --value ${name})/oom_score_adj
    systemctl stop ${name}`,
});

compareManagers(
  'what the manager says for units that do not',
  {
    'a service that says nothing': service('dplain', ''),
    'a service that says all itself': service(
      'down',
      'MemoryAccounting=yes\nTasksAccounting=yes\nIOAccounting=no\nIPAccounting=no\nTasksMax=55\nOOMScoreAdjust=3\nSmackProcessLabel=own',
    ),
    'a service that says the same': service('dsame', 'MemoryAccounting=no\nTasksMax=123\nIOAccounting=yes'),
    'a service whose limit of tasks is lifted': service('dlifted', 'TasksMax=infinity'),
    'units of other types': {
      units: {
        'dother.slice': '[Slice]\n',
        'dother.socket': '[Socket]\nListenStream=/run/dother\nService=dplain.service\n',
        'tmp-dother.mount': '[Mount]\nWhat=tmpfs\nWhere=/tmp/dother\n',
      },
      script: shown('dother.slice', 'dother.socket', 'tmp-dother.mount', 'multi-user.target'),
    },
    devices: {
      units: {
        'dev-dlong.device': '[Unit]\nJobRunningTimeoutSec=1min\n',
        'dev-dnever.device': '[Unit]\nJobRunningTimeoutSec=infinity\n',
        'dev-dboth.device': '[Unit]\nJobTimeoutSec=9\n',
      },
      script: `${shown('dev-dplain.device', 'dev-dlong.device', 'dev-dnever.device', 'dev-dboth.device')}
        run systemctl start dev-dplain.device
        systemctl show -p Result,ActiveState dev-dplain.device`,
    },
    'what the manager shows of itself': {
      script: `systemctl show -p DefaultMemoryAccounting -p DefaultTasksAccounting -p DefaultIOAccounting -p DefaultIPAccounting -p DefaultTasksMax \\
        -p DefaultDeviceTimeoutUSec -p DefaultOOMScoreAdjust -p DefaultCPUAccounting -p DefaultBlockIOAccounting -p TimerSlackNSec`,
    },
    'other defaults after a reload': {
      alone: true,
      units: { 'dreload.service': '[Service]\nExecStart=/act wait\n' },
      script: `
        systemctl start dreload
        printf '[Manager]\\nDefaultTasksMax=77\\nDefaultOOMScoreAdjust=4\\nDefaultMemoryAccounting=yes\\nDefaultDeviceTimeoutSec=3\\n' \\
          >/etc/systemd/system.conf.d/zz.conf
        systemctl daemon-reload
        ${shown('dreload.service', 'dev-dplain.device')}
        cat /sys/fs/cgroup/system.slice/dreload.service/pids.max
        systemctl restart dreload
        cat /proc/$(systemctl show -p MainPID --value dreload)/oom_score_adj
        systemctl stop dreload; rm /etc/systemd/system.conf.d/zz.conf; systemctl daemon-reload`,
    },
  },
  {
    setup: `
mkdir -p etc/systemd/system.conf.d
cat >etc/systemd/system.conf.d/defaults.conf <<'END'
[Manager]
DefaultMemoryAccounting=no
DefaultTasksAccounting=no
DefaultIOAccounting=yes
DefaultIPAccounting=yes
DefaultTasksMax=123
DefaultOOMScoreAdjust=7
DefaultSmackProcessLabel=label
DefaultDeviceTimeoutSec=1500ms
TimerSlackNSec=60us
END`,
  },
);

/** What the manager says in the log of a unit. */
const logged = (unit: string): string => `journalctl --sync; journalctl -q -o cat _PID=1 UNIT=${unit} | grep -v Deactivated`;

for (const format of ['name', 'description', 'combined'] as const) {
  compareManagers(
    `StatusUnitFormat=${format}`,
    {
      'what messages call a unit': {
        units: {
          [`f${format}.service`]:
            '[Unit]\nDescription=Some service\nDefaultDependencies=no\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=true\n',
          [`f${format}-plain.service`]: '[Service]\nExecStart=/act wait\n',
          [`f${format}-bad.service`]: '[Unit]\nDescription=Bad service\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=false\n',
        },
        script: `
          systemctl start f${format} f${format}-plain; systemctl start f${format}-bad 2>/dev/null
          systemctl stop f${format} f${format}-plain
          for unit in f${format} f${format}-plain f${format}-bad; do ${logged('$unit.service')}; done`,
      },
    },
    {
      profile: 'journal',
      setup: `mkdir -p etc/systemd/system.conf.d; printf '[Manager]\\nStatusUnitFormat=${format}\\n' >etc/systemd/system.conf.d/format.conf`,
    },
  );
}
