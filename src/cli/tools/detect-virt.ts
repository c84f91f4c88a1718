import { statSync } from 'node:fs';
import { flag, type OptionRow, readWords } from '../getopt.ts';
import { versionLines } from '../commands/help.ts';
import type { Call } from '../main.ts';
import { refuseCommandLine } from '../output/messages.ts';

interface VirtOptions {
  readonly only: 'any' | 'container' | 'vm' | 'chroot' | 'private-users';
  readonly quiet: boolean;
  readonly print: 'help' | 'version' | 'list' | undefined;
}

/** systemd-detect-virt(1): what this machine runs in; 0 if it runs in anything. */
export async function runDetectVirt({ argv, terminal, services }: Call): Promise<number> {
  const read = readWords('systemd-detect-virt', argv, rows, defaults);
  const problem = !read.ok ? read.error : read.value.words.length > 0 ? 'systemd-detect-virt takes no arguments.' : undefined;
  if (!read.ok || problem !== undefined) {
    refuseCommandLine(terminal, problem ?? '');
    return 1;
  }
  const { only, quiet, print } = read.value.options;
  if (print !== undefined) {
    const lines = print === 'help' ? help : print === 'list' ? known : versionLines('systemd-detect-virt', services.version);
    for (const line of lines) terminal.print(line);
    return 0;
  }
  if (only === 'chroot') return isChroot() ? 0 : 1;
  const { container, vm, privateUsers } = await services.virtualization();
  if (only === 'private-users') return privateUsers ? 0 : 1;
  const found = only === 'container' ? container : only === 'vm' ? vm : container === 'none' ? vm : container;
  if (!quiet) terminal.print(found);
  return found === 'none' ? 1 : 0;
}

/** Whether the root directory is another one than that of the init process. */
function isChroot(): boolean {
  try {
    const [ours, theirs] = [statSync('/'), statSync('/proc/1/root')];
    return ours.ino !== theirs.ino || ours.dev !== theirs.dev;
  } catch {
    return false;
  }
}

const defaults: VirtOptions = { only: 'any', quiet: false, print: undefined };

const rows: readonly OptionRow<VirtOptions>[] = [
  { long: 'help', short: 'h', isLast: true, ...flag({ print: 'help' }) },
  { long: 'version', isLast: true, ...flag({ print: 'version' }) },
  { long: 'container', short: 'c', ...flag({ only: 'container' }) },
  { long: 'vm', short: 'v', ...flag({ only: 'vm' }) },
  { long: 'chroot', short: 'r', ...flag({ only: 'chroot' }) },
  { long: 'private-users', ...flag({ only: 'private-users' }) },
  { long: 'quiet', short: 'q', ...flag({ quiet: true }) },
  { long: 'list', isLast: true, ...flag({ print: 'list' }) },
];

/** What systemd 252 may answer. */
const known: readonly string[] = (
  'none kvm amazon qemu bochs xen uml vmware oracle microsoft zvm parallels bhyve qnx acrn powervm apple sre google vm-other ' +
  'systemd-nspawn lxc-libvirt lxc openvz docker podman rkt wsl proot pouch container-other'
).split(' ');

const help: readonly string[] = [
  'systemd-detect-virt [OPTION…]',
  '',
  'Tell what this machine runs in: a container, a virtual machine, or none.',
  '',
  '  -c --container    Only containers',
  '  -v --vm           Only virtual machines',
  '  -r --chroot       Whether the root directory is another one than that of process 1',
  '  --private-users   Whether this is a user namespace',
  '  -q --quiet        Tell by the exit status alone',
  '  --list            What the answer may be',
];
