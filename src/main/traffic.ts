import { spawnSync } from 'node:child_process';
import type { Traffic } from '../manager/options.ts';

/** Asks the keeper's program what was counted in a cgroup: that takes a system call, which JavaScript has not. */
export function trafficOf(keeper: string, cgroup: string): Traffic | undefined {
  const { stdout } = spawnSync(keeper, ['--traffic', cgroup], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return readTraffic(stdout ?? '');
}

function readTraffic(text: string): Traffic | undefined {
  const [inBytes, inPackets, outBytes, outPackets, ...more] = text.trim().split(' ').map(Number);
  if (inBytes === undefined || inPackets === undefined || outBytes === undefined || outPackets === undefined) return undefined;
  const counted = [inBytes, inPackets, outBytes, outPackets] as const;
  return more.length === 0 && counted.every((count) => Number.isSafeInteger(count)) ? counted : undefined;
}
