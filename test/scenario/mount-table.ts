import type { Script } from '../../src/port/keeper-fake.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';

/** A simulated machine on which mount(8) and umount(8) change the mount table. */
export class MountMachine {
  readonly simulation: Simulation;
  readonly #mounts: string[];

  constructor(
    options: Pick<SimulationOptions, 'units' | 'init' | 'programs' | 'files' | 'adapt'> & { readonly mounts?: readonly string[] },
  ) {
    this.#mounts = ['/', ...(options.mounts ?? [])];
    const programs = { '/bin/mount': mounting(this), '/bin/umount': unmounting(this), ...options.programs };
    this.simulation = new Simulation({ init: true, ...options, programs });
    this.simulation.files.live('/proc/self/mountinfo', () => this.#lines());
  }

  /** Automount points are there as soon as the keeper holds their pipes. */
  #lines(): string {
    const points = this.simulation.keeper.descriptors().filter((name) => name.startsWith('automount/'));
    const autofs = points.map((name) => `20 1 0:96 / /${name.slice('automount/'.length, -'.automount'.length)} rw - autofs systemd-1 rw\n`);
    return autofs.join('') + this.#mounts.map((where) => lineOf(where)).join('');
  }

  get mounts(): readonly string[] {
    return this.#mounts;
  }

  /** Somebody mounts something; `quietly` before the kernel can tell of it. */
  mount(where: string, quietly = false): void {
    this.#mounts.push(where);
    if (!quietly) this.#tell();
  }

  /** Somebody unmounts the last that was mounted there. */
  unmount(where: string, quietly = false): void {
    const at = this.#mounts.lastIndexOf(where);
    if (at >= 0) this.#mounts.splice(at, 1);
    if (!quietly) this.#tell();
  }

  #tell(): void {
    this.simulation.keeper.readable('manager/table/mounts');
    this.simulation.clock.settle();
  }
}

function lineOf(where: string): string {
  return `20 1 0:20 / ${where} rw,relatime shared:1 - tmpfs what-${where.slice(1)} rw,size=1024k\n`;
}

function mounting(machine: MountMachine) {
  return (_run: number, [, , where = '']: readonly string[]): Script => {
    machine.mount(where, true);
    return { runUsec: 1000 };
  };
}

function unmounting(machine: MountMachine) {
  return (_run: number, [, where = '']: readonly string[]): Script => {
    machine.unmount(where, true);
    return { runUsec: 1000 };
  };
}
