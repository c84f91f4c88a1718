import type { MountMachine } from '../scenario/mount-table.ts';
import type { Simulation } from '../scenario/simulation.ts';
import type { Model } from './model.ts';
import type { Deed, Step } from './scenario.ts';

type Outside = (step: Step, simulation: Simulation, machine: MountMachine | undefined, model: Model) => void;

/** What happens whether or not there is a manager. */
export const outside: Readonly<Partial<Record<Deed['do'], Outside>>> = {
  shoot: (step, { keeper }) => {
    if (step.do !== 'shoot') return;
    const process = keeper.processes().find(({ group }) => group === step.unit);
    if (process !== undefined) keeper.kill(process.pid, step.signal);
  },
  traffic: (step, { keeper }) => {
    if (step.do === 'traffic') keeper.readable(`socket/${step.unit}/0`);
  },
  connect: (step, { keeper }) => {
    if (step.do === 'connect') keeper.connects(`socket/${step.unit}/0`, { pid: step.pid });
  },
  write: (step, { files }) => {
    if (step.do === 'write') files.write(step.path, 'x');
  },
  remove: (step, { files }) => {
    if (step.do === 'remove' && files.stat(step.path).kind === 'file') files.unlink(step.path);
  },
  mount: (step, _simulation, machine) => {
    if (step.do === 'mount') machine?.mount(step.where);
  },
  unmount: (step, _simulation, machine) => {
    if (step.do === 'unmount') machine?.unmount(step.where);
  },
  'swap-on': (step, _simulation, machine) => {
    if (step.do === 'swap-on') machine?.swapOn(step.what);
  },
  'swap-off': (step, _simulation, machine) => {
    if (step.do === 'swap-off') machine?.swapOff(step.what);
  },
  visit: (step, _simulation, _machine, { work }) => {
    if (step.do === 'visit') work.visit(step.unit, step.token);
  },
  plug: (_step, { files }) => files.write(udevRecord, 'I:1\nG:systemd\nQ:systemd\n'),
  unplug: (_step, { files }) => {
    if (files.stat(udevRecord).kind === 'file') files.unlink(udevRecord);
  },
  own: (step, { bus }) => {
    if (step.do === 'own') bus.own(step.name, { unique: ':1.5' });
  },
  release: (step, { bus }) => {
    if (step.do === 'release') bus.release(step.name);
  },
  'set-clock': (step, { clock, keeper }, _machine, model) => {
    if (step.do !== 'set-clock') return;
    clock.jump(step.byUsec);
    for (const { timer } of model.units.values()) timer.clockWasSet = true;
    model.clockWentBack ||= step.byUsec < 0;
    keeper.readable('manager/clock');
  },
  edit: (step, { files }, _machine, model) => {
    if (step.do !== 'edit') return;
    files.write(`/etc/systemd/system/${step.unit}`, `${step.lines.join('\n')}\n`);
    model.loose.add(step.unit);
    for (const name of model.lines.keys()) if ((model.lines.get(name) ?? []).join(' ').includes(step.unit)) model.loose.add(name);
    model.lines.set(step.unit, [...(model.lines.get(step.unit) ?? []), ...step.lines]);
  },
};

/** What udev writes down of the network interface. */
const udevRecord = '/run/udev/data/n1';

/** The files of a machine that has a network interface, which udev has not told of yet. */
export const deviceFiles: Readonly<Record<string, string>> = { '/sys/class/net/lo/ifindex': '1\n', '/run/udev/tags/systemd/n1': '' };
