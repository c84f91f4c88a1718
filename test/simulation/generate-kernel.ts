import type { Script } from '../../src/port/keeper-fake.ts';
import type { Random } from '../scenario/random.ts';
import type { Deed } from './scenario.ts';

/** What a maker of units adds to. */
interface Parts {
  readonly random: Random;
  readonly units: Record<string, readonly string[]>;
  readonly programs: Record<string, readonly Script[]>;
  readonly deeds: Deed[];
}

/** The network interface that udev tells of when it is plugged in. */
export const deviceUnit = 'sys-class-net-lo.device';

const swap = '/swapfile';

/** An area for swapping, which others use and give up as well. */
export function makeSwap({ random, units, deeds }: Parts): string {
  units['swapfile.swap'] = ['[Unit]', '[Swap]', `What=${swap}`, ...(random.chance(0.5) ? ['TimeoutSec=5'] : [])];
  deeds.push({ do: 'swap-on', what: swap }, { do: 'swap-off', what: swap }, { do: 'swap-on', what: '/other' });
  return 'swapfile.swap';
}

/** An automount point, and what is mounted there when somebody looks. */
export function makeAutomount({ random, units, deeds }: Parts): readonly string[] {
  units['net.mount'] = ['[Unit]', '[Mount]', 'What=tmpfs', 'Where=/net', 'Type=tmpfs', ...(random.chance(0.5) ? ['TimeoutSec=5'] : [])];
  units['net.automount'] = [
    '[Unit]',
    '[Automount]',
    'Where=/net',
    ...(random.chance(0.6) ? [`TimeoutIdleSec=${random.one([2, 4, 11])}`] : []),
  ];
  for (const token of [1, 2, 3, 4, 5, 6]) deeds.push({ do: 'visit', unit: 'net.automount', token });
  deeds.push({ do: 'unmount', where: '/net' });
  return ['net.automount', 'net.mount'];
}

/** A service that is there as long as a device is. */
export function makeDevice({ random, units, deeds }: Parts): string {
  const bond = random.one(['BindsTo', 'BindsTo', 'Requires', 'Wants']);
  units['plugged.service'] = [
    '[Unit]',
    `${bond}=${deviceUnit}`,
    `After=${deviceUnit}`,
    'JobTimeoutSec=20',
    '[Service]',
    'ExecStart=/bin/daemon-plugged',
    'TimeoutStopSec=3',
    ...(random.chance(0.3) ? ['Restart=always', 'RestartSec=2'] : []),
  ];
  deeds.push({ do: 'plug' }, { do: 'unplug' }, { do: 'plug' }, { do: 'unplug' });
  return 'plugged.service';
}

/** Units that clients make as they go. */
export function makeTransients({ random, deeds }: Parts): void {
  const life = random.between(2, 20) * 1_000_000 + random.between(90_001, 95_000);
  const ends = random.chance(0.6) ? { runUsec: life } : {};
  const scope = { do: 'transient', unit: 'made.scope', properties: { TimeoutStopSec: '3s' } } as const;
  const process = { ...ends, ...(random.chance(0.3) ? { ignores: [15] } : {}) };
  const service = { ExecStart: '"/bin/sleep"', Type: random.one(['simple', 'exec']), TimeoutStopSec: '3s', RuntimeMaxSec: '9s' };
  const properties: Record<string, string> = random.chance(0.5) ? { ...service, Restart: 'on-failure' } : service;
  // They are made more often than stopped.
  for (let time = 0; time < 2; time += 1) deeds.push({ ...scope, process }, { do: 'transient', unit: 'made.service', properties });
  deeds.push(
    { do: 'request', job: 'stop', unit: 'made.scope', mode: 'replace' },
    { do: 'request', job: random.one(['stop', 'restart']), unit: 'made.service', mode: 'replace' },
  );
}
