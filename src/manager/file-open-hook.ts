import { err, type Result } from '../base/result.ts';
import { readKernelTypes } from '../exec/bpf/btf.ts';
import { type FileOpenHook, fileOpenHook } from '../exec/bpf/file-open.ts';
import type { World } from './world.ts';

/**
 * How programs of ours are asked when files are opened on this kernel; the error says, for people, why they cannot be. Looked for when the
 * first unit needs it, and once for each manager, whose keeper outlasts a daemon-reload: a kernel does not change under it.
 */
export function fileOpenHookOf(world: World): Result<FileOpenHook, string> {
  const known = hooks.get(world.options.keeper);
  if (known !== undefined) return known;
  const found = findHook(world);
  hooks.set(world.options.keeper, found);
  return found;
}

const hooks = new WeakMap<object, Result<FileOpenHook, string>>();

const typesPath = '/sys/kernel/btf/vmlinux';
/** Those of kernels with everything have some 8 MiB. */
const mostBytes = 64 * 1024 * 1024;

function findHook({ options: { files, securityModules } }: World): Result<FileOpenHook, string> {
  const listed = files.read('/sys/kernel/security/lsm', 4096);
  const modules = listed === undefined ? securityModules?.() : new TextDecoder().decode(listed).trim().split(',');
  if (modules === undefined) return err('the kernel does not tell which security modules it asks');
  if (!modules.includes('bpf')) return err('BPF is not among the security modules that the kernel asks');
  const bytes = files.read(typesPath, mostBytes);
  if (bytes === undefined) return err(`the kernel does not tell its types (${typesPath})`);
  const types = readKernelTypes(bytes);
  const hook = types.ok ? fileOpenHook(types.value) : types;
  return hook.ok ? hook : err(`what the kernel tells of its types (${typesPath}) is of no use: ${hook.error}`);
}
