import { SECOND } from '../../base/duration.ts';
import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { parseInteger } from './integer.ts';
import { refuse } from './parser.ts';
import type { ValueError, ValueParser } from './parser.ts';
import { parseSize } from './size.ts';
import { parseTimespan } from './timespan.ts';
import type { ResourceLimit } from './types.ts';

type LimitParser = (text: string) => Result<number, ValueError>;

const count: LimitParser = (text) => parseInteger(text, { min: 0, max: Number.MAX_SAFE_INTEGER });
const bytes: LimitParser = (text) => parseSize(text, 1024);

/** The number of the resource for setrlimit(2), and how its limits are written. */
const limits = {
  CPU: { resource: 0, parse: seconds },
  FSIZE: { resource: 1, parse: bytes },
  DATA: { resource: 2, parse: bytes },
  STACK: { resource: 3, parse: bytes },
  CORE: { resource: 4, parse: bytes },
  RSS: { resource: 5, parse: bytes },
  NPROC: { resource: 6, parse: count },
  NOFILE: { resource: 7, parse: count },
  MEMLOCK: { resource: 8, parse: bytes },
  AS: { resource: 9, parse: bytes },
  LOCKS: { resource: 10, parse: count },
  SIGPENDING: { resource: 11, parse: count },
  MSGQUEUE: { resource: 12, parse: bytes },
  NICE: { resource: 13, parse: nice },
  RTPRIO: { resource: 14, parse: count },
  RTTIME: { resource: 15, parse: microseconds },
} as const satisfies Readonly<Record<string, { readonly resource: number; readonly parse: LimitParser }>>;

/** A resource that can be limited: the name of its Limit*= without that word. */
export type LimitName = keyof typeof limits;

/** Every resource that can be limited. */
export const limitNames = Object.keys(limits).filter(isLimitName);

/** Whether the text names a resource, as NOFILE. */
export function isLimitName(text: string): text is LimitName {
  return Object.hasOwn(limits, text);
}

/** The number of a resource for setrlimit(2) on Linux. */
export function resourceNumber(name: LimitName): number {
  return limits[name].resource;
}

/** Limit*=: `soft[:hard]` in what that resource counts, each a number or `infinity`. */
export function resourceLimit(name: LimitName): ValueParser<ResourceLimit> {
  const { parse } = limits[name];
  return (text) => {
    const colon = text.indexOf(':');
    const soft = bound(colon < 0 ? text : text.slice(0, colon), parse);
    if (!soft.ok) return soft;
    const hard = colon < 0 ? soft : bound(text.slice(colon + 1), parse);
    if (!hard.ok) return { ok: false, error: { ...hard.error, offset: colon + 1 + (hard.error.offset ?? 0) } };
    if (soft.value > hard.value) return refuse('expected a soft limit that is not above the hard one');
    return ok({ soft: soft.value, hard: hard.value });
  };
}

/** The limit as it is written: `4:5`, `6`, `8:infinity`. */
export function formatResourceLimit({ soft, hard }: ResourceLimit): string {
  return soft === hard ? formatBound(soft) : `${formatBound(soft)}:${formatBound(hard)}`;
}

function formatBound(value: number): string {
  return value === Infinity ? 'infinity' : String(value);
}

function bound(text: string, parse: LimitParser): Result<number, ValueError> {
  return text === 'infinity' ? ok(Infinity) : parse(text);
}

function seconds(text: string): Result<number, ValueError> {
  const parsed = parseTimespan(text);
  return parsed.ok ? ok(Math.ceil(parsed.value / SECOND)) : parsed;
}

function microseconds(text: string): Result<number, ValueError> {
  return parseTimespan(text, 1);
}

/** With a sign it is a nice level, without one the kernel's own 1 to 40. */
function nice(text: string): Result<number, ValueError> {
  if (!/^[+-]/.test(text)) return parseInteger(text, { min: 1, max: 40 });
  const level = parseInteger(text, { min: -20, max: 19 });
  return level.ok ? ok(20 - level.value) : level;
}
