import { isInactiveOrFailed } from '../graph/active-state.ts';
import type { DependencyChange, PendingUnit } from '../graph/pending.ts';
import { compareSettings } from '../unit/compare.ts';
import type { Dependency, UnitConfig } from '../unit/config.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/**
 * What daemon-reload would change of the units that are loaded, as their files are now; only what has changed is read. What generators would write
 * anew is not known before they run.
 */
export function pendingChanges(world: World): readonly PendingUnit[] {
  const source = world.options.openUnits();
  const fresh = new Map<Unit, UnitConfig>();
  source.atOnce(() => {
    for (const unit of world.units.values()) fresh.set(unit, source.load(unit.name, unit.reading).config);
  });
  return [...fresh]
    .toSorted(([a], [b]) => (a.name < b.name ? -1 : 1))
    .flatMap(([unit, config]) => {
      // What is there without a file, as a mount of others, is not in files.
      if (config === unit.config || (config.load.state === 'not-found' && unit.config.fragment === undefined)) return [];
      const pending = compare(unit, config);
      const isOther = pending.load !== undefined || pending.settings.length > 0 || pending.dependencies.length > 0;
      return isOther ? [pending] : [];
    });
}

function compare(unit: Unit, fresh: UnitConfig): PendingUnit {
  const { config } = unit;
  const isLoaded = fresh.load.state === 'loaded';
  const settings = config.load.state === 'loaded' && isLoaded ? compareSettings(config, fresh) : [];
  const reason = 'reason' in fresh.load ? fresh.load.reason : undefined;
  const runs = !isInactiveOrFailed(unit.look.active);
  return {
    unit: unit.name,
    active: unit.look.active,
    ...(config.load.state === fresh.load.state
      ? {}
      : { load: { before: config.load.state, after: fresh.load.state, ...(reason === undefined ? {} : { reason }) } }),
    settings,
    dependencies: isLoaded ? compareDependencies(config, fresh) : [],
    needsRestart: runs && isLoaded && settings.some(({ takes }) => takes === 'restart'),
  };
}

function compareDependencies(before: UnitConfig, after: UnitConfig): readonly DependencyChange[] {
  const [old, fresh] = [edgesOf(before), edgesOf(after)];
  return [
    ...[...old].filter(([key]) => !fresh.has(key)).map(([, each]) => changeOf('removed', each)),
    ...[...fresh].filter(([key]) => !old.has(key)).map(([, each]) => changeOf('added', each)),
  ];
}

function edgesOf({ dependencies }: UnitConfig): ReadonlyMap<string, Dependency> {
  return new Map(dependencies.map((each) => [`${each.key} ${each.unit}`, each]));
}

function changeOf(change: DependencyChange['change'], { key, unit, origin }: Dependency): DependencyChange {
  const at = origin.from === 'file' ? `${origin.path}:${origin.line}` : origin.from === 'link' ? origin.path : undefined;
  return { change, key, unit, ...(at === undefined ? {} : { at }) };
}
