import { rules } from '../unit/lint/rules.ts';

export type { LintOptions, LintTarget } from '../unit/lint/file.ts';
export type { Finding } from '../unit/lint/finding.ts';

/** Why a rule of `lint` is there, by its code; undefined for what the loading of units tells. */
export function ruleDoc(code: string): string | undefined {
  return rules[code]?.doc;
}
