// A worker of simulate.ts: judges the scenarios of the seeds that it is given.
import { parentPort } from 'node:worker_threads';
import { generate } from './generate.ts';
import { failureText } from './report.ts';
import { judge } from './judge.ts';

export interface Task {
  readonly from: number;
  readonly count: number;
  /** What fails is to be made small. */
  readonly shrink: boolean;
}

export interface Report {
  readonly seeds: number;
  readonly events: number;
  /** Texts for people. */
  readonly failures: readonly string[];
}

parentPort?.on('message', ({ from, count, shrink }: Task) => {
  const failures: string[] = [];
  let events = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const scenario = generate(seed);
    const outcome = judge(scenario);
    events += outcome.events;
    if (outcome.violation !== undefined) failures.push(failureText(seed, scenario, outcome.violation, { shrink }));
  }
  const report: Report = { seeds: count, events, failures };
  // Nor has its parent.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(report);
});
