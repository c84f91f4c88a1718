import { err, ok, type Result } from '../../base/result.ts';
import type { ApiError } from '../error.ts';
import type { HandlerContext } from '../handler.ts';
import type { UnitInfo } from '../../graph/report.ts';
import type { RequestedJob } from '../../graph/request.ts';
import type { JobMode } from '../../unit/values/types.ts';
import { startedOf, statusOf } from './status.ts';

/** What rustysd's methods answer: always an array. */
type Outcome = Result<readonly unknown[], ApiError>;
type Run = (params: unknown, context: HandlerContext) => Outcome | Promise<Outcome>;

/**
 * rustysd's own control methods by their names and shapes, for the scripts of its users.
 *
 * None of our own methods can be mistaken for one of these: ours have a noun and a dot in front.
 */
const methods = {
  'list-units': (params, { manager }) => {
    // Units that others only mention are none to rustysd.
    const names = manager.units().flatMap((unit) => (unit.load === 'loaded' ? [unit.name] : []));
    if (params === undefined) return ok(names);
    if (typeof params !== 'string') return invalidParams('The kind of units must be a string.');
    if (!kinds.has(params)) return invalidParams(`Kind not recognized: ${params}`);
    return ok(names.filter((name) => name.endsWith(`.${params}`)));
  },

  status: (params, context) => {
    const { manager } = context;
    const ours = manager.units().filter((unit) => hasKnownSuffix(unit.name));
    if (params === undefined) return ok(ours.map((unit) => statusOf(unit, context)));
    if (typeof params !== 'string') return invalidParams('The name of a unit must be a string.');
    if (!hasKnownSuffix(params)) return failed('Name suffix not recognized');
    const found = ours.filter((unit) => unit.names.some((name) => name.startsWith(params)));
    return ok(found.map((unit) => statusOf(unit, context)));
  },

  start: (params, context) =>
    withUnit(params, context, (unit) => {
      if (startedOf(unit)) return ok([]);
      const unmet = needsOf(unit, context).filter((name) => !isActive(context, name));
      if (unmet.length > 0) return failed(`Could not activate ${unit.name}: these units are not started yet: [${unmet.join(', ')}]`);
      return request('start', unit, 'ignore-requirements', context);
    }),

  'start-all': (params, context) => withUnit(params, context, (unit) => request('start', unit, 'replace', context)),

  stop: (params, context) =>
    withUnit(params, context, (unit) => {
      const needing = neededBy(unit, context).filter((name) => isActive(context, name));
      if (needing.length > 0) return failed(`Could not deactivate ${unit.name}: these units still need it: [${needing.join(', ')}]`);
      return request('stop', unit, 'replace', context);
    }),

  'stop-all': (params, context) => withUnit(params, context, (unit) => request('stop', unit, 'replace', context)),
  restart: (params, context) => withUnit(params, context, (unit) => request('restart', unit, 'replace', context)),

  remove: (params, context) =>
    withUnit(params, context, (unit) => {
      const running = [unit.name, ...neededBy(unit, context)].filter((name) => !isStopped(context, name));
      if (running.length > 0) return failed(`Could not remove ${unit.name}: these units are not stopped: [${running.join(', ')}]`);
      const reset = unit.active === 'failed' ? context.manager.resetFailed(unit.name) : undefined;
      return reset === undefined || reset.ok ? ok([]) : failed(reset.error.message);
    }),

  enable: (params, { manager }) => {
    const names = typeof params === 'string' ? [params] : params;
    if (!isStrings(names)) return invalidParams('The names of units must be a string or an array of strings.');
    const loaded = new Set(manager.units().flatMap((unit) => (unit.load === 'loaded' ? unit.names : [])));
    for (const name of names) {
      if (loaded.has(name)) return failed(`Id ${name} exists already`);
      const unit = manager.unit(name);
      if (unit?.load !== 'loaded') return failed(unit?.loadReason ?? `Unit ${name} not found.`);
    }
    return ok([]);
  },

  reload: (_params, context) => {
    if (!context.manager.grantReload()) return failed('Reload() request rejected due to rate limit.');
    context.manager.reload();
    const { added, ignored } = compareWithDisk(context);
    return ok([{ Added: added, Ignored: ignored }]);
  },

  'reload-dry': (_params, context) => {
    const { added, ignored } = compareWithDisk(context);
    return ok([{ 'Would add': added, 'Would ignore': ignored }]);
  },

  shutdown: (_params, { manager }) => {
    setImmediate(() => manager.exit('exit', false));
    return ok([]);
  },
} as const satisfies Readonly<Record<string, Run>>;

