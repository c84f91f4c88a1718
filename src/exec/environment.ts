import { type Result, err, ok } from '../base/result.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { parseEnvironmentFile } from '../unit/values/environment-file.ts';
import { credentialsDirectory } from './credentials.ts';
import { directoryVariables } from './directories.ts';
import type { Identity } from './identity.ts';
import type { Op } from './op.ts';
import type { ExecError } from './plan.ts';
import type { ExecContext, ExecRequest } from './request.ts';
import { pressureVariables } from './pressure.ts';
import { terminalName } from './terminal.ts';

/** The environment of a process, final but for what only the child can know, which the ops add. */
export interface Environment {
  readonly variables: ReadonlyMap<string, string>;
  /** The same as NAME=value. */
  readonly block: readonly string[];
  readonly ops: readonly Op[];
}

/** What other aspects of the plan tell the environment. */
export interface EnvironmentFacts {
  readonly identity: Identity;
  /** The names of the descriptors that the process gets from 3 on. */
  readonly passed: readonly string[];
  /** The slot of the stream that goes to the journal, where there is one. */
  readonly journal: number | undefined;
}

/** Puts the environment together in the order of systemd.exec(5), "Environment Variables in Spawned Processes": what comes later wins, in the place of what came first. */
export function assembleEnvironment(
  request: ExecRequest,
  exec: ExecSettings,
  context: ExecContext,
  facts: EnvironmentFacts,
): Result<Environment, ExecError> {
  const variables = new Map(inherited(context.environment));
  assign(variables, request.environment);
  assignOwn(variables, request, exec, context, facts);
  if (exec.ExecSearchPath.length > 0) variables.set('PATH', exec.ExecSearchPath.join(':'));
  const fromChild = childVariables(request, facts);
  // What the child adds itself stands here in the order, so what comes from here on takes its place.
  for (const { name } of fromChild) variables.delete(name);
  for (const name of exec.PassEnvironment) {
    const value = context.ownEnvironment[name];
    if (value !== undefined) variables.set(name, value);
  }
  assign(variables, exec.Environment);
  for (const file of context.environmentFiles) {
    if (typeof file !== 'string') return err({ message: `Failed to load environment file ${file.missing}: No such file or directory` });
    if (file !== '') assign(variables, parseEnvironmentFile(file).assignments);
  }
  if (needsTerm(exec) && !variables.has('TERM')) variables.set('TERM', term(exec, context));
  const ops = fromChild.filter(({ name }) => !variables.has(name) && !exec.UnsetEnvironment.includes(name)).map(({ op }) => op);
  for (const entry of exec.UnsetEnvironment) unset(variables, entry);
  return ok({ variables, block: block(variables), ops });
}

/** Where a bare executable name is looked up without ExecSearchPath= (systemd.service(5), "Command lines"). */
export const defaultSearchPath: readonly string[] = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

const userSearchPath: readonly string[] = ['/usr/local/bin', '/usr/bin', '/bin'];

/** Names that a manager hands to its processes and therefore does not let them inherit from its own environment. */
export const handedOut: readonly string[] = [
  'CACHE_DIRECTORY',
  'CONFIGURATION_DIRECTORY',
  'CREDENTIALS_DIRECTORY',
  'EXIT_CODE',
  'EXIT_STATUS',
  'FDSTORE',
  'INVOCATION_ID',
  'JOURNAL_STREAM',
  'LISTEN_FDNAMES',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LOGS_DIRECTORY',
  'LOG_NAMESPACE',
  'MAINPID',
  'MANAGERPID',
  'MEMORY_PRESSURE_WATCH',
  'MEMORY_PRESSURE_WRITE',
  'MONITOR_EXIT_CODE',
  'MONITOR_EXIT_STATUS',
  'MONITOR_INVOCATION_ID',
  'MONITOR_SERVICE_RESULT',
  'MONITOR_UNIT',
  'NOTIFY_SOCKET',
  'PIDFILE',
  'REMOTE_ADDR',
  'REMOTE_PORT',
  'RUNTIME_DIRECTORY',
  'SERVICE_RESULT',
  'STATE_DIRECTORY',
  'SYSTEMD_EXEC_PID',
  'TRIGGER_PATH',
  'TRIGGER_TIMER_MONOTONIC_USEC',
  'TRIGGER_TIMER_REALTIME_USEC',
  'TRIGGER_UNIT',
  'WATCHDOG_PID',
  'WATCHDOG_USEC',
];

/**
 * The environment block that a manager starts every process from: of the system's, PATH and what configuration gives (locale,
 * DefaultEnvironment=, set-environment), in this order; of a user's, also its own environment, but not its PATH.
 */
export function managerEnvironment(
  scope: 'system' | 'user',
  own: Readonly<Record<string, string | undefined>>,
  configured: readonly string[],
): readonly string[] {
  const variables = new Map<string, string>();
  if (scope === 'user') {
    for (const [name, value] of Object.entries(own)) {
      if (value !== undefined && !handedOut.includes(name)) variables.set(name, value);
    }
  }
  variables.set('PATH', (scope === 'system' ? defaultSearchPath : userSearchPath).join(':'));
  assign(variables, configured);
  return block(variables).toSorted();
}

