import { type Action, allow, type Condition, type Rule, severity, type Verdicts } from './rule.ts';

/** A test of several conjunctions: at least one of them holds, or, negated, none does. */
export interface Clause {
  readonly conjunctions: readonly (readonly Condition[])[];
  readonly negated: boolean;
  readonly action: Action;
}

/** What is done with one call: the action of the first clause that holds, else the last one. */
export interface Decision {
  readonly clauses: readonly Clause[];
  readonly otherwise: Action;
}

/** Calls with neighbouring numbers that are treated alike: those from `start` up to the next range. */
export interface Range {
  readonly start: number;
  readonly decision: Decision;
}

/**
 * What several filters say together, loaded in this order: of all actions the most severe, and of equally severe ones that of the
 * youngest filter (seccomp(2)). The ranges begin with 0 and cover all numbers.
 */
export function combine(filters: readonly Verdicts[]): readonly Range[] {
  const unknown = decide(filters, undefined);
  const numbers = [...new Set(filters.flatMap(({ rules }) => [...rules.keys()]))].toSorted((a, b) => a - b);
  const ranges: Range[] = [];
  const keys: string[] = [];
  const add = (start: number, decision: Decision): void => {
    const key = decision.clauses.length === 0 ? `${decision.otherwise}` : JSON.stringify(decision);
    if (keys.at(-1) === key) return;
    ranges.push({ start, decision });
    keys.push(key);
  };
  add(0, unknown);
  let next = 0;
  for (const number of numbers) {
    if (number > next) add(next, unknown);
    add(number, decide(filters, number));
    next = number + 1;
  }
  add(next, unknown);
  // The first range may have been taken over by a call with the number 0.
  return ranges.filter(({ start }, index) => ranges[index + 1]?.start !== start);
}

interface Ranked {
  readonly clause: Clause;
  readonly filter: number;
}

function decide(filters: readonly Verdicts[], number: number | undefined): Decision {
  let otherwise: { readonly action: Action; readonly filter: number } = { action: allow, filter: -1 };
  const ranked: Ranked[] = [];
  for (const [filter, { rules, otherwise: rest }] of filters.entries()) {
    const own = number === undefined ? [] : (rules.get(number) ?? []);
    const { clauses, always } = clausesOf(own, rest);
    if (severity(always) <= severity(otherwise.action)) otherwise = { action: always, filter };
    for (const clause of clauses) ranked.push({ clause, filter });
  }
  const winning = ranked.filter(({ clause, filter }) => outranks(clause.action, filter, otherwise.action, otherwise.filter));
  // Sorting is stable, so clauses of one filter stay in their order.
  winning.sort((a, b) => severity(a.clause.action) - severity(b.clause.action) || b.filter - a.filter);
  return { clauses: winning.map(({ clause }) => clause), otherwise: otherwise.action };
}

function outranks(action: Action, filter: number, other: Action, otherFilter: number): boolean {
  if (action === other) return false;
  return severity(action) < severity(other) || (severity(action) === severity(other) && filter > otherFilter);
}

/** One filter's rules for a call as clauses, and what it says in any case. */
function clausesOf(rules: readonly Rule[], rest: Action): { readonly clauses: readonly Clause[]; readonly always: Action } {
  const unconditional = rules.find(({ when }) => when.length === 0);
  if (unconditional !== undefined) return { clauses: [], always: unconditional.action };
  const clauses: Clause[] = [];
  for (const action of new Set(rules.map((rule) => rule.action))) {
    const conjunctions = rules.filter((rule) => rule.action === action).map(({ when }) => when);
    if (action !== allow) clauses.push({ conjunctions, negated: false, action });
  }
  if (rules.length === 0 || rest === allow) return { clauses, always: rest };
  return { clauses: [...clauses, { conjunctions: rules.map(({ when }) => when), negated: true, action: rest }], always: allow };
}
