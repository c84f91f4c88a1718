import type { Result } from '../base/result.ts';
import type { ConditionReport, ConditionRequest } from '../cli/invocation.ts';
import { checkAssignments, checkUnitConditions } from '../manager/condition-check.ts';
import { gatherConditionFacts } from '../manager/condition-facts.ts';
import { UnitDirectory } from '../unit/unit-directory.ts';
import { containerId } from './container-id.ts';
import { partsOf } from './local.ts';
import { version } from './version.ts';

/** Judges conditions as the manager of this machine would, without one. */
export function checkConditions({ place, of }: ConditionRequest): Result<ConditionReport, string> {
  const { files, facts, searchPath } = partsOf(place);
  const conditionFacts = gatherConditionFacts(files, {
    facts,
    version,
    containerId: containerId(process.env),
    environment: () => Object.entries(process.env).map(([name, value]) => `${name}=${value ?? ''}`),
  });
  if ('assignments' in of) return checkAssignments(of.assignments, { facts }, conditionFacts);
  return checkUnitConditions(of.unit, { directory: new UnitDirectory(files, searchPath), facts }, conditionFacts);
}

/** What this machine runs in: what told its init process so, then what the kernel shows. */
export function virtualizationHere(): { readonly container: string; readonly vm: string; readonly privateUsers: boolean } {
  const { files, facts } = partsOf({ scope: 'system', root: '' });
  const given = { facts, version, environment: () => [] };
  const told = Buffer.from(files.read('/proc/1/environ') ?? new Uint8Array())
    .toString()
    .split('\0');
  const init = told.find((each) => each.startsWith('container='))?.slice('container='.length);
  const container = containerId({ container: init });
  const { kind, id, privateUsers } = gatherConditionFacts(files, { ...given, containerId: '' }).virtualization;
  return { container: container === '' ? 'none' : container, vm: kind === 'vm' ? id : 'none', privateUsers };
}
