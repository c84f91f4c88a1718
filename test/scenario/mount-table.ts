import type { Script } from '../../src/port/keeper-fake.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';

/** A simulated machine on which mount(8), umount(8), swapon(8) and swapoff(8) change the kernel's tables. */
export class MountMachine {
  readonly simulation: Simulation;
  readonly #mounts: string[];
  readonly #swaps = new Set<string>();

  constructor(
    options: Pick<SimulationOptions, 'units' | 'init' | 'programs' | 'files' | 'adapt'> & {
      readonly mounts?: readonly string[];
      /** The kernel can swap. */
      readonly swaps?: boolean;
    },
  ) {
    this.#mounts = ['/', ...(options.mounts ?? [])];
    const programs = {
      '/bin/mount': mounting(this),
      '/bin/umount': unmounting(this),
      '/sbin/swapon': (_run: number, argv: readonly string[]) => swapping(() => this.#swaps.add(argv.at(-1) ?? '')),
      '/sbin/swapoff': (_run: number, argv: readonly string[]) => swapping(() => this.#swaps.delete(argv.at(-1) ?? '')),
      ...options.programs,
    };
    this.simulation = new Simulation({ init: true, ...options, programs });
    this.simulation.files.live('/proc/self/mountinfo', () => this.#lines());
    if (options.swaps === true) this.simulation.files.live('/proc/swaps', () => swapTable([...this.#swaps]));
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

  /** Somebody uses an area for swapping. */
  swapOn(what: string): void {
    this.#swaps.add(what);
    this.#tell('swaps');
  }

  /** Somebody gives one up. */
  swapOff(what: string): void {
    this.#swaps.delete(what);
    this.#tell('swaps');
  }

  #tell(table: 'mounts' | 'swaps' = 'mounts'): void {
    this.simulation.keeper.readable(`manager/table/${table}`);
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

function swapTable(areas: readonly string[]): string {
  return ['Filename Type Size Used Priority', ...areas.map((what) => `${what} file 8 0 -2`), ''].join('\n');
}

function swapping(change: () => void): Script {
  change();
  return { runUsec: 1000 };
}
