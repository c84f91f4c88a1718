import type { Invocation } from '../invocation.ts';

/** Verbs of systemctl that tysd does not have yet: says so, so that no script takes silence for success. */
export function runNotYet({ program, verb, terminal }: Invocation): Promise<number> {
  terminal.warn(`${program}: tysd does not have the verb ${verb} yet.`);
  return Promise.resolve(1);
}
