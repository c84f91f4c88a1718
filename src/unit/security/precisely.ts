import type { Finding, Point } from './assess.ts';
import type { Subject } from './subject.ts';

/** Marks what is found as too precise for the sentences of a policy. */
export function precisely(assess: (subject: Subject) => Finding): Point['assess'] {
  return (subject) => ({ ...assess(subject), isPrecise: true });
}
