import { causeOf } from '../exec/causes.ts';
import { inheritedCause } from '../exec/inheritance.ts';
import { compile } from '../exec/plan.ts';
import type { Op } from '../exec/op.ts';
import { renderPlan } from '../exec/render.ts';
import { commandLists, type CommandList, type ExecRequest } from '../exec/request.ts';
import type { PlannedCommand } from '../graph/report.ts';
import { verdictsOf } from '../exec/verdict.ts';
import type { UnitConfig } from '../unit/config.ts';
import { replaceFragment, type UnitBytes } from '../unit/replaced.ts';
import { tables } from '../unit/settings/parts.ts';
import type { Row } from '../unit/settings/setting.ts';
import type { Command } from '../unit/values/types.ts';
import { assignmentsOf, noteAssignments } from './assignments.ts';
import { releaseDynamicUser } from './dynamic-users.ts';
import { execContext } from './exec-context.ts';
import { heldSockets } from './held-sockets.ts';
import { machineOf } from './machine.ts';
import { refusalsOf } from './refusals.ts';
import { plannedSpace } from './space.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Compiles each command of a unit as it would be now, and carries out nothing. With a file, as it would be if that were the unit's main file. */
export function planCommands(world: World, unit: Unit, file?: UnitBytes): readonly PlannedCommand[] {
  const { files } = world.options;
  const config = file === undefined ? unit.config : replaced(world, unit, file);
  const places = new Map(assignmentsOf(files, file === undefined ? config : { ...config, fragment: undefined }));
  if (file !== undefined) addUnlessSet(places, file);
  const notApplied = notAppliedOf(world, unit, config);
  const planned = requestsOf(world, unit, config).map((request): PlannedCommand => {
    const { list } = request;
    const compiled = compile(request, execContext(world, config, plannedSpace(world, unit)));
    if (!compiled.ok) return { list, ops: [], notApplied: [...notApplied, compiled.error.message] };
    const ops = compiled.value.plan.map((op) => ({ ...describeOp(op), ...(causedBy(op, request, places) ?? causedByManager(world, op)) }));
    return { list, ops, notApplied: [...notApplied, ...compiled.value.warnings] };
  });
  // A user was chosen for it, as for a process.
  releaseDynamicUser(world, config);
  return planned;
}

/** What of a unit's files is not carried out here or in another way, also since the kernel refused it when it was tried last, a sentence for each setting. */
export function notAppliedOf(world: World, unit: Unit, config: UnitConfig = unit.config): readonly string[] {
  return verdictsOf(config, machineOf(world), refusalsOf(unit)).flatMap((each) => {
    if (each.verdict === 'not-applied') return [`${each.setting}= is not applied: ${each.why}`];
    return each.verdict === 'emulated' ? [`${each.setting}= is emulated: ${each.how}`] : [];
  });
}

function replaced(world: World, unit: Unit, file: UnitBytes): UnitConfig {
  const { files, facts } = world.options;
  const dropIns = unit.config.dropIns.map((path) => ({ path, bytes: files.read(path) ?? new Uint8Array() }));
  return replaceFragment(unit.config, file, dropIns, facts);
}

/** Drop-ins win over the file. */
function addUnlessSet(places: Map<string, string>, { path, bytes }: UnitBytes): void {
  const own = new Map<string, string>();
  noteAssignments(own, path, bytes);
  for (const [key, place] of own) if (!places.has(key)) places.set(key, place);
}

interface Cause {
  readonly setting?: string;
  readonly at?: string;
}

/** The setting of the unit that an op is there for, and where it stands; undefined where it may be the manager's. */
export function causedBy(op: Op, request: ExecRequest, places: ReadonlyMap<string, string>): Cause | undefined {
  const setting = causeOf(op, request);
  if (setting === undefined) return undefined;
  spellings ??= otherSpellings();
  for (const name of [setting, ...(spellings.get(setting) ?? [])]) {
    const at = places.get(name);
    if (at !== undefined) return { setting: name, at };
  }
  return op.setting === undefined ? { setting } : undefined;
}

/** Other names under which a file may set what a setting is; made when they are first asked for. */
let spellings: ReadonlyMap<string, readonly string[]> | undefined;

function otherSpellings(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [name, row] of Object.values(tables).flatMap((table) => Object.entries<Row>(table))) {
    const meant = row.row === 'synonym' ? row.keys : row.row === 'setting' && row.into !== undefined ? [row.into] : [];
    for (const key of meant) found.set(key, [...(found.get(key) ?? []), name]);
  }
  return found;
}

function causedByManager({ options: { config } }: World, op: Op): Cause {
  const setting = inheritedCause(op, config.inherited);
  if (setting === undefined) return op.setting === undefined ? {} : { setting: op.setting };
  const at = config.places?.get(setting);
  return { setting, ...(at === undefined ? {} : { at }) };
}

function requestsOf(world: World, unit: Unit, config: UnitConfig): readonly ExecRequest[] {
  const written = commandsOf(config).map(([list, command]) => requestOf(world, unit, { config, list, command }));
  return [...written, ...(unit.type.ownCommands?.(config, idOf(unit)) ?? [])];
}

function idOf({ invocationId }: Unit): string {
  return invocationId === '' ? '0'.repeat(32) : invocationId;
}

function commandsOf({ service, socket }: UnitConfig): readonly (readonly [CommandList, Command])[] {
  const settings: Partial<Readonly<Record<CommandList, readonly Command[]>>> = service ?? socket ?? {};
  return commandLists.flatMap((list) => (settings[list] ?? []).map((command) => [list, command] as const));
}

interface ListedCommand {
  readonly config: UnitConfig;
  readonly list: CommandList;
  readonly command: Command;
}

function requestOf(world: World, unit: Unit, { config, list, command }: ListedCommand): ExecRequest {
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
