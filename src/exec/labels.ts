import type { ExecSettings } from '../unit/settings/exec.ts';
import type { Op } from './op.ts';

/** How each security module is told the label of the program that is executed next, and the exit status where it refuses (systemd.exec(5), "Mandatory Access Control"). */
const modules = [
  { setting: 'SmackProcessLabel', path: '/proc/self/attr/current', text: (label: string) => label, exit: 236 },
  { setting: 'SELinuxContext', path: '/proc/self/attr/exec', text: (label: string) => `${label}\0`, exit: 229 },
  { setting: 'AppArmorProfile', path: '/proc/self/attr/apparmor/exec', text: (profile: string) => `exec ${profile}`, exit: 231 },
] as const;

/** The labels that the process is to have. A `-` in front lets it run without. */
export function labelOps(exec: Pick<ExecSettings, (typeof modules)[number]['setting']>): readonly Op[] {
  return modules.flatMap(({ setting, path, text, exit }): readonly Op[] => {
    const wanted = exec[setting];
    const optional = wanted.startsWith('-');
    const label = optional ? wanted.slice(1) : wanted;
    if (label === '') return [];
    const op = { op: 'write', path, bytes: new TextEncoder().encode(text(label)), exit, setting } as const;
    return [optional ? { ...op, tolerate: true } : op];
  });
}
