import type { EndAction } from '../port/keeper.ts';
import type { EmergencyAction } from '../unit/values/types.ts';
import { log } from './records.ts';
import { removeOwnDirectories } from './transient-files.ts';
import type { World } from './world.ts';

const SIGKILL = 9;

interface ActionRow {
  /** The target that is started; absent where the manager ends at once. */
  readonly target?: string;
  readonly end: EndAction;
}

/** What each action of SuccessAction= and its kin does (semantics 24.5). */
const actions: Readonly<Record<Exclude<EmergencyAction, 'none'>, ActionRow>> = {
  exit: { target: 'exit.target', end: 'exit' },
  'exit-force': { end: 'exit' },
  reboot: { target: 'reboot.target', end: 'reboot' },
  'reboot-force': { end: 'reboot' },
  'reboot-immediate': { end: 'reboot' },
  poweroff: { target: 'poweroff.target', end: 'poweroff' },
  'poweroff-force': { end: 'poweroff' },
  'poweroff-immediate': { end: 'poweroff' },
  'soft-reboot': { target: 'soft-reboot.target', end: 'reboot' },
  'soft-reboot-force': { end: 'reboot' },
  kexec: { target: 'kexec.target', end: 'kexec' },
  'kexec-force': { end: 'kexec' },
  halt: { target: 'halt.target', end: 'halt' },
  'halt-force': { end: 'halt' },
  'halt-immediate': { end: 'halt' },
};

/** Does what a unit's SuccessAction=, FailureAction=, StartLimitAction= or JobTimeoutAction= says; `status` is the manager's exit status. */
export function takeEmergencyAction(world: World, action: EmergencyAction, status: number | undefined, why: string): void {
  if (action === 'none' || !mayDo(world, action)) return;
  const row = actions[action];
  if (status !== undefined) setExitStatus(world, status);
  log(world, 5, `${why}: ${row.target === undefined ? `ending (${action})` : `starting ${row.target} (${action})`}`, undefined);
  if (row.target === undefined) endManager(world, row.end);
  else startShutdown(world, row.target, why);
}

/** Starts the target by way of which everything is stopped. */
export function startShutdown(world: World, target: string, cause: string): void {
  world.wanted.push({
    request: 'start',
    unit: target,
    mode: 'replace-irreversibly',
    cause,
    refused: (message) => {
      // Without the target there is no orderly way; staying up would be worse than ending.
      log(world, 3, `Cannot start ${target}, ending at once: ${message}`, undefined);
      endManager(world, endings[target] ?? 'exit');
    },
  });
}

/** The target by way of which an action is done in order. */
export function shutdownTarget(action: EndAction): string {
  return action === 'reexec' ? 'exit.target' : `${action}.target`;
}

const endings: Readonly<Record<string, EndAction>> = {
  'exit.target': 'exit',
  'reboot.target': 'reboot',
  'poweroff.target': 'poweroff',
  'halt.target': 'halt',
  'kexec.target': 'kexec',
};

/** Tells the keeper to end with what is left; nothing is decided after it. */
export function endManager(world: World, action: EndAction): void {
  if (world.ended) return;
  world.ended = true;
  // What is left by now is not to outlive us.
  for (const { name, groupMark } of world.units.values()) {
    if (groupMark !== '') world.command({ do: 'signal-group', group: name, signal: SIGKILL, except: [] });
  }
  removeOwnDirectories(world);
  // Process 1 of a machine cannot exit: there, exiting is switching off.
  const { init, container } = world.options;
  world.command({ do: 'end', status: world.exitStatus, action: action === 'exit' && init && !container ? 'poweroff' : action });
}

function setExitStatus(world: World, status: number): void {
  world.exitStatus = status;
  world.dirtyManager = true;
}

/** A user's manager can only exit (semantics 24.5). */
function mayDo(world: World, action: EmergencyAction): boolean {
  return world.options.scope === 'system' || action === 'exit' || action === 'exit-force';
}
