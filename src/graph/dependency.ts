import type { DependencyKey } from '../unit/config.ts';

/**
 * What a dependency makes the engine do. The engine asks only for atoms, never for kinds; which kind carries which
 * atoms is the table below.
 */
export type Atom =
  /** Starting this starts the other; the other must be startable. */
  | 'pull-in-start'
  | 'pull-in-start-ignored'
  | 'pull-in-verify'
  | 'pull-in-stop'
  | 'pull-in-stop-ignored'
  /** Stopping this stops the other; restarting this restarts the other if it runs. */
  | 'propagate-stop'
  | 'propagate-stop-graceful'
  | 'propagate-reload'
  /** A failed start of this fails the other's start. */
  | 'propagate-start-failure'
  | 'propagate-stop-failure'
  /** A start of this that ends inactive fails the other's start. */
  | 'propagate-inactive-start-as-failure'
  /** When this comes up without a job, the other is started (job mode replace, or fail). */
  | 'retroactive-start-replace'
  | 'retroactive-start-fail'
  | 'retroactive-stop-on-start'
  | 'retroactive-stop-on-stop'
  /** This stops when the other is down. */
  | 'cannot-be-active-without'
  | 'cannot-be-active-without-inverse'
  /** While the other is active, this is started again whenever it is down. */
  | 'start-steadily'
  | 'start-steadily-inverse'
  /** An active other keeps this from being unneeded. */
  | 'pins-when-unneeded'
  /** When this goes down, the other may have become unneeded. */
  | 'may-become-unneeded'
  /** The other, if it is a target, is reached only after this. */
  | 'default-target'
  /** The inverse of `default-target`: seen from the target. */
  | 'default-target-inverse'
  | 'before'
  | 'after'
  | 'on-failure'
  | 'on-success'
  | 'triggers'
  | 'triggered-by'
  | 'joins-namespace';

interface KindRow {
  readonly inverse: string;
  readonly atoms: readonly Atom[];
  readonly hidden?: true;
}

/** Every kind of dependency, its inverse, and its atoms (semantics of systemd.unit(5), in one place). */
const table = {
  Wants: {
    inverse: 'WantedBy',
    atoms: ['pull-in-start-ignored', 'retroactive-start-fail', 'may-become-unneeded', 'default-target-inverse'],
  },
  WantedBy: { inverse: 'Wants', atoms: ['pins-when-unneeded', 'default-target'] },
  Requires: {
    inverse: 'RequiredBy',
    atoms: ['pull-in-start', 'retroactive-start-replace', 'may-become-unneeded', 'default-target-inverse'],
  },
  RequiredBy: {
    inverse: 'Requires',
    atoms: ['propagate-stop', 'propagate-start-failure', 'pins-when-unneeded', 'default-target'],
  },
  Requisite: { inverse: 'RequisiteOf', atoms: ['pull-in-verify', 'may-become-unneeded', 'default-target-inverse'] },
  RequisiteOf: {
    inverse: 'Requisite',
    atoms: ['propagate-stop', 'propagate-start-failure', 'propagate-inactive-start-as-failure', 'pins-when-unneeded', 'default-target'],
  },
  BindsTo: {
    inverse: 'BoundBy',
    atoms: ['pull-in-start', 'retroactive-start-replace', 'cannot-be-active-without', 'may-become-unneeded', 'default-target-inverse'],
  },
  BoundBy: {
    inverse: 'BindsTo',
    atoms: [
      'propagate-stop',
      'propagate-start-failure',
      'retroactive-stop-on-stop',
      'cannot-be-active-without-inverse',
      'pins-when-unneeded',
      'default-target',
    ],
  },
  PartOf: { inverse: 'ConsistsOf', atoms: ['default-target-inverse'] },
  ConsistsOf: { inverse: 'PartOf', atoms: ['propagate-stop'] },
  Upholds: {
    inverse: 'UpheldBy',
    atoms: [
      'pull-in-start-ignored',
      'retroactive-start-replace',
      'may-become-unneeded',
      'start-steadily-inverse',
      'default-target-inverse',
    ],
  },
  UpheldBy: { inverse: 'Upholds', atoms: ['start-steadily', 'pins-when-unneeded', 'default-target'] },
  Conflicts: { inverse: 'ConflictedBy', atoms: ['pull-in-stop', 'retroactive-stop-on-start'] },
  ConflictedBy: { inverse: 'Conflicts', atoms: ['pull-in-stop-ignored', 'propagate-stop-failure', 'retroactive-stop-on-start'] },
  Before: { inverse: 'After', atoms: ['before'] },
  After: { inverse: 'Before', atoms: ['after'] },
  OnFailure: { inverse: 'OnFailureOf', atoms: ['on-failure'] },
  OnFailureOf: { inverse: 'OnFailure', atoms: [] },
  OnSuccess: { inverse: 'OnSuccessOf', atoms: ['on-success'] },
  OnSuccessOf: { inverse: 'OnSuccess', atoms: [] },
  PropagatesReloadTo: { inverse: 'ReloadPropagatedFrom', atoms: ['propagate-reload'] },
  ReloadPropagatedFrom: { inverse: 'PropagatesReloadTo', atoms: [] },
  PropagatesStopTo: { inverse: 'StopPropagatedFrom', atoms: ['propagate-stop-graceful', 'retroactive-stop-on-stop'] },
  StopPropagatedFrom: { inverse: 'PropagatesStopTo', atoms: [] },
  Triggers: { inverse: 'TriggeredBy', atoms: ['triggers'] },
  TriggeredBy: { inverse: 'Triggers', atoms: ['triggered-by'] },
  JoinsNamespaceOf: { inverse: 'NamespaceJoinedBy', atoms: ['joins-namespace'] },
  // Nobody is told of this one: systemd has no name for it.
  NamespaceJoinedBy: { inverse: 'JoinsNamespaceOf', atoms: [], hidden: true },
} as const satisfies Record<string, KindRow>;

