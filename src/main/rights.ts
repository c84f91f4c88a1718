import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** CAP_SYS_ADMIN's bit (capability.h). */
const admin = 21n;

/** Whether this process may mount and make namespaces by its capabilities alone. */
export function mayAdminister(): boolean {
  try {
    const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
    return ((BigInt(`0x${mask}`) >> admin) & 1n) === 1n;
  } catch {
    // Without /proc nothing is known; what may not be done will fail.
    return true;
  }
}

/** Whether the kernel lets us make user namespaces. No file tells: a filter of system calls, a security module or a limit may be in the way, so it is tried. */
export function mayMakeUserNamespaces(keeper: string): boolean {
  return spawnSync(keeper, ['--probe'], { stdio: 'ignore' }).status === 0;
}
