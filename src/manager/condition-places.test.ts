import { test } from 'node:test';
import assert from 'node:assert/strict';
import { FakeFiles } from '../port/files-fake.ts';
import { isEncrypted, isMountPoint, isReadOnly } from './condition-places.ts';

// Every file of these lies on device 0:0.
const device = '/sys/dev/block/0:0';

/** Whether a file is on encrypted storage where the kernel shows this besides. */
function isEncryptedOn(files: Readonly<Record<string, string>>): boolean {
  return isEncrypted(new FakeFiles({ '/file': '', ...files }), '/file');
}

test('a file system is encrypted if its device is one of dm-crypt, or all that lie below it are', () => {
  const crypt = 'CRYPT-LUKS2-0123456789abcdef-root';
  assert.deepEqual(
    {
      plain: isEncryptedOn({}),
      crypt: isEncryptedOn({ [`${device}/dm/uuid`]: crypt }),
      'volume on crypt': isEncryptedOn({ [`${device}/dm/uuid`]: 'LVM-x', [`${device}/slaves/dm-0/dm/uuid`]: crypt }),
      'volume on both': isEncryptedOn({ [`${device}/slaves/dm-0/dm/uuid`]: crypt, [`${device}/slaves/sda1/dev`]: '8:1' }),
      'partition of crypt': isEncryptedOn({
        [device]: '-> /sys/devices/virtual/block/dm-0/dm-0p1',
        '/sys/devices/virtual/block/dm-0/dm-0p1/partition': '1\n',
        '/sys/devices/virtual/block/dm-0/dm/uuid': crypt,
      }),
    },
    { plain: false, crypt: true, 'volume on crypt': true, 'volume on both': false, 'partition of crypt': true },
  );
});

test('mount points are found by the table, also through a symlink, and the last mount on a point says whether it can be written', () => {
  const files = new FakeFiles({
    '/proc/self/mountinfo':
      '1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / /srv rw - ext4 /dev/sdb rw\n3 1 8:3 / /srv ro - ext4 /dev/sdc rw\n4 1 8:4 / /opt rw - ext4 /dev/sdd ro\n',
    '/home/link': '-> /srv',
  });
  for (const path of ['/srv/file', '/opt/file', '/var/file']) files.write(path, '', 0o444);
  assert.deepEqual(
    ['/', '/srv', '/home/link', '/home', '/nowhere'].map((path) => isMountPoint(files, path)),
    [true, true, true, false, false],
  );
  assert.deepEqual(
    ['/srv/file', '/opt/file', '/var/file', '/nowhere'].map((path) => isReadOnly(files, path)),
    [true, true, false, false],
  );
});
