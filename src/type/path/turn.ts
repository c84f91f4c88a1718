import { invariant } from '../../base/assert.ts';
import type { UnitConfig } from '../../unit/config.ts';
import { withType } from '../../unit/name.ts';
import type { PathSettings, Watch } from '../../unit/settings/path.ts';
import type { Effect, Step, StepContext } from '../type.ts';
import type { PathMemory, PathResult, PathState } from './state.ts';
import { tellsItself, watchNames, watchPlan, watchText } from './watch-plan.ts';
import { sayEnd } from '../say-end.ts';

/** One call of the path's state machine while it is being worked out. */
export interface PathTurn {
  readonly config: UnitConfig;
  readonly settings: PathSettings;
  readonly context: StepContext;
  readonly effects: Effect[];
}

/** Begins a turn. */
export function openPathTurn(config: UnitConfig, context: StepContext): PathTurn {
  invariant(config.path !== undefined, `${config.name} has no path settings`);
  return { config, settings: config.path, context, effects: [] };
}

/** Ends a turn: nothing is watched by who does not wait and is not about to. */
export function concludePath(turn: PathTurn, reached: PathState): Step<PathState> {
  const watches = reached.sub === 'waiting' || ('maker' in reached && reached.maker !== null);
  const after = watches ? reached : { ...reached, memory: closeAll(turn, reached.memory) };
  return { state: after, effects: turn.effects };
}

/** When a path is looked at. */
export type Occasion =
  /** The unit has just been started: a path that is as it was is no change. */
  | 'start'
  /** Something happened. */
  | 'event'
  /** The triggered unit is done: what changed while it ran does not count. */
  | 'done';

/** Looks whether one of the paths is as it has to be, and starts the unit then; watches for it otherwise. */
export function enterWaiting(turn: PathTurn, state: PathState, given: PathMemory, occasion: Occasion): PathState {
  if (isTriggeredUp(turn)) return { sub: 'running', maker: null, memory: given };
  const { found, memory } = look(turn, given, occasion);
  if (found !== undefined) return enterPathRunning(turn, { ...state, memory }, found);
  const trail = turn.context.trail(turn.settings.Watch.map(({ path }) => path));
  // What is watched is watched well: only what was told is forgotten.
  if (state.sub === 'waiting' && state.maker === null && trail === memory.trail && isCurrent(turn, memory)) {
    poll(turn, memory);
    return { ...state, memory };
  }
  return makeWatches(turn, state, { ...memory, trail });
}

/** The watches are made: what came meanwhile is seen now, what comes from now on is told. */
export function watchesMade(turn: PathTurn, state: PathState, maker: number, occasion: Occasion): PathState {
  const { effects } = turn;
  const held = namesMade(turn, maker);
  for (const name of state.memory.held) if (!held.includes(name)) effects.push({ effect: 'close', name });
  const watching: PathMemory = { ...state.memory, held };
  if (isTriggeredUp(turn)) return { sub: 'running', maker: null, memory: watching };
  const { found, memory } = look(turn, watching, occasion);
  if (found !== undefined) return enterPathRunning(turn, { ...state, memory }, found);
  poll(turn, memory);
  return { sub: 'waiting', maker: null, memory };
}

/** Starts the unit, for this path. */
export function enterPathRunning(turn: PathTurn, state: PathState, path: string): PathState {
  const { config, context, effects } = turn;
  // Who is about to be stopped starts nothing any more.
  if (context.stopRequested) return state;
  const window = countTrigger(turn, state.memory);
  if (window === undefined) {
    effects.push({ effect: 'log', priority: 3, message: `${config.name}: Trigger limit hit, refusing further activation.` });
    return enterPathDead(turn, state.memory, 'trigger-limit-hit');
  }
  effects.push({ effect: 'trigger', unit: triggeredByPath(config), job: 'start', mode: 'replace', details: { unit: config.name, path } });
  return { sub: 'running', maker: null, memory: { ...state.memory, window } };
}

/** The end: dead or failed. */
export function enterPathDead({ config, effects }: PathTurn, given: PathMemory, result: PathResult): PathState {
  const memory = given.result === 'success' ? { ...given, result } : given;
  sayEnd(effects, config.name, memory.result);
  return { sub: memory.result === 'success' ? 'dead' : 'failed', memory };
}

/** The unit that a path unit starts (systemd.path(5), Unit=). */
export function triggeredByPath({ name, path }: UnitConfig): string {
  const named = path?.Unit ?? '';
  return named === '' ? withType(name, 'service') : named;
}

