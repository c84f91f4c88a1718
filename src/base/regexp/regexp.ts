import { ok, type Result } from '../result.ts';
import { type Assertion, parseRegexp } from './parse.ts';
import { type Program, programOf } from './program.ts';
import { isIn, type Ranges, shorthands } from './ranges.ts';

/** Tells whether a text has a match anywhere. */
export type Matcher = (text: string) => boolean;

/**
 * A regular expression whose work grows only with the length of the text, whatever the pattern is: all ways through it are gone at the
 * same time. (JavaScript's own tries one after the other, and has as many as there are for `(a|a)*b`.) The error says what of the pattern
 * cannot be carried out.
 */
export function linearRegexp(pattern: string): Result<Matcher, string> {
  const parsed = parseRegexp(pattern);
  if (!parsed.ok) return parsed;
  const program = programOf(parsed.value);
  return program.ok ? ok(matcher(program.value)) : program;
}

/** Where the automaton may be, and what kind of character came last. */
interface State {
  readonly places: readonly number[];
  readonly before: Kind;
  /** What comes of a character; undefined where that is a match. */
  readonly next: Map<number, State | undefined>;
}

/** What assertions want to know of a neighbour: a character of a word, a line break that is the last, another one, or that there is none. */
type Kind = 'word' | 'other' | 'edge' | 'break';

/** As many transitions are remembered; then it begins anew. */
const MOST_KNOWN = 4096;

const word: Ranges = shorthands['w'] ?? [];
const LINE_BREAK = 10;

function matcher(program: Program): Matcher {
  const states = new Map<string, State>();
  let known = 0;
  const stateOf = (places: readonly number[], before: Kind): State => {
    const key = `${before} ${places.join(' ')}`;
    const state = states.get(key) ?? { places, before, next: new Map() };
    states.set(key, state);
    return state;
  };
  const step = (state: State, code: number): State | undefined => {
    if (known >= MOST_KNOWN) {
      states.clear();
      known = 0;
    }
    known += 1;
    const reached = reach(program, state, kindOf(code));
    return reached === undefined ? undefined : stateOf(take(program, reached, code), kindOf(code));
  };
  return (text) => {
    let state = stateOf([], 'edge');
    for (let at = 0; at < text.length;) {
      const code = text.codePointAt(at) ?? 0;
      at += code > 0xffff ? 2 : 1;
      // Of the last character assertions may want to know that it is the last.
      if (code === LINE_BREAK && at === text.length && reach(program, state, 'break') === undefined) return true;
      let next = state.next.get(code);
      if (next === undefined) {
        next = step(state, code);
        if (next === undefined) return true;
        state.next.set(code, next);
      }
      state = next;
    }
    return reach(program, state, 'edge') === undefined;
  };
}

function kindOf(code: number): Kind {
  return isIn(word, code) ? 'word' : 'other';
}

/** The places that wait for a character, from these and from the start, where this kind comes next; undefined where that is a match. */
function reach({ steps, start }: Program, { places, before }: State, after: Kind): readonly number[] | undefined {
  const seen = new Set<number>();
  const open = [...places, start];
  const waiting: number[] = [];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const step = steps[at];
    if (step === undefined) return undefined;
    if (step.do === 'take') waiting.push(at);
    else if (step.do === 'fork') open.push(...step.next);
    else if (holds[step.assertion](before, after)) open.push(step.next);
  }
  return waiting;
}

const holds: Readonly<Record<Assertion, (before: Kind, after: Kind) => boolean>> = {
  start: (before) => before === 'edge',
  end: (_, after) => after === 'edge',
  last: (_, after) => after === 'edge' || after === 'break',
  boundary: (before, after) => (before === 'word') !== (after === 'word'),
  inside: (before, after) => (before === 'word') === (after === 'word'),
};

function take({ steps }: Program, waiting: readonly number[], code: number): readonly number[] {
  const next = new Set<number>();
  for (const at of waiting) {
    const step = steps[at];
    if (step?.do === 'take' && isIn(step.ranges, code)) next.add(step.next);
  }
  return [...next].toSorted((a, b) => a - b);
}
