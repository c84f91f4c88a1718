import { readFileSync } from 'node:fs';

/** One known case: what goes in, what systemd makes of it, and in which releases. */
export interface Case {
  readonly versions?: readonly string[];
  readonly [field: string]: unknown;
}

/** The known cases of `test/corpus/NAME.json`. */
export function corpus(name: string): readonly Case[] {
  return JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'));
}

/** The cases that hold for the releases that tysd follows: 257 where a record says so, else 252. */
export function followed(cases: readonly Case[]): readonly Case[] {
  return cases.filter(({ versions }) => versions === undefined || versions.includes('v257') || versions.includes('v252'));
}

/** A field of a case, or of its `args`, as text. */
export function text(record: Case, ...path: readonly (string | number)[]): string {
  const value = field(record, ...path);
  if (typeof value !== 'string') throw new Error(`${path.join('.')} is not text in ${JSON.stringify(record)}`);
  return value;
}

/** A field of a case, by the names or indexes that lead to it. */
export function field(record: unknown, ...path: readonly (string | number)[]): unknown {
  let value = record;
  for (const name of path) value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return value;
}
