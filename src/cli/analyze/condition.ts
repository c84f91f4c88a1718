import type { ConditionReport } from '../invocation.ts';
import type { AnalyzeCall } from './call.ts';

/** `condition ASSIGNMENT…`, or with --unit= those of a unit: which conditions and asserts hold; 1 where they keep a unit from starting. */
export async function analyzeCondition({ words, options, services, terminal }: AnalyzeCall): Promise<number> {
  const checked = await services.checkConditions({
    place: { scope: options.scope, root: options.root ?? '' },
    of: options.unit === undefined ? { assignments: words } : { unit: options.unit },
  });
  if (!checked.ok) {
    terminal.fail(checked.error);
    return 1;
  }
  const { unit, asserts, conditions, warnings } = checked.value;
  for (const warning of warnings) terminal.warn(warning);
  const say = (what: string, { hold, checked: each }: ConditionReport['asserts']): boolean => {
    for (const { text, holds } of each) {
      if (holds === undefined) terminal.warn(`${unit}: Couldn't determine result for ${text}, assuming failed: Invalid argument`);
      else terminal.tell(`${unit}: ${text} ${holds ? 'succeeded' : 'failed'}.`);
    }
    if (each.length > 0) terminal.note(`${what} ${hold ? 'succeeded' : 'failed'}.`);
    return hold;
  };
  const holds = [say('Asserts', asserts), say('Conditions', conditions)];
  return holds.every(Boolean) ? 0 : 1;
}
