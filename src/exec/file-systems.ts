import type { ExecSettings } from '../unit/settings/exec.ts';
import { restrictedFileSystems } from '../unit/values/file-system-sets.ts';
import { type FileOpenHook, fileOpenProgram } from './bpf/file-open.ts';
import { shared } from './bpf/shared.ts';
import type { CgroupFilterOps } from './cgroup-filters.ts';
import type { Op } from './op.ts';
import { fileSystemMagics } from './file-system-magics.ts';

/**
 * RestrictFileSystems= (systemd.exec(5)): the program that is asked whenever a process of the unit's cgroup opens a file. The programs that
 * the unit executes have to be on file systems that are allowed, too. A command with the prefix `+` brings no program, but has to set
 * itself up under one that another has brought.
 */
export function fileSystemOps(exec: ExecSettings, hook: FileOpenHook | undefined, strict: boolean, brings: boolean): CgroupFilterOps {
  if (hook === undefined || exec.RestrictFileSystems.length === 0) return nothing;
  if (!brings) return { ops: [opOf(hook, new Uint8Array(), false)], warnings: [] };
  const { inverted, names, unknownSets } = restrictedFileSystems(exec.RestrictFileSystems);
  const warnings = unknownSets.map((name) => `RestrictFileSystems=: there is no set ${name} of file systems`);
  const magics = [...new Set([...names].flatMap((type) => magicsOf(type, warnings)))].toSorted((one, other) => one - other);
  return { ops: [opOf(hook, programs([hook, magics, inverted]), strict)], warnings };
}

function opOf(hook: FileOpenHook, program: Uint8Array, strict: boolean): Op {
  return {
    op: 'cgroup-filter',
    cgroup: '',
    type: SECURITY_MODULE,
    attach: CGROUP_HOOK,
    name: 'tysd_files',
    program,
    function: hook.function,
    exit: EXIT_BPF,
    // Where nothing is brought nothing is carried out, nor refused.
    ...(program.length === 0 ? {} : { setting: 'RestrictFileSystems' }),
    ...(strict ? {} : { tolerate: true }),
  };
}

const nothing: CgroupFilterOps = { ops: [], warnings: [] };

const programs = shared((of: Parameters<typeof fileOpenProgram>) => fileOpenProgram(...of));

/** BPF_PROG_TYPE_LSM and BPF_LSM_CGROUP (linux/bpf.h). */
const SECURITY_MODULE = 29;
const CGROUP_HOOK = 43;

/** EXIT_BPF of systemd.exec(5). */
const EXIT_BPF = 244;

function magicsOf(type: string, warnings: string[]): readonly number[] {
  const magics = Object.hasOwn(fileSystemMagics, type) ? fileSystemMagics[type] : undefined;
  if (magics === undefined) warnings.push(`RestrictFileSystems=: no file system ${type} is known here`);
  return magics ?? [];
}
