import { spawnSync } from 'node:child_process';

/** The security modules that the kernel asks, as far as somebody here wants to know of them; undefined where it does not tell, as before Linux 6.8. */
export function securityModules(keeper: string): readonly string[] | undefined {
  const { stdout, status } = spawnSync(keeper, ['--security-modules'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return status === 0 ? stdout.split('\n').map((number) => names[number] ?? number) : undefined;
}

/** LSM_ID_BPF of linux/lsm.h. */
const names: Readonly<Record<string, string>> = { '109': 'bpf' };
