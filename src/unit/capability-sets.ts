import type { ExecSettings } from './settings/exec.ts';
import { type CapabilityList, capabilityNames } from './values/capability.ts';

/** What a process and its children may ever get: CapabilityBoundingSet= without what other settings take away. */
export function boundingSet(exec: ExecSettings): ReadonlySet<number> {
  const set = new Set(sumOf(exec.CapabilityBoundingSet, everyCapability));
  for (const [key, names] of takenBy) if (exec[key] === true) for (const name of names) set.delete(capabilityNames.indexOf(name));
  return set;
}

/** AmbientCapabilities=: what a process has though it is not root. */
export function ambientSet({ AmbientCapabilities }: ExecSettings): ReadonlySet<number> {
  return sumOf(AmbientCapabilities, []);
}

/** SecureBits= as the bits of prctl(PR_SET_SECUREBITS). */
export function secureBits({ SecureBits = [] }: ExecSettings): number {
  return SecureBits.reduce((bits, word) => bits | (secureBitNames.includes(word) ? 1 << secureBitNames.indexOf(word) : 0), 0);
}

/** A list replaces the initial set, and so does one that names none; others add to what there is, or take from it where they are inverted. */
function sumOf(lists: readonly CapabilityList[], initial: readonly number[]): ReadonlySet<number> {
  let set = new Set(initial);
  for (const { invert, capabilities } of lists) {
    const isInitial = set.size === initial.length && initial.every((number) => set.has(number));
    if (capabilities.length === 0 || isInitial) set = new Set(invert ? everyCapability : []);
    for (const number of capabilities) {
      if (invert) set.delete(number);
      else set.add(number);
    }
  }
  return set;
}

const everyCapability: readonly number[] = capabilityNames.map((_, number) => number);

/** The words of SecureBits=, by the number of their bit. */
export const secureBitNames: readonly string[] = [
  'noroot',
  'noroot-locked',
  'no-setuid-fixup',
  'no-setuid-fixup-locked',
  'keep-caps',
  'keep-caps-locked',
];

/** What other settings take out of the bounding set. */
const takenBy: readonly (readonly [keyof ExecSettings, readonly string[]])[] = [
  ['PrivateDevices', ['cap_mknod', 'cap_sys_rawio']],
  ['ProtectKernelModules', ['cap_sys_module']],
  ['ProtectKernelLogs', ['cap_syslog']],
  ['ProtectClock', ['cap_sys_time', 'cap_wake_alarm']],
];
