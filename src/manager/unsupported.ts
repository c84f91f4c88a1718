import type { Files } from '../port/files.ts';
import { machineOf } from './machine.ts';
import type { World } from './world.ts';

/** Types of units that need more than an ordinary kernel. */
export type Demanding = 'automount' | 'swap' | 'device';

/** Why units of a type cannot be started on this machine; undefined where they can. */
export function whyUnsupported(world: World, type: Demanding): string | undefined {
  return reasons[type](world);
}

const reasons: Readonly<Record<Demanding, (world: World) => string | undefined>> = {
  automount: (world) => {
    const { files, init, keeper, scope } = world.options;
    if (scope === 'user') return "automount points are the system's: with a user's manager they would stay when it ends";
    if (files.stat('/dev/autofs').kind === 'missing') return 'there is no /dev/autofs here';
    if (init) return undefined;
    if (!machineOf(world).capabilities.has('CAP_SYS_ADMIN')) return 'CAP_SYS_ADMIN is needed for automount points';
    if (isInUserNamespace(files)) return 'in a user namespace the kernel makes no automount points';
    const passes = groupOf(files, 'self') === groupOf(files, String(keeper.inventory.pid));
    return passes ? undefined : "the manager is not in the keeper's process group, which alone passes automount points";
  },
  swap: ({ options: { files, container } }) => {
    if (container) return 'swap is not for containers';
    return files.stat('/proc/swaps').kind === 'missing' ? 'the kernel has no swap' : undefined;
  },
  device: (world) => (world.hasDevices ? undefined : '/sys can only be read here, as in a container'),
};

/** The kernel's own user namespace is the one in which all users are those that they are outside. */
function isInUserNamespace(files: Files): boolean {
  const map = text(files, '/proc/self/uid_map').trim().split(/\s+/).join(' ');
  return map !== '' && map !== '0 0 4294967295';
}

/** The process group of a process (proc_pid_stat(5)); its name may have blanks and brackets. */
function groupOf(files: Files, pid: string): string | undefined {
  const line = text(files, `/proc/${pid}/stat`);
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[2];
}

function text(files: Files, path: string): string {
  const bytes = files.read(path, 4096);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
}
