import { type AssignedSetting, assignedSettings } from '../unit/assigned.ts';
import type { UnitConfig } from '../unit/config.ts';
import { initialValues, ownSections, type PartName, tables } from '../unit/settings/parts.ts';
import { filterNeeds } from './needs/filters.ts';
import { mountNeeds } from './needs/mounts.ts';
import { describeNeed, isLegacy, type Machine, type Requirement, unmetNeeds } from './needs/need.ts';
import { privateUsers } from './private-users.ts';
import { processNeeds } from './needs/process.ts';
import { resourceNeeds } from './needs/resources.ts';

/** May a service start without what cannot be applied: no; as systemd 252 does; yes. */
export type SandboxPolicy = 'strict' | 'systemd' | 'lenient';

/** What becomes of a setting on this machine. */
export type Verdict =
  | { readonly verdict: 'applied' }
  | { readonly verdict: 'emulated'; readonly how: string }
  | { readonly verdict: 'not-applied'; readonly why: string; readonly sandbox: boolean; readonly fails: boolean };

/** The verdict on one setting that the files of a unit set. */
export type SettingVerdict = Verdict & { readonly setting: string };

/**
 * What each setting needs of the machine, by its name in unit files; those that are not here need nothing. A row here is all that it
 * takes for `status`, `plan` and the policies to know of a setting.
 */
export const requirements: Readonly<Record<string, Requirement>> = { ...resourceNeeds, ...mountNeeds, ...filterNeeds, ...processNeeds };

/** The parts of a unit in which such settings are. */
const needing: readonly PartName[] = Object.values(ownSections)
  .flatMap(({ parts }) => parts)
  .filter((part, index, parts) => parts.indexOf(part) === index && Object.keys(tables[part]).some((name) => name in requirements));

/** What becomes of each setting that a unit's files set; `refusals` are those that the machine was found to refuse, and why. */
export function verdictsOf(
  config: UnitConfig,
  machine: Machine,
  refusals: ReadonlyMap<string, string> = new Map(),
): readonly SettingVerdict[] {
  const seen = asSeenBy(config, machine);
  const found = assignedSettings(config).map((assigned): SettingVerdict => {
    const verdict = judge(config, assigned, seen);
    const why = refusals.get(assigned.name);
    return why === undefined || verdict.verdict === 'not-applied'
      ? { setting: assigned.name, ...verdict }
      : refusedVerdict(assigned.name, why, requirements[assigned.name]?.sandbox ?? false);
  });
  // All limits are one row of the tables.
  const limits = [...refusals].filter(([setting]) => setting.startsWith('Limit'));
  return limits.length === 0 ? found : [...found, ...limits.map(([setting, why]) => refusedVerdict(setting, why, false))];
}

function refusedVerdict(setting: string, why: string, sandbox: boolean): SettingVerdict {
  return { setting, verdict: 'not-applied', why, sandbox, fails: false };
}

/** Why the policy `strict` does not let a unit start; undefined where nothing of its sandbox is missing. */
export function strictRefusal(config: UnitConfig, machine: Machine): string | undefined {
  const missing = verdictsOf(config, machine).filter((each) => each.verdict === 'not-applied' && each.sandbox);
  if (missing.length === 0) return undefined;
  const reasons = missing.map((each) => `${each.setting}= is not applied: ${each.verdict === 'not-applied' ? each.why : ''}`);
  return `its sandbox must be whole, but ${reasons.join('; ')}`;
}

/**
 * The unit without what this machine cannot apply: with the policy `systemd` only what systemd goes on without, with `lenient` all.
 * It is the same object where nothing is left out.
 */
export function withoutUnmet(config: UnitConfig, machine: Machine, policy: 'systemd' | 'lenient'): UnitConfig {
  const known = settled.get(config);
  if (known?.machine === machine && known.policy === policy) return known.config;
  const seen = asSeenBy(config, machine);
  const left = assignedSettings(config, needing).filter(({ name }) => isLeftOut(name, seen, policy));
  const result = left.length === 0 ? config : without(config, left);
  settled.set(config, { machine, policy, config: result });
  return result;
}

/** The answers, since each process of a unit asks. */
const settled = new WeakMap<UnitConfig, { readonly machine: Machine; readonly policy: SandboxPolicy; readonly config: UnitConfig }>();

/** In a user namespace of its own a service may mount what its manager may not. */
function asSeenBy({ exec }: UnitConfig, machine: Machine): Machine {
  if (exec === undefined || (privateUsers(exec) === false && exec.UserNamespacePath === '') || !machine.features.has('user namespaces'))
    return machine;
  return { ...machine, rights: new Set([...machine.rights, 'to make namespaces']) };
}

function judge(config: UnitConfig, { name, part, row }: AssignedSetting, machine: Machine): Verdict {
  const requirement = requirements[name];
  const sandbox = requirement?.sandbox ?? false;
  const { status } = row;
  const unmet = requirement === undefined ? [] : unmetNeeds(requirement, machine);
  if (status !== undefined && status !== 'implemented') {
    const why = 'accepted' in status ? status.accepted : status.refused;
    // What has no effect anywhere keeps nobody from anything.
    return { verdict: 'not-applied', why, sandbox: part === 'exec' && !('accepted' in status) && sandbox, fails: false };
  }
  if (requirement !== undefined && unmet.length > 0)
    return {
      verdict: 'not-applied',
      why: unmet.map((need) => describeNeed(need, machine)).join(', '),
      sandbox,
      fails: requirement.without === 'fails',
    };
  const unreached = requirement?.unreached?.[config.type] ?? requirement?.partly?.(config);
  if (unreached !== undefined) return { verdict: 'not-applied', why: unreached, sandbox, fails: false };
  const carriedOut = requirement === undefined ? undefined : byCgroup(requirement, machine);
  if (carriedOut !== undefined && 'lacks' in carriedOut) return { verdict: 'not-applied', why: carriedOut.lacks, sandbox, fails: false };
  const how = carriedOut?.emulated ?? requirement?.emulated;
  return how === undefined ? applied : { verdict: 'emulated', how };
}

function byCgroup(requirement: Requirement, machine: Machine): Requirement['legacy'] {
  return isLegacy(requirement, machine) ? requirement.legacy : requirement.unified;
}

const applied: Verdict = { verdict: 'applied' };

function isLeftOut(name: string, machine: Machine, policy: 'systemd' | 'lenient'): boolean {
  const requirement = requirements[name];
  if (requirement === undefined || unmetNeeds(requirement, machine).length === 0) return false;
  return policy === 'lenient' || requirement.without === 'ignored';
}

function without(config: UnitConfig, left: readonly AssignedSetting[]): UnitConfig {
  const changed: Record<string, object> = {};
  for (const { part, name } of left) {
    const settings = changed[part] ?? Object.create(config[part] ?? null);
    Object.assign(settings, { [name]: Reflect.get(initialValues[part], name) });
    changed[part] = settings;
  }
  return { ...config, ...changed };
}
