import type { Invocation } from '../invocation.ts';

/** Verbs of systemctl that tysd refuses, so that no script takes silence for success. */
export function runRefused({ program, verb, terminal }: Invocation): Promise<number> {
  terminal.fail(`${program}: tysd does not have the verb ${verb}: ${reasons[verb] ?? 'it is not known'}.`);
  return Promise.resolve(1);
}

const reasons: Readonly<Record<string, string>> = {
  'switch-root': 'it stays in the root directory in which it was started',
  whoami: 'status PID tells of which unit a process is',
};
