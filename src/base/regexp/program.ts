import { err, ok, type Result } from '../result.ts';
import type { Assertion, Node } from './parse.ts';
import type { Ranges } from './ranges.ts';

/** A step of an automaton: where it goes on for one of these characters, without one, or if an assertion holds. */
export type Step =
  | { readonly do: 'take'; readonly ranges: Ranges; readonly next: number }
  | { readonly do: 'fork'; readonly next: readonly number[] }
  | { readonly do: 'assert'; readonly assertion: Assertion; readonly next: number };

/** An automaton; it accepts when it comes to the step behind the last. */
export interface Program {
  readonly steps: readonly Step[];
  readonly start: number;
}

/** So many steps are taken for each character at most. */
const MOST_STEPS = 1000;

/** The automaton of a regular expression (Thompson's construction, from the end to the start); the error is that it would be too large. */
export function programOf(node: Node): Result<Program, string> {
  const steps: Step[] = [];
  const draft: Draft = { steps, parts: 0 };
  // The number of the end is known only when all is there.
  const start = build(draft, node, END);
  if (start === undefined) return err(`it comes to more than ${MOST_STEPS} steps`);
  const place = (next: number): number => (next === END ? steps.length : next);
  return ok({
    start: place(start),
    steps: steps.map((step) => (step.do === 'fork' ? { ...step, next: step.next.map(place) } : { ...step, next: place(step.next) })),
  });
}

const END = -1;

interface Draft {
  readonly steps: Step[];
  /** How many parts were built, since repeats of nothing take no steps. */
  parts: number;
}

/** Gives where the part begins, so that what comes behind it is `next`. */
function build(draft: Draft, node: Node, next: number): number | undefined {
  draft.parts += 1;
  if (draft.parts > 4 * MOST_STEPS) return undefined;
  switch (node.kind) {
    case 'characters':
      return add(draft, { do: 'take', ranges: node.ranges, next });
    case 'assertion':
      return add(draft, { do: 'assert', assertion: node.assertion, next });
    case 'sequence':
      return node.parts.reduceRight<number | undefined>(
        (behind, part) => (behind === undefined ? undefined : build(draft, part, behind)),
        next,
      );
    case 'choice': {
      const starts: number[] = [];
      for (const part of node.parts) {
        const start = build(draft, part, next);
        if (start === undefined) return undefined;
        starts.push(start);
      }
      return add(draft, { do: 'fork', next: starts });
    }
    case 'repeat':
      return repeat(draft, node, next);
    default:
      return node satisfies never;
  }
}

function repeat(draft: Draft, { part, least, most }: Extract<Node, { readonly kind: 'repeat' }>, next: number): number | undefined {
  let at: number | undefined = next;
  if (most === Infinity) {
    // The fork comes first, for the part to go back to.
    at = add(draft, { do: 'fork', next: [] });
    if (at === undefined) return undefined;
    const start = build(draft, part, at);
    if (start === undefined) return undefined;
    draft.steps[at] = { do: 'fork', next: [start, next] };
  } else {
    for (let count = least; count < most && at !== undefined; count++) {
      const start = build(draft, part, at);
      at = start === undefined ? undefined : add(draft, { do: 'fork', next: [start, next] });
    }
  }
  for (let count = 0; count < least && at !== undefined; count++) at = build(draft, part, at);
  return at;
}

function add({ steps }: Draft, step: Step): number | undefined {
  if (steps.length >= MOST_STEPS) return undefined;
  steps.push(step);
  return steps.length - 1;
}
