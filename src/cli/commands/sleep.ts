import type { Invocation } from '../invocation.ts';

const names: Readonly<Record<string, string>> = {
  suspend: 'Suspend',
  hibernate: 'Hibernate',
  'hybrid-sleep': 'HybridSleep',
  'suspend-then-hibernate': 'SuspendThenHibernate',
};

/** `suspend`, `hibernate` and their kin: tysd puts no machine to sleep, which is told as systemd tells it of machines that cannot. */
export function runSleep({ verb, options, terminal }: Invocation): Promise<number> {
  if (options.dryRun) return Promise.resolve(0);
  terminal.fail(`Call to ${names[verb] ?? verb} failed: Sleep verb "${verb}" not supported`);
  return Promise.resolve(1);
}
