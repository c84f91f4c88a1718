import { specifiersOf } from '../../src/unit/specifiers.ts';
import type { ValueContext, ValueError, ValueParser } from '../../src/unit/values/parser.ts';
import { facts } from '../unit/facts.ts';

/** A value context for the unit of that name, which keeps the warnings. */
export function contextOf(unit = 'foo@bar.service'): ValueContext & { readonly warnings: readonly ValueError[] } {
  const warnings: ValueError[] = [];
  return {
    specifiers: specifiersOf(unit, facts, `/etc/systemd/system/${unit}`),
    scope: 'system',
    warnings,
    warn: (error) => warnings.push(error),
  };
}

/** The value of a text that must be taken. */
export function taken<T>(parser: ValueParser<T>, text: string, context: ValueContext = contextOf()): T {
  const parsed = parser(text, context);
  if (!parsed.ok) throw new Error(`${JSON.stringify(text)} was not taken: ${parsed.error.message}`);
  return parsed.value;
}

/** The value, or undefined where the text is refused. */
export function valueOf<T>(parser: ValueParser<T>, text: string, context: ValueContext = contextOf()): T | undefined {
  const parsed = parser(text, context);
  return parsed.ok ? parsed.value : undefined;
}
