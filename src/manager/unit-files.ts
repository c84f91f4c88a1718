import type { JsonValue } from '../base/json-text.ts';
import { numberOf } from '../exec/seccomp/architecture.ts';
import { plan } from '../graph/transaction.ts';
import type { Files } from '../port/files.ts';
import type { LoadState, UnitConfig } from '../unit/config.ts';
import type { Diagnostic } from '../unit/diagnostic.ts';
import { loadUnit } from '../unit/load.ts';
import { instantiate, parseUnitName } from '../unit/name.ts';
import { assess, type Assessment } from '../unit/security/assess.ts';
import { type Policy, readPolicy } from '../unit/security/policy.ts';
import { subjectOf } from '../unit/security/subject.ts';
import type { SpecifierFacts } from '../unit/specifiers.ts';
import { UnitDirectory } from '../unit/unit-directory.ts';
import type { UnitFiles } from '../unit/unit-files.ts';
import type { Command } from '../unit/values/types.ts';
import { nativeArchitecture } from './native-architecture.ts';
import { withAddedFiles } from './added-files.ts';
import { OfflineView } from './offline-view.ts';

interface UnitText {
  readonly unit: string;
  readonly load: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

interface Verification {
  readonly unit: string;
  readonly load: string;
  readonly loadReason?: string;
  readonly diagnostics: readonly Diagnostic[];
}

interface UnitFileNames {
  readonly ids: readonly { readonly name: string; readonly target: string }[];
  readonly units: readonly { readonly unit: string; readonly names: readonly string[] }[];
}

interface StartCheck {
  readonly units: readonly StartableUnit[];
  readonly others: readonly Diagnostic[];
}

interface StartableUnit extends Verification {
  readonly refusal?: string;
  readonly missingService?: string;
  readonly programs: readonly string[];
  readonly manuals: readonly string[];
}

interface ServiceExposure {
  readonly unit: string;
  readonly load: LoadState['state'];
  readonly reason?: string;
  readonly assessment?: Assessment;
}

interface ReviewOptions {
  readonly policy?: JsonValue;
  readonly profiles?: ReadonlyMap<string, Uint8Array>;
}

/** Unit files as they are on disk now, for `cat` and `verify`. Satisfies api/unit-files.ts. */
export class UnitFileReader {
  readonly #files: Files;
  readonly #searchPath: readonly string[];
  readonly #facts: SpecifierFacts;
  readonly #transientDirectory: string | undefined;

  constructor(files: Files, searchPath: readonly string[], facts: SpecifierFacts, transientDirectory?: string) {
    this.#files = files;
    this.#searchPath = searchPath;
    this.#facts = facts;
    this.#transientDirectory = transientDirectory;
  }

