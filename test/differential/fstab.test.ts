import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { fstabUnits } from '../../src/unit/fstab/generate.ts';
import { systemdImage, whyNoImage } from '../system/image.ts';

/** Units as they are compared: sections with their lines sorted, and where links lead. */
type Units = Readonly<Record<string, readonly string[]>>;

describe('fstab', { skip: whyNoImage() }, () => {
  test('a hundred invented fstabs become the same units as with systemd-fstab-generator', () => {
    const texts = fc.sample(fstab, { numRuns: 100, seed: 252 });
    const expected = realUnits(texts, { readOnlySys: false });
    for (const [index, text] of texts.entries()) assert.deepEqual(ownUnits(text, true), expected[index], text);
  });

  test('where /sys can only be read, lines about devices are left out, as by systemd-fstab-generator', () => {
    const texts = fc.sample(fstab, { numRuns: 30, seed: 253 });
    const expected = realUnits(texts, { readOnlySys: true });
    for (const [index, text] of texts.entries()) assert.deepEqual(ownUnits(text, false), expected[index], text);
  });
});

const option = fc.oneof(
  fc.constantFrom(
    'defaults',
    'rw',
    'ro',
    'noatime',
    'nofail',
    'noauto',
    'auto',
    '_netdev',
    'bind',
    'loop',
    'user',
    'size=1g',
    'a%b',
    'bg',
    'fg',
    'soft',
  ),
  fc.constantFrom(
    'x-systemd.automount',
    'comment=systemd.automount',
    'x-systemd.rw-only',
    'x-systemd.growfs',
    'x-systemd.makefs',
    'x-initrd.mount',
  ),
  fc
    .tuple(
      fc.constantFrom('idle-timeout', 'device-timeout', 'mount-timeout'),
      fc.constantFrom('10', '3min', '0', '1h 5s', 'infinity', 'nonsense', '500ms'),
    )
    .map(([name, value]) => `x-systemd.${name}=${value.replaceAll(' ', '\\040')}`),
  fc
    .tuple(
      fc.constantFrom('requires', 'before', 'after', 'requires-mounts-for', 'wanted-by', 'required-by'),
      fc.constantFrom('a.service', 'b@c.target', '/mnt/other', '/dev/x', 'bare'),
    )
    .filter(([name, value]) => (name.endsWith('-for') ? value.startsWith('/') : !name.endsWith('-by') || value.includes('.')))
    .map(([name, value]) => `x-systemd.${name}=${value}`),
);

const line = fc
  .record({
    what: fc.constantFrom(
      '/dev/sda1',
      '/dev/sdb2',
      'UUID=1234-AB',
      'LABEL=two\\040words',
      'PARTUUID="q"',
      'PARTLABEL=p/q',
      'tmpfs',
      '/srv/image',
      '/srv/%n',
      'server:/export',
      '//host/share',
      'none',
      '/dev/disk/by-id/x-y',
      'overlay',
    ),
    where: fc.constantFrom(
      '/',
      '/usr',
      '/home',
      '/a/b',
      '/with\\040blank',
      '/per%cent',
      '/trailing/',
      '//two//slashes',
      '/proc',
      '/run/x',
      'none',
      'swap',
      '/etc',
      '/dash-ed',
    ),
    type: fc.constantFrom(
      'ext4',
      'vfat',
      'xfs',
      'tmpfs',
      'nfs',
      'nfs4',
      'cifs',
      'swap',
      'swap',
      'none',
      'auto',
      'fuse.sshfs',
      'autofs',
      'btrfs',
    ),
    options: fc.array(option, { maxLength: 4 }).map((options) => options.join(',')),
    pass: fc.constantFrom('', ' 0', ' 0 0', ' 0 1', ' 0 2'),
  })
  .map(({ what, where, type, options, pass }) => `${what} ${where}\t${type} ${options === '' ? 'defaults' : options}${pass}`);

const fstab = fc
  .array(fc.oneof({ arbitrary: line, weight: 9 }, { arbitrary: fc.constantFrom('# a comment', '', '   '), weight: 1 }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((lines) => `${lines.join('\n')}\n`);

function ownUnits(text: string, devices: boolean): Units {
  const image = systemdImage();
  const { files, links } = fstabUnits(text, { devices, swaps: true, exists: (path) => existsSync(image + path), resolve: (path) => path });
  return {
    ...Object.fromEntries([...files].map(([path, content]) => [path, linesOf(content)])),
    ...Object.fromEntries([...links].map(([path, target]) => [path, [`-> ${target}`]])),
  };
}

/** What the real generator makes of each text, in one sandbox for all of them; it is a program like any other, and starts no systemd. */
function realUnits(texts: readonly string[], { readOnlySys }: { readonly readOnlySys: boolean }): readonly Units[] {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-fstab-'));
  try {
    for (const [index, text] of texts.entries()) writeFileSync(join(directory, `${index}.fstab`), text);
    const script = `
      set -e
      mkdir ${directory}/over; mount -t tmpfs x ${directory}/over; cd ${directory}/over; mkdir up work root
      mount -t overlay x -o lowerdir=${systemdImage()},upperdir=up,workdir=work root
      mount -t proc proc root/proc
      ${readOnlySys ? 'mkdir -p root/sys; mount -t sysfs -o ro sysfs root/sys' : ''}
      mkdir root/in root/out; cp ${directory}/*.fstab root/in
      cat >root/run.sh <<'END'
      for file in /in/*.fstab; do
        cp "$file" /etc/fstab; name=$(basename "$file" .fstab); mkdir -p /out/$name /out/late
        env -i PATH=/usr/sbin:/usr/bin SYSTEMD_PROC_CMDLINE= SYSTEMD_LOG_LEVEL=crit /usr/lib/systemd/system-generators/systemd-fstab-generator /out/$name /out/late /out/late || true
      done
      END
      chroot root /bin/sh /run.sh
      cp -a root/out ${directory}/out`.replaceAll(/^ {6}/gm, '');
    const ran = spawnSync('bash', ['-c', 'exec unshare --mount bash -c "$1"', 'bash', script], { encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
    return texts.map((_, index) => unitsIn(join(directory, 'out', String(index))));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function unitsIn(directory: string): Units {
  mkdirSync(directory, { recursive: true });
  const units: Record<string, readonly string[]> = {};
  for (const path of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const whole = join(directory, path);
    const link = attempt(() => readlinkSync(whole));
    if (link !== undefined) units[path] = [`-> ${link}`];
    else if (statSync(whole).isFile()) units[path] = linesOf(readFileSync(whole, 'utf8'));
  }
  return units;
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The assignments of a unit file with their sections, sorted; who made it and what to read of it aside. */
function linesOf(text: string): readonly string[] {
  let section = '';
  const lines: string[] = [];
  for (const each of text.split('\n')) {
    if (each.startsWith('[')) section = each;
    else if (each !== '' && !each.startsWith('#') && !each.startsWith('Documentation=')) lines.push(...separate(section, each));
  }
  return [...new Set(lines)].toSorted();
}

/** Lists of units one by one; and commands as they are run, since systemd 252 does not see to blanks and percent signs in them. */
function separate(section: string, assignment: string): readonly string[] {
  const [key = '', value = ''] = assignment.split(/=(.*)/s);
  if (key === 'ExecStart') return [`${section} ${key}=${value.replaceAll('%%', '%').replaceAll('\\x20', ' ')}`];
  return section === '[Unit]' && key !== 'Description'
    ? value.split(' ').map((word) => `${section} ${key}=${word}`)
    : [`${section} ${assignment}`];
}
