import { err, ok, type Result } from '../../base/result.ts';
import type { KernelTypes } from './btf.ts';
import {
  and,
  currentTask,
  encode,
  firstValue,
  jumpIf,
  jumpIfNull,
  jumpUnless,
  jumpUnlessSameWhole,
  load,
  loadWhole,
  r0,
  r1,
  r6,
  r7,
  result,
} from './instruction.ts';

/** What a program that is asked whenever a file is opened must know of the running kernel. */
export interface FileOpenHook {
  /** The function that it is attached to, by its number among the kernel's types. */
  readonly function: number;
  /** Where members are, in bytes: of struct file its flags and its inode, of that the file system, of that its magic number. */
  readonly flags: number;
  readonly inode: number;
  readonly fileSystem: number;
  readonly magic: number;
  /** Of struct task_struct the number that set_tid_address(2) sets. */
  readonly mark: number;
}

/** Looks these up; the error says what the kernel has not. */
export function fileOpenHook(types: KernelTypes): Result<FileOpenHook, string> {
  const id = types.functionId('bpf_lsm_file_open');
  if (id === undefined) return err('it has no function bpf_lsm_file_open');
  const places: number[] = [];
  for (const [structure, name, size] of members) {
    const member = types.member(structure, name);
    if (member === undefined) return err(`struct ${structure} has no ${name} that could be read`);
    if (member.size !== size || member.offset > FARTHEST) return err(`${name} of struct ${structure} is not what it was in other kernels`);
    places.push(member.offset);
  }
  const [flags = 0, inode = 0, fileSystem = 0, magic = 0, mark = 0] = places;
  return ok({ function: id, flags, inode, fileSystem, magic, mark });
}

const members = [
  ['file', 'f_flags', 4],
  ['file', 'f_inode', 8],
  ['inode', 'i_sb', 8],
  ['super_block', 's_magic', 8],
  ['task_struct', 'clear_child_tid', 8],
] as const;

/** An instruction has 16 bits for the place, one of them for the sign. */
const FARTHEST = 0x7fff;

/** __FMODE_EXEC of linux/fs.h: the kernel opens the file to execute it. No process can set this. */
const toExecute = 0x20;

/**
 * A program for BPF_LSM_CGROUP at bpf_lsm_file_open that lets files of file systems with these magic numbers be opened and no others, or,
 * inverted, all but these. What a process of the unit does to set itself up is no matter of the setting, but the program that it executes in
 * the end is. Such a process is known by a number that it has in common with the program's map and that nobody else can read: the keeper's
 * child puts it where the kernel forgets it when a program is executed, and which no child inherits (set_tid_address(2)).
 */
export function fileOpenProgram(hook: FileOpenHook, magics: readonly number[], inverted: boolean): Uint8Array {
  const [listed, others] = inverted ? [0, 1] : [1, 0];
  return encode([
    loadWhole(r7, r1, 0),
    ...firstValue('judged'),
    loadWhole(r6, r0, 0),
    jumpIfNull(r6, 'judged'),
    currentTask,
    loadWhole(r1, r0, hook.mark),
    jumpUnlessSameWhole(r1, r6, 'judged'),
    load(r1, r7, hook.flags),
    and(r1, toExecute),
    jumpUnless(r1, 0, 'judged'),
    ...result(1),
    { label: 'judged' },
    loadWhole(r1, r7, hook.inode),
    loadWhole(r1, r1, hook.fileSystem),
    load(r1, r1, hook.magic),
    ...magics.map((magic) => jumpIf(r1, magic, 'listed')),
    ...result(others),
    ...(magics.length === 0 ? [] : [{ label: 'listed' }, ...result(listed)]),
  ]);
}