  files(unit: string): UnitText | undefined {
    const parsed = parseUnitName(unit);
    if (!parsed.ok) return undefined;
    const config = this.#load(exampleOf(unit), this.#searchPath);
    const paths = [...(config.fragment === undefined ? [] : [config.fragment]), ...config.dropIns];
    return {
      unit: parsed.value.isTemplate ? unit : config.name,
      load: config.load.state,
      files: paths.map((path) => ({ path, text: this.#text(path) })),
    };
  }

  /** A target with a slash is the path of a file: its directory is searched before all others. */
  verify(targets: readonly string[]): readonly Verification[] {
    return targets.map((target) => {
      const { name, config } = this.#target(target);
      return verification(name, config);
    });
  }

  /** Checks units as they would be started where nothing is active yet. */
  verifyStart(targets: readonly string[], { recursive, instance }: { readonly recursive: boolean; readonly instance: string }): StartCheck {
    const own = targets.flatMap((target) => (target.includes('/') ? [directoryOf(target)] : []));
    const searchPath = [...new Set([...own, ...this.#searchPath])];
    const directory = new UnitDirectory(this.#files, searchPath);
    const { scope, directories } = this.#facts;
    const view = new OfflineView({
      scope,
      directories,
      load: (name) => loadUnit(name, { directory, facts: this.#facts, notices: true }),
      hasFile: (name) => directory.entry(name) !== undefined,
    });
    const names = targets.map((target) => exampleOf(target.slice(target.lastIndexOf('/') + 1), instance));
    const configs = names.map((name) => view.config(name));
    if (recursive) for (const name of names) view.loadAround(name);
    const units = configs.map((config) => startableUnit(config, view, recursive));
    const mentioned = view.loaded().filter((config) => !configs.includes(config));
    return {
      units,
      others: mentioned.flatMap(({ diagnostics }) => diagnostics),
    };
  }

  /** All names of units that the search path has, and which of them lead to the same unit. */
  names(): UnitFileNames {
    const directory = new UnitDirectory(this.#files, this.#searchPath);
    const aliases = new Map<string, string[]>();
    const ids = directory.names().flatMap((name) => {
      const entry = directory.entry(name);
      if (entry === undefined || entry.is === 'unusable') return [];
      const unit = this.#unitOf(directory, name);
      if (unit !== undefined) aliases.set(unit, [...(aliases.get(unit) ?? []), name]);
      return [{ name, target: entry.is === 'alias' ? entry.target : entry.path }];
    });
    return { ids, units: [...aliases].map(([unit, names]) => ({ unit, names })) };
  }

  /** The unit that a name leads to: of a template an instance, where the name has one. Undefined where there is none, or one that is masked. */
  #unitOf(directory: UnitDirectory, name: string): string | undefined {
    const found = directory.resolve(name);
    if (found === undefined || found === 'loop' || found.entry.is !== 'file') return undefined;
    const { kind, size } = this.#files.statFollow(found.entry.path);
    if (kind !== 'file' || size === 0) return undefined;
    const parsed = parseUnitName(name);
    const instance = parsed.ok ? parsed.value.instance : undefined;
    return instance === undefined || instance === '' ? found.name : (instantiate(found.name, instance) ?? found.name);
  }

  /** How exposed services are; without targets, all services that the search path has, but for templates and what cannot be loaded. */
  security(
    targets: readonly string[] | undefined,
    { policy = null, profiles = new Map() }: ReviewOptions = {},
  ): readonly ServiceExposure[] {
    const rules = readPolicy(policy);
    const own = (targets ?? []).flatMap((target) => (target.includes('/') ? [directoryOf(target)] : []));
    const files = withProfiles(this.#files, profiles);
    const searchPath = [...new Set([...own, ...this.#searchPath, ...(profiles.size === 0 ? [] : [PROFILES])])];
    const directory = new UnitDirectory(files, searchPath);
    if (targets !== undefined) return targets.map((target) => this.#exposure(target, directory, rules));
    const names = new Set(searchPath.flatMap((path) => files.list(path)));
    return [...names]
      .filter((name) => name.endsWith('.service') && !name.includes('@.') && !isAlias(directory, name))
      .toSorted()
      .map((name) => this.#exposure(name, directory, rules))
      .filter(({ assessment }) => assessment !== undefined);
  }

  #exposure(target: string, directory: UnitDirectory, policy: Policy): ServiceExposure {
    const isFile = target.includes('/');
    const typed = target.slice(target.lastIndexOf('/') + 1);
    const config = this.#loadFrom(directory, exampleOf(typed));
    // A file is judged as the unit that it makes: under the name that its alias stands for, or as an instance.
    const name = isFile ? config.name : typed;
    const load = config.load.state;
    const reason = reasonOf(config.load);
    if (load !== 'loaded') return { unit: name, load, reason: reason ?? `not loaded (${load})` };
    const { architecture } = nativeArchitecture(this.#facts);
    const subject = subjectOf(config, {
      isNative: (call) => architecture === undefined || numberOf(architecture, call) !== undefined,
      isFile,
    });
    return subject === undefined
      ? { unit: name, load, reason: 'it is no service' }
      : { unit: name, load, assessment: assess(subject, policy) };
  }

  #target(target: string): { readonly name: string; readonly config: UnitConfig } {
    const name = target.slice(target.lastIndexOf('/') + 1);
    const path = target.includes('/') ? [directoryOf(target), ...this.#searchPath] : this.#searchPath;
    return { name, config: this.#load(exampleOf(name), path) };
  }

  #load(name: string, searchPath: readonly string[]): UnitConfig {
    return this.#loadFrom(new UnitDirectory(this.#files, searchPath), name);
  }

  #loadFrom(directory: UnitDirectory, name: string): UnitConfig {
    return loadUnit(name, {
      directory,
      facts: this.#facts,
      notices: true,
      ...(this.#transientDirectory === undefined ? {} : { transientDirectory: this.#transientDirectory }),
    });
  }

  #text(path: string): string {
    return new TextDecoder().decode(this.#files.read(path) ?? new Uint8Array());
  }
}

/** Where the drop-ins of profiles seem to be: weaker than all other directories. */
const PROFILES = '/run/tysd/profiles';

/** The files, and among them the profile of each target as a drop-in of the unit. */
function withProfiles(files: Files, profiles: ReadonlyMap<string, Uint8Array>): UnitFiles {
  if (profiles.size === 0) return files;
  return withAddedFiles(files, new Map([...profiles].map(([target, bytes]) => [profilePath(target), bytes])));
}

function profilePath(target: string): string {
  return `${PROFILES}/${exampleOf(target.slice(target.lastIndexOf('/') + 1))}.d/profile.conf`;
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Whether the name leads to a unit of another name. */
function isAlias(directory: UnitDirectory, name: string): boolean {
  const found = directory.resolve(name);
  return found !== undefined && found !== 'loop' && found.name !== name;
}

/** A template is judged by an instance of it, which systemd-analyze calls `i`. */
function exampleOf(name: string, instance = 'i'): string {
  return /@\.[a-z]+$/.test(name) ? (instantiate(name, instance) ?? name) : name;
}

function verification(unit: string, config: UnitConfig): Verification {
  const reason = reasonOf(config.load);
  return {
    unit,
    load: config.load.state,
    ...(reason === undefined ? {} : { loadReason: reason }),
    diagnostics: config.diagnostics,
  };
}

function reasonOf(load: LoadState): string | undefined {
  if ('reason' in load) return load.reason;
  return load.state === 'not-found' ? 'there is no such file' : undefined;
}

function startableUnit(config: UnitConfig, view: OfflineView, isPlanned: boolean): StartableUnit {
  const found = verification(config.name, config);
  if (config.load.state !== 'loaded') return { ...found, programs: [], manuals: [] };
  const planned = isPlanned ? plan('start', config.name, 'replace', view) : undefined;
  const missing = missingService(config, view);
  return {
    ...found,
    ...(planned?.ok === false ? { refusal: planned.error.message } : {}),
    ...(missing === undefined ? {} : { missingService: missing }),
    programs: commandsOf(config).flatMap(({ path, ignoreFailure }) => (ignoreFailure ? [] : [path])),
    manuals: config.unit.Documentation.flatMap((uri) => (uri.startsWith('man:') ? [uri.slice('man:'.length)] : [])),
  };
}

/** The service that a socket starts: for connections that are accepted, an instance of it. */
function missingService({ name, socket }: UnitConfig, view: OfflineView): string | undefined {
  if (socket === undefined) return undefined;
  const prefix = name.slice(0, name.lastIndexOf('.'));
  const service = socket.Accept ? `${prefix}@internal.service` : socket.Service === '' ? `${prefix}.service` : socket.Service;
  return view.config(service).load.state === 'loaded' ? undefined : service;
}

function commandsOf({ service, socket }: UnitConfig): readonly Command[] {
  if (service !== undefined) {
    const { ExecCondition, ExecStartPre, ExecStart, ExecStartPost, ExecReload, ExecStop, ExecStopPost } = service;
    return [ExecCondition, ExecStartPre, ExecStart, ExecStartPost, ExecReload, ExecStop, ExecStopPost].flat();
  }
  if (socket === undefined) return [];
  return [socket.ExecStartPre, socket.ExecStartPost, socket.ExecStopPre, socket.ExecStopPost].flat();
}
