import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { test } from 'node:test';
import { kernelLike, makeBtf, type MadeType } from '../../../test/exec/btf.ts';
import { readKernelTypes } from './btf.ts';
import { fileOpenHook } from './file-open.ts';

function hookOf(types: readonly MadeType[]): unknown {
  const read = readKernelTypes(makeBtf(types));
  assert.ok(read.ok);
  const hook = fileOpenHook(read.value);
  return hook.ok ? hook.value : hook.error;
}

/** The types with another one in the place of a number. */
function changed(number: number, type: MadeType): readonly MadeType[] {
  return kernelLike.map((each, index) => (index + 1 === number ? type : each));
}

/** A `super_block` whose magic number is of this type, at this bit. */
function magic(type: number, at = 64, more = {}): MadeType {
  return { kind: 'struct', name: 'super_block', members: [{ name: 's_magic', type, at, ...more }] };
}

/** What is wrong with the bytes. */
function said(bytes: Uint8Array): string {
  const read = readKernelTypes(bytes);
  return read.ok ? '' : read.error;
}

test('functions have the numbers of their types, and members are found also in parts without a name', () => {
  assert.deepEqual(hookOf(kernelLike), { function: 9, flags: 16, inode: 32, fileSystem: 40, magic: 8, mark: 24 });
});

test('a kernel whose types are others is refused with what is missing', () => {
  const withBits = { ...magic(2, 64, { bits: 3 }), bitFields: true };
  assert.equal(hookOf(kernelLike.filter(({ kind }) => kind !== 'function')), 'it has no function bpf_lsm_file_open');
  assert.equal(hookOf(changed(8, { kind: 'struct', name: 'file', members: [] })), 'struct file has no f_flags that could be read');
  assert.equal(hookOf(changed(3, magic(1))), 's_magic of struct super_block is not what it was in other kernels');
  assert.equal(hookOf(changed(3, magic(2, 0x8000 * 8))), 's_magic of struct super_block is not what it was in other kernels');
  const unreadable = 'struct super_block has no s_magic that could be read';
  for (const type of [magic(0), magic(99), magic(8), magic(2, 3), withBits]) assert.equal(hookOf(changed(3, type)), unreadable);
  // Names for each other, and structures in each other, have no end.
  const circle: MadeType = { kind: 'typedef', name: 'long_t', to: 2 };
  assert.equal(hookOf(kernelLike.map((each, index) => (index === 1 ? circle : each))), unreadable);
  const within: MadeType = { kind: 'struct', name: 'file', members: [{ name: '', type: 8, at: 0 }] };
  assert.equal(hookOf(changed(8, within)), 'struct file has no f_flags that could be read');
});

test('what is no BTF is refused with what is wrong with it', () => {
  const good = makeBtf(kernelLike);
  const with32 = (at: number, value: number): Uint8Array => {
    const bytes = good.slice();
    new DataView(bytes.buffer).setUint32(at, value, true);
    return bytes;
  };
  assert.deepEqual(
    [
      good,
      new Uint8Array(23),
      with32(0, 0x00019feb),
      with32(0, 0x0002eb9f),
      with32(4, 8),
      with32(4, 1 << 20),
      with32(12, 0xffffffff),
      with32(16, 0xfffffff0),
      with32(20, 0),
      with32(12, 20),
      with32(12, 8),
      with32(28, 31 << 24),
      with32(24 + 32 + 4, (4 << 24) | 0xffff),
    ].map(said),
    [
      '',
      'it is too short to have a header',
      'it does not begin as BTF of this byte order does',
      'it is of version 2, and only 1 is known',
      'the length of its header is wrong',
      'the length of its header is wrong',
      'a part of it lies outside of it',
      'a part of it lies outside of it',
      'its names do not begin and end with a zero',
      'type 2 is cut off',
      'type 1 is cut off',
      'type 1 is of the unknown kind 31',
      'type 3 is cut off',
    ],
  );
});

test('no change of a few bytes makes the reader fail otherwise than by an error, or gives a place that no instruction can name', () => {
  const good = makeBtf(kernelLike);
  const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(changes, fc.nat(good.length), (list, cut) => {
      const bytes = good.slice(0, cut < 24 ? good.length : cut);
      for (const [at, value] of list) if (at < bytes.length) bytes[at] = value;
      const read = readKernelTypes(bytes);
      const hook = read.ok ? fileOpenHook(read.value) : read;
      const places = hook.ok ? [hook.value.flags, hook.value.inode, hook.value.fileSystem, hook.value.magic, hook.value.mark] : [];
      return places.every((place) => Number.isInteger(place) && place >= 0 && place < 0x8000);
    }),
    { numRuns: 2000 },
  );
});
