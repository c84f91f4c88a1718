import type { RequestFailure } from '../graph/request.ts';
import type { BusConnection } from '../port/bus.ts';
import { log } from './records.ts';
import { requestJob } from './requests.ts';
import type { World } from './world.ts';

/** Starts a unit that the message bus wants because somebody has called a name that nobody owns; if it cannot, the caller is told. */
export function activate(world: World, connection: BusConnection, unit: string): void {
  // First of all, as for all that comes from outside of a turn: the turn in which the keeper hears of it.
  world.wake();
  world.now = world.options.clock.now();
  const asked = requestJob(world, 'start', unit, 'replace', 'the message bus');
  if (asked.ok) return;
  log(world, 4, `The message bus wants ${unit}, which cannot be started: ${asked.error.message}`, undefined);
  connection.refuse(unit, errors[asked.error.code] ?? 'org.freedesktop.DBus.Error.Failed', asked.error.message);
}

/** The errors of org.freedesktop.systemd1(5) for what is asked of a unit in vain. */
const errors: Readonly<Partial<Record<RequestFailure['code'], string>>> = {
  'bad-name': 'org.freedesktop.DBus.Error.InvalidArgs',
  'no-such-unit': 'org.freedesktop.systemd1.NoSuchUnit',
  'load-failed': 'org.freedesktop.systemd1.LoadFailed',
  masked: 'org.freedesktop.systemd1.UnitMasked',
  refused: 'org.freedesktop.systemd1.OnlyByDependency',
  destructive: 'org.freedesktop.systemd1.TransactionIsDestructive',
  cyclic: 'org.freedesktop.systemd1.TransactionOrderIsCyclic',
  conflicting: 'org.freedesktop.systemd1.TransactionJobsConflicting',
  'shutting-down': 'org.freedesktop.systemd1.ShuttingDown',
};
