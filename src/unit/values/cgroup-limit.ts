import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { parseInteger } from './integer.ts';
import { refuse } from './parser.ts';
import type { ValueError, ValueParser } from './parser.ts';
import { permyriad, permyriadUnbounded } from './percent.ts';
import { parseSize } from './size.ts';

/** A limit as it stands, or as a share of what the machine has, in ten-thousandths. */
export type Amount = { readonly absolute: number } | { readonly permyriad: number };

/** CPUWeight=, IOWeight=: 1 to 10000, and `idle` for the CPU; undefined for an empty text. */
export function weight(options: { readonly idle?: boolean } = {}): ValueParser<number | 'idle' | undefined> {
  return (text) => {
    if (text === '') return ok(undefined);
    if (options.idle === true && text === 'idle') return ok('idle');
    return parseInteger(text, { min: 1, max: 10000 });
  };
}

/** CPUShares=: 2 to 262144; undefined for an empty text. */
export const cpuShares: ValueParser<number | undefined> = (text) =>
  text === '' ? ok(undefined) : parseInteger(text, { min: 2, max: 262_144 });

/** BlockIOWeight=: 10 to 1000; undefined for an empty text. */
export const blockWeight: ValueParser<number | undefined> = (text) =>
  text === '' ? ok(undefined) : parseInteger(text, { min: 10, max: 1000 });

/** MemoryMax= and its kin: a size, a share of the machine's memory, or `infinity`; empty means infinity. Of the limits above which memory is taken away, 0 is refused. */
export const memoryLimit: ValueParser<Amount> = (text, context) => {
  const amount = text === '' ? ok({ absolute: Infinity }) : memoryAmount(text, context);
  return amount.ok && isNothing(amount.value) ? refuse('expected a size above 0, a share such as 10%, or infinity') : amount;
};

/** MemoryMin=, MemoryLow=, MemorySwapMax= and MemoryZSwapMax=: as memoryLimit, and 0 is allowed; empty means `empty`. */
export function memoryAmountOr(empty: number): ValueParser<Amount> {
  return (text, context) => (text === '' ? ok({ absolute: empty }) : memoryAmount(text, context));
}

/** TasksMax=: a number, a share of the machine's limit, or `infinity` (also for an empty text). A share may be nothing. */
export const tasksMax: ValueParser<Amount> = (text, context) => {
  if (text === '' || text === 'infinity') return ok({ absolute: Infinity });
  return share(text, context) ?? absolute(parseInteger(text, { min: 1, max: Number.MAX_SAFE_INTEGER }));
};

/** CPUQuota=: percent of one CPU, above 0; undefined for an empty text. */
export const cpuQuota: ValueParser<number | undefined> = (text, context) => {
  if (text === '') return ok(undefined);
  const parsed = permyriadUnbounded(text, context);
  if (!parsed.ok) return parsed;
  return parsed.value === 0 ? refuse('expected a share of one CPU above 0%, such as 20% or 150%') : ok(parsed.value / 100);
};

/** IOReadBandwidthMax=, IOReadIOPSMax=: a number per second with suffixes that count by 1000, or `infinity`. */
export const rate: ValueParser<number> = (text) => {
  if (text === 'infinity') return ok(Infinity);
  const parsed = parseSize(text, 1000);
  return parsed.ok && parsed.value === 0 ? refuse('expected a rate above 0, or infinity') : parsed;
};

const memoryAmount: ValueParser<Amount> = (text, context) =>
  text === 'infinity' ? ok({ absolute: Infinity }) : (share(text, context) ?? absolute(parseSize(text, 1024)));

function share(text: string, context: Parameters<ValueParser<number>>[1]): Result<Amount, ValueError> | undefined {
  if (!/[%‰‱]$/.test(text)) return undefined;
  const parsed = permyriad(text, context);
  return parsed.ok ? ok({ permyriad: parsed.value }) : parsed;
}

function absolute(parsed: Result<number, ValueError>): Result<Amount, ValueError> {
  return parsed.ok ? ok({ absolute: parsed.value }) : parsed;
}

function isNothing(amount: Amount): boolean {
  return 'absolute' in amount ? amount.absolute === 0 : amount.permyriad === 0;
}
