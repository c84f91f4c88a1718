import type { BootRow } from './boot.ts';

/** What each further unit costs between two numbers of units. */
export interface Cost {
  readonly kind: BootRow['kind'];
  readonly subject: string;
  readonly from: number;
  readonly to: number;
  readonly eachUs: number;
  /** CPU time of the whole container, which a busy machine disturbs less. */
  readonly cpuEachUs: number;
  /** The CPU cost as a multiple of that between the first two numbers. */
  readonly growth: number;
}

/** The cost of each further unit between neighbouring numbers of units, for each kind and subject that has several. */
export function costs(rows: readonly BootRow[]): readonly Cost[] {
  const groups = Map.groupBy(rows, ({ kind, subject }) => `${kind} ${subject}`);
  return [...groups.values()].flatMap((group) => {
    const ordered = group.toSorted((a, b) => a.count - b.count);
    const steps = ordered.slice(1).map((to, index) => {
      const from = ordered[index] ?? to;
      const each = (key: 'wallMs' | 'cpuMs'): number => ((to[key] - from[key]) * 1000) / (to.count - from.count);
      return { kind: to.kind, subject: to.subject, from: from.count, to: to.count, eachUs: each('wallMs'), cpuEachUs: each('cpuMs') };
    });
    return steps.map((step) => ({ ...step, growth: step.cpuEachUs / (steps[0]?.cpuEachUs ?? step.cpuEachUs) }));
  });
}
