import { type KernelFeature, type Machine, namespaces } from '../exec/needs/need.ts';
import type { Files } from '../port/files.ts';
import { capabilityNames } from '../unit/values/capability.ts';
import { legacyControllers } from './legacy-controllers.ts';
import { fileOpenHookOf } from './file-open-hook.ts';
import type { World } from './world.ts';

/** What the machine has of what settings need. Asked once for each manager: what a kernel can do does not change under it. */
export function machineOf(world: World): Machine {
  const known = machines.get(world);
  if (known !== undefined) return known;
  const { files, keeper } = world.options;
  const { cgroupRoot, tracking, pid } = keeper.inventory;
  const unified = tracking === 'cgroup2' ? text(files, `${cgroupRoot}/cgroup.controllers`).trim().split(' ') : [];
  const legacy = legacyControllers(keeper.inventory);
  const asked = readMachine(files, pid, [...unified, ...legacy.keys()], world.options.scope);
  const tried = world.options.userNamespaces === false ? withoutUserNamespaces(asked, world.options.scope) : asked;
  const found = { ...tried, legacy: new Set<string>(legacy.keys()) };
  const lacking = tracking === 'cgroup2' ? none : legacy.has('devices') ? programs : ofCgroups;
  const withoutSecurityModule = (): string | undefined => {
    const hook = fileOpenHookOf(world);
    return hook.ok ? undefined : hook.error;
  };
  const helpers = new Set(world.options.sessionProgram === undefined ? [] : ['PAM']);
  const machine = { ...found, helpers, features: found.features.difference(lacking), withoutSecurityModule };
  machines.set(world, machine);
  return machine;
}

const machines = new WeakMap<World, Machine>();

/** Programs are attached to cgroups of version 2, and only those tell of the pressure in them. */
const programs: ReadonlySet<string> = new Set(['BPF', 'BPF as a security module', 'pressure stall information']);
const ofCgroups: ReadonlySet<string> = new Set([...programs, 'device filters']);
const none: ReadonlySet<string> = new Set();

/** What was tried and refused is not there, whatever the kernel's files say. */
function withoutUserNamespaces(machine: Machine, scope: 'system' | 'user'): Machine {
  const features = machine.features.difference(new Set(['user namespaces']));
  return { ...machine, features, rights: scope === 'user' && !machine.capabilities.has('CAP_SYS_ADMIN') ? new Set() : machine.rights };
}

/** The machine as a process of that pid finds it; where /proc says nothing of it, all is held to be there, and what is not will fail. */
export function readMachine(files: Files, pid: number, controllers: readonly string[], scope: 'system' | 'user' = 'system'): Machine {
  const status = text(files, `/proc/${pid}/status`);
  if (status === '')
    return {
      controllers: new Set(controllers),
      capabilities: new Set(capabilities),
      features: new Set(allFeatures),
      rights: new Set(['to make namespaces']),
    };
  const features = new Set(allFeatures.filter((feature) => evidence[feature](files, status)));
  const own = capabilitiesOf(status);
  // A user's manager makes a user namespace first, in which it may make the others.
  const makesNamespaces = own.has('CAP_SYS_ADMIN') || (scope === 'user' && features.has('user namespaces'));
  return {
    controllers: new Set(controllers.filter((each) => each !== '')),
    capabilities: own,
    features,
    rights: new Set(makesNamespaces ? ['to make namespaces'] : []),
  };
}

/** By what each feature is known. */
const evidence: Readonly<Record<KernelFeature, (files: Files, status: string) => boolean>> = {
  seccomp: (_files, status) => /^Seccomp:/m.test(status),
  'mount namespaces': (files) => exists(files, '/proc/self/ns/mnt'),
  'network namespaces': (files) => exists(files, '/proc/self/ns/net'),
  'pid namespaces': (files) => exists(files, '/proc/self/ns/pid'),
  'ipc namespaces': (files) => exists(files, '/proc/self/ns/ipc'),
  'uts namespaces': (files) => exists(files, '/proc/self/ns/uts'),
  'user namespaces': (files) => exists(files, '/proc/self/ns/user') && text(files, '/proc/sys/user/max_user_namespaces').trim() !== '0',
  BPF: (files) => exists(files, '/proc/sys/kernel/unprivileged_bpf_disabled'),
  // A closer look is taken for units that need it.
  'BPF as a security module': (files) => isAtLeast(text(files, '/proc/sys/kernel/osrelease'), 6, 0),
  'BPF tokens': (files) => isAtLeast(text(files, '/proc/sys/kernel/osrelease'), 6, 9),
  'device filters': (files) => exists(files, '/proc/sys/kernel/unprivileged_bpf_disabled') || exists(files, '/sys/fs/cgroup/devices'),
  SELinux: (files) => securityModules(files).includes('selinux'),
  AppArmor: (files) => securityModules(files).includes('apparmor'),
  Smack: (files) => securityModules(files).includes('smack'),
  'same-page merging': (files) => exists(files, '/sys/kernel/mm/ksm/run'),
  'pressure stall information': (files) => exists(files, '/proc/pressure/memory'),
};

const allFeatures: readonly KernelFeature[] = [
  'seccomp',
  ...namespaces,
  'BPF',
  'BPF as a security module',
  'BPF tokens',
  'device filters',
  'SELinux',
  'AppArmor',
  'Smack',
  'same-page merging',
  'pressure stall information',
];

const capabilities = capabilityNames.map((name) => name.toUpperCase());

function capabilitiesOf(status: string): ReadonlySet<string> {
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return new Set(capabilities.filter((_, bit) => ((mask >> BigInt(bit)) & 1n) === 1n));
}

function securityModules(files: Files): readonly string[] {
  return text(files, '/sys/kernel/security/lsm').trim().split(',');
}

/** What shows in no file of /proc or /sys is known by the version of the kernel. */
function isAtLeast(release: string, major: number, minor: number): boolean {
  const [own = 0, next = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return own > major || (own === major && next >= minor);
}

function exists(files: Files, path: string): boolean {
  return files.stat(path).kind !== 'missing';
}

function text(files: Files, path: string): string {
  const bytes = files.read(path, 65_536);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
}
