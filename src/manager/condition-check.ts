import { err, ok, type Result } from '../base/result.ts';
import type { CheckedCondition, CheckedConditions, ConditionReport } from '../graph/condition-report.ts';
import { applyText } from '../unit/apply.ts';
import { UnitDraft } from '../unit/draft.ts';
import { loadUnit, type LoadContext } from '../unit/load.ts';
import { assertRows, conditionRows } from '../unit/settings/condition.ts';
import { specifiersOf } from '../unit/specifiers.ts';
import { parseUnitText } from '../unit/syntax.ts';
import type { Condition } from '../unit/values/types.ts';
import { describeCondition, judge, type ConditionFacts } from './conditions.ts';

/** Judges the conditions of a unit without starting it. An error is a sentence. */
export function checkUnitConditions(unit: string, context: LoadContext, facts: ConditionFacts): Result<ConditionReport, string> {
  const config = loadUnit(unit, context);
  if (config.load.state === 'not-found') return err(`Unit ${unit} not found.`);
  return ok(report(config.name, config.unit, [], facts));
}

/** Judges lines such as `ConditionPathExists=/etc` as if they stood in a unit. An error is a sentence. */
export function checkAssignments(
  assignments: readonly string[],
  { facts: specifierFacts }: Pick<LoadContext, 'facts'>,
  facts: ConditionFacts,
): Result<ConditionReport, string> {
  const bad = assignments.find((line) => !isCondition(line));
  if (bad !== undefined) return err(`Cannot parse "${bad}".`);
  const name = 'test.service';
  const draft = new UnitDraft(name, 'service');
  const text = parseUnitText(new TextEncoder().encode(`[Unit]\n${assignments.join('\n')}\n`));
  const { scope } = specifierFacts;
  if (text.fatal === undefined)
    applyText(draft, '(cmdline)', text, { specifiers: specifiersOf(name, specifierFacts), scope, notices: false });
  const warnings = draft.diagnostics().map(({ message }) => `(cmdline): ${message}`);
  return ok(report(name, draft.settings('unit'), warnings, facts));
}

/** One line, no more: with a line feed it would be several, or a section of its own. */
function isCondition(line: string): boolean {
  const [, name = ''] = /^([A-Za-z]+)[ \t]*=[^\n\r\\]*$/.exec(line) ?? [];
  return Object.hasOwn(conditionRows, name) || Object.hasOwn(assertRows, name);
}

function report(
  unit: string,
  { Conditions, Asserts }: { readonly Conditions: readonly Condition[]; readonly Asserts: readonly Condition[] },
  warnings: readonly string[],
  facts: ConditionFacts,
): ConditionReport {
  return { unit, asserts: check('Assert', Asserts, facts), conditions: check('Condition', Conditions, facts), warnings };
}

/** Looks at them as systemd does: the last one first, up to the first that must hold and does not. */
function check(what: 'Condition' | 'Assert', conditions: readonly Condition[], facts: ConditionFacts): CheckedConditions {
  const checked: CheckedCondition[] = [];
  let triggered: boolean | undefined;
  for (const condition of conditions.toReversed()) {
    const holds = judge(condition, facts);
    checked.push({ text: `${what}${describeCondition(condition)}`, holds });
    if (!condition.trigger && holds !== true) return { hold: false, checked };
    if (condition.trigger) triggered = triggered === true || holds === true;
  }
  return { hold: triggered !== false, checked };
}
