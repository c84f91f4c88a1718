import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAllReached, kernelAt, runProgram } from '../../../test/exec/ebpf.ts';
import { fileOpenProgram } from './file-open.ts';

const hook = { function: 9, flags: 16, inode: 32, fileSystem: 40, magic: 8, mark: 24 };
const [ext4, proc, btrfs] = [0xef53, 0x9fa0, 0x9123683e];
const [toRead, toExecute] = [0o100000, 0o100040];

/** The number that a child bears while it sets itself up. */
const secret = 4711;

/** Whether files may be opened, each of a file system, with flags, and by who bears such a number. */
function opened(
  program: Uint8Array,
  known: number,
  ...files: readonly (readonly [magic: number, flags: number, mark: number])[]
): readonly number[] {
  const [file, inode, fileSystem] = [64, 128, 192];
  const map = new Uint8Array(16);
  new DataView(map.buffer).setBigUint64(0, BigInt(known), true);
  const context = new Uint8Array(8);
  new DataView(context.buffer).setBigUint64(0, BigInt(kernelAt + file), true);
  return files.map(([magic, flags, mark]) => {
    const kernel = new Uint8Array(256);
    const view = new DataView(kernel.buffer);
    view.setBigUint64(hook.mark, BigInt(mark), true);
    view.setUint32(file + hook.flags, flags, true);
    view.setBigUint64(file + hook.inode, BigInt(kernelAt + inode), true);
    view.setBigUint64(inode + hook.fileSystem, BigInt(kernelAt + fileSystem), true);
    view.setBigUint64(fileSystem + hook.magic, BigInt(magic), true);
    return runProgram(program, { context, map, kernel });
  });
}

test('files are judged by their file system, unless a child opens them to set itself up, and programs always', () => {
  const files = [
    [proc, toRead, 0],
    [ext4, toRead, 0],
    [btrfs, toRead, secret + 1],
    [proc, toExecute, 0],
    [proc, toRead, secret],
    [ext4, toRead, secret],
    [proc, toExecute, secret],
    [ext4, toExecute, secret],
  ] as const;
  assert.deepEqual(opened(fileOpenProgram(hook, [ext4, btrfs], false), secret, ...files), [0, 1, 1, 0, 1, 1, 0, 1]);
  assert.deepEqual(opened(fileOpenProgram(hook, [ext4, btrfs], true), secret, ...files), [1, 0, 0, 1, 1, 1, 1, 0]);
  assert.deepEqual(opened(fileOpenProgram(hook, [], false), secret, ...files), [0, 0, 0, 0, 1, 1, 0, 0]);
  assert.deepEqual(opened(fileOpenProgram(hook, [], true), secret, ...files), [1, 1, 1, 1, 1, 1, 1, 1]);
});

test('where there is no number nobody is let pass for bearing none', () => {
  assert.deepEqual(opened(fileOpenProgram(hook, [ext4], false), 0, [proc, toRead, 0], [ext4, toRead, 0]), [0, 1]);
});

test('all of a program can be reached, as the kernel demands', () => {
  for (const inverted of [false, true])
    for (const magics of [[], [ext4], [ext4, proc]]) assert.equal(isAllReached(fileOpenProgram(hook, magics, inverted)), true);
});
