import { ok } from '../../base/result.ts';
import { type LimitName, resourceLimit } from '../values/rlimit.ts';
import type { ResourceLimit } from '../values/types.ts';
import type { SharedSetting } from './setting.ts';

/** Limits by name without the word, as NOFILE; only those that are set. */
export type Limits = Readonly<Record<string, ResourceLimit>>;

/** Every limit, in the order in which systemd shows them. */
export const limitNames: readonly LimitName[] = [
  'CPU',
  'FSIZE',
  'DATA',
  'STACK',
  'CORE',
  'RSS',
  'NOFILE',
  'AS',
  'NPROC',
  'MEMLOCK',
  'LOCKS',
  'SIGPENDING',
  'MSGQUEUE',
  'NICE',
  'RTPRIO',
  'RTTIME',
];

/** Limit*= (setrlimit(2)): each sets its own limit in the one property. */
export const limitRows: { readonly [name: `Limit${string}`]: SharedSetting<'Limits', Limits> } = Object.fromEntries(
  limitNames.map((name) => [`Limit${name}`, limit(name)]),
);

function limit(name: LimitName): SharedSetting<'Limits', Limits> {
  const parse = resourceLimit(name);
  return {
    row: 'setting',
    into: 'Limits',
    since: 183,
    meaning: `Resource limit RLIMIT_${name}, as soft or soft:hard`,
    initial: {},
    combine: 'last',
    assign(current, text, context) {
      const limits = isLimits(current) ? current : {};
      const parsed = parse(text, context);
      return parsed.ok ? ok({ ...limits, [name]: parsed.value }) : parsed;
    },
  };
}

function isLimits(value: unknown): value is Limits {
  return typeof value === 'object' && value !== null;
}
