import type { EndAction } from '../port/keeper.ts';
import type { EmergencyAction } from '../unit/values/types.ts';
import { isTooEarly } from './minimum-uptime.ts';
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

/** What goes along with an action: the manager's exit status, and what the firmware is told at a reboot. */
export interface ActionDetails {
  readonly status?: number | undefined;
  readonly rebootArgument?: string;
  /** It answers something that went wrong, so it is not carried out where watchdogs are off. */
  readonly isWatchdog?: boolean;
}

/** Does what a unit's SuccessAction=, FailureAction=, StartLimitAction= or JobTimeoutAction= says. */
export function takeEmergencyAction(
  world: World,
  action: EmergencyAction,
  why: string,
  { status, rebootArgument = '', isWatchdog = true }: ActionDetails,
): void {
  if (action === 'none' || !mayDo(world, action)) return;
  if (isWatchdog && !world.serviceWatchdogs) return log(world, 4, `Watchdogs are off, so ${action} is not carried out: ${why}`, undefined);
  const row = actions[action];
  if (row.end === 'exit' && status !== undefined) setExitStatus(world, status);
  if (row.end === 'reboot' && rebootArgument !== '') setRebootArgument(world, rebootArgument);
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

/** Tells the keeper to end with what is left; nothing is decided after it. Only who asks for it by force need not wait for MinimumUptimeSec=. */
export function endManager(world: World, action: EndAction, { force = false }: { readonly force?: boolean } = {}): void {
  if (world.ended || (!force && isTooEarly(world, action))) return;
  world.ended = true;
  // What is left by now is not to outlive us.
  for (const { group, groupMark } of world.units.values()) {
    if (groupMark !== '') world.command({ do: 'signal-group', group, signal: SIGKILL, except: [] });
  }
  removeOwnDirectories(world);
  // Process 1 of a machine cannot exit: there, exiting is switching off.
  const { init, container } = world.options;
  const argument = action === 'reboot' && world.rebootArgument !== '' ? { argument: world.rebootArgument } : {};
  world.command({
    do: 'end',
    status: world.exitStatus,
    action: action === 'exit' && init && !container ? 'poweroff' : action,
    ...argument,
  });
}

function setExitStatus(world: World, status: number): void {
  world.exitStatus = status;
  world.dirtyManager = true;
}

/** As many bytes as the keeper takes. */
const longestArgument = 255;

function setRebootArgument(world: World, argument: string): void {
  if (new TextEncoder().encode(argument).length > longestArgument) {
    log(world, 4, 'RebootArgument= is longer than 255 bytes and is left out', undefined);
    return;
  }
  world.rebootArgument = argument;
  world.dirtyManager = true;
}

/** A user's manager can only exit (semantics 24.5). */
function mayDo(world: World, action: EmergencyAction): boolean {
  return world.options.scope === 'system' || action === 'exit' || action === 'exit-force';
}
