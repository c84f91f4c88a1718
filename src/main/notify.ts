import { spawnSync } from 'node:child_process';
import type { Notification } from '../cli/invocation.ts';
import { findKeeper } from './keeper-path.ts';

/** Sends a message of sd_notify(3) by the keeper's program: sendmsg(2) with credentials is out of JavaScript's reach. */
export function sendNotification(self: readonly string[], { lines, pid, block, sender }: Notification): boolean {
  const keeper = findKeeper(self);
  if (keeper === undefined) {
    process.stderr.write('Failed to notify init system: tysd-keeper is not there, which sends it\n');
    return false;
  }
  const user = sender === undefined ? [] : [`--uid=${sender.uid}`, `--gid=${sender.gid}`];
  const argv = ['--notify', `--pid=${pid ?? process.ppid}`, ...user, ...(block ? [] : ['--no-block']), '--', ...lines];
  return spawnSync(keeper, argv, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}
