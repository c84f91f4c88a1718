import type { Condition } from '../unit/values/types.ts';
import type { ConditionFacts } from './condition-facts.ts';
import { conditionKinds } from './condition-kinds.ts';

export type { ConditionFacts } from './condition-facts.ts';

/** What stands in the way, and all that were found not to hold until that was clear, as the unit file has them. */
export interface Unmet {
  readonly first: Condition;
  readonly all: readonly Condition[];
}

/**
 * Looks at the conditions or asserts of a unit (systemd.unit(5), "Conditions and Asserts"): all that are no triggers must
 * hold, and one of the triggers if there are any. Undefined where nothing stands in the way.
 * The last line is looked at first, as in systemd, and what comes after one that stands in the way is not.
 */
export function evaluate(conditions: readonly Condition[], facts: ConditionFacts): Unmet | undefined {
  const unmet: Condition[] = [];
  let triggered = false;
  for (const condition of conditions.toReversed()) {
    if (conditionHolds(condition, facts)) triggered ||= condition.trigger;
    else {
      unmet.push(condition);
      if (!condition.trigger) return { first: condition, all: unmet.toReversed() };
    }
  }
  const [first] = unmet;
  return triggered || first === undefined ? undefined : { first, all: unmet.toReversed() };
}

/** The condition as its file has it, less the word in front. */
export function describeCondition({ kind, argument, trigger, negate }: Condition): string {
  return `${kind}=${trigger ? '|' : ''}${negate ? '!' : ''}${argument}`;
}

/** Whether a condition holds by itself; undefined where its argument cannot be judged. */
export function judge(condition: Condition, facts: ConditionFacts): boolean | undefined {
  const result = conditionKinds[condition.kind]?.(condition.argument, facts);
  return result === undefined ? undefined : result !== condition.negate;
}

/** An argument that cannot be judged counts as not met, negated or not. */
function conditionHolds(condition: Condition, facts: ConditionFacts): boolean {
  return judge(condition, facts) ?? false;
}
