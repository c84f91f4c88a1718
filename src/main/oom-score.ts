import { readFileSync, writeFileSync } from 'node:fs';

const path = '/proc/self/oom_score_adj';

/** The score of proc(5) with which the kernel never chooses a process. */
const never = '-1000';

/**
 * Sees to it that the kernel does not kill this process, and what it becomes by exec, for want of memory; gives the score that it had, which its children
 * should have. Undefined where that is so anyway, or may not be done: the first process of a machine is never killed, and others need CAP_SYS_RESOURCE.
 */
export function spareFromOomKiller(): string | undefined {
  try {
    const before = readFileSync(path, 'utf8').trim();
    if (before === never) return undefined;
    writeFileSync(path, never);
    return before;
  } catch {
    return undefined;
  }
}
