import { basename } from 'node:path';
import type { Call } from '../main.ts';

/** Tools of systemd that tysd refuses to be, and why: a script that calls them is to know that nothing was done. */
export const refusedTools: Readonly<Record<string, string>> = {
  'systemd-inhibit': 'there are no inhibitors: tysd asks nobody before it ends, and puts no machine to sleep. Run the command itself.',
  'systemd-ask-password': 'tysd asks nobody for passwords: give them as credentials (LoadCredential=, SetCredential=).',
  'systemd-tty-ask-password-agent': 'tysd asks nobody for passwords, so there are none to answer for.',
};

/** Says why; the exit status is 1. */
export function runRefused({ program, terminal }: Call): Promise<number> {
  const name = basename(program);
  terminal.fail(`${name}: ${refusedTools[name] ?? 'tysd is not this tool.'}`);
  return Promise.resolve(1);
}
