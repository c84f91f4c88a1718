import type { Condition } from '../unit/values/types.ts';
import type { ConditionFacts } from './condition-facts.ts';
import { conditionKinds } from './condition-kinds.ts';

export type { ConditionFacts } from './condition-facts.ts';

/**
 * Looks at the conditions or asserts of a unit (systemd.unit(5), "Conditions and Asserts"): all that are no triggers must
 * hold, and one of the triggers if there are any. Gives one that stands in the way, or undefined.
 */
export function evaluate(conditions: readonly Condition[], facts: ConditionFacts): Condition | undefined {
  let unmetTrigger: Condition | undefined;
  let triggered = false;
  for (const condition of conditions) {
    const holds = conditionHolds(condition, facts);
    if (condition.trigger) {
      triggered ||= holds;
      if (!holds) unmetTrigger ??= condition;
    } else if (!holds) return condition;
  }
  return triggered ? undefined : unmetTrigger;
}

/** The condition as its file has it, less the word in front. */
export function describeCondition({ kind, argument, trigger, negate }: Condition): string {
  return `${kind}=${trigger ? '|' : ''}${negate ? '!' : ''}${argument}`;
}

/** An argument that cannot be judged counts as not met, negated or not. */
function conditionHolds(condition: Condition, facts: ConditionFacts): boolean {
  const result = conditionKinds[condition.kind]?.(condition.argument, facts);
  return result !== undefined && result !== condition.negate;
}
