import { rules } from '../unit/lint/rules.ts';
import { toldDocs } from '../unit/lint/told.ts';

export type { LintOptions, LintTarget } from '../unit/lint/file.ts';
export type { Finding } from '../unit/lint/finding.ts';

/** Why `lint` tells what it tells, by its code. */
export function ruleDoc(code: string): string {
  return rules[code]?.doc ?? toldDocs[code] ?? code;
}
