import { privateTmp } from '../unit/private-tmp.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { delegatedRights } from './bpf/delegation.ts';
import { extensionImages, hierarchies } from './extensions.ts';
import { mountImages } from './mount-images.ts';
import {
  apiFileSystems,
  hiddenHomes,
  kernelLogs,
  kernelModules,
  kernelTunables,
  logSockets,
  readOnlyHomes,
  strictSystem,
  systemDirectories,
  systemDirectoriesAndEtc,
  temporaryHomes,
} from './mount-static.ts';
import type { MountEntry } from './mount-entry.ts';
import { hasOwnHostname, mountsTokens } from './private-users.ts';
import type { ExecContext } from './request.ts';
import { hasPrivateIpc, hasPrivateNetwork } from './space.ts';

/** A place of its own for programs of the kernel. */
function programs(exec: ExecSettings): MountEntry {
  const options = delegatedRights(exec)
    .map((each) => each.join('='))
    .join(',');
  return { path: '/sys/fs/bpf', mode: 'programs', setting: 'PrivateBPF', attributes: 0x2 | 0x4 | 0x8, optional: true, options };
}

const deviceOptions = 'mode=0755,size=4m,nr_inodes=64k';

/** What the settings of systemd.exec(5), "Sandboxing", want of the file system beside the paths that they are given. */
export function sandboxMounts(exec: ExecSettings, context: ExecContext, hasRoot: boolean): readonly MountEntry[] {
  const protectHome = exec.ProtectHome === false && exec.DynamicUser ? 'read-only' : exec.ProtectHome;
  const protectSystem = exec.DynamicUser ? 'strict' : exec.ProtectSystem;
  return [
    ...temporaryMounts(exec),
    ...privateTmpMounts(exec, context),
    ...imageMounts(exec),
    ...extensionMounts(exec, context),
    ...(exec.PrivateDevices ? [{ path: '/dev', mode: 'private-devices', setting: 'PrivateDevices', options: deviceOptions } as const] : []),
    ...(exec.ProtectKernelTunables ? kernelTunables : []),
    ...(exec.ProtectKernelModules ? kernelModules : []),
    ...(exec.ProtectKernelLogs ? kernelLogs : []),
    ...controlGroupMounts(exec),
    ...(protectHome === false ? [] : protectHome === true ? hiddenHomes : protectHome === 'tmpfs' ? temporaryHomes : readOnlyHomes),
    ...(protectSystem === false ? [] : systemTables[protectSystem === true ? 'yes' : protectSystem]),
    ...apiMounts(exec, hasRoot),
    ...(bindsLogSockets(exec, hasRoot) ? logSockets : []),
    ...hostnameMounts(exec),
    ...(exec.PrivateBPF && !mountsTokens(exec, context) ? [programs(exec)] : []),
    ...(hasPrivateNetwork(exec) ? [{ path: '/sys', mode: 'system-information', setting: 'PrivateNetwork' } as const] : []),
    ...(hasPrivateIpc(exec) ? [messageQueues] : []),
  ];
}

const systemTables = { yes: systemDirectories, full: systemDirectoriesAndEtc, strict: strictSystem } as const;

const messageQueues: MountEntry = {
  path: '/dev/mqueue',
  mode: 'message-queues',
  setting: 'PrivateIPC',
  attributes: 0x2 | 0x4 | 0x8 | 0x200000,
};

function temporaryMounts(exec: ExecSettings): readonly MountEntry[] {
  return exec.TemporaryFileSystem.map(({ path, options }) => {
    const words = options.split(',').filter((word) => word !== '');
    return {
      path,
      mode: 'tmpfs',
      setting: 'TemporaryFileSystem',
      // What the unit says comes last, so that it counts.
      options: ['mode=0755', 'size=10%', 'nr_inodes=400k', ...words.filter((word) => !(word in mountWords))].join(','),
      attributes: words.reduce((sum, word) => sum | (mountWords[word] ?? 0), 0x4 | 0x1000000) & ~withdrawn(words),
      readOnly: words.includes('ro') && words.lastIndexOf('ro') > words.lastIndexOf('rw'),
    };
  });
}

/** Options that are attributes of the mount rather than the file system's. */
const mountWords: Readonly<Record<string, number>> = {
  ro: 0,
  rw: 0,
  nosuid: 0x2,
  suid: 0,
  nodev: 0x4,
  dev: 0,
  noexec: 0x8,
  exec: 0,
  noatime: 0x400,
  nodiratime: 0x800,
  relatime: 0x200000,
  strictatime: 0x1000000,
  defaults: 0,
};

function withdrawn(words: readonly string[]): number {
  return (words.includes('dev') ? 0x4 : 0) | (words.some((word) => /^(noatime|relatime)$/.test(word)) ? 0x1000000 : 0);
}

