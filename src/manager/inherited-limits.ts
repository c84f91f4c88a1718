import type { Files } from '../port/files.ts';
import type { Limits } from '../unit/settings/limit.ts';

/** The resource limits of a process, from /proc/PID/limits (proc(5)): what its children have where nobody sets others. */
export function inheritedLimits(files: Files, pid: number): Limits {
  const bytes = files.read(`/proc/${pid}/limits`, 16 * 1024);
  const text = bytes === undefined ? '' : new TextDecoder().decode(bytes);
  const limits: Record<string, Limits[string]> = {};
  for (const [name, title] of Object.entries(titles)) {
    const match = new RegExp(`^${title}\\s+(\\d+|unlimited)\\s+(\\d+|unlimited)\\b`, 'm').exec(text);
    if (match !== null) limits[name] = { soft: value(match[1]), hard: value(match[2]) };
  }
  return limits;
}

function value(text: string | undefined): number {
  return text === undefined || text === 'unlimited' ? Infinity : Number(text);
}

const titles: Readonly<Record<string, string>> = {
  CPU: 'Max cpu time',
  FSIZE: 'Max file size',
  DATA: 'Max data size',
  STACK: 'Max stack size',
  CORE: 'Max core file size',
  RSS: 'Max resident set',
  NPROC: 'Max processes',
  NOFILE: 'Max open files',
  MEMLOCK: 'Max locked memory',
  AS: 'Max address space',
  LOCKS: 'Max file locks',
  SIGPENDING: 'Max pending signals',
  MSGQUEUE: 'Max msgqueue size',
  NICE: 'Max nice priority',
  RTPRIO: 'Max realtime priority',
  RTTIME: 'Max realtime timeout',
};
