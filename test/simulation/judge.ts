import { isDeepStrictEqual } from 'node:util';
import { differenceOf } from './end.ts';
import { Run, type Sabotage } from './run.ts';
import type { Scenario } from './scenario.ts';
import type { Violation } from './watch.ts';

/** What came of a scenario. */
export interface Outcome {
  readonly violation: Violation | undefined;
  /** Events of the keeper and alarms of the clock that managers got, and what clients asked of them. */
  readonly events: number;
}

/** Runs the scenario without and with its faults. What must hold is looked at in both, and both must come to the same end. */
export function judge(scenario: Scenario, sabotage: Sabotage = {}): Outcome {
  const calm = new Run({ ...scenario, faults: [] }, sabotage);
  const whole = calm.go();
  if (whole !== undefined || scenario.faults.length === 0) return { violation: whole, events: calm.events };
  const faulty = new Run(scenario, sabotage);
  const broken = faulty.go();
  const events = calm.events + faulty.events;
  if (broken !== undefined || !isPrompt(scenario) || !isExact(scenario) || calm.isCut || faulty.isCut) return { violation: broken, events };
  const [expected, found] = [calm.end(), faulty.end()];
  if (isDeepStrictEqual(expected, found)) return { violation: undefined, events };
  return { violation: { invariant: 'faults do not change the end', message: differenceOf(expected, found), atUsec: 0 }, events };
}

/** Whether the scenario must come to the same end without its faults: nothing happens while no manager is there. */
function isPrompt({ faults }: Scenario): boolean {
  return faults.every((fault) => !('kill' in fault) || fault.downUsec === 0);
}

/**
 * A manager that begins anew answers what may wait, so what comes of timers that may is not the same for all; and a reload is an
 * occasion to look once more at the rules that hold all the time.
 */
function isExact({ units, faults }: Scenario): boolean {
  const lines = Object.values(units).flat();
  if (lines.some((line) => line.startsWith('AccuracySec=') && line !== 'AccuracySec=1us')) return false;
  // What was drawn by lot is drawn anew where the manager died before it had sent it.
  if (Object.values(units).some((each) => each.includes('RandomizedDelaySec=3') && !each.includes('FixedRandomDelay=yes'))) return false;
  return !faults.some((fault) => 'reload' in fault) || !lines.some((line) => /^(Upholds|StopWhenUnneeded|BindsTo)=/.test(line));
}
