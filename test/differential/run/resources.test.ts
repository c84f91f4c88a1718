import { type Case, compareManagers } from './both.ts';
import { limitedService, type Looks } from './limited.ts';

/** What all cgroups of a slice say of themselves; what the kernel does not have says nothing. */
const functions = `
  said() { (cd /sys/fs/cgroup/$1 2>/dev/null || { echo "$1 is not there"; exit; }
    for file in cgroup.controllers cgroup.subtree_control cpu.weight cpu.idle cpu.max cpuset.cpus cpuset.mems io.weight io.bfq.weight io.max io.latency \\
      memory.min memory.low memory.high memory.max memory.swap.max memory.oom.group pids.max; do
      if [ -e $file ]; then echo "$1/$file: $(cat $file)"; fi; done); }
  shown() { for name in CPUWeight StartupCPUWeight CPUShares CPUQuotaPerSecUSec CPUQuotaPeriodUSec AllowedCPUs IOWeight BlockIOWeight IODeviceWeight \\
      IOReadBandwidthMax IODeviceLatencyTargetUSec MemoryAccounting MemoryMin MemoryLow MemoryHigh MemoryMax MemorySwapMax MemoryLimit DefaultMemoryLow \\
      DefaultMemoryMin TasksAccounting TasksMax IOAccounting CPUAccounting BlockIOAccounting Delegate DelegateControllers DisableControllers; do
      echo "$1 $name=$(systemctl show -p $name --value $1)"; done; }`;

const looks: Looks = {
  functions,
  running: (name) => `said ${name}.slice; said ${name}.slice/${name}.service; shown ${name}.service`,
};

function limited(name: string, lines: string, more: Partial<Case> = {}): Case {
  return limitedService(looks, name, lines, more);
}

/** What systemd has since 254 of memory pressure; in 252 nobody is told of it. */
function pressed(name: string, lines: string, heard: readonly string[]): Case {
  return {
    units: {
      [`${name}.service`]: `[Service]
Type=oneshot
Slice=${name}.slice
StandardOutput=truncate:/tmp/${name}
${lines}
ExecStart=/bin/sh -c 'echo "watch $\${MEMORY_PRESSURE_WATCH:-none}"; test -n "$\${MEMORY_PRESSURE_WRITE-}" || exit 0; \
  echo "$\${MEMORY_PRESSURE_WRITE}" | base64 -d | tr "\\000" .; echo; stat -c "of %%U" "$\${MEMORY_PRESSURE_WATCH}"; exec 3<>"$\${MEMORY_PRESSURE_WATCH}"; \
  echo "$\${MEMORY_PRESSURE_WRITE}" | base64 -d >&3 && echo "it may be watched"'
`,
      [`${name}.slice`]: '[Slice]\n',
    },
    script: `run systemctl start ${name}; cat /tmp/${name}`,
    differs: [{ systemd: 'watch none', tysd: heard.join('\n'), why: 'MemoryPressureWatch= is of systemd 254' }],
  };
}

const watched = (name: string, threshold: number, user: string): readonly string[] => [
  `watch /sys/fs/cgroup/${name}.slice/${name}.service/memory.pressure`,
  `some ${threshold} 2000000.`,
  `of ${user}`,
  'it may be watched',
];

