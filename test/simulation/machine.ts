import type { ManagerOptions } from '../../src/manager/options.ts';
import type { Script } from '../../src/port/keeper-fake.ts';
import { MountMachine } from '../scenario/mount-table.ts';
import { Simulation } from '../scenario/simulation.ts';
import { deviceFiles } from './deeds.ts';
import type { Scenario } from './scenario.ts';

/** What a scenario happens on. */
export interface Machine {
  readonly simulation: Simulation;
  /** The kernel's tables, where tysd has the kernel for itself. */
  readonly kernel: MountMachine | undefined;
}

/** The clock of a simulation begins there. */
export const startUsec = 1_000_000;

/** A machine with the files and the programs of the scenario; `adapt` stands between each manager and its ports. */
export function machineOf({ units, programs }: Scenario, adapt: (options: ManagerOptions) => ManagerOptions): Machine {
  const options = {
    units: Object.fromEntries(Object.entries(units).map(([name, lines]) => [name, `${lines.join('\n')}\n`])),
    programs: Object.fromEntries(Object.entries(programs).map(([path, scripts]) => [path, (run: number) => scriptOf(scripts, run)])),
    adapt,
  };
  const kernel = kernelUnits.some((name) => name in units)
    ? new MountMachine({ ...options, files: { '/dev/autofs': '', ...deviceFiles }, mounts: ['/sys'], swaps: true })
    : undefined;
  const simulation = kernel?.simulation ?? new Simulation(options);
  showProcesses(simulation);
  return { simulation, kernel };
}

/** A scenario with one of these is on a machine where tysd has the kernel for itself. */
const kernelUnits: readonly string[] = ['data.mount', 'swapfile.swap', 'net.automount', 'plugged.service'];

function scriptOf(scripts: readonly Script[], run: number): Script {
  return scripts[Math.min(run, scripts.length - 1)] ?? {};
}

/** What the manager reads of processes. */
function showProcesses({ files, keeper }: Simulation): void {
  files.liveTree('/sys/fs/cgroup/tysd', (below) => {
    const unit = below.split('/').at(-2) ?? '';
    if (below.endsWith('/cgroup.freeze'))
      return keeper.hasCgroup(below.slice(0, below.lastIndexOf('/'))) ? (keeper.attributes.get(below) ?? '0\n') : undefined;
    const pids = keeper.processes().flatMap(({ group, pid }) => (group === unit ? [pid] : []));
    return below.endsWith('/cgroup.procs') ? `${pids.join('\n')}\n` : undefined;
  });
  files.liveTree('/proc', (below) => {
    const [pid, file] = below.split('/');
    const process = keeper.processes().find((each) => String(each.pid) === pid);
    if (process === undefined) return undefined;
    if (file === 'stat') return `${process.pid} (x) S ${process.parent} 1 1`;
    return file === 'cgroup' ? `0::/tysd/system.slice/${process.group}\n` : undefined;
  });
}
