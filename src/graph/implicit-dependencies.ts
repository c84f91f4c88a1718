import type { Dependency, DependencyKey, UnitConfig, UnitTypeName } from '../unit/config.ts';
import { hasOption, isBindMount, isDevicePath, isNetworkMount } from '../unit/mount-options.ts';
import { unitOfPath, withType } from '../unit/name.ts';
import { needsImageDrivers } from '../unit/implied-devices.ts';
import { privateTmp } from '../unit/private-tmp.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import type { SocketSettings } from '../unit/settings/socket.ts';
import { type OutputDefaults, standardOutputs } from '../unit/standard-outputs.ts';
import { requiredPaths } from './required-paths.ts';
import type { Directories } from './required-paths.ts';
import { sliceOf } from './slice-of.ts';

/** What implicit dependencies depend on besides the unit's own files. */
export interface ImplicitContext extends OutputDefaults {
  readonly scope: 'system' | 'user';
  readonly directories: Directories;
  /** Whether there is such a mount unit: with a file, known without one, or not at all, so that it is to be seen to when it comes. */
  mount(name: string, needer: { readonly unit: string; readonly key: 'Requires' | 'Wants' }): 'file' | 'known' | 'none';
  /** There are device units. */
  readonly devices: boolean;
}

/** The dependencies that a unit has by what it is and uses, whether or not it asks for them (semantics 11, "implicit"). */
export function implicitDependencies(config: UnitConfig, context: ImplicitContext): readonly Dependency[] {
  const found: Dependency[] = [];
  const add = (unit: string, ...keys: readonly DependencyKey[]): void => {
    for (const key of keys) found.push({ key, unit, origin: implicit });
  };
  const slice = sliceOf(config, context.scope);
  if (slice !== undefined) add(slice, 'Requires', 'After');
  addOfService(config, add);
  addOfSocket(config, context, add);
  addOfTrigger(config, add);
  addOfExec(config, context, add);
  addOfMount(config, context, add);
  addOfSwap(config, context, add);
  addMounts(config, context, add);
  return found;
}

/** Whom a unit triggers; that holds for one with a bad setting too, whose sockets may be open all the same. */
export function triggerDependencies(config: UnitConfig): readonly Dependency[] {
  const found: Dependency[] = [];
  addOfTrigger(config, (unit, ...keys) => {
    for (const key of keys) found.push({ key, unit, origin: implicit });
  });
  return found;
}

const implicit = { from: 'implicit' } as const;

type Add = (unit: string, ...keys: readonly DependencyKey[]) => void;

function addOfService({ service }: UnitConfig, add: Add): void {
  if (service === undefined) return;
  if (service.Type === 'dbus') add('dbus.socket', 'Requires', 'After');
  for (const socket of service.Sockets) add(socket, 'Wants', 'After', 'TriggeredBy');
}

function addOfSocket({ socket }: UnitConfig, context: ImplicitContext, add: Add): void {
  if (socket === undefined) return;
  if (context.devices && socket.BindToDevice !== '' && socket.BindToDevice !== 'lo') {
    const device = unitOfPath(`/sys/subsystem/net/devices/${socket.BindToDevice}`, 'device');
    if (device !== undefined) add(device, 'BindsTo', 'After');
  }
}

/** Sockets, timers, paths and automounts trigger the unit of the same name unless they name another. */
function addOfTrigger({ name, socket, timer, path, automount }: UnitConfig, add: Add): void {
  if (socket?.Accept === false) add(socket.Service === '' ? withType(name, 'service') : socket.Service, 'Before', 'Triggers');
  if (automount !== undefined) add(withType(name, 'mount'), 'Before', 'Triggers');
  const unit = timer?.Unit ?? path?.Unit;
  if (unit !== undefined) add(unit === '' ? withType(name, 'service') : unit, 'Before', 'Triggers');
}

