import type { Script } from '../../src/port/keeper-fake.ts';
import { SECOND, Simulation } from './simulation.ts';

/** A run of a simulated machine. */
export interface CrashPlan {
  readonly units: Readonly<Record<string, string>>;
  readonly programs: Readonly<Record<string, Script>>;
  /** What is asked for while it runs: after so many microseconds, this job of this unit. */
  readonly requests: readonly {
    readonly afterUsec: number;
    readonly job: 'start' | 'stop' | 'restart' | 'reload';
    readonly unit: string;
  }[];
  /** When names on the message bus get an owner, or lose theirs. */
  readonly names?: readonly { readonly afterUsec: number; readonly name: string; readonly owner: string | undefined }[];
}

/** Runs the plan to its end; kills the manager before it hears of the events with these numbers. */
export function runWithCrashes(
  plan: CrashPlan,
  crashes: readonly number[],
): { readonly outcome: unknown; readonly events: number; readonly simulation: Simulation } {
  const simulation = new Simulation(plan);
  let events = 0;
  const pending = new Set(crashes);
  simulation.keeper.mayDeliver = (event) => {
    events = Math.max(events, event.sequence);
    if (!pending.delete(event.sequence)) return true;
    simulation.crash();
    simulation.clock.soon(() => simulation.startManager());
    return false;
  };
  for (const { afterUsec, name, owner } of plan.names ?? []) {
    simulation.clock.at(simulation.clock.now().monotonicUsec + afterUsec, () => {
      if (owner === undefined) simulation.bus.release(name);
      else simulation.bus.own(name, { unique: owner });
    });
  }
  simulation.boot();
  for (const { afterUsec, job, unit } of plan.requests) {
    simulation.clock.advance(afterUsec);
    simulation.manager.request(job, unit, 'replace', 'test');
    simulation.clock.settle();
  }
  simulation.clock.advance(60 * SECOND);
  return { outcome: outcomeOf(simulation, Object.keys(plan.units)), events, simulation };
}

function outcomeOf(simulation: Simulation, units: readonly string[]) {
  return {
    states: simulation.states(),
    results: units.map((unit) => {
      const { Result, ReloadResult, NRestarts } = simulation.manager.properties(unit) ?? {};
      return [unit, Result, ReloadResult, NRestarts];
    }),
    running: simulation.running().toSorted(),
    // Which of two that are queued at the same moment comes first, nobody promises, and so neither their numbers.
    jobs: simulation.manager
      .jobs()
      .map(({ unit, type, state }) => `${unit} ${type} ${state}`)
      .toSorted(),
    groups: simulation.keeper.groups(),
    end: simulation.keeper.end,
  };
}
