import { boundingSet } from '../unit/capability-sets.ts';
import { settledNumaPolicy } from '../unit/scheduling.ts';
import type { UnitConfig } from '../unit/config.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import type { ManagerSettings } from '../unit/settings/manager.ts';
import { initialValues } from '../unit/settings/parts.ts';
import { capabilityNames } from '../unit/values/capability.ts';
import type { Op } from './op.ts';

type Shared =
  | 'CPUAffinity'
  | 'NUMAPolicy'
  | 'NUMAMask'
  | 'CapabilityBoundingSet'
  | 'NoNewPrivileges'
  | 'SystemCallArchitectures'
  | 'TimerSlackNSec';

/**
 * What processes have from their manager though no unit says it (systemd-system.conf(5)). systemd does most of it to itself, so that all that it starts
 * inherits it; here each plan does it, so the keeper and the manager keep what they need, and a reload takes back what is not wanted any more.
 */
export type Inheritance = Partial<
  Pick<ManagerSettings, Shared | 'DefaultOOMScoreAdjust' | 'DefaultSmackProcessLabel' | 'DefaultRestrictSUIDSGID'> & {
    /** The score is above the manager's own, which anyone may have. */
    readonly raisesScore: true;
  }
>;

type Inherited = Exclude<keyof Inheritance, 'raisesScore'>;

const inherited: readonly Inherited[] = [
  'CPUAffinity',
  'NUMAPolicy',
  'NUMAMask',
  'CapabilityBoundingSet',
  'NoNewPrivileges',
  'SystemCallArchitectures',
  'TimerSlackNSec',
  'DefaultOOMScoreAdjust',
  'DefaultSmackProcessLabel',
  'DefaultRestrictSUIDSGID',
];

/** Rights that only the system's manager can take from itself. */
const ofSystem: ReadonlySet<Inherited> = new Set<Inherited>(['CapabilityBoundingSet', 'NoNewPrivileges']);

/** What the configuration says of this; undefined where it says nothing. What a user's manager starts is killed for want of memory before it is itself. */
export function inheritanceOf(
  settings: ManagerSettings,
  assigned: ReadonlySet<string>,
  scope: 'system' | 'user',
  ownScore: number | undefined,
): Inheritance | undefined {
  const said = inherited.filter((name) => assigned.has(name) && (scope === 'system' || !ofSystem.has(name)));
  const lowers = scope === 'user' && ownScore !== undefined && !assigned.has('DefaultOOMScoreAdjust');
  if (said.length === 0 && !lowers) return undefined;
  const found: Inheritance = Object.fromEntries(said.map((name) => [name, settings[name]]));
  return lowers ? { ...found, DefaultOOMScoreAdjust: Math.min(ownScore + belowUser, worstScore), raisesScore: true } : found;
}

/** As systemd has it. */
const belowUser = 100;
const worstScore = 1000;

/** The unit with what it has from the manager; the same object where that is nothing. */
export function inheriting(config: UnitConfig, from: Inheritance | undefined): UnitConfig {
  if (from === undefined || config.exec === undefined) return config;
  const exec = withInheritance(config.exec, from);
  if (exec === config.exec) return config;
  const known = configs.get(config);
  if (known?.exec === exec) return known;
  const heir: UnitConfig = { ...config, exec };
  configs.set(config, heir);
  return heir;
}

const configs = new WeakMap<UnitConfig, UnitConfig>();

/** The settings with what the unit has from the manager. */
export function withInheritance(exec: ExecSettings, from: Inheritance | undefined): ExecSettings {
  if (from === undefined) return exec;
  const known = made.get(exec);
  if (known?.from === from) return known.exec;
  const changes = { ...defaultsFor(exec, from), ...taken(exec, from) };
  const result: ExecSettings = Object.keys(changes).length === 0 ? exec : Object.assign(Object.create(exec), changes);
  made.set(exec, { from, exec: result });
  return result;
}

const made = new WeakMap<ExecSettings, { readonly from: Inheritance; readonly exec: ExecSettings }>();

