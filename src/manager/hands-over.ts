import type { ManagerOptions } from './options.ts';

/** Whether another journal than ours is there for what is said now. Ours is a link at that place (main/tysd.ts), where there is one. */
export function handsOver({ mayHandOver, files }: Pick<ManagerOptions, 'mayHandOver' | 'files'>): boolean {
  return mayHandOver === true && files.stat('/run/systemd/journal/stdout').kind === 'socket';
}
