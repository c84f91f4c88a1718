import { directoryName } from '../base/path.ts';
import type { UnitConfig } from '../unit/config.ts';
import { hasOption, isBindMount, isNetworkMount } from '../unit/mount-options.ts';
import { pathOfUnit } from '../unit/name.ts';
import { privateTmp } from '../unit/private-tmp.ts';
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

interface Surroundings {
  readonly scope: 'system' | 'user';
  readonly directories: Directories;
}

/** The paths that a unit uses, so that it needs the mounts on their way (semantics 11, RequiresMountsFor= that is implied). */
export function requiredPaths(config: UnitConfig, { scope, directories }: Surroundings): readonly string[] {
  // Most units use none of these, and there are thousands.
  const paths: string[] = [];
  if (config.exec !== undefined) addPathsOfExec(paths, config.exec, directories);
  if (config.exec !== undefined && scope === 'system' && privateTmp(config.exec) !== false) paths.push('/var/tmp');
  if (config.socket !== undefined) addPathsOfSocket(paths, config.socket);
  if (config.path !== undefined) for (const { path } of config.path.Watch) paths.push(path);
  if (config.timer?.Persistent === true) paths.push(`${directories.state}/systemd/timers`);
  if (config.mount !== undefined || config.automount !== undefined) paths.push(...parentOfMount(config), ...sourceOfMount(config));
  if (config.swap !== undefined) paths.push(config.swap.What);
  return paths.length === 0 ? paths : paths.filter((path) => path.startsWith('/'));
}

function addPathsOfExec(paths: string[], exec: ExecSettings, directories: Directories): void {
  if (exec.WorkingDirectory !== undefined && !exec.WorkingDirectory.missingOk) paths.push(exec.WorkingDirectory.path);
  if (exec.RootDirectory !== '') paths.push(exec.RootDirectory);
  if (exec.RootImage !== '') paths.push(exec.RootImage);
  addBelow(paths, directories.runtime, exec.RuntimeDirectory);
  addBelow(paths, directories.state, exec.StateDirectory);
  addBelow(paths, directories.cache, exec.CacheDirectory);
  addBelow(paths, directories.logs, exec.LogsDirectory);
  addBelow(paths, directories.configuration, exec.ConfigurationDirectory);
}

function addBelow(paths: string[], base: string, managed: readonly ManagedDirectory[]): void {
  for (const { path } of managed) paths.push(`${base}/${path}`);
}

function addPathsOfSocket(paths: string[], socket: SocketSettings): void {
  for (const listen of socket.Listen) {
    if ('address' in listen) {
      if (listen.address.family === 'unix' && !listen.address.abstract) paths.push(listen.address.path);
    } else if (listen.kind === 'fifo' || listen.kind === 'special' || listen.kind === 'usb-function') paths.push(listen.path);
  }
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
