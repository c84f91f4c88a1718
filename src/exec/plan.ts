import { type Result, err, ok } from '../base/result.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { expandArguments } from '../unit/values/expand.ts';
import { inheriting } from './inheritance.ts';
import { keyringOps } from './keyring.ts';
import { delegationOps } from './delegation.ts';
import { fileSystemOps } from './file-systems.ts';
import { type CgroupFilterOps, cgroupFilterOps, missingProgram } from './cgroup-filters.ts';
import { credentialFailure, credentialOps } from './credentials.ts';
import { pressureOps } from './pressure.ts';
import { ephemeralRootOps, lockSlot } from './ephemeral-root.ts';
import { privateTmpOps } from './private-tmp.ts';
import { type Environment, assembleEnvironment, defaultSearchPath } from './environment.ts';
import type { Identity } from './identity.ts';
import type { Missing } from './missing.ts';
import { attributeOp } from './attribute.ts';
import { handOver } from './hand-over.ts';
import type { Op, Plan } from './op.ts';
import { openedFiles, openFileOps } from './open-files.ts';
import type { ExecContext, ExecRequest } from './request.ts';
import { sessionOps } from './session.ts';
import { standingOf } from './standing.ts';
import { standardStreams } from './stdio.ts';
import { utmpOps } from './utmp.ts';
import { strictRefusal, withoutUnmet } from './verdict.ts';

/** A plan, and what its unit's author should know about it though it can run: unset variables, an unknown user. */
export interface Compiled {
  readonly plan: Plan;
  readonly warnings: readonly string[];
}

/** Why no process can be made at all, which systemd calls the result `resources`. */
export interface ExecError {
  readonly message: string;
}

/**
 * What a child must do to become the process that the request asks for (systemd.exec(5)).
 *
 * The order is the security argument: everything that needs privileges comes before `uid`; what could hinder the child's
 * own set-up (no-new-privileges, the working directory as the user sees it) comes after.
 */
export function compile(asked: ExecRequest, context: ExecContext): Result<Compiled, ExecError> {
  const possible = withinMachine(heirOf(asked, context), context);
  if (!possible.ok) return possible;
  const request = possible.value;
  const exec = request.config.exec;
  if (exec === undefined) return err({ message: `${request.config.name} is of a type that runs no commands` });
  const standing = standingOf(request, exec, context);
  if (standing.kind === 'missing') return ok(stopped(exec, request, standing));
  const { identity } = standing;
  const unreadable = credentialFailure(request, context);
  if (unreadable !== undefined) return ok(stopped(exec, request, unreadable));
  const refusal = missingProgram(request.config.cgroup, context.cgroupFacts);
  if (refusal !== undefined) return err({ message: refusal });
  const streams = standardStreams(request, exec, context);
  if (!streams.ok) return streams;
  const passed = request.main && !streams.value.usesSocket ? request.descriptors : [];
  const files = openedFiles(request, context);
  const names = passed.length + files.length === 0 ? noNames : [...passed, ...files].map(({ name }) => name);
  if (names.length > maximumPassed) return err({ message: `${names.length} descriptors are more than a process can be given` });
  const environment = assembleEnvironment(request, exec, context, { identity, passed: names, journal: streams.value.journalSlot });
  if (!environment.ok) return environment;
  const session = sessionOps(exec, context, identity, environment.value);
  const hasSession = session.length > 0;
  const command = expandCommand(request, environment.value);
  const sandboxed = request.command.privilege !== 'full';
  const cgroupFilters = filtersOfCgroup(request, exec, context);
  const fileSystems = fileSystemOps(exec, context.fileOpenHook, isStrict(exec, context), sandboxed);

  return ok({
    plan: [
      ...(request.first ?? none),
      ...beginning(exec, request),
      ...cgroupFilters.ops,
      ...fileSystems.ops,
      ...standing.terminal,
      ...delegationOps(request, context, identity),
      ...pressureOps(request.config, context, identity),
      ...idleWait(request, context),
      ...(context.handsOver === true ? handOver(streams.value.ops, request, exec, identity) : streams.value.ops),
      ...standing.scheduling,
      ...utmpOps(exec, context, identity),
      ...terminalOwner(streams.value.ops, identity),
      ...standing.directories,
      ...(sandboxed ? privateTmpOps(context) : []),
      ...ephemeralRootOps(request, exec, context),
      ...credentialOps(request, exec, context, identity),
      ...keyringOps(request, exec, context, identity),
      ...standing.limits,
      ...attributeOps(request),
      ...descriptorOps(request, passed),
      ...openFileOps(files, firstPassed + passed.length),
      ...standing.namespaces,
      ...session,
      ...standing.confinement,
      ...(hasSession ? none : environment.value.ops),
      ...standing.filter,
      { op: 'exec', paths: candidates(request, exec), argv: command.argv, env: hasSession ? [] : environment.value.block },
    ],
    warnings: [...identity.warnings, ...cgroupFilters.warnings, ...fileSystems.warnings, ...standing.warnings, ...command.warnings],
  });
}

function filtersOfCgroup({ config }: ExecRequest, exec: ExecSettings, context: ExecContext): CgroupFilterOps {
  return cgroupFilterOps(config.cgroup, exec, context.cgroupFacts, isStrict(exec, context));
}

function isStrict(exec: ExecSettings, { sandbox }: ExecContext): boolean {
  return (exec.SandboxPolicy ?? sandbox?.policy) === 'strict';
}

