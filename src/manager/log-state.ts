import { levelNumber } from '../exec/stream-meta.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { handsOver } from './hands-over.ts';
import { log } from './records.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/**
 * Tells systemd-journald what it is to know of a unit whose processes write to it: the run, and what the unit's settings say of its messages. It looks for
 * that in links and files of this directory.
 */
export function tellLogState(world: World, unit: Unit): void {
  const { options } = world;
  const { exec } = unit.config;
  if (!options.init || exec === undefined || !handsOver(world)) return;
  const links = linksOf(unit.invocationId, exec);
  try {
    for (const kind of linkKinds) put(world, `${directory}/${kind}:${unit.name}`, links[kind]);
    const fields = `${directory}/log-extra-fields:${unit.name}`;
    if (exec.LogExtraFields.length === 0) options.files.unlink(fields);
    else options.files.write(fields, extraFields(exec.LogExtraFields), 0o644);
  } catch (error) {
    log(world, 4, `${unit.name}: ${directory} cannot be written to: ${error instanceof Error ? error.message : String(error)}`, unit);
  }
}

/** Takes that back, when the unit's last process is gone. */
export function forgetLogState(world: World, unit: Unit): void {
  const { options } = world;
  if (!options.init || unit.config.exec === undefined || !handsOver(world)) return;
  try {
    for (const kind of [...linkKinds, 'log-extra-fields']) options.files.unlink(`${directory}/${kind}:${unit.name}`);
  } catch {
    // What stays is of a run that is over.
  }
}

const directory = '/run/systemd/units';
const linkKinds = ['invocation', 'log-level-max', 'log-rate-limit-interval', 'log-rate-limit-burst'] as const;

type Links = Readonly<Partial<Record<(typeof linkKinds)[number], string>>>;

function linksOf(invocationId: string, exec: ExecSettings): Links {
  const { LogLevelMax, LogRateLimitIntervalSec, LogRateLimitBurst } = exec;
  return {
    ...(invocationId !== '' && { invocation: invocationId }),
    ...(LogLevelMax !== undefined && { 'log-level-max': levelNumber(LogLevelMax) }),
    ...(LogRateLimitIntervalSec !== undefined && { 'log-rate-limit-interval': String(LogRateLimitIntervalSec) }),
    ...(LogRateLimitBurst !== undefined && { 'log-rate-limit-burst': String(LogRateLimitBurst) }),
  };
}

function put({ options: { files } }: World, path: string, target: string | undefined): void {
  const present = files.readLink(path);
  if (present === target) return;
  if (target === undefined) files.unlink(path);
  else files.symlink(target, path);
}

/** Each with its length before it. */
function extraFields(fields: readonly string[]): Uint8Array {
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field);
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(bytes.length));
      return [length, bytes];
    }),
  );
}