/** A kind of dependency: what files can say, and the inverses that follow from it. */
export type Kind = keyof typeof table;

/** Every kind, in the order of their bits. */
export const kinds: readonly Kind[] = Object.keys(table).filter(isKind);

/** The kinds that have a name outside: systemd's properties. */
export const shownKinds: readonly Kind[] = kinds.filter((kind) => !('hidden' in table[kind]));

/** Kinds as bits of one number: an edge between two units is the sum of its kinds. */
export type KindSet = number;

const bits = new Map<Kind, KindSet>(kinds.map((kind, index) => [kind, 1 << index]));

/** The bit of one kind. */
export function kindBit(kind: Kind | DependencyKey): KindSet {
  return bits.get(kind) ?? 0;
}

/** The kinds in a set. */
export function kindsIn(set: KindSet): readonly Kind[] {
  return shownKinds.filter((kind) => (set & kindBit(kind)) !== 0);
}

/** The first kind in a set, in the order of their bits; undefined where it is empty. */
export function firstKind(set: KindSet): Kind | undefined {
  return set === 0 ? undefined : kinds[31 - Math.clz32(set & -set)];
}

/** The other unit's view of an edge. */
export function inverse(set: KindSet): KindSet {
  let inverted = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) inverted |= inverseOfBit(rest & -rest);
  return inverted;
}

/** The kind that the other unit sees. */
export function inverseKind(kind: Kind): Kind {
  return table[kind].inverse;
}

const inverses: readonly KindSet[] = kinds.map((kind) => kindBit(table[kind].inverse));

function inverseOfBit(bit: KindSet): KindSet {
  return inverses[31 - Math.clz32(bit)] ?? 0;
}

/** For each atom, the set of kinds that carry it: an edge has the atom if the two sets meet. */
export const carriers: Readonly<Record<Atom, KindSet>> = carriersOfAll({
  'pull-in-start': 0,
  'pull-in-start-ignored': 0,
  'pull-in-verify': 0,
  'pull-in-stop': 0,
  'pull-in-stop-ignored': 0,
  'propagate-stop': 0,
  'propagate-stop-graceful': 0,
  'propagate-reload': 0,
  'propagate-start-failure': 0,
  'propagate-stop-failure': 0,
  'propagate-inactive-start-as-failure': 0,
  'retroactive-start-replace': 0,
  'retroactive-start-fail': 0,
  'retroactive-stop-on-start': 0,
  'retroactive-stop-on-stop': 0,
  'cannot-be-active-without': 0,
  'cannot-be-active-without-inverse': 0,
  'start-steadily': 0,
  'start-steadily-inverse': 0,
  'pins-when-unneeded': 0,
  'may-become-unneeded': 0,
  'default-target': 0,
  'default-target-inverse': 0,
  before: 0,
  after: 0,
  'on-failure': 0,
  'on-success': 0,
  triggers: 0,
  'triggered-by': 0,
  'joins-namespace': 0,
});

function carriersOfAll(sets: Record<Atom, KindSet>): Readonly<Record<Atom, KindSet>> {
  for (const kind of kinds) for (const atom of table[kind].atoms) sets[atom] |= kindBit(kind);
  return sets;
}

function isKind(text: string): text is Kind {
  return text in table;
}
