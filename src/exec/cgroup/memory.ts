import type { UnitConfig } from '../../unit/config.ts';
import type { CgroupSettings } from '../../unit/settings/cgroup.ts';
import type { Amount } from '../../unit/values/cgroup-limit.ts';
import type { Attribute, ResourceContext } from './attributes.ts';

/** Memory*=. MemoryLimit= is memory.max where none of the others is set. */
export function memoryAttributes(cgroup: CgroupSettings, context: ResourceContext, config: UnitConfig): readonly Attribute[] {
  const { startup } = context;
  const during = (value: Amount | undefined): Amount | undefined => (startup ? value : undefined);
  return [
    ...attribute('memory.min', cgroup.MemoryMin ?? inheritedAmount(context, 'DefaultMemoryMin') ?? nothing, context, 0),
    ...attribute(
      'memory.low',
      during(cgroup.StartupMemoryLow) ??
        cgroup.MemoryLow ??
        during(inheritedAmount(context, 'DefaultStartupMemoryLow')) ??
        inheritedAmount(context, 'DefaultMemoryLow') ??
        nothing,
      context,
      0,
    ),
    ...attribute('memory.high', during(cgroup.StartupMemoryHigh) ?? cgroup.MemoryHigh ?? unlimited, context, Infinity),
    ...attribute('memory.max', during(cgroup.StartupMemoryMax) ?? cgroup.MemoryMax ?? oldLimit(cgroup), context, Infinity),
    ...attribute('memory.swap.max', during(cgroup.StartupMemorySwapMax) ?? cgroup.MemorySwapMax ?? unlimited, context, Infinity),
    ...attribute('memory.zswap.max', during(cgroup.StartupMemoryZSwapMax) ?? cgroup.MemoryZSwapMax ?? unlimited, context, Infinity),
    ...((cgroup.MemoryZSwapWriteback ?? context.defaults.memoryZSwapWriteback) ? [] : [written('memory.zswap.writeback', '0')]),
    ...(oomPolicyOf(config, context) === 'kill' ? [written('memory.oom.group', '1')] : []),
  ];
}

/** Only units that act on it have one. */
function oomPolicyOf({ service, scope }: UnitConfig, { oomPolicy }: ResourceContext): string | undefined {
  const settings = service ?? scope;
  return settings && (settings.OOMPolicy ?? oomPolicy);
}

type Inherited = 'DefaultMemoryMin' | 'DefaultMemoryLow' | 'DefaultStartupMemoryLow';

const nothing: Amount = { absolute: 0 };
const unlimited: Amount = { absolute: Infinity };
const pageSize = 4096;

/** Of the slices that the unit is in, the innermost that says something. */
function inheritedAmount({ slices }: ResourceContext, name: Inherited): Amount | undefined {
  return slices.find((slice) => slice[name] !== undefined)?.[name];
}

function oldLimit(cgroup: CgroupSettings): Amount {
  const { MemoryMin, MemoryLow, MemoryHigh, MemorySwapMax } = cgroup;
  const isNew = [MemoryMin, MemoryLow, MemoryHigh, MemorySwapMax].some((value) => value !== undefined);
  return isNew ? unlimited : (cgroup.MemoryLimit ?? unlimited);
}

function attribute(file: string, amount: Amount, context: ResourceContext, initial: number): readonly Attribute[] {
  const bytes = amountInBytes(amount, context);
  return bytes === initial ? [] : [written(file, bytes === Infinity ? 'max' : String(bytes))];
}

/** Bytes; shares are of the memory that there is. */
export function amountInBytes(amount: Amount, context: ResourceContext): number {
  return 'absolute' in amount ? amount.absolute : share(context.memoryTotal, amount.permyriad);
}

/** Whole pages. */
function share(memoryTotal: number, permyriad: number): number {
  return Math.floor((Math.floor(memoryTotal / pageSize) * permyriad) / 10_000) * pageSize;
}

function written(file: string, value: string): Attribute {
  return { controller: 'memory', file, value, key: file };
}