/** The device that is mounted comes first, and checks of quotas before anybody sees the files. */
function addOfMount({ mount }: UnitConfig, context: ImplicitContext, add: Add): void {
  if (mount === undefined || context.scope !== 'system') return;
  const { What, Where, Options } = mount;
  if (isBindMount(mount)) return;
  if (context.devices && Where !== '/' && What !== '/dev/root' && isDevicePath(What)) {
    const device = unitOfPath(What, 'device');
    if (device !== undefined) add(device, hasOption(Options, 'x-systemd.device-bound') ? 'BindsTo' : 'Requires', 'After');
    if (device !== undefined) add(`blockdev@${device.slice(0, -'.device'.length)}.target`, 'After');
  }
  if (!isNetworkMount(mount) && isDevicePath(What) && hasOption(Options, ...quotaOptions)) {
    for (const service of ['systemd-quotacheck.service', 'quotaon.service']) add(service, 'Wants', 'Before');
  }
}

/** A device comes first; a file may need its file system to be writable. */
function addOfSwap({ swap }: UnitConfig, { devices, scope }: ImplicitContext, add: Add): void {
  if (swap === undefined || swap.What === '' || scope !== 'system') return;
  const device = isDevicePath(swap.What) ? unitOfPath(swap.What, 'device') : undefined;
  if (device === undefined) add('systemd-remount-fs.service', 'After');
  else if (devices) {
    add(device, 'Requires', 'After');
    add(`blockdev@${device.slice(0, -'.device'.length)}.target`, 'After');
  }
}

const quotaOptions: readonly string[] = ['usrquota', 'grpquota', 'quota', 'usrjquota', 'grpjquota'];

function addOfExec(config: UnitConfig, context: ImplicitContext, add: Add): void {
  const { exec, type } = config;
  if (exec === undefined || (config.socket !== undefined && !hasCommands(config.socket))) return;
  if (context.scope !== 'system') return;
  if (needsImageDrivers(config.cgroup, exec)) for (const driver of imageDrivers) add(`modprobe@${driver}.service`, 'Wants', 'After');
  if (exec.StateDirectory.length + exec.CacheDirectory.length + exec.LogsDirectory.length > 0) add('systemd-remount-fs.service', 'After');
  if (privateTmp(exec) !== false) {
    add('tmp.mount', 'Wants', 'After');
    add('systemd-tmpfiles-setup.service', 'After');
  }
  if (exec.RootImage !== '') add('systemd-udevd.service', 'After');
  if (writesToJournal(type, exec, context)) add('systemd-journald.socket', 'After');
}

const imageDrivers = ['loop', 'dm_mod', 'dm_verity'];

function hasCommands({ ExecStartPre, ExecStartPost, ExecStopPre, ExecStopPost }: SocketSettings): boolean {
  return ExecStartPre.length + ExecStartPost.length + ExecStopPre.length + ExecStopPost.length > 0;
}

function writesToJournal(type: UnitTypeName, exec: ExecSettings, context: ImplicitContext): boolean {
  const { output, error } = standardOutputs(type, exec, exec.StandardInput.kind, context);
  return [output.kind, error.kind].some((kind) => journalKinds.has(kind));
}

const journalKinds: ReadonlySet<string> = new Set(['journal', 'journal+console', 'kmsg', 'kmsg+console']);

/** RequiresMountsFor= and the paths that the unit uses anyway: the mounts on each of their prefixes. */
function addMounts(config: UnitConfig, context: ImplicitContext, add: Add): void {
  const seen = new Set<string>();
  const addPath = (path: string, key: 'Requires' | 'Wants'): void => {
    for (const prefix of prefixes(path)) {
      const mount = unitOfPath(prefix, 'mount');
      if (mount === undefined || mount === config.name || seen.has(mount)) continue;
      const presence = context.mount(mount, { unit: config.name, key });
      if (presence === 'none') continue;
      seen.add(mount);
      add(mount, 'After');
      if (presence === 'file') add(mount, key);
    }
  };
  for (const path of [...config.unit.RequiresMountsFor, ...requiredPaths(config, context)]) addPath(path, 'Requires');
  for (const path of config.unit.WantsMountsFor) addPath(path, 'Wants');
}

/** `/a/b` → `/a/b`, `/a`, `/`. */
function prefixes(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const found = ['/'];
  let prefix = '';
  for (const part of parts) {
    prefix += `/${part}`;
    found.push(prefix);
  }
  return found.toReversed();
}
