import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { initialValues } from '../unit/settings/parts.ts';
import { fileSystemSets } from '../unit/values/file-system-sets.ts';
import { fileOpenProgram } from './bpf/file-open.ts';
import { fileSystemMagics } from './file-system-magics.ts';
import { fileSystemOps } from './file-systems.ts';

const hook = { function: 9, flags: 16, inode: 32, fileSystem: 40, magic: 8, mark: 24 };
const [ext4, proc, tmpfs, ramfs] = [0xef53, 0x9fa0, 0x01021994, 0x858458f6];

function made(...lists: readonly string[]) {
  const RestrictFileSystems = lists.map((list) => ({
    invert: list.startsWith('~'),
    names: list
      .replace('~', '')
      .split(' ')
      .filter((name) => name !== ''),
  }));
  const exec: ExecSettings = { ...initialValues.exec, RestrictFileSystems };
  return fileSystemOps(exec, hook, false, true);
}

test('a unit that asks for it has one program, which its kernel must be able to take if the sandbox must be whole', () => {
  const op = {
    op: 'cgroup-filter',
    cgroup: '',
    type: 29,
    attach: 43,
    name: 'tysd_files',
    program: fileOpenProgram(hook, [proc, ext4], false),
    function: 9,
    exit: 244,
    setting: 'RestrictFileSystems',
  };
  assert.deepEqual(made('ext4 proc'), { ops: [{ ...op, tolerate: true }], warnings: [] });
  const exec: ExecSettings = { ...initialValues.exec, RestrictFileSystems: [{ invert: false, names: ['proc', 'ext4'] }] };
  assert.deepEqual(fileSystemOps(exec, hook, true, true), { ops: [op], warnings: [] });
  assert.deepEqual(fileSystemOps(exec, undefined, true, true), { ops: [], warnings: [] });
  assert.deepEqual(made(), { ops: [], warnings: [] });
  const { setting: _, ...unset } = op;
  // A command that brings none must be let pass by that of others.
  assert.deepEqual(fileSystemOps(exec, hook, true, false), {
    ops: [{ ...unset, program: new Uint8Array(), tolerate: true }],
    warnings: [],
  });
});

/** The lists are these magic numbers, and this is said of them. */
function is(lists: readonly string[], magics: readonly number[], inverted: boolean, warnings: readonly string[] = []): void {
  const { ops, warnings: told } = made(...lists);
  const programs = ops.map((op) => (op.op === 'cgroup-filter' ? op.program : undefined));
  assert.deepEqual([programs, told], [[fileOpenProgram(hook, magics, inverted)], warnings], lists.join(' | '));
}

test('lists are one, of the kind of the first; sets are what is in them, and what is not known is told', () => {
  is(['ext2 ext4', 'proc'], [proc, ext4], false);
  is(['~ext4 proc', 'proc'], [ext4], true);
  is(['proc ext4', '~proc ext4'], [], false);
  is(['~'], [], true);
  is(['@temporary'], [tmpfs, ramfs], false);
  is(['@temporary', '~ramfs'], [tmpfs], false);
  is(['proc @no no toString @__proto__'], [proc], false, [
    'RestrictFileSystems=: there is no set @no of file systems',
    'RestrictFileSystems=: there is no set @__proto__ of file systems',
    'RestrictFileSystems=: no file system no is known here',
    'RestrictFileSystems=: no file system toString is known here',
  ]);
});

test('of each type in a set the magic number is known', () => {
  const unknown = Object.values(fileSystemSets).flatMap(({ types }) => types.filter((type) => !Object.hasOwn(fileSystemMagics, type)));
  assert.deepEqual(unknown, []);
});
