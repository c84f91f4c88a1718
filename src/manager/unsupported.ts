import type { World } from './world.ts';

/** Types of units that need more than an ordinary kernel. */
export type Demanding = 'automount' | 'swap' | 'device';

/** Why units of a type cannot be started on this machine; undefined where they can. */
export function whyUnsupported(world: World, type: Demanding): string | undefined {
  return reasons[type](world);
}

const reasons: Readonly<Record<Demanding, (world: World) => string | undefined>> = {
  automount: ({ options: { files, init } }) => {
    if (files.stat('/dev/autofs').kind === 'missing') return 'there is no /dev/autofs here';
    return init ? undefined : 'only as process 1 can the manager pass automount points itself';
  },
  swap: ({ options: { files, container } }) => {
    if (container) return 'swap is not for containers';
    return files.stat('/proc/swaps').kind === 'missing' ? 'the kernel has no swap' : undefined;
  },
  device: (world) => (world.hasDevices ? undefined : '/sys can only be read here, as in a container'),
};
