/** The settings that have a value written to a file of a cgroup; those of them that a unit's files set are not applied where the file cannot be written. */
export function settingsBehind(file: string): readonly string[] {
  return byFile[file] ?? [];
}

const weights = ['IOWeight', 'StartupIOWeight', 'IODeviceWeight', 'BlockIOWeight', 'StartupBlockIOWeight', 'BlockIODeviceWeight'];
const devices = ['DeviceAllow', 'DevicePolicy', 'PrivateDevices'];
const shares = ['CPUWeight', 'StartupCPUWeight', 'CPUShares', 'StartupCPUShares'];
const quota = ['CPUQuota', 'CPUQuotaPeriodSec'];

const byFile: Readonly<Record<string, readonly string[]>> = {
  'cpu.weight': shares,
  'cpu.idle': shares,
  'cpu.shares': shares,
  'cpu.max': quota,
  'cpu.cfs_quota_us': quota,
  'cpu.cfs_period_us': quota,
  'cpuset.cpus': ['AllowedCPUs', 'StartupAllowedCPUs'],
  'cpuset.mems': ['AllowedMemoryNodes', 'StartupAllowedMemoryNodes'],
  'cpuset.cpus.partition': ['CPUSetPartition'],
  'io.weight': weights,
  'blkio.bfq.weight': weights,
  'blkio.bfq.weight_device': ['IODeviceWeight', 'BlockIODeviceWeight'],
  'io.max': [
    'IOReadBandwidthMax',
    'IOWriteBandwidthMax',
    'IOReadIOPSMax',
    'IOWriteIOPSMax',
    'BlockIOReadBandwidth',
    'BlockIOWriteBandwidth',
  ],
  'io.latency': ['IODeviceLatencyTargetSec'],
  'blkio.throttle.read_bps_device': ['IOReadBandwidthMax', 'BlockIOReadBandwidth'],
  'blkio.throttle.write_bps_device': ['IOWriteBandwidthMax', 'BlockIOWriteBandwidth'],
  'memory.min': ['MemoryMin'],
  'memory.low': ['MemoryLow', 'StartupMemoryLow'],
  'memory.high': ['MemoryHigh', 'StartupMemoryHigh'],
  'memory.max': ['MemoryMax', 'StartupMemoryMax', 'MemoryLimit'],
  'memory.limit_in_bytes': ['MemoryMax', 'MemoryLimit'],
  'memory.swap.max': ['MemorySwapMax', 'StartupMemorySwapMax'],
  'memory.zswap.max': ['MemoryZSwapMax', 'StartupMemoryZSwapMax'],
  'memory.zswap.writeback': ['MemoryZSwapWriteback'],
  'memory.oom.group': ['OOMPolicy'],
  'pids.max': ['TasksMax'],
  'devices.allow': devices,
  'devices.deny': devices,
  tysd_devices: devices,
  tysd_ip_ingress: ['IPAddressAllow', 'IPAddressDeny', 'IPAccounting'],
  tysd_ip_egress: ['IPAddressAllow', 'IPAddressDeny', 'IPAccounting'],
  tysd_bind_ipv4: ['SocketBindAllow', 'SocketBindDeny'],
  tysd_bind_ipv6: ['SocketBindAllow', 'SocketBindDeny'],
  tysd_if_ingress: ['RestrictNetworkInterfaces'],
  tysd_if_egress: ['RestrictNetworkInterfaces'],
  tysd_if_bound: ['BindNetworkInterface'],
};
