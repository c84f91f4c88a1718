import { defaultDependencies, targetFollows } from '../graph/default-dependencies.ts';
import { carriers } from '../graph/dependency.ts';
import { DependencyGraph } from '../graph/dependency-graph.ts';
import { type ImplicitContext, implicitDependencies } from '../graph/implicit-dependencies.ts';
import type { TransactionUnit, TransactionView } from '../graph/transaction.ts';
import type { UnitConfig } from '../unit/config.ts';

/** What an offline view is made of. */
export interface OfflineContext extends Omit<ImplicitContext, 'mount' | 'devices' | 'defaultStandardOutput' | 'defaultStandardError'> {
  load(name: string): UnitConfig;
  hasFile(name: string): boolean;
}

/** Units as they would be if nothing had been started yet, for plans without a manager: each is loaded when it is first asked for. */
export class OfflineView implements TransactionView {
  readonly graph = new DependencyGraph();
  readonly #context: OfflineContext;
  readonly #configs = new Map<string, UnitConfig>();

  constructor(context: OfflineContext) {
    this.#context = context;
  }

  /** The unit of that name, by any of its names. */
  config(name: string): UnitConfig {
    return this.#configs.get(name) ?? this.#load(name);
  }

  /** All that is loaded, in the order in which it was; once each. */
  loaded(): readonly UnitConfig[] {
    return [...new Set(this.#configs.values())];
  }

  /** Loads all that a unit mentions, and so on. */
  loadAround(name: string): void {
    const waiting = [name];
    const seen = new Set(waiting);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const config = this.config(next);
      for (const { unit } of this.#declared(config)) {
        if (seen.has(unit)) continue;
        seen.add(unit);
        waiting.push(unit);
      }
    }
  }

  unit(name: string): TransactionUnit {
    const config = this.config(name);
    const perpetual = config.perpetual === true;
    return {
      name: config.name,
      load: config.load,
      active: perpetual ? 'active' : 'inactive',
      job: undefined,
      perpetual,
      canStart: true,
      canReload: false,
      ignoreOnIsolate: config.unit.IgnoreOnIsolate,
      allowIsolate: config.unit.AllowIsolate,
    };
  }

  queued(): undefined {
    return undefined;
  }

  busy(): readonly TransactionUnit[] {
    return [];
  }

  #load(name: string): UnitConfig {
    const found = this.#context.load(name);
    const config = this.#configs.get(found.name) ?? found;
    for (const each of new Set([config.name, name, ...config.names])) {
      this.#configs.set(each, config);
      if (each !== config.name) this.graph.merge(each, config.name);
    }
    if (config !== found) return config;
    for (const { key, unit } of this.#declared(config)) this.graph.add(config.name, key, this.#configs.get(unit)?.name ?? unit);
    this.#orderTargets(config);
    return config;
  }

  #declared(config: UnitConfig): readonly { readonly key: UnitConfig['dependencies'][number]['key']; readonly unit: string }[] {
    if (config.load.state !== 'loaded') return config.dependencies;
    const { scope, directories } = this.#context;
    const implicit = implicitDependencies(config, {
      scope,
      directories,
      defaultStandardOutput: 'journal',
      defaultStandardError: 'inherit',
      mount: (name) => (this.#context.hasFile(name) ? 'file' : 'none'),
      devices: false,
    });
    const defaults = config.perpetual === true ? [] : defaultDependencies(config, { scope, container: false });
    return [...config.dependencies, ...implicit, ...defaults];
  }

  /** As in a manager: targets come after what they pull in, once both are loaded. */
  #orderTargets(config: UnitConfig): void {
    const pairs: (readonly [target: UnitConfig, follower: UnitConfig])[] = [];
    this.graph.forEach(config.name, (name, kinds) => {
      const other = this.#configs.get(name);
      if (other === undefined) return;
      if ((kinds & carriers['default-target']) !== 0) pairs.push([other, config]);
      if ((kinds & carriers['default-target-inverse']) !== 0) pairs.push([config, other]);
    });
    for (const [target, follower] of pairs) {
      const isBefore = this.graph.has(target.name, 'before', follower.name);
      if (targetFollows(target, follower, isBefore)) this.graph.add(target.name, 'After', follower.name);
    }
  }
}
