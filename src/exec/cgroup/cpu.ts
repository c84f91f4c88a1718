import type { CgroupSettings } from '../../unit/settings/cgroup.ts';
import type { Attribute, ResourceContext } from './attributes.ts';

/** CPUWeight=, CPUQuota= and their kin; CPUShares= where no weight is set, a share of 1024 being a weight of 100. */
export function cpuAttributes(cgroup: CgroupSettings, { startup }: ResourceContext): readonly Attribute[] {
  return [...weightAttributes(cgroup, startup), ...quotaAttributes(cgroup)];
}

const usualWeight = 100;

function weightAttributes(cgroup: CgroupSettings, startup: boolean): readonly Attribute[] {
  const weight = cpuWeight(cgroup, startup);
  if (weight === 'idle') return [{ controller: 'cpu', file: 'cpu.idle', value: '1', key: 'cpu.idle' }];
  return weight === usualWeight ? [] : [{ controller: 'cpu', file: 'cpu.weight', value: String(weight), key: 'cpu.weight' }];
}

/** Of 1 to 10000, the usual being 100. */
export function cpuWeight({ CPUWeight, StartupCPUWeight, CPUShares, StartupCPUShares }: CgroupSettings, startup: boolean): number | 'idle' {
  if (CPUWeight !== undefined || StartupCPUWeight !== undefined)
    return (startup ? StartupCPUWeight : undefined) ?? CPUWeight ?? usualWeight;
  const shares = (startup ? StartupCPUShares : undefined) ?? CPUShares ?? 1024;
  return Math.min(10_000, Math.max(1, Math.floor((shares * 100) / 1024)));
}

/** The kernel counts in milliseconds, and no period is longer than a second. */
const resolutionUsec = 1000;
const longestPeriodUsec = 1_000_000;
const usualPeriodUsec = 100_000;

function quotaAttributes(cgroup: CgroupSettings): readonly Attribute[] {
  const quota = cpuQuota(cgroup);
  if (quota === undefined) return [];
  return [{ controller: 'cpu', file: 'cpu.max', value: `${quota.quotaUsec} ${quota.periodUsec}`, key: 'cpu.max' }];
}

/** How much processor time in which time. */
export function cpuQuota({
  CPUQuota,
  CPUQuotaPeriodSec,
}: CgroupSettings): { readonly quotaUsec: number; readonly periodUsec: number } | undefined {
  if (CPUQuota === undefined) return undefined;
  const perSecond = Math.round(CPUQuota * 10_000);
  const wanted = CPUQuotaPeriodSec === undefined || CPUQuotaPeriodSec === Infinity ? usualPeriodUsec : CPUQuotaPeriodSec;
  const shortest = Math.floor((resolutionUsec * 1_000_000) / perSecond);
  const periodUsec = Math.min(Math.max(wanted, resolutionUsec, shortest), longestPeriodUsec);
  const quotaUsec = Math.max(Math.floor((perSecond * periodUsec) / 1_000_000), resolutionUsec);
  return { quotaUsec, periodUsec };
}
