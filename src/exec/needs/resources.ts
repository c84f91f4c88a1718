import { type Controller, controllerNames } from '../../unit/values/controller.ts';
import type { Requirement } from './need.ts';

/** The settings that each controller carries out (systemd.resource-control(5)). */
const byController: Readonly<Record<Controller, readonly string[]>> = {
  cpu: ['CPUWeight', 'StartupCPUWeight', 'CPUShares', 'StartupCPUShares', 'CPUQuota', 'CPUQuotaPeriodSec'],
  cpuset: ['AllowedCPUs', 'StartupAllowedCPUs', 'AllowedMemoryNodes', 'StartupAllowedMemoryNodes', 'CPUSetPartition'],
  io: [
    'IOWeight',
    'StartupIOWeight',
    'IODeviceWeight',
    'IOReadBandwidthMax',
    'IOWriteBandwidthMax',
    'IOReadIOPSMax',
    'IOWriteIOPSMax',
    'IODeviceLatencyTargetSec',
    'BlockIOWeight',
    'StartupBlockIOWeight',
    'BlockIODeviceWeight',
    'BlockIOReadBandwidth',
    'BlockIOWriteBandwidth',
  ],
  memory: [
    'MemoryMin',
    'MemoryLow',
    'StartupMemoryLow',
    'MemoryHigh',
    'StartupMemoryHigh',
    'MemoryMax',
    'StartupMemoryMax',
    'MemorySwapMax',
    'StartupMemorySwapMax',
    'MemoryZSwapMax',
    'StartupMemoryZSwapMax',
    'MemoryZSwapWriteback',
    'MemoryLimit',
  ],
  pids: ['TasksMax'],
};

/** What controllers of cgroup v1 make of settings that are named after cgroup v2; what they have nothing like is not carried out, as by systemd 252. */
const onLegacy: Readonly<Record<string, Requirement['legacy']>> = {
  ...each(['CPUWeight', 'StartupCPUWeight'], { emulated: 'as cpu.shares of cgroup v1' }),
  ...each(['IOWeight', 'StartupIOWeight', 'IODeviceWeight'], { emulated: 'as a weight of blkio of cgroup v1' }),
  ...each(['IOReadBandwidthMax', 'IOWriteBandwidthMax'], { emulated: 'by blkio of cgroup v1, which limits no buffered writes' }),
  ...each(['MemoryMax'], { emulated: 'as memory.limit_in_bytes of cgroup v1' }),
  ...each(['IOReadIOPSMax', 'IOWriteIOPSMax', 'IODeviceLatencyTargetSec'], {
    lacks: 'systemd uses nothing like it of the controller blkio of cgroup v1',
  }),
  ...each(
    [
      'MemoryMin',
      'MemoryLow',
      'StartupMemoryLow',
      'MemoryHigh',
      'StartupMemoryHigh',
      'StartupMemoryMax',
      'MemorySwapMax',
      'StartupMemorySwapMax',
      'MemoryZSwapMax',
      'StartupMemoryZSwapMax',
      'MemoryZSwapWriteback',
    ],
    { lacks: 'the controller memory of cgroup v1 has nothing like it' },
  ),
};

/** What the controllers of cgroup v2 make of settings that are named after cgroup v1. */
const onUnified: Readonly<Record<string, Requirement['unified']>> = {
  ...each(['CPUShares', 'StartupCPUShares'], { emulated: 'as cpu.weight of cgroup v2' }),
  ...each(['BlockIOWeight', 'StartupBlockIOWeight', 'BlockIODeviceWeight'], { emulated: 'as io.weight of cgroup v2' }),
  ...each(['BlockIOReadBandwidth', 'BlockIOWriteBandwidth'], { emulated: 'as io.max of cgroup v2' }),
  ...each(['MemoryLimit'], { emulated: 'as memory.max of cgroup v2' }),
};

/** Resource control is no sandbox: a service without its limits sees and may do no more. */
export const resourceNeeds: Readonly<Record<string, Requirement>> = {
  ...Object.fromEntries(
    controllerNames.flatMap((controller) =>
      byController[controller].map((setting): [string, Requirement] => {
        const [legacy, unified] = [onLegacy[setting], onUnified[setting]];
        return [
          setting,
          {
            needs: [`controller ${controller}`],
            without: 'ignored',
            sandbox: false,
            ...(legacy === undefined ? {} : { legacy }),
            ...(unified === undefined ? {} : { unified }),
          },
        ];
      }),
    ),
  ),
  ...each(
    ['Memory', 'CPU', 'IO'].flatMap((resource) => [`${resource}PressureWatch`, `${resource}PressureThresholdSec`]),
    { needs: ['kernel pressure stall information'], without: 'ignored', sandbox: false },
  ),
};

function each<T>(settings: readonly string[], what: T): Record<string, T> {
  return Object.fromEntries(settings.map((setting) => [setting, what]));
}
