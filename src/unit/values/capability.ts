import { ok } from '../../base/result.ts';
import { warnAt } from './combine.ts';
import { readInteger } from './integer.ts';
import type { ValueParser } from './parser.ts';
import { splitWords, unquoted } from './words.ts';

/** Names of the capabilities of Linux, each at its number. */
export const capabilityNames: readonly string[] = (
  'chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin ' +
  'net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time ' +
  'sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon ' +
  'bpf checkpoint_restore'
)
  .split(' ')
  .map((name) => `cap_${name}`);
const byName: ReadonlyMap<string, number> = new Map(capabilityNames.map((name, index) => [name, index]));

/** The highest number that a capability can have. */
const HIGHEST = 62;

/** Capabilities by number; `invert` means all but these. */
export interface CapabilityList {
  readonly invert: boolean;
  readonly capabilities: readonly number[];
}

/** CapabilityBoundingSet=, AmbientCapabilities=: names or numbers, `~` in front for all but these; one that is not known is dropped with a warning. */
export const capabilityList: ValueParser<CapabilityList> = (text, context) => {
  const invert = text.startsWith('~');
  const start = invert ? 1 : 0;
  const split = splitWords(text.slice(start), unquoted, context);
  if (!split.ok) return split;
  const capabilities: number[] = [];
  for (const word of split.value) {
    const number = capabilityNumber(word.text);
    if (number === undefined)
      warnAt(context, { message: `expected a capability such as CAP_CHOWN, found ${JSON.stringify(word.text)}` }, word.offset + start);
    else capabilities.push(number);
  }
  return ok({ invert, capabilities });
};

/** The number of a capability by its name in any case, or by its number; undefined where there is none. */
export function capabilityNumber(text: string): number | undefined {
  const number = readInteger(text);
  if (number !== undefined) return number >= 0 && number <= HIGHEST ? number : undefined;
  return byName.get(text.toLowerCase());
}
