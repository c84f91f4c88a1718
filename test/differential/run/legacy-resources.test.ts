import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readControllers } from '../../../src/main/cgroup-place.ts';
import { type Case, compareManagers } from './both.ts';
import { limitedService, type Looks } from './limited.ts';

/** What the cgroups of a unit say of themselves in the hierarchies of cgroup v1; those that are not there say so. */
const functions = `
  said() { for file in cpu.shares cpu.cfs_period_us cpu.cfs_quota_us memory.limit_in_bytes pids.max blkio.bfq.weight \\
      blkio.throttle.read_bps_device blkio.throttle.write_bps_device; do
      path=/sys/fs/cgroup/\${file%%.*}/$1/$file
      if [ -e $path ]; then echo "$file: $(tr '\\n' ' ' <$path)"; else echo "$file: none"; fi; done; }
  inside() { for controller in cpu memory pids blkio; do echo "$controller $(sed -n "s/^[0-9]*:$controller://p" /proc/$(main $1)/cgroup)"; done; }
  main() { systemctl show -p MainPID --value $1; }
  shown() { for name in CPUWeight CPUShares CPUQuotaPerSecUSec IOWeight BlockIOWeight MemoryMax MemoryLimit TasksMax TasksCurrent; do
      echo "$1 $name=$(systemctl show -p $name --value $1)"; done; }`;

const looks: Looks = {
  functions,
  running: (name) => `said ${name}.slice; said ${name}.slice/${name}.service; inside ${name}.service; shown ${name}.service`,
  stopped: (name) => `ls -d /sys/fs/cgroup/*/${name}.slice/${name}.service 2>/dev/null | wc -l`,
};

/** What units elsewhere need would show in siblings, so each is alone. */
function limited(name: string, lines: string, more: Partial<Case> = {}): Case {
  return limitedService(looks, name, lines, { alone: true, ...more });
}

const there = readControllers(readFileSync('/proc/self/mountinfo', 'utf8'), readFileSync('/proc/self/cgroup', 'utf8'));
const isWhole = ['cpu', 'memory', 'pids', 'blkio'].every((name) => there.some(({ controller }) => controller === name));

const cases: Readonly<Record<string, Case>> = {
  'a service that asks for nothing': limited('lplain', ''),
  'weights and a quota of processor time': limited('lcpu', 'CPUWeight=300\nCPUQuota=20%\nCPUQuotaPeriodSec=50ms'),
  'a quota below what the kernel counts in': limited('lsmall', 'CPUQuota=0.5%'),
  'the weight idle': limited('lidle', 'CPUWeight=idle'),
  'the largest and the smallest weight': limited('lmost', 'CPUWeight=10000', {
    units: { 'lleast.service': '[Service]\nExecStart=/act wait\nSlice=lmost.slice\nCPUWeight=1\n' },
    script: 'systemctl start lleast.service; said lmost.slice/lleast.service; systemctl stop lleast.service',
  }),
  'old shares': limited('lshares', 'CPUShares=512'),
  'limits of memory': limited('lmemory', 'MemoryMin=1M\nMemoryHigh=100M\nMemoryMax=200M'),
  'limits of memory that v1 does not know': limited('lhigh', 'MemoryHigh=100M\nMemoryLimit=50M'),
  'the old limit of memory': limited('llimit', 'MemoryLimit=64M'),
  tasks: limited('ltasks', 'TasksMax=17'),
  'nothing counted': limited('luncounted', 'MemoryAccounting=no\nTasksAccounting=no\nTasksMax=infinity'),
  'weights of input and output': limited('lio', 'IOWeight=50'),
  'old weights of input and output': limited('lblock', 'BlockIOWeight=250'),
  'a sibling that needs a controller': limited('lsibling', '', {
    units: { 'lsibling-b.service': '[Service]\nExecStart=/act wait\nSlice=lsibling.slice\nCPUWeight=77\n' },
    script:
      'systemctl start lsibling-b.service; said lsibling.slice; said lsibling.slice/lsibling-b.service; inside lsibling-b.service; systemctl stop lsibling-b.service',
  }),
  'what a slice disables': limited('ldisable', 'CPUWeight=50', { units: { 'ldisable.slice': '[Slice]\nDisableControllers=cpu\n' } }),
  'properties that are set while a service runs': limited('llive', 'CPUWeight=100', {
    script: `
      run systemctl set-property --runtime llive.service CPUWeight=300 MemoryMax=300M TasksMax=33 IOWeight=200
      until_ok grep -qx 33 /sys/fs/cgroup/pids/llive.slice/llive.service/pids.max
      said llive.slice/llive.service; inside llive.service; shown llive.service
      run systemctl set-property --runtime llive.service MemoryMax=infinity TasksMax=infinity CPUQuota=30%
      until_ok grep -qx max /sys/fs/cgroup/pids/llive.slice/llive.service/pids.max
      said llive.slice/llive.service; shown llive.service`,
  }),
};

const theme = 'limits by cgroup v1';
const why = 'not all of cpu, memory, pids and blkio have hierarchies of cgroup v1 here';
if (isWhole) compareManagers(theme, cases, { hybrid: true });
else test(theme, { skip: why }, () => undefined);
