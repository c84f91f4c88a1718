import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { realFiles } from './files-real.ts';

test('entries of a directory are sorted and say what each name itself is, as stat does', () => {
  using place = directory();
  const { path } = place;
  writeFileSync(join(path, 'b'), 'text');
  mkdirSync(join(path, 'a'));
  symlinkSync('b', join(path, 'c'));
  symlinkSync('nowhere', join(path, 'd'));
  assert.deepEqual(realFiles.entries(path), [
    { name: 'a', kind: 'directory' },
    { name: 'b', kind: 'file' },
    { name: 'c', kind: 'symlink' },
    { name: 'd', kind: 'symlink' },
  ]);
  for (const { name, kind } of realFiles.entries(path)) assert.equal(realFiles.stat(join(path, name)).kind, kind);
  assert.deepEqual(realFiles.entries(join(path, 'missing')), []);
  assert.equal(realFiles.entries('/dev').find(({ name }) => name === 'null')?.kind, 'character');
});

test('files are read whole whatever their size, up to the limit, and those of /proc that have no size too', () => {
  using place = directory();
  const path = join(place.path, 'file');
  for (const size of [0, 1, 4095, 4096, 4097, 100_000]) {
    const bytes = new Uint8Array(size).map((_, index) => index % 251);
    writeFileSync(path, bytes);
    assert.deepEqual(realFiles.read(path), bytes, `${size} bytes`);
    assert.deepEqual(realFiles.readWithStat(path)?.bytes, bytes, `${size} bytes`);
    assert.deepEqual(realFiles.read(path, 4096), bytes.subarray(0, 4096), `${size} bytes, at most 4096`);
  }
  // Of this a page is given at a time.
  const types = '/sys/kernel/btf/vmlinux';
  assert.equal(realFiles.read(types)?.length ?? 0, existsSync(types) ? realFiles.stat(types).size : 0);
  assert.match(new TextDecoder().decode(realFiles.read('/proc/self/status')), /^Name:[^]*\nPid:/);
  assert.equal(realFiles.read(place.path), undefined);
  assert.equal(realFiles.read(join(place.path, 'missing')), undefined);
});

test('a file that is older than its reading has a stamp, which is that of what links lead to; one of times to come has none', () => {
  using place = directory();
  const [path, link] = [join(place.path, 'young'), join(place.path, 'link')];
  writeFileSync(path, 'text');
  const later = Date.now() / 1000 + 100_000;
  utimesSync(path, later, later);
  symlinkSync(process.execPath, link);
  assert.equal(realFiles.readStamped(path)?.stamp, undefined);
  assert.deepEqual(new TextDecoder().decode(realFiles.readStamped(path)?.bytes), 'text');
  assert.deepEqual(realFiles.readStamped(link, 100)?.stamp, realFiles.stampOf(process.execPath));
  assert.ok((realFiles.stampOf(link)?.size ?? 0) > 1_000_000);
  assert.deepEqual(
    [realFiles.stampOf(place.path), realFiles.stampOf(join(place.path, 'none')), realFiles.readStamped(place.path)],
    [undefined, undefined, undefined],
  );
});

function directory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'tysd-files-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
