import { describe, test } from 'node:test';
import { builtProbe, compareProbes, type Probe } from './compare.ts';
import { imageOf, loopDevices as before, whyNoLoops } from './image.ts';

/** Directories of a root, each with something in it. */
const places = Object.fromEntries(
  ['proc', 'sys', 'dev', 'run', 'tmp', 'var/tmp', 'mnt', 'srv', 'root'].map((name) => [`${name}/.kept`, '']),
);
const system = { ...places, 'etc/os-release': 'ID=debian\n', 'etc/inside': 'root', 'usr/lib/os-release': 'ID=debian\n' };

const images = {
  root: imageOf({ ...system, probe: builtProbe }),
  data: imageOf({ 'etc/inside': 'data', file: 'data' }),
  other: imageOf({ file: 'other' }),
};

const seen = ['paths /etc/inside /mnt/ /mnt/file /srv/ /srv/file /usr/bin/env /etc/hostname'] as const;
const mounts = ['mounts /mnt /srv /proc /sys'] as const;

/** What 252 says of an image that is missing, also of one that may be. */
const noImage = { systemd: 'Failed at step NAMESPACE spawning /probe: Operation not permitted', why: '252 loses the cause' };
const missing: Pick<Probe, 'differs'> = {
  differs: [{ ...noImage, tysd: 'Failed at step NAMESPACE spawning /probe: No such file or directory' }],
};

/** An image that is to be verified is not used without that. */
const unverified = 'Failed at step NAMESPACE spawning /probe: Operation not supported';

/** Each with images of its own, since two mounts of one would destroy it. */
function probe(unit: string, look: Probe['look'] = seen, more: Partial<Probe> = {}): Probe {
  const copies = 'mkdir -p /run/images/NAME; cp /images/*.raw /run/images/NAME';
  return {
    unit: unit.replaceAll('/images/', '/run/images/NAME/'),
    before: `${before}; ${copies}`,
    after: 'rm -r /run/images/NAME',
    look,
    ...more,
  };
}

const probes: Readonly<Record<string, Probe>> = {
  'RootImage=': probe('RootImage=/images/root.raw', ['ids', ...seen]),
  'RootImage= and what is mounted': probe('RootImage=/images/root.raw', mounts),
  'RootImage= and API file systems': probe('RootImage=/images/root.raw\nMountAPIVFS=yes'),
  'RootImage= of a user': probe('RootImage=/images/root.raw\nUser=probe\nNoNewPrivileges=yes', ['ids', ...seen]),
  'RootImage= that is read-only': probe('RootImage=/images/root.raw\nRootImageOptions=root:ro,nosuid'),
  'RootImageOptions= of several partitions': probe('RootImage=/images/root.raw\nRootImageOptions=home:nodev root:ro,nosuid'),
  'RootImage= with paths of the machine': probe('RootImage=/images/root.raw\nBindReadOnlyPaths=/etc/hostname /usr/bin:/mnt'),
  'RootImage= and a protected system': probe('RootImage=/images/root.raw\nProtectSystem=strict\nReadWritePaths=/srv'),
  'RootImage= and devices of its own': probe('RootImage=/images/root.raw\nPrivateDevices=yes', [
    'mounts /dev',
    'paths /dev/ /dev/null /dev/loop0',
  ]),
  'RootImage= and a closed policy of devices': {
    ...probe('RootImage=/images/root.raw\nDevicePolicy=closed'),
    after: 'systemctl show -p DevicePolicy,DeviceAllow NAME; rm -r /run/images/NAME',
  },
  'MountImages= and a strict policy of devices': {
    ...probe('MountImages=/images/data.raw:/mnt\nDevicePolicy=strict\nDeviceAllow=/dev/null rw'),
    after: 'systemctl show -p DevicePolicy,DeviceAllow NAME; rm -r /run/images/NAME',
  },
  'RootImage= with another image': probe('RootImage=/images/root.raw\nMountImages=/images/data.raw:/mnt'),
  'RootImage= that is to be verified by RootHash=': probe(
    'RootImage=/images/root.raw\nRootHash=00112233445566778899aabbccddeeff\nRootVerity=/images/data.raw',
    seen,
    {
      differs: [
        { systemd: 'Failed at step NAMESPACE spawning /probe: Invalid argument', tysd: unverified, why: 'there is no dm-verity here' },
      ],
    },
  ),
  'RootImage= that is to be verified by a hash alone': probe(
    'RootImage=/images/root.raw\nRootHash=00112233445566778899aabbccddeeff\nRootHashSignature=base64:aGVsbG8=',
    [],
    {
      differs: [
        {
          systemd: 'start 0\nResult=success\nExecMainCode=0\nExecMainStatus=0',
          tysd: `start 1\nResult=exit-code\nExecMainCode=1\nExecMainStatus=226\n${unverified}`,
          why: '252 uses an image that has no partition to verify it by as it is',
        },
      ],
    },
  ),
  'RootHash= and its kin without an image': probe('RootHash=00112233445566778899aabbccddeeff\nRootVerity=/images/data.raw', ['paths /usr']),
  'RootImage= that is missing': probe('RootImage=/images/none.raw', seen, missing),
  'RootImage= that is no image': probe('RootImage=/etc/hostname'),
  'MountImages=': probe('MountImages=/images/data.raw:/mnt'),
  'MountImages= and what is mounted': probe('MountImages=/images/data.raw:/mnt', mounts),
  'MountImages= with options': probe('MountImages=/images/data.raw:/mnt:root:nosuid,noexec,ro', mounts),
  'MountImages= with specifiers': probe('MountImages=%t/../images/data.raw:/%p /images/data.raw:%t/t/%p', [
    'paths /run/t/NAME/ /run/t/NAME/file',
  ]),
  'MountImages= without a destination': probe('MountImages=/images/data.raw', seen),
  'MountImages= of two': probe('MountImages=/images/data.raw:/mnt /images/other.raw:/srv'),
  'MountImages= of one within the other': probe('MountImages=/images/other.raw:/mnt/etc\nMountImages=/images/data.raw:/mnt', [
    'paths /mnt/file /mnt/etc/',
  ]),
  'MountImages= that are left out again': probe('MountImages=/images/data.raw:/mnt\nMountImages=\nMountImages=/images/other.raw:/srv'),
  // Of one that may be missing 252 fails, too, and against its manual: that is not compared.
  'MountImages= of one that is missing': probe('MountImages=/images/none.raw:/mnt', seen, missing),
  'MountImages= to where nothing is': probe('MountImages=/images/data.raw:/mnt/new/place', ['paths /mnt/new/place/ /mnt/new/place/file']),
};

const skip = whyNoLoops();
if (skip === false) {
  compareProbes('images', probes, {
    programs: Object.fromEntries(Object.entries(images).map(([name, image]) => [`/images/${name}.raw`, image])),
    setup: 'mkdir -p images',
  });
} else {
  describe('images', () => {
    test('are compared', { skip }, () => undefined);
  });
}