export type RustysdMethod = keyof typeof methods;

export function isRustysdMethod(name: string): name is RustysdMethod {
  return Object.hasOwn(methods, name);
}

/** Carries out one of rustysd's methods; a bug of ours becomes an error of this call. */
export function runRustysdMethod(name: RustysdMethod, params: unknown, context: HandlerContext): Outcome | Promise<Outcome> {
  try {
    return methods[name](params, context);
  } catch (error) {
    return err({ code: 'internal', message: `${name}: ${error instanceof Error ? error.message : String(error)}` });
  }
}

const kinds: ReadonlySet<string> = new Set(['target', 'socket', 'service']);

function hasKnownSuffix(name: string): boolean {
  return kinds.has(name.slice(name.lastIndexOf('.') + 1));
}

/** The one unit whose name begins with the parameter: of those that are loaded, else of those that can be. */
function withUnit(
  params: unknown,
  { manager }: HandlerContext,
  run: (unit: UnitInfo) => Outcome | Promise<Outcome>,
): Outcome | Promise<Outcome> {
  if (typeof params !== 'string') return invalidParams('The name of a unit must be a string.');
  const units = manager.units();
  const exact = units.find((unit) => unit.names.includes(params));
  const found = exact === undefined ? units.filter((unit) => unit.names.some((name) => name.startsWith(params))) : [exact];
  const [first, ...others] = found;
  if (others.length > 0) return failed(`More than one unit found with name: ${params}: [${found.map((unit) => unit.name).join(', ')}]`);
  const unit = first ?? loadable(manager.unit(params));
  return unit === undefined ? failed(`No unit found with name: ${params}`) : run(unit);
}

function loadable(unit: UnitInfo | undefined): UnitInfo | undefined {
  return unit === undefined || unit.load === 'not-found' ? undefined : unit;
}

async function request(job: RequestedJob, unit: UnitInfo, mode: JobMode, { manager, jobs }: HandlerContext): Promise<Outcome> {
  const { answer, end } = jobs.request(() => manager.request(job, unit.name, mode, `${job} over the control socket`));
  if (!answer.ok) return failed(answer.error.message);
  const finished = (await end)?.result;
  if (finished === undefined || finished === 'done' || finished === 'skipped') return ok([]);
  return failed(`The ${job} of ${unit.name} ended with: ${finished}`);
}

const requirementKeys: ReadonlySet<string> = new Set(['Requires', 'Requisite', 'BindsTo']);
const neededByKeys: ReadonlySet<string> = new Set(['RequiredBy', 'RequisiteOf', 'BoundBy']);

function needsOf(unit: UnitInfo, { manager }: HandlerContext): readonly string[] {
  return manager.dependencies(unit.name).flatMap(({ key, unit: other }) => (requirementKeys.has(key) ? [other] : []));
}

function neededBy(unit: UnitInfo, { manager }: HandlerContext): readonly string[] {
  return manager.dependencies(unit.name).flatMap(({ key, unit: other }) => (neededByKeys.has(key) ? [other] : []));
}

function isActive({ manager }: HandlerContext, name: string): boolean {
  const unit = manager.unit(name);
  return unit !== undefined && startedOf(unit);
}

function isStopped({ manager }: HandlerContext, name: string): boolean {
  const active = manager.unit(name)?.active ?? 'inactive';
  return active === 'inactive' || active === 'failed';
}

/** Unit files that no loaded unit is of, and those of loaded units. */
function compareWithDisk({ manager, install }: HandlerContext): { readonly added: readonly string[]; readonly ignored: readonly string[] } {
  const loaded = new Set(manager.units().flatMap((unit) => unit.names));
  const files = install.list().map((file) => file.name);
  return { added: files.filter((name) => !loaded.has(name)), ignored: files.filter((name) => loaded.has(name)) };
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function failed(message: string): Result<never, ApiError> {
  return err({ code: 'failed', message });
}

function invalidParams(message: string): Result<never, ApiError> {
  return err({ code: 'invalid-params', message });
}
