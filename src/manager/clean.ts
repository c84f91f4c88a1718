import { err, ok, type Result } from '../base/result.ts';
import { cleanPlan, type CleanableKind } from '../exec/directories.ts';
import type { RequestFailure } from '../graph/request.ts';
import { badName, findUnit, loadFailure } from './requests.ts';
import { apply } from './step.ts';
import { UnitContext } from './unit-context.ts';
import type { World } from './world.ts';

/** Has what a unit keeps on disk removed, or the descriptors that it stores; the unit must be off (systemctl(1), clean). */
export function cleanUnit(world: World, name: string, words: readonly string[]): Result<undefined, RequestFailure> {
  const unit = findUnit(world, name);
  if (unit === undefined) return err(badName(name));
  if (unit.load.state !== 'loaded') return err(loadFailure(unit));
  const unknown = words.find((word) => word !== 'all' && !isKind(word));
  if (unknown !== undefined) return invalid(`Invalid resource type: ${unknown}`);
  const { type, config } = unit;
  if (type.clean === undefined) return invalid(`Unit '${unit.name}' does not support cleaning.`);
  const what = new Set(words.includes('all') ? kinds : words.filter(isKind));
  if (what.size === 0) return invalid(nothing);
  if (unit.job !== undefined || unit.look.active !== 'inactive') return invalid(busy);
  const plan = config.exec === undefined ? [] : cleanPlan(config.exec, world.options.facts.directories, directoriesIn(what));
  const request = { plan, what, descriptors: what.has('fdstore') };
  const step = type.clean(unit.state, request, config, new UnitContext(world, unit));
  if ('refused' in step) return invalid(step.refused === 'busy' ? busy : nothing);
  apply(world, unit, step, 'systemctl clean');
  return ok(undefined);
}

type Kind = CleanableKind | 'fdstore';

const kinds: readonly Kind[] = ['runtime', 'state', 'cache', 'logs', 'configuration', 'fdstore'];

const busy = 'Unit is not inactive or has pending job.';
const nothing = 'No matching resources found.';

function isKind(word: string): word is Kind {
  return kinds.some((kind) => kind === word);
}

function directoriesIn(what: ReadonlySet<Kind>): ReadonlySet<CleanableKind> {
  return new Set([...what].filter((kind) => kind !== 'fdstore'));
}

function invalid(message: string): Result<never, RequestFailure> {
  return err({ code: 'invalid', message });
}
