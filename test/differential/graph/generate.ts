import { Random } from '../../scenario/random.ts';

/** What the process of a unit does. */
export type Behaviour = 'works' | 'once' | 'fails' | 'runs' | 'skipped' | 'target' | 'missing';

/** A unit of a net: units are called by their number. */
export interface NetUnit {
  readonly behaviour: Behaviour;
  /** Lines of [Unit] besides the relations. */
  readonly settings: readonly string[];
  readonly relations: readonly Relation[];
}

export interface Relation {
  readonly kind: string;
  readonly to: number;
}

/** A command line of systemctl, where units are numbers. */
export interface NetRequest {
  readonly verb: string;
  readonly options: readonly string[];
  readonly units: readonly number[];
}

/** Units with random relations, and what is asked of them one after the other. */
export interface Net {
  readonly units: readonly NetUnit[];
  readonly requests: readonly NetRequest[];
}

/**
 * The net of a seed. What systemd itself leaves to chance is kept out: an order that nothing forces where the outcome hangs on
 * it, starts that chase each other, and units of which two could be given up.
 */
export function generate(seed: number): Net {
  const random = new Random(seed);
  const count = random.chance(0.1) ? random.between(20, 50) : random.between(5, 14);
  const behaviours = Array.from({ length: count }, () =>
    random.weighted<Behaviour>({ works: 6, once: 2, fails: 2, runs: 6, skipped: 1, target: 2, missing: 0.5 }),
  );
  const conflicted = new Set<number>();
  const units = behaviours.map((behaviour, index): NetUnit => {
    if (behaviour === 'missing') return { behaviour, settings: [], relations: [] };
    return { behaviour, settings: settingsOf(random, behaviour), relations: relationsOf(random, index, behaviours, conflicted) };
  });
  const requests = Array.from({ length: random.between(3, 8) }, () => requestOf(random, behaviours));
  return withoutChance({ units, requests });
}

function withoutChance(net: Net): Net {
  const kinds = new Set(net.units.flatMap(({ relations }) => relations.map(({ kind }) => kind)));
  return {
    units: net.units,
    requests: net.requests.map((request) => {
      // How far the first of several starts is by the time of the second is chance.
      const isSafe = (request.verb === 'stop' && !kinds.has('Before')) || request.verb === 'reset-failed';
      const units = isSafe ? request.units : request.units.slice(0, 1);
      // Whether a requisite is known to be off comes before or after the first half of a restart.
      const verb = kinds.has('Requisite') && request.verb.includes('restart') ? 'stop' : request.verb;
      return { ...request, units, verb };
    }),
  };
}

function settingsOf(random: Random, behaviour: Behaviour): readonly string[] {
  const settings: string[] = [];
  if (random.chance(0.12)) settings.push('StopWhenUnneeded=yes');
  if (random.chance(0.04)) settings.push('RefuseManualStart=yes');
  if (random.chance(0.04)) settings.push('RefuseManualStop=yes');
  if (random.chance(0.1)) settings.push('CollectMode=inactive-or-failed');
  if (behaviour === 'fails' && random.chance(0.3))
    settings.push(`OnFailureJobMode=${random.one(['replace', 'fail', 'ignore-dependencies'])}`);
  return settings;
}

/** Relations only go to units with a lower number, so that there are no cycles but those that are meant. */
function relationsOf(random: Random, index: number, behaviours: readonly Behaviour[], conflicted: Set<number>): readonly Relation[] {
  const relations: Relation[] = [];
  const add = (kind: string, to: number): void => {
    relations.push({ kind, to });
  };
  const wanted = Math.min(index, random.between(0, 3));
  for (let made = 0; made < wanted; made += 1) {
    const to = random.between(0, index - 1);
    const kind = random.weighted(kindWeights);
    const other = behaviours[to] ?? 'works';
    if (!isSettled(kind, other) || relations.some((relation) => relation.to === to)) continue;
    if (kind === 'Conflicts') {
      conflicted.add(to);
      conflicted.add(index);
    }
    if (kind === 'Upholds' && conflicted.has(to)) continue;
    add(kind, to);
    if (needsOrder.has(kind) || random.chance(0.6)) add(orderOf(kind), to);
  }
  return relations;
}

/** A unit that conflicts goes after what it stops; all others after what they need. */
function orderOf(kind: string): string {
  return kind === 'OnFailure' || kind === 'OnSuccess' ? 'Before' : 'After';
}

const kindWeights = {
  Requires: 6,
  Wants: 5,
  BindsTo: 3,
  Requisite: 2,
  PartOf: 3,
  Upholds: 1,
  Conflicts: 2,
  After: 3,
  Before: 1,
  OnFailure: 1.5,
  OnSuccess: 1.5,
  PropagatesReloadTo: 1,
  PropagatesStopTo: 1.5,
  StopPropagatedFrom: 1,
} as const;

/** Without order it is chance whether a failure of the other comes before the unit's own success. */
const needsOrder: ReadonlySet<string> = new Set(['Requires', 'BindsTo', 'Requisite', 'Conflicts']);

function isSettled(kind: string, other: Behaviour): boolean {
  // What is upheld and goes down at once is started for ever.
  if (kind === 'Upholds') return other === 'works' || other === 'runs' || other === 'target';
  return true;
}

function requestOf(random: Random, behaviours: readonly Behaviour[]): NetRequest {
  const last = behaviours.length - 1;
  const verb = random.weighted({
    start: 9,
    stop: 5,
    restart: 2.5,
    'try-restart': 1,
    reload: 1,
    'reload-or-restart': 0.5,
    kill: 2,
    'reset-failed': 0.7,
  });
  const high = (): number =>
    verb === 'start' && random.chance(0.6) ? random.between(Math.floor(last / 2), last) : random.between(0, last);
  const units = Array.from({ length: verb !== 'kill' && random.chance(0.2) ? random.between(2, 4) : 1 }, high);
  return { verb, options: optionsOf(random, verb), units: [...new Set(units)] };
}

function optionsOf(random: Random, verb: string): readonly string[] {
  if (verb === 'kill') return ['-s', 'KILL'];
  if (verb === 'reset-failed') return [];
  const mode = random.weighted({
    '': 14,
    fail: 1,
    'ignore-dependencies': 1,
    'ignore-requirements': 1,
    'replace-irreversibly': 0.5,
    triggering: 0.4,
  });
  return mode === '' ? [] : [`--job-mode=${mode}`];
}
