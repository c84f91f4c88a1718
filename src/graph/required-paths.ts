import { directoryName } from '../base/path.ts';
import type { UnitConfig } from '../unit/config.ts';
import { hasOption, isBindMount, isNetworkMount } from '../unit/mount-options.ts';
import { pathOfUnit } from '../unit/name.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import type { SocketSettings } from '../unit/settings/socket.ts';
import type { ManagedDirectory } from '../unit/values/types.ts';

/** Where the directories of RuntimeDirectory= and its kin lie. */
export interface Directories {
  readonly runtime: string;
  readonly state: string;
  readonly cache: string;
  readonly logs: string;
  readonly configuration: string;
}

/** The paths that a unit uses, so that it needs the mounts on their way (semantics 11, RequiresMountsFor= that is implied). */
export function requiredPaths(config: UnitConfig, directories: Directories): readonly string[] {
  const paths = [
    ...pathsOfExec(config.exec, directories),
    ...pathsOfSocket(config.socket),
    ...(config.path?.Watch.map(({ path }) => path) ?? []),
    ...(config.timer?.Persistent === true ? [`${directories.state}/systemd/timers`] : []),
    ...parentOfMount(config),
    ...sourceOfMount(config),
    ...(config.swap === undefined ? [] : [config.swap.What]),
  ];
  return paths.filter((path) => path.startsWith('/'));
}

function pathsOfExec(exec: ExecSettings | undefined, directories: Directories): readonly string[] {
  if (exec === undefined) return [];
  return [
    ...(exec.WorkingDirectory === undefined || exec.WorkingDirectory.missingOk ? [] : [exec.WorkingDirectory.path]),
    exec.RootDirectory,
    ...(exec.PrivateTmp === false ? [] : ['/var/tmp']),
    ...below(directories.runtime, exec.RuntimeDirectory),
    ...below(directories.state, exec.StateDirectory),
    ...below(directories.cache, exec.CacheDirectory),
    ...below(directories.logs, exec.LogsDirectory),
    ...below(directories.configuration, exec.ConfigurationDirectory),
  ];
}

function below(base: string, managed: readonly ManagedDirectory[]): readonly string[] {
  return managed.map(({ path }) => `${base}/${path}`);
}

function pathsOfSocket(socket: SocketSettings | undefined): readonly string[] {
  const paths: string[] = [];
  for (const listen of socket?.Listen ?? []) {
    if ('address' in listen) {
      if (listen.address.family === 'unix' && !listen.address.abstract) paths.push(listen.address.path);
    } else if (listen.kind === 'fifo' || listen.kind === 'special' || listen.kind === 'usb-function') paths.push(listen.path);
  }
  return paths;
}

/** What is mounted may lie on a file system of its own. */
function sourceOfMount({ mount, fragment }: UnitConfig): readonly string[] {
  if (mount === undefined || fragment === undefined) return [];
  return isBindMount(mount) || hasOption(mount.Options, 'loop') || !isNetworkMount(mount) ? [mount.What] : [];
}

/** A mount point lies on the file system above it. */
function parentOfMount({ name, mount, automount }: UnitConfig): readonly string[] {
  if (mount === undefined && automount === undefined) return [];
  const where = pathOfUnit(name);
  if (where === undefined || where === '/') return [];
  return [directoryName(where) ?? '/'];
}
