import type { Assignment, UnitText } from './syntax.ts';

/** Whether tysd itself has a unit of this name, to be used where no file has it (systemd.special(7)). */
export function hasBuiltin(name: string, scope: 'system' | 'user'): boolean {
  return units[scope].has(name);
}

/** The lines of a unit that is built in. */
export function builtinText(name: string, scope: 'system' | 'user'): UnitText | undefined {
  const lines = units[scope].get(name);
  return lines === undefined ? undefined : { assignments: lines.split('\n').map(assignment), problems: [] };
}

/** What a name that is built in as an alias stands for. */
export function builtinAlias(name: string, scope: 'system' | 'user'): string | undefined {
  return scope === 'system' ? systemAliases[name] : undefined;
}

/** The names that are built in as aliases of a unit. */
export function builtinAliasesOf(name: string, scope: 'system' | 'user'): readonly string[] {
  return scope === 'system' ? Object.keys(systemAliases).filter((alias) => systemAliases[alias] === name) : [];
}

/** Whether a unit is always active: it is there as long as the machine or the manager is, and cannot be stopped. */
export function isPerpetual(name: string, scope: 'system' | 'user'): boolean {
  return perpetual[scope].has(name);
}

/** The names of the units that are always active. */
export function perpetualNames(scope: 'system' | 'user'): Iterable<string> {
  return perpetual[scope];
}

const perpetual: Readonly<Record<'system' | 'user', ReadonlySet<string>>> = {
  system: new Set(['-.slice', 'system.slice', 'init.scope', '-.mount']),
  user: new Set(['-.slice', 'init.scope']),
};

const systemAliases: Readonly<Record<string, string>> = {
  'default.target': 'multi-user.target',
  'ctrl-alt-del.target': 'reboot.target',
};

/** Where the lines of built-in units say that they come from. */
export const BUILTIN_PATH = '(built in)';

const everywhere: Readonly<Record<string, string>> = {
  'shutdown.target': 'Description=System shutdown\nDefaultDependencies=no\nRefuseManualStart=yes',
  'sockets.target': 'Description=Sockets',
  'paths.target': 'Description=Paths',
  'timers.target': 'Description=Timers\nDefaultDependencies=no\nConflicts=shutdown.target',
  '-.slice': 'Description=Root Slice\nDocumentation=man:systemd.special(7)\nDefaultDependencies=no',
};

const system: Readonly<Record<string, string>> = {
  ...everywhere,
  'sysinit.target': [
    'Description=System initialization',
    'Wants=local-fs.target swap.target',
    'After=local-fs.target swap.target',
    'Conflicts=emergency.service emergency.target',
    'Before=emergency.service emergency.target',
  ].join('\n'),
  'basic.target': [
    'Description=Basic system',
    'Requires=sysinit.target',
    'Wants=sockets.target timers.target paths.target slices.target',
    'After=sysinit.target sockets.target paths.target slices.target',
  ].join('\n'),
  'multi-user.target': [
    'Description=Multi-user system',
    'Requires=basic.target',
    'Conflicts=rescue.service rescue.target',
    'After=basic.target rescue.service rescue.target',
    'AllowIsolate=yes',
  ].join('\n'),
  'graphical.target': [
    'Description=Graphical interface',
    'Requires=multi-user.target',
    'Wants=display-manager.service',
    'Conflicts=rescue.service rescue.target',
    'After=multi-user.target rescue.service rescue.target display-manager.service',
    'AllowIsolate=yes',
  ].join('\n'),
  // Only Wants=: without the service of a distribution there is no shell to start, and the target is of use all the same.
  'rescue.target':
    'Description=Rescue mode\nRequires=sysinit.target\nWants=rescue.service\nAfter=sysinit.target rescue.service\nAllowIsolate=yes',
  'emergency.target': 'Description=Emergency mode\nWants=emergency.service\nAfter=emergency.service\nAllowIsolate=yes',
  'slices.target': 'Description=Slices\nWants=-.slice system.slice\nAfter=-.slice system.slice',
  'swap.target': 'Description=Swaps',
  'local-fs.target': [
    'Description=Local file systems',
    'DefaultDependencies=no',
    'After=local-fs-pre.target',
    'Conflicts=shutdown.target',
    'OnFailure=emergency.target',
    'OnFailureJobMode=replace-irreversibly',
  ].join('\n'),
  'remote-fs.target': 'Description=Remote file systems\nDefaultDependencies=no\nAfter=remote-fs-pre.target\nConflicts=shutdown.target',
  'local-fs-pre.target': syncPoint('Before local file systems'),
  'remote-fs-pre.target': syncPoint('Before remote file systems'),
  'network.target': `${syncPoint('Network')}\nAfter=network-pre.target`,
  'network-pre.target': syncPoint('Before the network'),
  'network-online.target': 'Description=Network is up\nAfter=network.target',
  'nss-lookup.target': syncPoint('Host name lookup'),
  'nss-user-lookup.target': syncPoint('User name lookup'),
  'time-set.target': syncPoint('Clock is set'),
  'time-sync.target': `${syncPoint('Clock is synchronized')}\nWants=time-set.target\nAfter=time-set.target`,
  'getty.target': 'Description=Logins on terminals',
  'getty-pre.target': syncPoint('Before logins on terminals'),
  'umount.target': 'Description=All file systems unmounted\nDefaultDependencies=no\nRefuseManualStart=yes',
  'final.target':
    'Description=Last services of a shutdown\nDefaultDependencies=no\nRefuseManualStart=yes\nAfter=shutdown.target umount.target',
  ...ending('halt', 'Halt'),
  ...ending('poweroff', 'Power off', 'JobTimeoutSec=30min\nJobTimeoutAction=poweroff-force'),
  ...ending('reboot', 'Reboot', 'JobTimeoutSec=30min\nJobTimeoutAction=reboot-force'),
  ...ending('kexec', 'Reboot by kexec'),
  ...ending('soft-reboot', 'Reboot of user space', 'JobTimeoutSec=30min\nJobTimeoutAction=soft-reboot-force'),
  ...ending('exit', 'Exit'),
  'system.slice': 'Description=System Slice\nDocumentation=man:systemd.special(7)\nDefaultDependencies=no',
  'user.slice': 'Description=Slice of users and sessions\nBefore=slices.target',
  'machine.slice': 'Description=Slice of containers and virtual machines\nBefore=slices.target',
  'init.scope': 'Description=System and Service Manager\nDocumentation=man:systemd(1)\nDefaultDependencies=no',
  '-.mount': 'Description=Root Mount\nDefaultDependencies=no',
};