function privateTmpMounts(exec: ExecSettings, context: ExecContext): readonly MountEntry[] {
  const wanted = privateTmp(exec);
  if (wanted === 'disconnected') {
    return ['/tmp', '/var/tmp'].map((path) => ({
      path,
      mode: 'tmpfs',
      setting: 'PrivateTmp',
      options: 'mode=1777,size=10%,nr_inodes=1m',
      attributes: 0x2 | 0x4 | 0x1000000,
    }));
  }
  const tmp = context.space?.tmp;
  if (!wanted || tmp === undefined) return [];
  return [
    { path: '/tmp', mode: 'private-tmp', setting: 'PrivateTmp', source: 'tmp' },
    { path: '/var/tmp', mode: 'private-tmp', setting: 'PrivateTmp', source: 'varTmp' },
  ];
}

function imageMounts(exec: ExecSettings): readonly MountEntry[] {
  return mountImages(exec).map((image) => ({ ...image, mode: 'image', setting: 'MountImages' }));
}

/** The hierarchies of extensions (systemd-sysext(8)), the last one named on top. */
function extensionMounts(exec: ExecSettings, context: ExecContext): readonly MountEntry[] {
  const { extensions = [] } = context;
  const images = extensionImages(exec, context);
  const fitting = exec.ExtensionDirectories.flatMap(({ path }) => extensions.filter((each) => each.path === path && each.state === 'fits'));
  return hierarchies.flatMap((path): readonly MountEntry[] => {
    const directories = fitting.filter((each) => each.hierarchies.includes(path)).map((each) => `${each.path}${path}`);
    const layers = [...images.map(({ place }) => `${place}${path}`), ...directories].toReversed();
    if (layers.length === 0) return [];
    if (directories.length > 0) return [{ path, mode: 'overlay', setting: 'ExtensionDirectories', layers, readOnly: true }];
    // Which of the hierarchies an image has is known to nobody yet; what is laid over none stays as it is.
    return [{ path, mode: 'overlay', setting: 'ExtensionImages', layers, optional: true }];
  });
}

function controlGroupMounts(exec: ExecSettings): readonly MountEntry[] {
  const wanted = exec.ProtectControlGroups;
  if (wanted === false) return [];
  const setting = 'ProtectControlGroups';
  const path = '/sys/fs/cgroup';
  if (wanted === true) return [{ path, mode: 'read-only', setting }];
  return [{ path, mode: 'control-groups', setting, attributes: 0x2 | 0x4 | 0x8, readOnly: wanted === 'strict' }];
}

/** /proc, /sys, /dev and /run, unless something else is mounted there. */
function apiMounts(exec: ExecSettings, hasRoot: boolean): readonly MountEntry[] {
  if (!mountsApi(exec, hasRoot)) return [];
  const hidden = isSet(exec.ProtectProc, 'default') || isSet(exec.ProcSubset, 'all');
  const words = hidden ? [`hidepid=${exec.ProtectProc === undefined || exec.ProtectProc === 'default' ? 'off' : exec.ProtectProc}`] : [];
  if (exec.ProcSubset === 'pid') words.push('subset=pid');
  const setting = isSet(exec.ProtectProc, 'default') ? 'ProtectProc' : 'ProcSubset';
  return apiFileSystems.map((entry) =>
    entry.mode === 'processes' ? { ...entry, options: words.join(','), ...(hidden ? { setting } : {}) } : entry,
  );
}

function hostnameMounts(exec: ExecSettings): readonly MountEntry[] {
  if (!hasOwnHostname(exec)) return [];
  const mode = exec.ProtectHostname === 'yes' ? 'read-only' : 'read-write';
  return ['hostname', 'domainname'].map((name) => ({
    path: `/proc/sys/kernel/${name}`,
    mode,
    setting: 'ProtectHostname',
  }));
}

/** In another root with an empty /run, or with a /dev whose `log` leads there, nobody could write to the journal without them. */
function bindsLogSockets(exec: ExecSettings, hasRoot: boolean): boolean {
  return exec.BindLogSockets ?? (hasRoot && (exec.PrivateDevices || mountsApi(exec, hasRoot)));
}

/** Whether /proc, /sys, /dev and /run are mounted where they are missing. */
export function mountsApi(exec: ExecSettings, hasRoot: boolean): boolean {
  return (
    (exec.MountAPIVFS ?? hasRoot) ||
    exec.ProtectControlGroups !== false ||
    exec.ProtectKernelTunables ||
    exec.PrivatePIDs ||
    isSet(exec.ProtectProc, 'default') ||
    isSet(exec.ProcSubset, 'all')
  );
}

/** Whether the setting says something else than what is usual. */
export function isSet(value: string | undefined, usual: string): boolean {
  return value !== undefined && value !== usual;
}
