import type { JobInfo } from '../../src/graph/report.ts';
import type { Batch } from '../../src/port/keeper.ts';
import { type Invariant, type InvariantName, invariants } from './invariants.ts';
import type { Model } from './model.ts';

/** What did not hold, as a sentence. */
export interface Violation {
  readonly invariant: InvariantName;
  readonly message: string;
  readonly atUsec: number;
}

/** Looks at the invariants while a scenario runs, and keeps the first that did not hold. */
export class Watch {
  readonly #model: Model;
  /** Microseconds since the machine came up. */
  readonly #now: () => number;
  violation: Violation | undefined;

  constructor(model: Model, now: () => number) {
    this.#model = model;
    this.#now = now;
  }

  /** The manager has sent a batch, so what it said until then counts. */
  sent(batch: Batch): void {
    const model = this.#model;
    model.commit(
      batch,
      (transition) => {
        for (const [name, look] of looks.moved) this.#judge(name, look(model, transition));
      },
      (change) => {
        for (const [name, look] of looks.job) this.#judge(name, look(model, change));
      },
    );
  }

  /** Nothing is left to do at this moment; the manager has these jobs. */
  quiet(jobs: readonly JobInfo[]): void {
    const model = this.#model;
    model.digest();
    for (const unit of model.changed) for (const [name, look] of looks.unit) this.#judge(name, look(model, unit));
    model.changed.clear();
    for (const [name, look] of looks.quiet) this.#judge(name, look(model, jobs));
  }

  complain(invariant: InvariantName, message: string): void {
    this.violation ??= { invariant, message, atUsec: this.#now() };
  }

  #judge(invariant: InvariantName, message: string | undefined): void {
    if (message !== undefined) this.complain(invariant, message);
  }
}

type Looks<Kind extends keyof Invariant> = readonly (readonly [InvariantName, NonNullable<Invariant[Kind]>])[];

/** The invariants, by when they are looked at. */
const looks: { readonly [Kind in keyof Invariant]-?: Looks<Kind> } = {
  moved: looking('moved'),
  job: looking('job'),
  unit: looking('unit'),
  quiet: looking('quiet'),
};

function looking<Kind extends keyof Invariant>(kind: Kind): Looks<Kind> {
  const all: readonly (readonly [string, Invariant])[] = Object.entries(invariants);
  return all.flatMap(([name, invariant]): Looks<Kind> => {
    const look = invariant[kind];
    return look === undefined || !isName(name) ? [] : [[name, look]];
  });
}

function isName(name: string): name is keyof typeof invariants {
  return name in invariants;
}
