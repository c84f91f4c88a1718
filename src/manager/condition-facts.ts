import type { Files } from '../port/files.ts';
import type { SpecifierFacts } from '../unit/specifiers.ts';

/** What conditions are judged by, besides the file system: gathered once, and data, so that any machine can be imagined. */
export interface ConditionFacts {
  readonly files: Pick<Files, 'read' | 'list' | 'stat' | 'statFollow' | 'realPath'>;
  readonly architecture: string;
  readonly firmware: { readonly uefi: boolean; readonly deviceTree: boolean; readonly compatible: readonly string[] };
  readonly virtualization: { readonly kind: 'none' | 'vm' | 'container'; readonly id: string; readonly privateUsers: boolean };
  readonly hostName: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly kernelCommandLine: string;
  readonly kernelRelease: string;
  readonly osRelease: Readonly<Record<string, string>>;
  readonly version: string;
  readonly user: { readonly name: string; readonly uid: number };
  readonly groups: readonly { readonly name: string; readonly gid: number }[];
  /** Bounding set of capabilities, bit by bit. */
  readonly capabilities: bigint;
  readonly memoryBytes: number;
  readonly processors: number;
  readonly processorFlags: readonly string[];
  readonly cgroup: 'v1' | 'v2' | 'none';
  readonly controllers: readonly string[];
  readonly security: readonly string[];
  readonly credentialDirectories: readonly string[];
  environment(): readonly string[];
}

