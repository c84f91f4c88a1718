import { basename } from 'node:path';
import type { Client } from '../../api/client.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { connectOnce } from '../connect.ts';
import type { AnalyzeCall } from './call.ts';

/** How the machine and the manager came up, in microseconds; 0 for what was not. */
export interface Boot {
  readonly firmware: number;
  readonly loader: number;
  /** How long the kernel took. */
  readonly kernel: number;
  readonly initrd: number;
  readonly userspace: number;
  readonly finish: number;
  readonly generatorsStart: number;
  readonly generatorsFinish: number;
  readonly unitsLoadStart: number;
  readonly unitsLoadFinish: number;
  /** What all moments, also those of units, are counted from: in a container and with a user's manager its own start, else the kernel's. */
  readonly origin: number;
}

/** When a unit came up, in microseconds since the origin of the boot; 0 for what was not. */
export interface UnitTimes {
  readonly name: string;
  readonly description: string;
  readonly activating: number;
  readonly activated: number;
  readonly deactivating: number;
  readonly deactivated: number;
  /** How long it took to start. */
  readonly took: number;
}

/** Connects to the manager that is meant, and has this done with it. */
export async function withManager(call: AnalyzeCall, use: (client: Client) => Promise<number>): Promise<number> {
  const { options, place, environment, terminal } = call;
  const connection = connectOnce({ ...place, scope: options.manager ?? place.scope }, environment);
  try {
    const client = await connection.connect();
    if (client.ok) return await use(client.value);
    terminal.fail(client.error);
    return 1;
  } finally {
    connection.close();
  }
}

/** Reads how the manager came up; an error is what to print, such as that it is not there yet. */
export async function readBoot(client: Client, { program }: AnalyzeCall): Promise<Result<Boot, readonly string[]>> {
  const answer = await client.call('manager.properties', {});
  if (!answer.ok) return err([`Failed to get timestamp properties: ${answer.error.message}`]);
  const moment = (name: string): number => Number(answer.value[`${name}TimestampMonotonic`] ?? 0);
  if (moment('Finish') === 0)
    return err([
      'Bootup is not yet finished (org.freedesktop.systemd1.Manager.FinishTimestampMonotonic=0).',
      'Please try again later.',
      `Hint: Use '${basename(program) === 'systemd-analyze' ? 'systemctl' : basename(program)} list-jobs' to see active jobs`,
    ]);
  const isMachine = (answer.value['KernelTimestamp'] ?? '') !== '';
  const origin = isMachine ? 0 : moment('Userspace');
  const since = (name: string): number => Math.max(0, moment(name) - origin);
  const before = (name: string): number => (isMachine ? moment(name) : 0);
  return ok({
    firmware: before('Firmware'),
    loader: before('Loader'),
    kernel: isMachine ? moment('InitRD') || moment('Userspace') : 0,
    initrd: before('InitRD'),
    userspace: since('Userspace'),
    finish: since('Finish'),
    generatorsStart: since('GeneratorsStart'),
    generatorsFinish: since('GeneratorsFinish'),
    unitsLoadStart: since('UnitsLoadStart'),
    unitsLoadFinish: since('UnitsLoadFinish'),
    origin,
  });
}

const stamps = ['InactiveExit', 'ActiveEnter', 'ActiveExit', 'InactiveEnter'].map((name) => `${name}TimestampMonotonic`);

/** The times of all loaded units that ever began to start, by name. */
export async function readUnitTimes(client: Client, { origin }: Boot): Promise<Result<ReadonlyMap<string, UnitTimes>, string>> {
  const units = await client.call('units.list', {});
  if (!units.ok) return err(`Failed to list units: ${units.error.message}`);
  const answer = await client.call('units.properties', { units: units.value.map(({ name }) => name), only: stamps });
  if (!answer.ok) return err(`Failed to get timestamp properties: ${answer.error.message}`);
  const found = new Map<string, UnitTimes>();
  for (const [index, { name, description }] of units.value.entries()) {
    const [activating = 0, activated = 0, deactivating = 0, deactivated = 0] = stamps.map((stamp) => {
      const moment = Number(answer.value[index]?.[stamp] ?? 0);
      // What was there before the times begin, such as slices in a container, is not what never came up, which has 0.
      return moment === 0 ? 0 : Math.max(1, moment - origin);
    });
    if (activating === 0) continue;
    const end = activated >= activating ? activated : deactivated >= activating ? deactivated : activating;
    found.set(name, { name, description, activating, activated, deactivating, deactivated, took: end - activating });
  }
  return ok(found);
}

/** Both, for verbs that need them; undefined after a message. */
export async function readTimes(
  client: Client,
  call: AnalyzeCall,
): Promise<{ readonly boot: Boot; readonly units: ReadonlyMap<string, UnitTimes> } | undefined> {
  const boot = await readBoot(client, call);
  const { terminal } = call;
  if (!boot.ok) {
    for (const line of boot.error) terminal.fail(line);
    return undefined;
  }
  const units = await readUnitTimes(client, boot.value);
  if (units.ok) return { boot: boot.value, units: units.value };
  terminal.fail(units.error);
  return undefined;
}
