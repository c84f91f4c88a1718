import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as fc from 'fast-check';

/** Something that reads what others wrote, and inputs to try it on. Inputs are plain JSON. */
export interface Target {
  readonly name: string;
  /** Tries what was kept, then this many new inputs; gives what is to be said of a failure, with the smallest input that fails. */
  hunt(runs: number, seed: number): Promise<Finding | undefined>;
  /** How many inputs are kept. */
  readonly kept: number;
}

/** An input that fails. */
export interface Finding {
  readonly text: string;
  readonly input: unknown;
}

/** How long an input that fails is made smaller. */
const shrinkMs = 60_000;

const corpus = join(import.meta.dirname, 'corpus');

/** A target whose inputs this makes; `check` throws, or rejects, if something is wrong with what comes of one. */
export function target<Input>(name: string, inputs: fc.Arbitrary<Input>, check: (input: Input) => void | Promise<void>): Target {
  const kept = keptInputs(name);
  return {
    name,
    kept: kept.length,
    hunt: async (numRuns, seed) => {
      for (const input of kept) {
        try {
          // What is kept was once an input of this target.
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion
          await check(input as Input);
        } catch (error) {
          return { text: described(error), input };
        }
      }
      const property = fc.asyncProperty(inputs, async (input) => check(input));
      const found = await fc.check(property, { numRuns, seed, endOnFailure: true });
      if (!found.failed) return undefined;
      // It is made small as far as that goes in some time: an input that makes something wait for ever costs much time each time.
      const smaller = await fc.check(property, { seed, path: found.counterexamplePath ?? '', interruptAfterTimeLimit: shrinkMs });
      const details = smaller.failed && smaller.counterexample !== null ? smaller : found;
      return { text: `${described(details.errorInstance)}\n${fc.defaultReportMessage(details)}`, input: details.counterexample?.[0] };
    },
  };
}

/** Keeps an input that failed, so that it is tried from now on. */
export function keep(name: string, label: string, input: unknown): string {
  const directory = join(corpus, name);
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${label}.json`);
  writeFileSync(path, `${JSON.stringify(input, null, 2)}\n`);
  return path;
}

function described(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function keptInputs(name: string): readonly unknown[] {
  const directory = join(corpus, name);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .toSorted()
    .map((file): unknown => JSON.parse(readFileSync(join(directory, file), 'utf8')));
}
