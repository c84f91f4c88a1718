import type { MountEntry, MountMode } from './mount-entry.ts';

/** Paths that settings of systemd.exec(5), "Sandboxing", name without the unit's author having to. */
type Row = readonly [path: string, mode: MountMode, presence: 'optional' | 'required', more?: Partial<MountEntry>];

function table(setting: string, rows: readonly Row[]): readonly MountEntry[] {
  return rows.map(([path, mode, presence, more = {}]) => ({ path, mode, setting, optional: presence === 'optional', ...more }));
}

export const kernelTunables = table('ProtectKernelTunables', [
  ['/proc/acpi', 'read-only', 'optional'],
  ['/proc/apm', 'read-only', 'optional'],
  ['/proc/asound', 'read-only', 'optional'],
  ['/proc/bus', 'read-only', 'optional'],
  ['/proc/fs', 'read-only', 'optional'],
  ['/proc/irq', 'read-only', 'optional'],
  ['/proc/kallsyms', 'inaccessible', 'optional'],
  ['/proc/kcore', 'inaccessible', 'optional'],
  ['/proc/latency_stats', 'read-only', 'optional'],
  ['/proc/mtrr', 'read-only', 'optional'],
  ['/proc/scsi', 'read-only', 'optional'],
  ['/proc/sys', 'read-only', 'optional'],
  ['/proc/sysrq-trigger', 'read-only', 'optional'],
  ['/proc/timer_stats', 'read-only', 'optional'],
  ['/sys', 'read-only', 'required'],
  ['/sys/fs/bpf', 'read-only', 'optional'],
  ['/sys/fs/cgroup', 'read-write-implicit', 'required'],
  ['/sys/fs/selinux', 'read-write-implicit', 'optional'],
  ['/sys/kernel/debug', 'read-only', 'optional'],
  ['/sys/kernel/tracing', 'read-only', 'optional'],
]);

export const kernelModules = table('ProtectKernelModules', [['/usr/lib/modules', 'inaccessible', 'optional']]);

export const kernelLogs = table('ProtectKernelLogs', [
  ['/proc/kmsg', 'inaccessible', 'optional'],
  ['/dev/kmsg', 'inaccessible', 'optional'],
]);

export const hiddenHomes = table('ProtectHome', [
  ['/home', 'inaccessible', 'optional'],
  ['/run/user', 'inaccessible', 'optional'],
  ['/root', 'inaccessible', 'optional'],
]);

export const readOnlyHomes = table('ProtectHome', [
  ['/home', 'read-only', 'optional'],
  ['/run/user', 'read-only', 'optional'],
  ['/root', 'read-only', 'optional'],
]);

const tiny = { attributes: 0x4 | 0x1000000, readOnly: true } as const;

export const temporaryHomes = table('ProtectHome', [
  ['/home', 'tmpfs', 'optional', { ...tiny, options: 'mode=0755,size=4m,nr_inodes=1k' }],
  ['/run/user', 'tmpfs', 'optional', { ...tiny, options: 'mode=0755,size=4m,nr_inodes=1k' }],
  ['/root', 'tmpfs', 'optional', { ...tiny, options: 'mode=0700,size=4m,nr_inodes=1k' }],
]);

const systemRows: readonly Row[] = [
  ['/usr', 'read-only', 'required'],
  ['/boot', 'read-only', 'optional'],
  ['/efi', 'read-only', 'optional'],
];

export const systemDirectories = table('ProtectSystem', systemRows);

export const systemDirectoriesAndEtc = table('ProtectSystem', [...systemRows, ['/etc', 'read-only', 'required']]);

export const strictSystem = table('ProtectSystem', [
  ['/', 'read-only', 'required'],
  ['/proc', 'read-write-implicit', 'required'],
  ['/sys', 'read-write-implicit', 'required'],
  ['/dev', 'read-write-implicit', 'required'],
  ['/home', 'read-write-implicit', 'optional'],
  ['/run/user', 'read-write-implicit', 'optional'],
  ['/root', 'read-write-implicit', 'optional'],
]);

export const apiFileSystems = table('MountAPIVFS', [
  ['/proc', 'processes', 'required', { attributes: 0x2 | 0x4 | 0x8 }],
  ['/dev', 'bind-devices', 'required'],
  ['/sys', 'system-information', 'required'],
  ['/run', 'run', 'required', { options: 'mode=0755,size=20%,nr_inodes=800k', attributes: 0x2 | 0x4 | 0x1000000 }],
]);

export const logSockets = table(
  'BindLogSockets',
  ['socket', 'stdout', 'dev-log'].map((name): Row => [
    `/run/systemd/journal/${name}`,
    'bind',
    'optional',
    // tysd's own is a link.
    { follow: true, readOnly: true, noExec: true, noSuid: true },
  ]),
);
