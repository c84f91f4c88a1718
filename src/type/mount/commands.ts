import type { Op } from '../../exec/op.ts';
import type { ExecRequest } from '../../exec/request.ts';
import type { UnitConfig } from '../../unit/config.ts';
import { isBindMount, withoutOptions } from '../../unit/mount-options.ts';
import { pathOfUnit } from '../../unit/name.ts';
import type { MountSettings } from '../../unit/settings/mount.ts';
import type { Command } from '../../unit/values/types.ts';
import type { MountList } from './state.ts';

/** The commands by which a mount comes and goes, as systemd runs them: mount(8) knows what is special about each file system. */
export const mountCommands: Readonly<Record<MountList, (mount: MountSettings, where: string) => Command>> = {
  ExecMount: (mount, where) => {
    const options = withoutOptions(mount.Options, ['nofail', 'noauto', 'auto']);
    return command('/bin/mount', [mount.What, where, ...flags(mount), ...type(mount), ...(options === '' ? [] : ['-o', options])]);
  },
  ExecRemount: (mount, where) => {
    const options = mount.Options === '' ? 'remount' : `remount,${mount.Options}`;
    return command('/bin/mount', [mount.What, where, '-o', options, ...flags(mount), ...type(mount)]);
  },
  ExecUnmount: ({ LazyUnmount, ForceUnmount }, where) =>
    command('/bin/umount', [where, '-c', ...(LazyUnmount ? ['-l'] : []), ...(ForceUnmount ? ['-f'] : [])]),
};

/** The mount point. */
export function whereOf(config: UnitConfig): string {
  const where = config.mount?.Where ?? '';
  return where === '' ? (pathOfUnit(config.name) ?? '') : where;
}

/** Makes the mount point, and the source of a bind mount, where they are missing. */
export function placeOps({ What, Type, Options, DirectoryMode }: MountSettings, where: string): readonly Op[] {
  const isBind = isBindMount({ What, Type, Options });
  return [
    { op: 'umask', mask: 0 },
    { op: 'no-symlink', path: where },
    { op: 'mkdir-all', path: where, mode: DirectoryMode, tolerate: true },
    ...(isBind ? [{ op: 'mkdir-all', path: What, mode: DirectoryMode, tolerate: true } as const] : []),
  ];
}

/** What a process of the unit is made of. */
export function mountRequest(config: UnitConfig, mount: MountSettings, list: MountList, invocationId: string): ExecRequest {
  const where = whereOf(config);
  return {
    config,
    command: mountCommands[list](mount, where),
    list,
    main: false,
    invocationId,
    environment: [],
    descriptors: [],
    notify: false,
    idle: false,
    first: list === 'ExecMount' ? placeOps(mount, where) : [],
    sameSession: true,
  };
}

function command(path: string, rest: readonly string[]): Command {
  return { path, argv: [path, ...rest], ignoreFailure: false, expand: false, privilege: 'normal' };
}

function flags({ SloppyOptions, ReadWriteOnly }: MountSettings): readonly string[] {
  return [...(SloppyOptions ? ['-s'] : []), ...(ReadWriteOnly ? ['-w'] : [])];
}

function type({ Type }: MountSettings): readonly string[] {
  return Type === '' ? [] : ['-t', Type];
}