/** Settings that count where the unit has none, and that `show` has of the unit (DefaultOOMScoreAdjust=, DefaultRestrictSUIDSGID=). */
export function shownInheritance(exec: ExecSettings, from: Inheritance | undefined): ExecSettings {
  if (from === undefined) return exec;
  const { DefaultOOMScoreAdjust: OOMScoreAdjust, DefaultRestrictSUIDSGID: RestrictSUIDSGID } = from;
  const { TimerSlackNSec } = from;
  return Object.assign(
    Object.create(exec),
    OOMScoreAdjust === undefined || isSet(exec, 'OOMScoreAdjust') ? {} : { OOMScoreAdjust },
    RestrictSUIDSGID === undefined || isSet(exec, 'RestrictSUIDSGID') ? {} : { RestrictSUIDSGID },
    TimerSlackNSec === undefined || isSet(exec, 'TimerSlackNSec') ? {} : { TimerSlackNSec },
  );
}

/** What even a command with the prefix `+` cannot shake off, which has nothing of its unit's sandbox; undefined where that is nothing. */
export function inescapable(from: Inheritance | undefined): ExecSettings | undefined {
  if (from?.CapabilityBoundingSet === undefined && from?.SystemCallArchitectures === undefined) return undefined;
  return withInheritance(initialValues.exec, from);
}

/** The line of [Manager] that an op is there for, where no setting of the unit is. */
export function inheritedCause(op: Op, from: Inheritance | undefined): Inherited | undefined {
  const name = causes[op.op];
  if (from === undefined || name === undefined) return undefined;
  return name.find((each) => from[each] !== undefined);
}

const causes: Readonly<Partial<Record<Op['op'], readonly Inherited[]>>> = {
  affinity: ['CPUAffinity'],
  'numa-policy': ['NUMAPolicy', 'NUMAMask'],
  'bounding-set': ['CapabilityBoundingSet'],
  'no-new-privileges': ['NoNewPrivileges'],
  'no-new-privileges-unless-admin': ['SystemCallArchitectures', 'DefaultRestrictSUIDSGID'],
  seccomp: ['SystemCallArchitectures', 'DefaultRestrictSUIDSGID'],
  'timer-slack': ['TimerSlackNSec'],
  'oom-score': ['DefaultOOMScoreAdjust'],
  write: ['DefaultSmackProcessLabel'],
};

type Changes = Partial<Record<keyof ExecSettings, unknown>>;

/** What counts where the unit says nothing. */
function defaultsFor(exec: ExecSettings, from: Inheritance): Changes {
  const changes: Changes = {};
  const set = (name: keyof ExecSettings, value: unknown): void => {
    if (value !== undefined && !isSet(exec, name)) changes[name] = value;
  };
  if (exec.CPUAffinity.length === 0 && from.CPUAffinity !== undefined && from.CPUAffinity.length > 0)
    changes.CPUAffinity = from.CPUAffinity;
  const { NUMAPolicy, NUMAMask = [] } = from;
  const policy = settledNumaPolicy({ NUMAPolicy, NUMAMask });
  if (settledNumaPolicy(exec) === undefined && policy !== undefined) {
    changes.NUMAPolicy = policy;
    changes.NUMAMask = NUMAMask;
  }
  set('TimerSlackNSec', from.TimerSlackNSec);
  set('OOMScoreAdjust', from.DefaultOOMScoreAdjust);
  if (from.DefaultSmackProcessLabel !== '/') set('SmackProcessLabel', from.DefaultSmackProcessLabel);
  set('RestrictSUIDSGID', from.DefaultRestrictSUIDSGID);
  return changes;
}

/** What no unit gets back. */
function taken(exec: ExecSettings, { CapabilityBoundingSet, SystemCallArchitectures }: Inheritance): Changes {
  const changes: Changes = {};
  if (CapabilityBoundingSet !== undefined) {
    const kept = boundingSet({ ...initialValues.exec, CapabilityBoundingSet });
    const capabilities = capabilityNames.map((_, number) => number).filter((number) => !kept.has(number));
    if (capabilities.length > 0) changes.CapabilityBoundingSet = [...exec.CapabilityBoundingSet, { invert: true, capabilities }];
  }
  if (SystemCallArchitectures !== undefined && SystemCallArchitectures.length > 0) {
    const own = exec.SystemCallArchitectures;
    const both = own.filter((each) => SystemCallArchitectures.includes(each));
    // The native one may always be used.
    changes.SystemCallArchitectures = own.length === 0 ? SystemCallArchitectures : both.length === 0 ? ['native'] : both;
  }
  return changes;
}

/** Whether a unit's files set it, be it to what it is anyway. */
function isSet(exec: ExecSettings, name: keyof ExecSettings): boolean {
  let layer: object | null = exec;
  for (; layer !== null && layer !== initialValues.exec; layer = Object.getPrototypeOf(layer)) if (Object.hasOwn(layer, name)) return true;
  return false;
}
