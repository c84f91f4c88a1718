import type { TimestampForm } from '../../base/timestamp.ts';
import { invariant } from '../../base/assert.ts';
import { formatTimespan } from '../../base/duration.ts';
import { yesNo } from '../../base/yes-no.ts';
import type { UnitConfig } from '../../unit/config.ts';
import { commandListText } from '../command-text.ts';
import type { Defaults } from '../type.ts';
import { mountCommands, whereOf } from './commands.ts';
import { mountControl, type MountList, type MountState } from './state.ts';

/** The properties of a mount unit by systemd's names (org.freedesktop.systemd1(5), Mount Unit Objects): what the mount table says comes before the unit's file. */
export function mountProperties(
  state: MountState,
  config: UnitConfig,
  defaults?: Defaults,
  form?: TimestampForm,
): Readonly<Record<string, string>> {
  const { mount } = config;
  invariant(mount !== undefined, `${config.name} has no mount settings`);
  const { entry, result, runs } = state.memory;
  const lists: readonly MountList[] = ['ExecMount', 'ExecUnmount', 'ExecRemount'];
  const commands = lists.flatMap((list) => {
    const run = runs[list];
    return run === undefined ? [] : [[list, commandListText([mountCommands[list](mount, whereOf(config))], () => run, form)] as const];
  });
  return {
    Where: config.load.state === 'not-found' && entry === null ? '' : whereOf(config),
    What: entry?.what ?? mount.What,
    Options: entry?.options ?? mount.Options,
    Type: entry?.type ?? mount.Type,
    TimeoutUSec: formatTimespan(mount.TimeoutSec ?? defaults?.timeoutStartUsec ?? usualTimeout),
    ControlPID: String(mountControl(state)?.pid ?? 0),
    DirectoryMode: mount.DirectoryMode.toString(8).padStart(4, '0'),
    SloppyOptions: yesNo(mount.SloppyOptions),
    LazyUnmount: yesNo(mount.LazyUnmount),
    ForceUnmount: yesNo(mount.ForceUnmount),
    ReadWriteOnly: yesNo(mount.ReadWriteOnly),
    Result: result,
    UID: '[not set]',
    GID: '[not set]',
    ...Object.fromEntries(commands),
  };
}

const usualTimeout = 90_000_000;