/** Gathers the facts of this machine from /proc, /sys and /etc. */
export function gatherConditionFacts(
  files: Files,
  given: {
    readonly facts: SpecifierFacts;
    readonly version: string;
    readonly containerId: string;
    environment(): readonly string[];
  },
): ConditionFacts {
  const { facts } = given;
  const text = (path: string): string => {
    const bytes = files.read(path, 1024 * 1024);
    return bytes === undefined ? '' : new TextDecoder().decode(bytes);
  };
  const status = text('/proc/self/status');
  const groupNames = groupsByNumber(text('/etc/group'));
  return {
    files,
    architecture: facts.architecture,
    firmware: {
      uefi: files.statFollow('/sys/firmware/efi').kind === 'directory',
      deviceTree: files.statFollow('/proc/device-tree').kind === 'directory',
      compatible: text('/proc/device-tree/compatible')
        .split('\0')
        .filter((each) => each !== ''),
    },
    virtualization: virtualization(given.containerId, text),
    hostName: facts.hostName,
    machineId: facts.machineId,
    bootId: facts.bootId,
    kernelCommandLine: text('/proc/cmdline').trim(),
    kernelRelease: facts.kernelRelease,
    osRelease: facts.osRelease,
    version: given.version,
    user: facts.user,
    groups: groupsOf(status, facts, groupNames),
    capabilities: BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`),
    memoryBytes: Number(/^MemTotal:\s*([0-9]+) kB$/m.exec(text('/proc/meminfo'))?.[1] ?? 0) * 1024,
    processors: processorsIn(/^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? ''),
    processorFlags: (/^flags\s*:\s*(.*)$/m.exec(text('/proc/cpuinfo'))?.[1] ?? '').split(' '),
    cgroup: cgroupVersion(files),
    controllers: text('/sys/fs/cgroup/cgroup.controllers')
      .split(/\s+/)
      .filter((each) => each !== ''),
    security: securityModules(files, text),
    credentialDirectories: [],
    environment: () => given.environment(),
  };
}

type ReadText = (path: string) => string;

/** Who runs the machine, by what the kernel shows: first a container, then a hypervisor. */
function virtualization(containerId: string, text: ReadText): ConditionFacts['virtualization'] {
  const privateUsers = !/^\s*0\s+0\s+4294967295\s*$/.test(text('/proc/self/uid_map') || '0 0 4294967295');
  if (containerId !== '') return { kind: 'container', id: containerId, privateUsers };
  const vendor = `${text('/sys/class/dmi/id/sys_vendor')} ${text('/sys/class/dmi/id/product_name')} ${text('/sys/class/dmi/id/bios_vendor')}`;
  const clocks = text('/sys/devices/system/clocksource/clocksource0/available_clocksource');
  const id = hypervisors.find(([word]) => vendor.includes(word))?.[1] ?? hypervisorClocks.find(([word]) => clocks.includes(word))?.[1];
  if (id !== undefined) return { kind: 'vm', id, privateUsers };
  const isVirtual = /^flags\s*:.*\bhypervisor\b/m.test(text('/proc/cpuinfo'));
  return { kind: isVirtual ? 'vm' : 'none', id: isVirtual ? 'vm-other' : 'none', privateUsers };
}

const hypervisors: readonly (readonly [string, string])[] = [
  ['KVM', 'kvm'],
  ['Amazon EC2', 'amazon'],
  ['QEMU', 'qemu'],
  ['VMware', 'vmware'],
  ['VMW', 'vmware'],
  ['innotek GmbH', 'oracle'],
  ['VirtualBox', 'oracle'],
  ['Xen', 'xen'],
  ['Bochs', 'bochs'],
  ['Parallels', 'parallels'],
  ['BHYVE', 'bhyve'],
  ['Hyper-V', 'microsoft'],
  ['Google Compute Engine', 'google'],
  ['Firecracker', 'amazon'],
];

/** Clocks that only the kernels of their guests have, where no firmware tells more. */
const hypervisorClocks: readonly (readonly [string, string])[] = [
  ['kvm-clock', 'kvm'],
  ['hyperv_clocksource', 'microsoft'],
  ['xen', 'xen'],
];

function groupsByNumber(text: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name = '', , gid = ''] = line.split(':');
    if (name !== '' && /^[0-9]+$/.test(gid)) names.set(Number(gid), name);
  }
  return names;
}

function groupsOf(status: string, facts: SpecifierFacts, names: ReadonlyMap<number, string>): ConditionFacts['groups'] {
  const supplementary = (/^Groups:\s*(.*)$/m.exec(status)?.[1] ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number);
  return [...new Set([facts.user.gid, ...supplementary])].map((gid) => ({ gid, name: names.get(gid) ?? String(gid) }));
}

/** `0-3,8` → 5. */
function processorsIn(list: string): number {
  let count = 0;
  for (const range of list.split(',').filter((each) => each !== '')) {
    const [first = 0, last = first] = range.split('-').map(Number);
    count += last - first + 1;
  }
  return count;
}

function cgroupVersion(files: Files): ConditionFacts['cgroup'] {
  if (files.statFollow('/sys/fs/cgroup/cgroup.controllers').kind === 'file') return 'v2';
  return files.list('/sys/fs/cgroup').length > 0 ? 'v1' : 'none';
}

function securityModules(files: Files, text: ReadText): readonly string[] {
  const found: string[] = [];
  if (files.statFollow('/sys/fs/selinux/enforce').kind === 'file') found.push('selinux');
  if (text('/sys/module/apparmor/parameters/enabled').trim() === 'Y') found.push('apparmor');
  if (files.statFollow('/sys/fs/smackfs').kind === 'directory') found.push('smack');
  if (files.statFollow('/sys/kernel/security/tomoyo').kind === 'directory') found.push('tomoyo');
  if (files.statFollow('/sys/kernel/security/ima').kind === 'directory') found.push('ima');
  // The kernel has a socket of its own for each protocol that it speaks; the second column is the protocol.
  if (/^\S+\s+9\s/m.test(text('/proc/net/netlink'))) found.push('audit');
  if (files.list('/sys/class/tpmrm').length > 0) found.push('tpm2');
  if (files.list('/sys/firmware/efi/efivars').some((name) => name.startsWith('SecureBoot-'))) found.push('uefi-secureboot');
  return found;
}