/** The manager's block is the same array from spawn to spawn, so it is taken apart once. */
const parsedBlocks = new WeakMap<readonly string[], ReadonlyMap<string, string>>();

function inherited(environment: readonly string[]): ReadonlyMap<string, string> {
  const known = parsedBlocks.get(environment);
  if (known !== undefined) return known;
  const variables = new Map<string, string>();
  assign(variables, environment);
  parsedBlocks.set(environment, variables);
  return variables;
}

function assign(variables: Map<string, string>, assignments: readonly string[]): void {
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=');
    if (equals > 0) variables.set(assignment.slice(0, equals), assignment.slice(equals + 1));
  }
}

/** What the manager itself sets for this process. */
function assignOwn(
  variables: Map<string, string>,
  request: ExecRequest,
  exec: ExecSettings,
  context: ExecContext,
  { identity, passed }: EnvironmentFacts,
): void {
  const { service } = request.config;
  if (request.notify) variables.set('NOTIFY_SOCKET', context.notifySocket);
  if (context.scope === 'user' && context.managerPid !== undefined) variables.set('MANAGERPID', `${context.managerPid}`);
  if (service !== undefined && service.PIDFile !== '') variables.set('PIDFILE', service.PIDFile);
  if (request.main && service !== undefined && service.FileDescriptorStoreMax > 0) {
    variables.set('FDSTORE', `${service.FileDescriptorStoreMax}`);
  }
  if (passed.length > 0) {
    variables.set('LISTEN_FDS', `${passed.length}`);
    variables.set('LISTEN_FDNAMES', passed.join(':'));
  }
  if (request.main && request.watchdogUsec !== undefined) variables.set('WATCHDOG_USEC', `${request.watchdogUsec}`);
  for (const [name, value] of identity.variables) variables.set(name, value);
  variables.set('INVOCATION_ID', request.invocationId);
  for (const [name, value] of directoryVariables(exec, context)) variables.set(name, value);
  const credentials = credentialsDirectory(request.config, context.directories);
  if (credentials !== undefined) variables.set('CREDENTIALS_DIRECTORY', credentials);
  for (const [name, value] of pressureVariables(request.config, context)) variables.set(name, value);
  if (exec.LogNamespace !== '') variables.set('LOG_NAMESPACE', exec.LogNamespace);
}

interface ChildVariable {
  readonly name: string;
  readonly op: Op;
}

const execPid: ChildVariable = { name: 'SYSTEMD_EXEC_PID', op: { op: 'env-pid', name: 'SYSTEMD_EXEC_PID' } };
const listenPid: ChildVariable = { name: 'LISTEN_PID', op: { op: 'env-pid', name: 'LISTEN_PID' } };
const watchdogPid: ChildVariable = { name: 'WATCHDOG_PID', op: { op: 'env-pid', name: 'WATCHDOG_PID' } };

function childVariables(request: ExecRequest, { passed, journal }: EnvironmentFacts): readonly ChildVariable[] {
  const variables = [execPid];
  if (passed.length > 0) variables.push(listenPid);
  if (request.main && request.watchdogUsec !== undefined) variables.push(watchdogPid);
  if (journal !== undefined) variables.push({ name: 'JOURNAL_STREAM', op: { op: 'env-stream', slot: journal } });
  return variables;
}

const terminalKinds: ReadonlySet<string> = new Set(['tty', 'tty-force', 'tty-fail', 'journal+console', 'kmsg+console']);

function needsTerm(exec: ExecSettings): boolean {
  return (
    exec.TTYPath !== '' ||
    terminalKinds.has(exec.StandardInput.kind) ||
    (exec.StandardOutput !== undefined && terminalKinds.has(exec.StandardOutput.kind)) ||
    (exec.StandardError !== undefined && terminalKinds.has(exec.StandardError.kind))
  );
}

/** The console has the type that the manager was told by whoever started it; a virtual terminal is a Linux one. */
function term(exec: ExecSettings, context: ExecContext): string {
  const path = terminalName(exec);
  if (path === '/dev/console' && context.ownEnvironment['TERM'] !== undefined) return context.ownEnvironment['TERM'];
  return /^\/dev\/tty\d+$/.test(path) ? 'linux' : 'vt220';
}

/** A name, or a whole assignment that is taken out only if it is so. */
function unset(variables: Map<string, string>, entry: string): void {
  const equals = entry.indexOf('=');
  if (equals < 0) variables.delete(entry);
  else if (variables.get(entry.slice(0, equals)) === entry.slice(equals + 1)) variables.delete(entry.slice(0, equals));
}

function block(variables: ReadonlyMap<string, string>): readonly string[] {
  const entries: string[] = [];
  for (const [name, value] of variables) entries.push(`${name}=${value}`);
  return entries;
}
