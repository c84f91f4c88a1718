import type { CgroupSettings } from './settings/cgroup.ts';
import type { ExecSettings } from './settings/exec.ts';

type DeviceRule = CgroupSettings['DeviceAllow'][number];

/** What is allowed of devices, with what other settings of the unit make of it; `implied` are the rules that those take. */
export interface SettledDevices {
  readonly policy: CgroupSettings['DevicePolicy'];
  readonly implied: readonly DeviceRule[];
}

/** How an image becomes a device. */
const ofImages: readonly DeviceRule[] = [
  { device: '/dev/loop-control', access: 'rw' },
  { device: '/dev/mapper/control', access: 'rw' },
  { device: 'block-loop', access: 'rwm' },
  { device: 'block-blkext', access: 'rwm' },
  { device: 'block-device-mapper', access: 'rwm' },
];
const ofClock: DeviceRule = { device: 'char-rtc', access: 'r' };

/** Where devices are restricted, what is done for the unit can still be done: its process mounts its images itself. */
export function settledDevices({ DevicePolicy, DeviceAllow }: CgroupSettings, exec: ExecSettings | undefined): SettledDevices {
  if (exec === undefined) return { policy: DevicePolicy, implied: [] };
  const policy = DevicePolicy === 'auto' && exec.PrivateDevices ? 'closed' : DevicePolicy;
  if (policy === 'auto' && DeviceAllow.length === 0) return { policy, implied: [] };
  const hasImages = exec.RootImage !== '' || exec.MountImages.length > 0;
  return { policy, implied: [...(hasImages ? ofImages : []), ...(exec.ProtectClock ? [ofClock] : [])] };
}

/** The rules as systemd tells them: each line goes in front of those before it. */
export function shownDevices(cgroup: CgroupSettings, exec: ExecSettings | undefined): readonly DeviceRule[] {
  return [...cgroup.DeviceAllow, ...settledDevices(cgroup, exec).implied].toReversed();
}
