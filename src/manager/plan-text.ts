import { compile } from '../exec/plan.ts';
import type { Op } from '../exec/op.ts';
import { renderPlan } from '../exec/render.ts';
import { commandLists, type CommandList, type ExecRequest } from '../exec/request.ts';
import type { PlannedCommand } from '../graph/report.ts';
import type { UnitConfig } from '../unit/config.ts';
import type { Command } from '../unit/values/types.ts';
import { execContext } from './exec-context.ts';
import { heldSockets } from './held-sockets.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Compiles each command of a unit as it would be now, and carries out nothing. */
export function planCommands(world: World, unit: Unit): readonly PlannedCommand[] {
  const notApplied = unit.config.exec?.notApplied.map((name) => `${name}= has no effect yet`) ?? [];
  return requestsOf(world, unit).map((request) => {
    const { list } = request;
    const compiled = compile(request, execContext(world, unit.config));
    if (!compiled.ok) return { list, ops: [], notApplied: [...notApplied, compiled.error.message] };
    return { list, ops: compiled.value.plan.map(describeOp), notApplied: [...notApplied, ...compiled.value.warnings] };
  });
}

function requestsOf(world: World, unit: Unit): readonly ExecRequest[] {
  const written = commandsOf(unit.config).map(([list, command]) => requestOf(world, unit, list, command));
  return [...written, ...(unit.type.ownCommands?.(unit.config, idOf(unit)) ?? [])];
}

function idOf({ invocationId }: Unit): string {
  return invocationId === '' ? '0'.repeat(32) : invocationId;
}

function commandsOf({ service, socket }: UnitConfig): readonly (readonly [CommandList, Command])[] {
  const settings: Partial<Readonly<Record<CommandList, readonly Command[]>>> = service ?? socket ?? {};
  return commandLists.flatMap((list) => (settings[list] ?? []).map((command) => [list, command] as const));
}

function requestOf(world: World, unit: Unit, list: CommandList, command: Command): ExecRequest {
  const { config } = unit;
  const main = config.service !== undefined && list === 'ExecStart';
  const sockets = main ? heldSockets(world, unit) : [];
  const [first] = sockets;
  return {
    config,
    command,
    list,
    main,
    invocationId: idOf(unit),
    environment: [],
    descriptors: sockets,
    notify: config.service !== undefined && (config.service.NotifyAccess === 'all' || (main && config.service.NotifyAccess !== 'none')),
    ...(main && config.service.WatchdogSec > 0 && config.service.WatchdogSec !== Infinity
      ? { watchdogUsec: config.service.WatchdogSec }
      : {}),
    idle: main && config.service.Type === 'idle',
    ...(sockets.length === 1 && first !== undefined ? { socket: first.held } : {}),
  };
}

/** An op and what is said of it; the environment of `exec` stands below it, a variable in a line. */
function describeOp(op: Op): { readonly op: string; readonly text: string } {
  const [first = '', ...more] = renderPlan([op]);
  return { op: op.op, text: [first.slice(op.op.length).trimStart(), ...more].join('\n') };
}