compareManagers('resources', {
  'memory pressure is watched where memory is counted': pressed('rpress', 'User=daemon', watched('rpress', 200_000, 'daemon')),
  'memory pressure is watched below read-only cgroups': pressed(
    'rpressro',
    'User=daemon\nProtectControlGroups=yes\nMemoryPressureThresholdSec=20ms\nMemoryPressureWatch=yes\nMemoryAccounting=no',
    watched('rpressro', 20_000, 'daemon'),
  ),
  'memory pressure that is longer than the window': pressed(
    'rpresslong',
    'MemoryPressureThresholdSec=1min',
    watched('rpresslong', 2_000_000, 'root'),
  ),
  'memory pressure is not to be watched': pressed('rpressno', 'MemoryPressureWatch=no', ['watch /dev/null']),
  'memory pressure is not spoken of': pressed('rpressskip', 'MemoryPressureWatch=skip', ['watch none']),
  'memory pressure of memory that is not counted': pressed('rpressauto', 'MemoryAccounting=no', ['watch none']),

  'a service that asks for nothing': limited('rplain', ''),
  'weights and a quota of processor time': limited('rcpu', 'CPUWeight=300\nCPUQuota=20%\nCPUQuotaPeriodSec=50ms'),
  'a quota below what the kernel counts in': limited('rsmall', 'CPUQuota=0.5%'),
  'the weight idle': limited('ridle', 'CPUWeight=idle'),
  'old shares': limited('rshares', 'CPUShares=512\nStartupCPUShares=2048'),
  'processors and nodes': limited('rset', 'AllowedCPUs=0\nAllowedMemoryNodes=0'),
  'limits of memory': limited('rmemory', 'MemoryMin=1M\nMemoryLow=2M\nMemoryHigh=100M\nMemoryMax=200M\nMemorySwapMax=0'),
  'shares of the memory': limited('rshare', 'MemoryMax=10%\nMemoryHigh=5%\nTasksMax=10%'),
  'the old limit of memory': limited('rlimit', 'MemoryLimit=64M'),
  'limits that are refused': limited('rbad', 'MemoryMax=0\nTasksMax=0\nCPUWeight=0\nCPUQuota=0%\nIOWeight=20000\nMemoryHigh=101%'),
  'nothing counted': limited('runcounted', 'MemoryAccounting=no\nTasksAccounting=no\nTasksMax=infinity'),
  tasks: limited('rtasks', 'TasksMax=17'),
  'weights of input and output': limited('rio', 'IOWeight=50\nIOAccounting=yes'),
  'old weights of input and output': limited('rblock', 'BlockIOWeight=250\nBlockIOAccounting=yes'),
  'a service that is killed as a whole for want of memory': limited('rkill', 'OOMPolicy=kill\nMemoryMax=64M'),
  'what a slice disables': limited('rdisable', 'CPUWeight=50', { units: { 'rdisable.slice': '[Slice]\nDisableControllers=cpu pids\n' } }),
  'what a slice says of the memory of its units': limited('rdefault', '', {
    units: { 'rdefault.slice': '[Slice]\nDefaultMemoryLow=3M\nDefaultMemoryMin=1M\nMemoryLow=10M\nTasksMax=40\nMemoryAccounting=yes\n' },
  }),
  'a sibling that needs a controller': limited('rsibling', '', {
    units: { 'rsibling-b.service': '[Service]\nExecStart=/act wait\nSlice=rsibling.slice\nCPUWeight=77\n' },
    script:
      'systemctl start rsibling-b.service; said rsibling.slice; said rsibling.slice/rsibling.service; systemctl stop rsibling-b.service',
  }),
  'slices in slices': {
    units: {
      'router-inner.slice': '[Slice]\nCPUWeight=20\n',
      'router.slice': '[Slice]\nMemoryMax=1G\n',
      'rnested.service': '[Service]\nExecStart=/act wait\nSlice=router-inner.slice\nCPUWeight=30\n',
    },
    script: `${functions}
      systemctl start rnested.service
      said router.slice; said router.slice/router-inner.slice; said router.slice/router-inner.slice/rnested.service
      systemctl stop rnested.service`,
  },
  'properties that are set while a service runs': limited('rlive', 'CPUWeight=100', {
    script: `
      run systemctl set-property --runtime rlive.service CPUWeight=300 MemoryMax=300M TasksMax=33
      said rlive.slice/rlive.service; shown rlive.service
      run systemctl set-property --runtime rlive.service CPUWeight= MemoryMax=infinity TasksMax=infinity CPUQuota=30%
      said rlive.slice/rlive.service; shown rlive.service`,
  }),
  'other limits after a reload': limited('rreload', 'MemoryHigh=50M', {
    alone: true,
    script: `
      printf '[Service]\\nMemoryHigh=60M\\nCPUWeight=9\\n' >/etc/systemd/system/rreload.service.d/x.conf
      systemctl daemon-reload; said rreload.slice/rreload.service; shown rreload.service`,
    units: { 'rreload.service.d/empty.conf': '[Service]\n' },
  }),
  'DefaultOOMPolicy=': {
    alone: true,
    units: {
      'rpolicy.service': '[Service]\nExecStart=/act wait\nSlice=rpolicy.slice\n',
      'rpolicy-own.service': '[Service]\nExecStart=/act wait\nOOMPolicy=continue\nSlice=rpolicy.slice\n',
      'rpolicy-delegated.service': '[Service]\nExecStart=/act wait\nDelegate=yes\nSlice=rpolicy.slice\n',
      'rpolicy.slice': '[Slice]\n',
    },
    script: `
      group() { for unit in rpolicy rpolicy-own rpolicy-delegated; do
        get $unit.service OOMPolicy; systemctl start $unit.service
        cat /sys/fs/cgroup/rpolicy.slice/$unit.service/memory.oom.group 2>/dev/null; systemctl stop $unit.service; done; systemctl show -p DefaultOOMPolicy; }
      group
      mkdir -p /etc/systemd/system.conf.d; printf '[Manager]\\nDefaultOOMPolicy=kill\\n' >/etc/systemd/system.conf.d/policy.conf
      systemctl daemon-reload; group
      rm /etc/systemd/system.conf.d/policy.conf; systemctl daemon-reload; group`,
  },
  'a cgroup that is delegated': {
    units: {
      'rdelegate.service': `[Service]
Type=oneshot
RemainAfterExit=yes
Delegate=yes
User=daemon
ExecStartPre=/bin/sh -c 'echo pre; cat /proc/self/cgroup >>/tmp/rdelegate'
ExecStart=/bin/sh -c 'cat /proc/self/cgroup >>/tmp/rdelegate; stat -c "%%U %%n" /sys/fs/cgroup/system.slice/rdelegate.service{,/cgroup.procs,/cgroup.subtree_control,/cgroup.threads} >>/tmp/rdelegate 2>&1'
ExecStartPost=/bin/sh -c 'cat /proc/self/cgroup >>/tmp/rdelegate; stat -c "%%U %%n" /sys/fs/cgroup/system.slice/rdelegate.service/.control >>/tmp/rdelegate'
ExecReload=/bin/sh -c 'cat /proc/self/cgroup >>/tmp/rdelegate'
ExecStop=/bin/sh -c 'cat /proc/self/cgroup >>/tmp/rdelegate'
ExecStopPost=/bin/sh -c 'cat /proc/self/cgroup >>/tmp/rdelegate'`,
    },
    script: `${functions}
      : >/tmp/rdelegate; chmod 666 /tmp/rdelegate
      run systemctl start rdelegate.service
      get rdelegate.service Delegate DelegateControllers OOMPolicy
      run systemctl reload rdelegate.service
      run systemctl stop rdelegate.service
      cat /tmp/rdelegate; ls -d /sys/fs/cgroup/system.slice/rdelegate.service 2>&1 | wc -l`,
  },
  'the processor time of a slice is that of all its units': {
    units: {
      'rtime-a-x.slice': '',
      'rtime-none.slice': '',
      'rtime-runs.service': '[Service]\nSlice=rtime-a-x.slice\nExecStart=/act wait',
      'rtime-once.service':
        "[Service]\nType=oneshot\nRemainAfterExit=yes\nSlice=rtime-a-x.slice\nExecStart=/bin/sh -c 'i=0; while [ $$i -lt 5000 ]; do i=$$((i+1)); done'",
    },
    script: `
      usec() { systemctl show -p CPUUsageNSec --value -- "$1"; }
      times() { for unit in rtime-a-x.slice rtime-a.slice rtime.slice rtime-none.slice -.slice; do echo "$unit $(usec $unit | sed -E 's/^[1-9][0-9]*$/NUMBER/')"; done; }
      covers() { [ "$(usec $1)" -ge "$(usec $2)" ] && echo "$2 is counted in $1"; }
      run systemctl start rtime-none.slice rtime-once
      times; covers rtime-a-x.slice rtime-once.service; covers rtime.slice rtime-once.service
      before=$(usec rtime.slice)
      run systemctl start rtime-runs
      run systemctl stop rtime-once
      [ "$(usec rtime.slice)" -ge "$before" ] && echo "nothing is lost"
      times; covers rtime.slice rtime-runs.service
      run systemctl stop rtime-runs
      times
      run systemctl stop rtime.slice
      show rtime-a-x.slice rtime-a.slice rtime.slice`,
  },
});
