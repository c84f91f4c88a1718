import { unreachable } from '../../src/base/assert.ts';
import { requestedJobs } from '../../src/graph/request.ts';
import { jobModes } from '../../src/unit/values/types.ts';
import { Random } from '../scenario/random.ts';
import type { Deed, Fault, Scenario, Step } from './scenario.ts';
import { busUnit, makeUnits, type Machine } from './generate-units.ts';

const SECOND = 1_000_000;

/** How long a scenario lasts, in seconds of its own time, until nothing is asked for any more. */
const longest = 90;

/**
 * The scenario of a seed. All that happens by itself happens at a time of its own, to the microsecond: which of two things comes
 * first that happen at once, nobody promises.
 */
export function generate(seed: number): Scenario {
  const random = new Random(seed);
  const machine = makeUnits(random);
  const { units, programs } = machine;
  const steps = stepsFor(random, machine);
  return { units, programs, steps, faults: faultsFor(random) };
}

function stepsFor(random: Random, machine: Machine): readonly Step[] {
  const count = random.weighted({ few: 3, some: 5, many: 2 });
  const size = { few: random.between(0, 3), some: random.between(4, 10), many: random.between(11, 30) }[count];
  const times = new Set<number>();
  while (times.size < size) times.add(random.between(1, longest) * SECOND + random.between(100_000, 900_000));
  return [...times].toSorted((a, b) => a - b).map((atUsec) => ({ atUsec, ...deedFor(random, machine) }));
}

function deedFor(random: Random, machine: Machine): Deed {
  const names = Object.keys(machine.units).filter((name) => !name.includes('@') && !name.startsWith(`${busUnit}.`));
  const unit = random.one(names);
  const kind = random.weighted({
    request: 14,
    special: 6,
    cancel: 0.7,
    kill: 1,
    'reset-failed': 0.7,
    shoot: 1.5,
    'set-clock': machine.timers.length > 0 ? 1 : 0,
    edit: 0.7,
  });
  switch (kind) {
    case 'request':
      return requestFor(random, machine, unit);
    case 'special':
      return machine.deeds.length === 0 ? requestFor(random, machine, unit) : random.one(machine.deeds);
    case 'cancel':
    case 'reset-failed':
      return { do: kind, unit };
    case 'kill':
      return { do: 'kill', unit, whom: random.one(['all', 'main', 'control']), signal: random.one([15, 9, 1]) };
    case 'shoot':
      return { do: 'shoot', unit, signal: random.one([9, 15, 11]) };
    case 'set-clock':
      return { do: 'set-clock', byUsec: random.one([-3600, -7, -1, 1, 13, 3600]) * SECOND };
    case 'edit':
      return { do: 'edit', unit, lines: edited(random, machine.units[unit] ?? []) };
    default:
      return unreachable(kind);
  }
}

function requestFor(random: Random, machine: Machine, unit: string): Deed {
  const job = random.weighted<(typeof requestedJobs)[number]>({
    start: 8,
    stop: 6,
    restart: 4,
    'try-restart': 1,
    reload: 1.5,
    'reload-or-restart': 1,
    'try-reload-or-restart': 0.7,
    'verify-active': 0.3,
    nop: 0.3,
  });
  const mode = random.chance(0.65) ? 'replace' : random.one(jobModes);
  if (mode === 'isolate') return { do: 'request', job: 'start', unit: random.one(machine.targets), mode };
  if (mode === 'triggering') return { do: 'request', job: 'stop', unit, mode };
  return { do: 'request', job, unit, mode };
}

/** Another unit file: one line less, or another description. */
function edited(random: Random, lines: readonly string[]): readonly string[] {
  const droppable = lines.flatMap((line, index) =>
    /^(After|Wants|Restart|ExecStartPre|ExecStopPost|Description)=/.test(line) ? [index] : [],
  );
  if (droppable.length === 0) return lines.flatMap((line) => (line === '[Unit]' ? [line, 'Description=edited'] : [line]));
  const gone = random.one(droppable);
  return lines.filter((_, index) => index !== gone);
}

/** In one of three scenarios the manager is away for a while each time, so that much has happened when it comes back. */
function faultsFor(random: Random): readonly Fault[] {
  const isSlow = random.chance(0.33);
  const most = random.one([15, 40, 150, 400]);
  const down = (): number => (isSlow ? Math.floor(random.next() ** 3 * 20 * SECOND) : 0);
  return Array.from({ length: random.between(1, random.chance(0.2) ? 25 : 5) }, (): Fault => {
    const at = random.between(1, most);
    const kind = random.weighted({ 'before-event': 3, 'before-batch': 4, 'after-batch': 2, reload: 3, rest: 4 });
    if (kind === 'rest') return { rest: true, at: random.between(1, 15) };
    return kind === 'reload' ? { reload: true, at } : { kill: kind, at, downUsec: down() };
  });
}
