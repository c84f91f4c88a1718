import { suggestUnit } from '../did-you-mean.ts';
import { installerOf } from '../installer.ts';
import type { Invocation } from '../invocation.ts';
import { readUnits } from '../names.ts';
import { syncWithSysv } from '../sysv-install.ts';

/** States for which `is-enabled` ends with 0 (systemctl(1), is-enabled). */
const good: ReadonlySet<string> = new Set(['enabled', 'enabled-runtime', 'static', 'alias', 'indirect', 'generated']);

/** `is-enabled`: prints the state of each unit file; 0 if at least one is enabled or need not be. A unit file that is not there ends it. */
export async function runIsEnabled(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const wanted = readUnits(invocation, 'to check', words);
  if (wanted === undefined) return 1;
  const installer = await installerOf(invocation);
  if (!installer.ok) return installer.error;
  const sysv = await syncWithSysv(invocation, installer.value, wanted);
  const units = sysv.native;
  let enabled = sysv.states.includes('enabled');
  if (!options.quiet) for (const state of sysv.states) terminal.print(state);
  const states = await installer.value.states(units);
  if (!states.ok) {
    terminal.fail(`Failed to get unit file states: ${states.error.message}`);
    return 1;
  }
  for (const [index, state] of states.value.entries()) {
    if (!state.ok) {
      // A link that cannot be an alias is noticed before the unit itself is looked for.
      const what =
        state.error === 'Invalid cross-device link' ? 'look up unit file state' : `get unit file state for ${units[index] ?? ''}`;
      terminal.fail(`Failed to ${what}: ${state.error}`);
      if (state.error === 'No such file or directory') await suggestUnit(invocation, units[index] ?? '', installer.value);
      return 1;
    }
    enabled ||= good.has(state.value);
    if (options.quiet) continue;
    terminal.print(state.value);
    if (!options.full) continue;
    const links = await installer.value.links(units[index] ?? '');
    for (const link of links.ok ? links.value : []) terminal.print(`  ${link}`);
  }
  return enabled ? 0 : 1;
}
