import { err, ok, type Result } from '../../src/base/result.ts';
import type { ApiServices } from '../../src/api/handler.ts';
import type { InstallApi } from '../../src/api/install.ts';
import type { UnitFile } from '../../src/unit/install/unit-file.ts';
import { JobResults } from '../../src/api/job-results.ts';
import type { ManagerApi } from '../../src/api/manager.ts';
import type { UnitFilesApi } from '../../src/api/unit-files.ts';
import type { JobResult } from '../../src/graph/job.ts';
import type { HistoryEntry } from '../../src/graph/history.ts';
import type { Change, JobInfo, JobOutcome, MarkedUnit, PlannedCommand, UnitCounters, UnitInfo } from '../../src/graph/report.ts';
import type { PendingUnit } from '../../src/graph/pending.ts';
import type { Preview } from '../../src/graph/preview.ts';
import type { MountRequest, RequestedJob, RequestFailure, Ticket, TransientRequest } from '../../src/graph/request.ts';
import type { WaitingJob } from '../../src/graph/waiting.ts';
import type { Property } from '../../src/unit/property.ts';
import type { JobMode } from '../../src/unit/values/types.ts';

/** A manager of a few made-up units, whose jobs end when the test says so, or at once. */
export class FakeManager implements ManagerApi {
  readonly info = {
    version: '0.1.0',
    scope: 'system',
    unitPath: ['/etc/systemd/system'],
    runtimeDirectory: '/run/tysd',
    notifySocket: '/run/tysd/notify',
    stateDirectory: '/var/lib/tysd',
    journal: 'own',
    tracking: 'session',
    cgroupRoot: '',
    controllers: {},
  } as const;
  readonly calls: string[] = [];
  /** More properties of the manager itself. */
  own: Readonly<Record<string, string>> = {};
  /** How the jobs of a unit end that end at once. */
  readonly outcomes = new Map<string, JobResult>();
  /** The Result= of units when their jobs end. */
  readonly unitResults = new Map<string, string>();
  /** Units whose jobs wait for `finish`. */
  readonly slow = new Set<string>();
  /** What became of requests whose answers were lost, by unit. */
  readonly lost = new Map<string, JobOutcome>();
  readonly #units = new Map<string, UnitInfo>();
  readonly #properties = new Map<string, Readonly<Record<string, string>>>();
  readonly #counters = new Map<string, UnitCounters>();
  readonly #edges = new Map<string, readonly { readonly key: string; readonly unit: string }[]>();
  readonly #jobs = new Map<number, JobInfo>();
  readonly #listeners = new Set<(change: Change) => void>();
  #subscribed: () => void = () => undefined;
  #environment: readonly string[] = ['LANG=C.UTF-8'];
  #lastJob = 0;

  add(name: string, unit: Partial<UnitInfo> = {}, properties: Readonly<Record<string, string>> = {}): void {
    const defaults = {
      description: name,
      load: 'loaded',
      active: 'inactive',
      sub: 'dead',
      result: 'success',
      fragment: `/etc/systemd/system/${name}`,
    };
    this.#units.set(name, { name, names: [name], dropIns: [], sinceUsec: 0, ...defaults, ...unit });
    this.#properties.set(name, { Id: name, ...properties });
  }

  readonly changes: PendingUnit[] = [];

  pending(): readonly PendingUnit[] {
    return this.changes;
  }

  readonly held: WaitingJob[] = [];

  marked(): readonly MarkedUnit[] {
    return [{ unit: 'web.service', markers: ['needs-reload'] }];
  }

  waiting(): readonly WaitingJob[] {
    return this.held;
  }

  readonly entries: HistoryEntry[] = [];
  /** Where edges are declared, by `OF KIND UNIT`. */
  readonly places = new Map<string, string>();

  history(unit?: string): readonly HistoryEntry[] {
    return this.entries.filter((entry) => unit === undefined || entry.unit === unit);
  }

  locateEdge(of: string, kind: string, unit: string): string | undefined {
    return this.places.get(`${of} ${kind} ${unit}`);
  }

  count(name: string, counters: UnitCounters): void {
    this.#counters.set(name, counters);
  }

  counters(name: string): UnitCounters | undefined {
    return this.#counters.get(name);
  }

