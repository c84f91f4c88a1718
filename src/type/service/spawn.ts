import { invariant } from '../../base/assert.ts';
import type { ExecRequest } from '../../exec/request.ts';
import type { ServiceSettings } from '../../unit/settings/service.ts';
import type { Command } from '../../unit/values/types.ts';
import { socketsFor } from './connection.ts';
import { processEnvironment } from './environment.ts';
import type { CommandReference, Process, ServiceList } from './state.ts';
import { type Live, limits, type Turn } from './turn.ts';

/** Asks for a process that carries out one command of the unit. */
export function spawn(turn: Turn, live: Live, command: CommandReference): Process {
  const child = turn.context.nextChild();
  const isMain = command.list === 'ExecStart';
  const request = execRequest(turn, live, command, isMain);
  turn.effects.push({ effect: 'spawn', child, request, reportExec: isMain && turn.service.Type === 'exec' });
  const line = isMain && turn.service.Type !== 'oneshot' ? undefined : lineOf(turn.service[command.list][command.index]);
  return {
    child,
    pid: null,
    command,
    ...(line === undefined ? {} : { line }),
    startUsec: turn.context.now,
    startRealtimeUsec: turn.context.realtimeUsec,
  };
}

/** The command that a process carries out, if it is still in the unit's files. */
export function commandOf(service: ServiceSettings, process: Process): Command | undefined {
  return process.command === null ? undefined : service[process.command.list][placeOf(service, process.command, process.line)];
}

/** The command after the one that a process carries out; null where that is the last, or is not in the unit's files any more. */
export function nextCommand(service: ServiceSettings, process: Process): CommandReference | null {
  if (process.command === null) return null;
  const { list } = process.command;
  const index = placeOf(service, process.command, process.line) + 1;
  return index > 0 && index < service[list].length ? { list, index } : null;
}

/** Where a command is in the files as they are now: at its old place, or else where it comes first; -1 for nowhere. */
function placeOf(service: ServiceSettings, { list, index }: CommandReference, line: string | undefined): number {
  const commands = service[list];
  if (line === undefined || lineOf(commands[index]) === line) return index;
  return commands.findIndex((command) => lineOf(command) === line);
}

/** A command without its prefixes. */
function lineOf(command: Command | undefined): string | undefined {
  return command === undefined ? undefined : [command.path, ...command.argv].join('\0');
}

/** The first command of a list; null where the list is empty. */
export function firstCommand(service: ServiceSettings, list: ServiceList): CommandReference | null {
  return service[list].length > 0 ? { list, index: 0 } : null;
}

function execRequest(turn: Turn, live: Live, reference: CommandReference, isMain: boolean): ExecRequest {
  const { config, service, context } = turn;
  const command = service[reference.list][reference.index];
  invariant(command !== undefined, `${config.name} has no ${reference.list} command ${reference.index}`);
  const sockets = isMain || usesSocket(turn) ? socketsFor(turn, live.memory) : [];
  const watchdogUsec = isMain ? limits.watchdog(turn, live.memory) : Infinity;
  const only = sockets.length === 1 ? sockets[0] : undefined;
  return {
    config,
    command: turn.service.PermissionsStartOnly && reference.list !== 'ExecStart' ? { ...command, privilege: 'full' } : command,
    list: reference.list,
    // For the process that it makes, the starter of a forking daemon is what a main process is: it gets the descriptors.
    main: isMain,
    invocationId: context.invocationId,
    environment: processEnvironment(turn, live, reference),
    descriptors: isMain ? [...sockets, ...live.memory.stored.map(({ held, name }) => ({ held, name, stored: true }))] : [],
    notify: takesNotifications(turn, live, isMain && service.Type !== 'forking'),
    idle: isMain && service.Type === 'idle',
    ...(watchdogUsec === Infinity ? {} : { watchdogUsec }),
    ...(only === undefined ? {} : { socket: only.held }),
  };
}

/** Who gets $NOTIFY_SOCKET: the main process unless access is none, control processes where they may speak too. */
function takesNotifications(turn: Turn, live: Live, isMain: boolean): boolean {
  const access = live.memory.notifyAccess ?? turn.service.NotifyAccess;
  return isMain ? access !== 'none' : access === 'exec' || access === 'all';
}

function usesSocket({ config }: Turn): boolean {
  const exec = config.exec;
  if (exec === undefined) return false;
  return [exec.StandardInput, exec.StandardOutput, exec.StandardError].some((stream) => stream?.kind === 'socket');
}