function heirOf(request: ExecRequest, { inherited }: ExecContext): ExecRequest {
  const config = inheriting(request.config, inherited);
  return config === request.config ? request : { ...request, config };
}

/** The request without what this machine cannot do, as far as the policy lets it go without; the error is that it does not. */
function withinMachine(request: ExecRequest, { sandbox }: ExecContext): Result<ExecRequest, ExecError> {
  if (sandbox === undefined) return ok(request);
  const policy = request.config.exec?.SandboxPolicy ?? sandbox.policy;
  if (policy === 'strict') {
    // A command with the prefix `+` has no sandbox that could be broken.
    const refusal = request.command.privilege === 'full' ? undefined : strictRefusal(request.config, sandbox.machine);
    return refusal === undefined ? ok(request) : err({ message: refusal });
  }
  const config = withoutUnmet(request.config, sandbox.machine, policy);
  return ok(config === request.config ? request : { ...request, config });
}

/** Slots 0 to 2 are the standard streams', those from here on the passed descriptors', the last one the idle pipe's. */
const firstPassed = 3;
const idleSlot = 1023;
const spareSlot = 1022;
const maximumPassed = lockSlot - firstPassed;

/** How long a process of Type=idle waits for the job queue to become empty (systemd.service(5)). */
const idleMs = 5000;

/** The plan of a child that ends where systemd's would, since what it needs to go on does not exist. */
function stopped(exec: ExecSettings, request: ExecRequest, missing: Missing): Compiled {
  return {
    plan: [
      ...(request.first ?? none),
      ...beginning(exec, request),
      { op: 'fail', errno: missing.errno, exit: missing.exit, ...(missing.setting === undefined ? {} : { setting: missing.setting }) },
    ],
    warnings: [missing.message],
  };
}

const none: readonly Op[] = [];
const noNames: readonly string[] = [];
const ignoringPipe: readonly Op[] = [{ op: 'signals', ignorePipe: 1 }, { op: 'setsid' }];
const mindingPipe: readonly Op[] = [{ op: 'signals', ignorePipe: 0 }, { op: 'setsid' }];

function beginning(exec: ExecSettings, { sameSession }: ExecRequest): readonly Op[] {
  if (sameSession === true) return [{ op: 'signals', ignorePipe: exec.IgnoreSIGPIPE ? 1 : 0 }];
  return exec.IgnoreSIGPIPE ? ignoringPipe : mindingPipe;
}

function idleWait(request: ExecRequest, context: ExecContext): readonly Op[] {
  if (!request.idle) return none;
  return [
    { op: 'take', slot: idleSlot, name: context.idlePipe, tolerate: true },
    { op: 'wait', slot: idleSlot, timeoutMs: idleMs, tolerate: true },
  ];
}

/** The terminal that is the process's input is its user's. */
function terminalOwner(streams: readonly Op[], { uid }: Identity): readonly Op[] {
  const terminal = uid === undefined ? undefined : streams.find((op) => op.op === 'terminal');
  return terminal?.op !== 'terminal' || uid === undefined ? none : [{ op: 'terminal-owner', slot: terminal.slot, uid }];
}

function descriptorOps(request: ExecRequest, passed: ExecRequest['descriptors']): readonly Op[] {
  if (passed.length === 0) return none;
  const on = request.config.service?.NonBlocking === true ? 1 : 0;
  return passed.flatMap(({ held, stored }, index): readonly Op[] => {
    const slot = firstPassed + index;
    const take: Op = { op: 'take', slot, name: held };
    const dup: Op = { op: 'dup', slot, number: slot };
    return stored === true ? [take, dup] : [take, { op: 'nonblock', slot, on }, dup];
  });
}

/** A kernel without attributes of sockets does not keep the process from running. */
function attributeOps(request: ExecRequest): readonly Op[] {
  if (request.descriptors.length === 0) return none;
  return request.descriptors.flatMap(({ held, attributes = [] }): readonly Op[] => {
    if (attributes.length === 0) return [];
    return [{ op: 'take', slot: spareSlot, name: held }, ...attributes.map((assignment) => attributeOp(spareSlot, '', assignment))];
  });
}

/** Where the executable may be: a bare name is looked up in ExecSearchPath= or the built-in path, never in the unit's $PATH. */
function candidates(request: ExecRequest, exec: ExecSettings): readonly string[] {
  const { path } = request.command;
  if (path.includes('/')) return [path];
  const directories = exec.ExecSearchPath.length > 0 ? exec.ExecSearchPath : defaultSearchPath;
  return directories.map((directory) => `${directory}/${path}`);
}

/** The arguments, with variables expanded, and what there is to say about variables that are not there. */
function expandCommand(
  { command }: ExecRequest,
  environment: Environment,
): { readonly argv: readonly string[]; readonly warnings: readonly string[] } {
  if (!command.expand) return { argv: command.argv, warnings: [] };
  const { argv, unset, invalid } = expandArguments(command.argv, environment.variables);
  if (unset.length + invalid.length === 0) return { argv, warnings: noNames };
  return {
    argv,
    warnings: [
      ...unset.map((name) => `Referenced but unset environment variable evaluates to an empty string: ${name}`),
      ...invalid.map((name) => `Invalid environment variable name evaluates to an empty string: ${name}`),
    ],
  };
}