const user: Readonly<Record<string, string>> = {
  ...everywhere,
  'basic.target':
    'Description=Basic system\nWants=sockets.target timers.target paths.target\nAfter=sockets.target timers.target paths.target',
  'default.target': 'Description=Main target of the user\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes',
  'graphical-session.target':
    'Description=Graphical session of the user\nRequires=basic.target\nRefuseManualStart=yes\nStopWhenUnneeded=yes',
  'graphical-session-pre.target':
    'Description=Before the graphical session of the user\nRequires=basic.target\nBefore=graphical-session.target\nStopWhenUnneeded=yes',
  'exit.target': 'Description=Exit\nDefaultDependencies=no\nRequires=systemd-exit.service\nAfter=systemd-exit.service\nAllowIsolate=yes',
  'systemd-exit.service':
    'Description=Exit of the manager\nDefaultDependencies=no\nRequires=shutdown.target\nAfter=shutdown.target\nSuccessAction=exit-force',
  'init.scope': 'Description=System and Service Manager\nDocumentation=man:systemd(1)\nDefaultDependencies=no',
  'app.slice': 'Description=Slice of applications',
  'session.slice': 'Description=Slice of core services of the session',
  'background.slice': 'Description=Slice of background tasks',
};

const units: Readonly<Record<'system' | 'user', ReadonlyMap<string, string>>> = {
  system: new Map(Object.entries(system)),
  user: new Map(Object.entries(user)),
};

/** A target that only providers pull in, so that consumers can be ordered after it. */
function syncPoint(description: string): string {
  return `Description=${description}\nRefuseManualStart=yes`;
}

/** The target that ends the system in some way, and the service that does it when everything has stopped. */
function ending(way: string, description: string, more?: string): Readonly<Record<string, string>> {
  const service = `systemd-${way}.service`;
  const target = `Description=${description}\nDefaultDependencies=no\nRequires=${service}\nAfter=${service}\nAllowIsolate=yes`;
  const before = 'shutdown.target umount.target final.target';
  return {
    [`${way}.target`]: more === undefined ? target : `${target}\n${more}`,
    [service]: `Description=${description}\nDefaultDependencies=no\nRequires=${before}\nAfter=${before}\nSuccessAction=${way}-force`,
  };
}

function assignment(line: string, at: number): Assignment {
  const equals = line.indexOf('=');
  return { section: 'Unit', key: line.slice(0, equals), value: line.slice(equals + 1), line: at + 1, keyColumn: 1, column: equals + 2 };
}
