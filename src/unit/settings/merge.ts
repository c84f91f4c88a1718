import type { ExitStatusSet } from '../values/types.ts';

/** No codes and no signals. */
export const noStatuses: ExitStatusSet = { codes: [], signals: [] };

/** No CPUs, no nodes. */
export const noNumbers: readonly number[] = [];

/** The union of two sets of exit statuses. */
export function mergeStatuses(current: unknown, added: ExitStatusSet): ExitStatusSet {
  if (!isStatusSet(current)) return added;
  return { codes: mergeNumbers(current.codes, added.codes), signals: mergeNumbers(current.signals, added.signals) };
}

/** The union of two lists of numbers, ascending. */
export function mergeNumbers(current: unknown, added: readonly number[]): readonly number[] {
  if (!isNumbers(current) || current.length === 0) return added;
  return [...new Set([...current, ...added])].toSorted((a, b) => a - b);
}

/** The bytes one after the other. */
export function concatenateBytes(current: unknown, added: Uint8Array): Uint8Array {
  if (!(current instanceof Uint8Array)) return added;
  const all = new Uint8Array(current.length + added.length);
  all.set(current);
  all.set(added, current.length);
  return all;
}

function isStatusSet(value: unknown): value is ExitStatusSet {
  return typeof value === 'object' && value !== null && 'codes' in value && 'signals' in value;
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value);
}