  startTransient(request: TransientRequest, mode: JobMode, cause: string): Result<Ticket, RequestFailure> {
    if (this.#units.has(request.unit))
      return err({ code: 'exists', message: `Unit ${request.unit} was already loaded or has a fragment file.` });
    this.calls.push(`make ${request.unit}`);
    this.add(request.unit);
    return this.request('start', request.unit, mode, cause);
  }

  expectDescriptors(): string {
    return '0123456789abcdef0123456789abcdef';
  }

  forgetDescriptors(token: string): void {
    this.calls.push(`forget ${token}`);
  }

  hold(unit: string): boolean {
    this.calls.push(`hold ${unit}`);
    return this.#units.has(unit);
  }

  letGo(unit: string): void {
    this.calls.push(`let go of ${unit}`);
  }

  abandon(unit: string): Result<undefined, RequestFailure> {
    return this.#units.has(unit) ? ok(undefined) : err({ code: 'no-such-unit', message: `Unit ${unit} not loaded.` });
  }

  setProperties(unit: string, properties: readonly Property[]): Result<undefined, RequestFailure> {
    if (!this.#units.has(unit)) return err({ code: 'no-such-unit', message: `Unit ${unit} not found.` });
    for (const { name, value } of properties) this.calls.push(`set ${unit} ${name}=${value}`);
    return ok(undefined);
  }

  edge(from: string, key: string, to: string): void {
    this.#edges.set(from, [...(this.#edges.get(from) ?? []), { key, unit: to }]);
  }

  set(name: string, change: Partial<UnitInfo>): void {
    const unit = this.#units.get(name);
    if (unit === undefined) throw new Error(`no ${name}`);
    const changed = { ...unit, ...change };
    this.#units.set(name, changed);
    this.tell({ change: 'unit', unit: name, active: changed.active, sub: changed.sub });
  }

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** Resolves at the next subscription. */
  subscribed(): Promise<void> {
    return new Promise((resolve) => (this.#subscribed = resolve));
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  finish(unit: string, result: JobResult): void {
    for (const job of this.#jobs.values()) {
      if (job.unit !== unit) continue;
      this.#jobs.delete(job.id);
      if (this.lost.has(unit)) this.lost.set(unit, { job: job.id, result });
      const unitResult = this.unitResults.get(unit);
      this.tell({ change: 'job-removed', job: job.id, unit, result, ...(unitResult === undefined ? {} : { unitResult }) });
    }
  }

  request(job: RequestedJob, unit: string, mode: string, cause: string): Result<Ticket, RequestFailure> {
    this.calls.push(`${job} ${unit} ${mode}`);
    if (cause === '') throw new Error('a request without a cause');
    const failure = this.#refusal(job, unit);
    if (failure !== undefined) return err(failure);
    const id = ++this.#lastJob;
    const type = job === 'stop' ? 'stop' : 'start';
    this.#jobs.set(id, { id, unit, type, state: 'running' });
    this.tell({ change: 'job-new', job: id, anchor: id, unit, type });
    if (!this.slow.has(unit)) {
      const result = this.outcomes.get(unit) ?? 'done';
      if (result === 'done') this.set(unit, job === 'stop' ? { active: 'inactive', sub: 'dead' } : { active: 'active', sub: 'running' });
      this.finish(unit, result);
    }
    return ok({ job: id, unit });
  }

  readonly previews = new Map<string, Preview>();

  preview(job: RequestedJob, unit: string): Result<Preview, RequestFailure> {
    const failure = this.#refusal(job, unit);
    return failure === undefined
      ? ok({ jobs: [{ unit, type: job, reason: 'asked for' }], cycles: [], remarks: [], ...this.previews.get(unit) })
      : err(failure);
  }

  jobs(): readonly JobInfo[] {
    return [...this.#jobs.values()];
  }

  outcome(unit: string, asker: string): JobOutcome | undefined {
    this.calls.push(`outcome ${unit} ${asker}`);
    return this.lost.get(unit);
  }

  cancel(job: number): boolean {
    const found = this.#jobs.get(job);
    if (found !== undefined) this.finish(found.unit, 'canceled');
    return found !== undefined;
  }

  unit(name: string): UnitInfo | undefined {
    if (!name.includes('.')) return undefined;
    const found = this.#units.get(name) ?? [...this.#units.values()].find((unit) => unit.names.includes(name));
    return (
      found ?? {
        name,
        names: [name],
        description: name,
        load: 'not-found',
        active: 'inactive',
        sub: 'dead',
        result: 'success',
        fragment: '',
        dropIns: [],
        sinceUsec: 0,
      }
    );
  }

  units(): readonly UnitInfo[] {
    return [...this.#units.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
  }

  properties(name: string): Readonly<Record<string, string>> | undefined {
    const unit = this.unit(name);
    if (unit === undefined) return undefined;
    return {
      ...this.#properties.get(unit.name),
      Id: unit.name,
      LoadState: unit.load,
      ActiveState: unit.active,
      StatusText: unit.statusText ?? '',
    };
  }

  setLogLevel(level: string): void {
    this.own = { ...this.own, LogLevel: level };
  }

  setServiceWatchdogs(enforced: boolean): void {
    this.own = { ...this.own, ServiceWatchdogs: enforced ? 'yes' : 'no' };
  }

  managerProperties(): Readonly<Record<string, string>> {
    return { Version: '0.1.0', Environment: this.#environment.join(' '), ...this.own };
  }

  plan(name: string): Result<readonly PlannedCommand[], RequestFailure> {
    const failure = this.#refusal('start', name);
    return failure === undefined
      ? ok([
          {
            list: 'ExecStart',
            ops: [
              { op: 'setsid', text: '' },
              { op: 'chdir', text: 'path="/"' },
            ],
            notApplied: ['ProtectSystem= (not yet)'],
          },
        ])
      : err(failure);
  }

  notApplied(): Result<readonly string[], RequestFailure> {
    return ok([]);
  }

  dependencies(name: string): readonly { readonly key: string; readonly unit: string }[] {
    return this.#edges.get(name) ?? [];
  }

  kill(unit: string, whom: string, signal: number): Result<undefined, RequestFailure> {
    this.calls.push(`kill ${unit} ${whom} ${signal}`);
    return this.#units.has(unit) ? ok(undefined) : err({ code: 'no-such-unit', message: `Unit ${unit} not loaded.` });
  }

  freeze(unit: string, frozen: boolean): Result<undefined, RequestFailure> {
    this.calls.push(`${frozen ? 'freeze' : 'thaw'} ${unit}`);
    return this.#units.has(unit) ? ok(undefined) : err({ code: 'no-such-unit', message: `Unit ${unit} not loaded.` });
  }

  mount({ unit, source, target }: MountRequest): Promise<Result<undefined, RequestFailure>> {
    this.calls.push(`mount ${source} on ${target} of ${unit}`);
    return Promise.resolve(this.#units.has(unit) ? ok(undefined) : err({ code: 'no-such-unit', message: `Unit ${unit} not loaded.` }));
  }

  clean(unit: string, what: readonly string[]): Result<undefined, RequestFailure> {
    this.calls.push(`clean ${unit} ${what.join(',')}`);
    return this.#units.has(unit) ? ok(undefined) : err({ code: 'no-such-unit', message: `Unit ${unit} not loaded.` });
  }

  resetFailed(unit?: string): Result<undefined, RequestFailure> {
    this.calls.push(`reset-failed ${unit ?? '*'}`);
    if (unit !== undefined && !this.#units.has(unit)) return err({ code: 'no-such-unit', message: `Unit ${unit} not loaded.` });
    return ok(undefined);
  }

  reloadsAllowed = true;

  made(): undefined {
    return undefined;
  }

  grantReload(): boolean {
    return this.reloadsAllowed;
  }

  reload(done?: () => void): void {
    this.calls.push('reload');
    done?.();
  }

  exit(action: string, force: boolean, status?: number): void {
    this.calls.push(`exit ${action} ${force} ${status ?? ''}`.trimEnd());
  }

  environment(): readonly string[] {
    return this.#environment;
  }

  setEnvironment(assignments: readonly string[]): void {
    const names = assignments.map((assignment) => assignment.slice(0, assignment.indexOf('=') + 1));
    this.#environment = [...this.#environment.filter((old) => !names.some((name) => old.startsWith(name))), ...assignments];
  }

  unsetEnvironment(names: readonly string[]): void {
    this.#environment = this.#environment.filter((old) => !names.some((name) => old === name || old.startsWith(`${name}=`)));
  }

  whenTold(then: () => void): void {
    then();
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    this.#subscribed();
    return () => this.#listeners.delete(listener);
  }

  #refusal(job: RequestedJob, name: string): RequestFailure | undefined {
    const unit = this.#units.get(name);
    if (unit === undefined) return { code: 'no-such-unit', message: `Unit ${name} not ${job === 'stop' ? 'loaded' : 'found'}.` };
    if (unit.load === 'masked') return { code: 'masked', message: `Unit ${name} is masked.` };
    if (unit.load === 'bad-setting') return { code: 'load-failed', message: `Unit ${name} has a bad unit file setting.` };
    if (job === 'reload') return { code: 'not-applicable', message: `Job type reload is not applicable for unit ${name}.` };
    return undefined;
  }
}

/** Unit files that exist only in memory; records what is asked of it. */
export class FakeInstall implements InstallApi {
  readonly calls: string[] = [];
  readonly files: UnitFile[] = [
    { name: 'web.service', path: '/etc/systemd/system/web.service', state: 'disabled', preset: 'enabled' },
    { name: 'basic.target', path: '/lib/systemd/system/basic.target', state: 'static' },
  ];

  apply(operation: string, units: readonly string[], options: object): ReturnType<InstallApi['apply']> {
    this.calls.push(`${operation} ${units.join(' ')} ${JSON.stringify(options)}`);
    const [unit = ''] = units;
    if (unit === 'nope.service')
      return err({ code: 'no-such-unit', message: `Unit file ${unit} does not exist.`, errno: 'No such file or directory', records: [] });
    const path = `/etc/systemd/system/multi-user.target.wants/${unit}`;
    const target = `/etc/systemd/system/${unit}`;
    const changes = operation === 'disable' ? [{ change: 'unlink', path } as const] : [{ change: 'symlink', path, target } as const];
    const made = unit === 'static.service' ? [] : changes;
    return ok({ changes: made, records: made, hasInstallInfo: unit !== 'static.service' });
  }

  state(unit: string): UnitFile['state'] | undefined {
    return this.files.find((file) => file.name === unit)?.state;
  }

  stateOrErrno(unit: string): ReturnType<InstallApi['stateOrErrno']> {
    const state = this.state(unit);
    return state === undefined ? err('No such file or directory') : ok(state);
  }

  links(unit: string): readonly string[] {
    return this.state(unit) === 'enabled' ? [`/etc/systemd/system/multi-user.target.wants/${unit}`] : [];
  }

  list(): readonly UnitFile[] {
    return this.files;
  }

  defaultTarget(): ReturnType<InstallApi['defaultTarget']> {
    return ok('graphical.target');
  }
}

/** The unit files of FakeInstall, with text. */
export const fakeUnitFiles: UnitFilesApi = {
  verifyStart: (targets) => ({
    units: fakeUnitFiles
      .verify(targets)
      .map((found) => ({ ...found, unit: found.unit.slice(found.unit.lastIndexOf('/') + 1), programs: ['/bin/nowhere'], manuals: [] })),
    others: [],
  }),
  names: () => ({
    ids: [{ name: 'web.service', target: '/etc/systemd/system/web.service' }],
    units: [{ unit: 'web.service', names: ['web.service'] }],
  }),
  files: (unit) => {
    if (!unit.includes('.')) return undefined;
    if (unit === 'masked.service') return { unit, load: 'masked', files: [] };
    if (unit !== 'web.service') return { unit, load: 'not-found', files: [] };
    return {
      unit,
      load: 'loaded',
      files: [
        { path: '/etc/systemd/system/web.service', text: '[Service]\nExecStart=/bin/web\n' },
        { path: '/etc/systemd/system/web.service.d/a.conf', text: '[Service]\nUser=web' },
      ],
    };
  },
  security: () => [],
  verify: (targets) =>
    targets.map((unit) => ({
      unit,
      load: unit === 'broken.service' ? 'bad-setting' : 'loaded',
      diagnostics: [{ severity: 'warning', code: 'unknown-key', message: 'Unknown key Foo=.', path: `/etc/${unit}`, line: 7, column: 1 }],
    })),
};

/** All that the server needs, around a fake manager. */
export function fakeServices(manager: FakeManager, install: InstallApi = new FakeInstall()): ApiServices {
  return { manager, install, unitFiles: fakeUnitFiles, jobs: new JobResults(manager) };
}
