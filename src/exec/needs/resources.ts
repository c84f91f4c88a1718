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

/** Resource control is no sandbox: a service without its limits sees and may do no more. */
export const resourceNeeds: Readonly<Record<string, Requirement>> = {
  ...Object.fromEntries(
    controllerNames.flatMap((controller) =>
      byController[controller].map((setting): [string, Requirement] => [
        setting,
        { needs: [`controller ${controller}`], without: 'ignored', sandbox: false },
      ]),
    ),
  ),
  MemoryPressureWatch: { needs: ['kernel pressure stall information'], without: 'ignored', sandbox: false },
  MemoryPressureThresholdSec: { needs: ['kernel pressure stall information'], without: 'ignored', sandbox: false },
};
