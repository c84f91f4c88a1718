import type { Invocation } from '../invocation.ts';
import { sameManager } from './same-manager.ts';

/** Warns that a unit's files are not what they were when they were read, in systemctl's words. */
export function changedOnDisk({ program, options }: Invocation, unit: string): string {
  const reload = `${program}${sameManager(options)} daemon-reload`;
  return `Warning: The unit file, source configuration file or drop-ins of ${unit} changed on disk. Run '${reload}' to reload units.`;
}
