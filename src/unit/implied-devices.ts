import type { CgroupSettings } from './settings/cgroup.ts';
import type { ExecSettings } from './settings/exec.ts';
import type { DeviceRule } from './values/device.ts';

type DeviceSettings = Pick<CgroupSettings, 'DevicePolicy' | 'DeviceAllow'>;

/** With what settings of systemd.exec(5) imply: `PrivateDevices=` a policy, images and `ProtectClock=` devices, wherever some are refused. */
export function withImpliedDevices<Settings extends DeviceSettings>(settings: Settings, exec: ExecSettings | undefined): Settings {
  if (exec === undefined) return settings;
  const policy = settings.DevicePolicy === 'auto' && exec.PrivateDevices ? 'closed' : settings.DevicePolicy;
  const implied = restrictsDevices(settings, exec) ? [...(usesImages(exec) ? ofImages : []), ...(exec.ProtectClock ? ofClock : [])] : [];
  if (policy === settings.DevicePolicy && implied.length === 0) return settings;
  // What a unit does not set, its settings have from their prototype.
  return Object.assign(Object.create(settings), { DevicePolicy: policy, DeviceAllow: [...settings.DeviceAllow, ...implied] });
}

/** Whether some devices are refused. */
export function restrictsDevices({ DevicePolicy, DeviceAllow }: DeviceSettings, exec: ExecSettings | undefined): boolean {
  return DevicePolicy !== 'auto' || DeviceAllow.length > 0 || exec?.PrivateDevices === true;
}

/** Whether devices are named for the sake of images, whose drivers must be there for that. */
export function needsImageDrivers(settings: DeviceSettings | undefined, exec: ExecSettings): boolean {
  return settings !== undefined && usesImages(exec) && withImpliedDevices(settings, exec) !== settings;
}

function usesImages({ RootImage, MountImages }: ExecSettings): boolean {
  return RootImage !== '' || MountImages.length > 0;
}

const ofClock: readonly DeviceRule[] = [{ device: 'char-rtc', access: 'r' }];
const ofImages: readonly DeviceRule[] = [
  { device: '/dev/loop-control', access: 'rw' },
  { device: '/dev/mapper/control', access: 'rw' },
  { device: 'block-loop', access: 'rwm' },
  { device: 'block-blkext', access: 'rwm' },
  { device: 'block-device-mapper', access: 'rwm' },
];
