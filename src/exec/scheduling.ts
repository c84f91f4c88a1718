import { schedulingPriority, settledAffinity, settledNumaPolicy } from '../unit/scheduling.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { coredumpMask } from '../unit/values/coredump-filter.ts';
import { errors } from './errno.ts';
import type { Missing } from './missing.ts';
import type { Op } from './op.ts';
import type { ExecContext } from './request.ts';

/** How the process is scheduled, and what the kernel does with its memory (systemd.exec(5), "Scheduling"). */
export function schedulingOps(exec: ExecSettings, context: ExecContext): readonly Op[] {
  const { OOMScoreAdjust, Nice, TimerSlackNSec, Personality, MemoryKSM, MemoryTHP } = exec;
  // Without privileges niceness may only be raised; systemd goes on where it cannot lower it.
  const tolerate = context.privileged ? {} : { tolerate: true, setting: 'Nice' };
  const ops: Op[] = [];
  if (OOMScoreAdjust !== undefined) ops.push(oomScore(OOMScoreAdjust, context.inherited));
  if (exec.CoredumpFilter.length > 0) ops.push({ op: 'coredump-filter', mappings: coredumpMask(exec.CoredumpFilter) & knownToKernel });
  ops.push(...scheduler(exec));
  if (Nice !== undefined) ops.push({ op: 'nice', value: Nice, ...tolerate });
  ops.push(...affinity(exec, context), ...numaPolicy(exec, context), ...ioPriority(exec));
  if (TimerSlackNSec !== undefined) ops.push({ op: 'timer-slack', nsec: BigInt(Math.min(TimerSlackNSec, 2 ** 53)) });
  if (Personality !== '') ops.push({ op: 'personality', persona: personas32.has(Personality) ? linux32 : linux });
  if (MemoryKSM !== undefined) ops.push({ op: 'memory-merge', on: MemoryKSM ? 1 : 0 });
  if (MemoryTHP !== undefined && MemoryTHP !== 'inherit') ops.push({ op: 'huge-pages', ...hugePages[MemoryTHP] });
  return ops;
}

/** Even root may lack the capability for a lower score, as in most containers; systemd goes on without. That it was refused is told when the program runs, so what cannot be refused is not asked about. */
function oomScore(value: number, inherited: ExecContext['inherited']): Op {
  const isGranted = inherited?.raisesScore === true && value === inherited.DefaultOOMScoreAdjust;
  return { op: 'oom-score', value, ...(isGranted ? {} : { tolerate: true, setting: 'OOMScoreAdjust' }) };
}

/** PR_THP_DISABLE_EXCEPT_ADVISED. */
const exceptAdvised = 2;

/** Huge pages for nobody, for who asks for them, or as the machine has it, whatever the manager was started with. */
const hugePages = {
  disable: { disable: 1, flags: 0 },
  madvise: { disable: 1, flags: exceptAdvised },
  system: { disable: 0, flags: 0 },
} as const;

/** The kernel refuses a mask of more than 32 bits. */
const knownToKernel = 0xffff_ffffn;

/** The numbers of sched_setscheduler(2). */
export const schedulingPolicies: Readonly<Record<string, number>> = { other: 0, fifo: 1, rr: 2, batch: 3, idle: 5, ext: 7 };

/** The kernel refuses a priority that the policy does not have. */
function scheduler(exec: ExecSettings): readonly Op[] {
  const { CPUSchedulingPolicy, CPUSchedulingPriority, CPUSchedulingResetOnFork } = exec;
  if (CPUSchedulingPolicy === undefined && CPUSchedulingPriority === undefined && !CPUSchedulingResetOnFork) return [];
  const policy = schedulingPolicies[CPUSchedulingPolicy ?? 'other'] ?? 0;
  return [{ op: 'scheduler', policy, priority: schedulingPriority(exec), resetOnFork: CPUSchedulingResetOnFork ? 1 : 0 }];
}

function affinity(exec: ExecSettings, { numa }: ExecContext): readonly Op[] {
  if (exec.CPUAffinity.length === 0) return [];
  const settled = settledAffinity(exec);
  return [{ op: 'affinity', cpus: bitmask(settled === 'numa' ? (numa?.cpus ?? []) : settled) }];
}

/** The numbers of set_mempolicy(2). */
export const numaPolicies = {
  default: 0,
  preferred: 1,
  bind: 2,
  interleave: 3,
  local: 4,
  'preferred-many': 5,
  'weighted-interleave': 6,
} as const;

/** Policies that are about no nodes in particular. */
const withoutNodes: ReadonlySet<string | undefined> = new Set(['default', 'local']);

function numaPolicy(exec: ExecSettings, context: ExecContext): readonly Op[] {
  const policy = settledNumaPolicy(exec);
  if (policy === undefined) return [];
  const nodes = withoutNodes.has(policy) ? [] : numaNodes(exec, context);
  return [{ op: 'numa-policy', policy: numaPolicies[policy], nodes: bitmask(nodes) }];
}

function numaNodes({ NUMAMask }: ExecSettings, { numa }: ExecContext): readonly number[] {
  return [...new Set(NUMAMask.flatMap((each) => (each === 'all' ? (numa?.nodes ?? []) : each)))];
}

/** Why the process cannot be scheduled as its unit says, though the kernel would take it in another sense: it is one node that is preferred. */
export function schedulingTrouble(exec: ExecSettings, context: ExecContext): Missing | undefined {
  if (settledNumaPolicy(exec) !== 'preferred' || numaNodes(exec, context).length <= 1) return undefined;
  return {
    kind: 'missing',
    exit: 242,
    errno: errors.EINVAL,
    message: 'NUMAPolicy=preferred takes a single node, and NUMAMask= names several',
    setting: exec.NUMAPolicy === undefined ? 'NUMAMask' : 'NUMAPolicy',
  };
}

const ioClasses = { realtime: 1, 'best-effort': 2, idle: 3 } as const;
const usualIoLevel = 4;

function ioPriority({ IOSchedulingClass, IOSchedulingPriority }: ExecSettings): readonly Op[] {
  if (IOSchedulingClass === undefined && IOSchedulingPriority === undefined) return [];
  return [{ op: 'ioprio', class: ioClasses[IOSchedulingClass ?? 'best-effort'], level: IOSchedulingPriority ?? usualIoLevel }];
}

/** What personality(2) calls a program for the 32-bit sister of the architecture. */
export const linux32 = 8;
const linux = 0;
const personas32: ReadonlySet<string> = new Set(['x86', 'ppc', 's390', 'arm', 'mips', 'mips-le', 'parisc', 'sparc']);

/** Bit n of a mask of the kernel, in whole words of 64 bits. */
function bitmask(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 * Math.ceil((Math.max(-1, ...numbers) + 1) / 64));
  for (const number of numbers) bytes[number >> 3] = (bytes[number >> 3] ?? 0) | (1 << (number & 7));
  return bytes;
}