/** The path whose own changes this descriptor tells, if it is one of the present watches. */
export function pathOfWatch(turn: PathTurn, memory: PathMemory, name: string): string | undefined {
  const place = Number(name.slice(name.lastIndexOf('/') + 1));
  return isCurrent(turn, memory) ? turn.settings.Watch[place]?.path : undefined;
}

/** The names of all that a child was to give to the keeper. */
export function namesMade({ config, settings }: PathTurn, maker: number): readonly string[] {
  const { above, self } = watchNames(config.name, settings, maker);
  return [above, ...self.values()];
}

/** Whether what is watched is what the unit file says. */
export function isCurrent({ settings }: PathTurn, { watched }: PathMemory): boolean {
  return watched === watchText(settings);
}

/** Has a child make the watches, anew or for the first time. */
export function makeWatches({ config, settings, context, effects }: PathTurn, state: PathState, given: PathMemory): PathState {
  const maker = context.nextChild();
  const names = watchNames(config.name, settings, maker);
  effects.push({
    effect: 'run',
    child: maker,
    outside: true,
    plan: watchPlan(settings, names, { makeDirectories: state.sub === 'dead' || state.sub === 'failed' }),
  });
  // From here on the keeper may hold them; a manager that dies now must not lose track of them.
  const held = [...given.held, names.above, ...names.self.values()];
  const memory = { ...given, held, watched: watchText(settings) };
  const sub = state.sub === 'waiting' || state.sub === 'running' ? state.sub : 'starting';
  return sub === 'starting' ? { sub, maker, memory } : { sub, maker, memory };
}

/** The first path that is as it has to be, beginning with the last line as systemd does, and what there is to remember of what was seen. */
function look(
  { settings, context }: PathTurn,
  memory: PathMemory,
  occasion: Occasion,
): { readonly found?: string; readonly memory: PathMemory } {
  const present: string[] = [];
  let found: string | undefined;
  for (const watch of settings.Watch.toReversed()) {
    // Those after the first that is found are as they were, and are looked at when it is their turn.
    if (found !== undefined) {
      if (memory.present.includes(watch.path)) present.push(watch.path);
      continue;
    }
    const there = checks[watch.kind](watch.path, context);
    if (!tellsItself[watch.kind]) {
      found = there;
      continue;
    }
    const isThere = there !== undefined;
    if (isThere) present.push(watch.path);
    if (occasion === 'event' && isThere !== memory.present.includes(watch.path)) found = watch.path;
  }
  return { ...(found === undefined ? {} : { found }), memory: { ...memory, present } };
}

type Check = (path: string, context: StepContext) => string | undefined;

const exists: Check = (path, context) => (context.exists(path) ? path : undefined);

/** kind → the path that is as it has to be. */
const checks: Readonly<Record<Watch['kind'], Check>> = {
  PathExists: exists,
  PathExistsGlob: (path, context) => context.firstMatch(path),
  PathChanged: exists,
  PathModified: exists,
  DirectoryNotEmpty: (path, context) => (context.hasEntries(path) ? path : undefined),
};

function isTriggeredUp({ context }: PathTurn): boolean {
  const active = context.triggered()?.active ?? 'inactive';
  return active !== 'inactive' && active !== 'failed';
}

function poll({ effects }: PathTurn, { held }: PathMemory): void {
  for (const name of held) effects.push({ effect: 'poll-drain', name });
}

function closeAll({ effects }: PathTurn, memory: PathMemory): PathMemory {
  if (memory.held.length === 0) return memory;
  for (const name of memory.held) effects.push({ effect: 'close', name });
  return { ...memory, held: [], trail: '', watched: '' };
}

const usualInterval = 2_000_000;
const usualBurst = 200;

/** Counts an activation; undefined where there were too many of them (TriggerLimitIntervalSec=, TriggerLimitBurst=). */
function countTrigger({ settings, context }: PathTurn, { window }: PathMemory): PathMemory['window'] | undefined {
  const interval = settings.TriggerLimitIntervalSec ?? usualInterval;
  const burst = settings.TriggerLimitBurst ?? usualBurst;
  if (interval === 0 || burst === 0) return window;
  if (window.count === 0 || context.now - window.beganUsec >= interval) return { beganUsec: context.now, count: 1 };
  return window.count < burst ? { ...window, count: window.count + 1 } : undefined;
}
