import { spawnSync } from 'node:child_process';
import { findKeeper } from './keeper-path.ts';

/** Sends a message of sd_notify(3) by the keeper's program: sendmsg(2) with credentials is out of JavaScript's reach. */
export function sendNotification(self: readonly string[], text: string, pid: number | undefined): boolean {
  const keeper = findKeeper(self);
  if (keeper === undefined) return false;
  const words = text.split('\n').filter((line) => line !== '');
  const sent = spawnSync(keeper, ['--notify', `--pid=${pid ?? process.ppid}`, ...words], { stdio: ['ignore', 'inherit', 'inherit'] });
  return sent.status === 0;
}
