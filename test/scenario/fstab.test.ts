import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeFstabUnits } from '../../src/manager/fstab.ts';
import { FakeFiles } from '../../src/port/files-fake.ts';

const directory = '/run/systemd/generator';

function write(files: FakeFiles): readonly string[] {
  const warnings: string[] = [];
  writeFstabUnits(files, { directory, container: false, warn: (message) => warnings.push(message) });
  return warnings;
}

test('a line that is gone takes its units with it, and what other generators wrote stays', () => {
  const files = new FakeFiles({ '/etc/fstab': 'tmpfs /a tmpfs defaults\ntmpfs /b tmpfs x-systemd.automount\ntmpfs /c tmpfs noauto\n' });
  files.write(`${directory}/c.mount`, '# of another\n');
  files.write(`${directory}/local-fs.target.wants/x`, '');
  assert.deepEqual(write(files), []);
  assert.deepEqual(files.list(directory), [
    'a.mount',
    'b.automount',
    'b.mount',
    'c.mount',
    'local-fs.target.requires',
    'local-fs.target.wants',
  ]);
  files.write('/etc/fstab', 'tmpfs /b tmpfs defaults\n');
  write(files);
  assert.deepEqual(files.list(directory), ['b.mount', 'c.mount', 'local-fs.target.requires', 'local-fs.target.wants']);
  assert.deepEqual(files.list(`${directory}/local-fs.target.requires`), ['b.mount']);
});

test('a mount point is taken for what its symlinks lead to, and what cannot be carried out is said', () => {
  const files = new FakeFiles({
    '/etc/fstab': '/dev/sda1 /link/new ext4 x-systemd.growfs,x-systemd.makefs 0 2\n/dev/sda2 none swap\nno path\n',
    '/real/x': '',
    '/link': '-> /real',
    '/sbin/fsck.ext4': '',
  });
  assert.deepEqual(write(files), [
    '/etc/fstab: /dev/sda1 is not checked: there is no systemd-fsck@.service.',
    '/etc/fstab: x-systemd.makefs of /dev/sda1 is not carried out: there is no systemd-makefs.',
    '/etc/fstab: x-systemd.growfs of /real/new is not carried out: there is no systemd-growfs.',
    '/etc/fstab: the swap line about /dev/sda2 is ignored: there is no swap here.',
    '/etc/fstab: the line about no is ignored: path is no path to mount at.',
  ]);
  assert.deepEqual(files.list(directory), ['local-fs.target.requires', 'real-new.mount']);
});
