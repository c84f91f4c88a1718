import type { RateCounts } from './log-rules.ts';

/**
 * What a journal knows that is not needed to lose nothing, but that its entries would be poorer without: kept when it ends in
 * order, and of use to the next one if nothing has come between.
 */
export interface Beside {
  /** Of each unit, what all that its processes say has. */
  readonly units: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Of each unit, what was admitted lately by its own limit, and by that of the journal. */
  readonly own: Readonly<Record<string, readonly RateCounts[]>>;
  readonly general: Readonly<Record<string, readonly RateCounts[]>>;
  /** Who writes each stream. */
  readonly processes: Readonly<Record<string, { readonly start?: number; readonly fields: Readonly<Record<string, string>> }>>;
}

/** Reads what was made by `JSON.stringify`; nothing is known from what was not. */
export function parseBeside(text: string): Beside {
  try {
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    if (isBeside(parsed)) return parsed;
  } catch {
    // It is as if nothing had been left.
  }
  return { units: {}, own: {}, general: {}, processes: {} };
}

function isBeside(value: unknown): value is Beside {
  return (
    isRecord(value) &&
    isRecordOf(value['units'], isTexts) &&
    isRecordOf(value['own'], isCounts) &&
    isRecordOf(value['general'], isCounts) &&
    isRecordOf(value['processes'], isProcess)
  );
}

type RecordOf<Value> = Readonly<Record<string, Value>>;

function isRecord(value: unknown): value is RecordOf<unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRecordOf<Value>(value: unknown, isValue: (value: unknown) => value is Value): value is RecordOf<Value> {
  return isRecord(value) && Object.values(value).every(isValue);
}

function isTexts(value: unknown): value is RecordOf<string> {
  return isRecordOf(value, (each): each is string => typeof each === 'string');
}

function isCounts(value: unknown): value is readonly RateCounts[] {
  return (
    Array.isArray(value) &&
    value.every((each: unknown) => isRecord(each) && ['beganUsec', 'kept', 'dropped'].every((name) => Number.isFinite(each[name])))
  );
}

function isProcess(value: unknown): value is Beside['processes'][string] {
  return isRecord(value) && (value['start'] === undefined || Number.isFinite(value['start'])) && isTexts(value['fields']);
}
