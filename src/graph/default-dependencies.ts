import { isExtrinsic } from './slice-of.ts';
import { hasOption, isNetworkMount } from '../unit/mount-options.ts';
import type { Dependency, DependencyKey, UnitConfig, UnitTypeName } from '../unit/config.ts';

interface DefaultRule {
  readonly keys: readonly DependencyKey[];
  readonly unit: string;
  /** Only for managers of this scope. */
  readonly scope?: 'system' | 'user';
}

const shutdown: DefaultRule = { keys: ['Conflicts', 'Before'], unit: 'shutdown.target' };
const umount: DefaultRule = { keys: ['Conflicts', 'Before'], unit: 'umount.target', scope: 'system' };
const sysinit: DefaultRule = { keys: ['Requires', 'After'], unit: 'sysinit.target', scope: 'system' };

/** What default dependencies depend on besides the unit's own files. */
export interface DefaultContext {
  readonly scope: 'system' | 'user';
  /** A container has no swap of its own. */
  readonly container: boolean;
}

/** What units of each type get with DefaultDependencies=yes (semantics 11, "default"). */
const rules: Readonly<Record<UnitTypeName, readonly DefaultRule[]>> = {
  service: [
    sysinit,
    { keys: ['After'], unit: 'basic.target', scope: 'system' },
    { keys: ['Requires', 'After'], unit: 'basic.target', scope: 'user' },
    shutdown,
  ],
  socket: [{ keys: ['Before'], unit: 'sockets.target' }, sysinit, shutdown],
  timer: [{ keys: ['Before'], unit: 'timers.target' }, sysinit, shutdown],
  path: [{ keys: ['Before'], unit: 'paths.target' }, sysinit, shutdown],
  mount: [umount],
  automount: [
    { keys: ['After'], unit: 'local-fs-pre.target', scope: 'system' },
    { keys: ['Before'], unit: 'local-fs.target', scope: 'system' },
    umount,
  ],
  swap: [{ keys: ['Before'], unit: 'swap.target', scope: 'system' }, umount],
  device: [],
  slice: [shutdown],
  scope: [shutdown],
  target: [shutdown],
};

/** Targets that are the end of the way down, and so have no default dependency on it. */
const endOfTheWay = 'shutdown.target';

/** The dependencies that a unit has unless it says DefaultDependencies=no; those between targets and what they pull in are `targetFollows`. */
export function defaultDependencies(config: UnitConfig, { scope, container }: DefaultContext): readonly Dependency[] {
  if (config.type === 'swap' && container) return [];
  if (!config.unit.DefaultDependencies || config.load.state !== 'loaded' || config.name === endOfTheWay || isExtrinsic(config)) return [];
  return [...rules[config.type], ...timerRules(config), ...mountRules(config)]
    .filter((rule) => rule.scope === undefined || rule.scope === scope)
    .flatMap(({ keys, unit }) => keys.map((key) => ({ key, unit, origin: { from: 'default' } as const })));
}

/** A target that pulls in a unit is reached only after it, unless either has no default dependencies or the order is the other way round. */
export function targetFollows(target: UnitConfig, unit: UnitConfig, targetIsBefore: boolean): boolean {
  if (target.type !== 'target' || target.load.state !== 'loaded' || unit.load.state !== 'loaded') return false;
  return target.unit.DefaultDependencies && unit.unit.DefaultDependencies && !targetIsBefore;
}

/** File systems of other machines come with the network, those of this one before it; swap may be needed to read what a tmpfs holds. */
function mountRules({ mount, fragment }: UnitConfig): readonly DefaultRule[] {
  if (mount === undefined) return [];
  const isNofail = fragment !== undefined && hasOption(mount.Options, 'nofail');
  const place = isNetworkMount(mount) ? 'remote' : 'local';
  return [
    ...(place === 'remote' ? networkRules : []),
    ...(isNofail ? [] : [{ keys: ['Before'], unit: `${place}-fs.target`, scope: 'system' } as const]),
    { keys: ['After'], unit: `${place}-fs-pre.target`, scope: 'system' },
    ...(mount.Type === 'tmpfs' ? [{ keys: ['After'], unit: 'swap.target', scope: 'system' } as const] : []),
  ];
}

const networkRules: readonly DefaultRule[] = [
  { keys: ['After'], unit: 'network.target', scope: 'system' },
  { keys: ['Wants', 'After'], unit: 'network-online.target', scope: 'system' },
];

/** Timers of the calendar wait for the clock to be right. */
function timerRules({ timer }: UnitConfig): readonly DefaultRule[] {
  if (timer === undefined || !timer.Elapse.some(({ base }) => base === 'OnCalendar')) return [];
  return [
    { keys: ['After'], unit: 'time-set.target', scope: 'system' },
    { keys: ['After'], unit: 'time-sync.target', scope: 'system' },
  ];
}
