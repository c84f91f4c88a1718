import { err, ok } from '../../base/result.ts';
import { matchesAny } from '../../base/glob.ts';
import { nearestUnit } from '../../unit/suggest.ts';
import { requestFailed, type Handler, type Handlers } from '../handler.ts';

/** What there is to know of units, and what is done to one without a job. */
export const unitHandlers: Handlers<
  | 'unit.clean'
  | 'unit.dependencies'
  | 'unit.files'
  | 'unit.freeze'
  | 'unit.kill'
  | 'unit.mount'
  | 'unit.not-applied'
  | 'unit.plan'
  | 'unit.reset-failed'
  | 'unit.thaw'
  | 'unit.verify'
  | 'units.get'
  | 'units.list'
  | 'units.marked'
  | 'units.near'
  | 'units.pending'
  | 'units.properties'
  | 'units.triggers'
> = {
  'units.get': ({ units }, { manager }) => ok(units.map((unit) => manager.unit(unit) ?? null)),

  'units.list': ({ patterns }, { manager }) => {
    if (patterns === undefined) return ok(manager.units());
    const matches = matchesAny(patterns);
    return ok(manager.units().filter((unit) => unit.names.some(matches)));
  },

  'units.marked': (_params, { manager }) => ok(manager.marked()),

  'units.near': ({ units }, { manager, install }) => {
    const known = [
      ...install.list().map(({ name }) => name),
      ...manager.units().flatMap(({ load, names }) => (load === 'not-found' ? [] : names)),
    ];
    return ok(units.map((unit) => nearestUnit(unit, known) ?? null));
  },

  'units.pending': (_params, { manager }) => ok(manager.pending()),

  'units.properties': ({ units, timestamps, only }, { manager }) =>
    ok(units.map((unit) => chosen(manager.properties(unit, timestamps), only) ?? null)),

  'units.triggers': ({ units }, { manager }) =>
    ok(
      units.flatMap((unit) => {
        const triggers = manager.dependencies(unit).flatMap((edge) => (edge.key === 'TriggeredBy' ? [edge.unit] : []));
        const active = triggers.filter((trigger) => manager.unit(trigger)?.active === 'active');
        return active.length === 0 ? [] : [{ unit, triggers: active }];
      }),
    ),

  'unit.dependencies': ({ unit }, { manager }) => ok(manager.dependencies(unit)),

  'unit.not-applied': ({ unit }, { manager }) => {
    const found = manager.notApplied(unit);
    return found.ok ? found : requestFailed(found.error, unit, manager);
  },

  'unit.plan': ({ unit, file }, { manager }) => {
    const plan = manager.plan(unit, file === undefined ? undefined : { path: file.path, bytes: new TextEncoder().encode(file.text) });
    return plan.ok ? plan : requestFailed(plan.error, unit, manager);
  },

  'unit.files': ({ unit }, { unitFiles }) => {
    const files = unitFiles.files(unit);
    return files === undefined ? err({ code: 'bad-name', message: `Unit name ${unit} is not valid.` }) : ok(files);
  },

  'unit.verify': ({ targets }, { unitFiles }) => ok(unitFiles.verify(targets)),

  'unit.kill': ({ unit, whom, signal }, { manager }) => {
    const killed = manager.kill(unit, whom, signal);
    return killed.ok ? ok(null) : requestFailed(killed.error, unit, manager);
  },

  'unit.clean': ({ unit, what }, { manager }) => {
    const cleaned = manager.clean(unit, what);
    return cleaned.ok ? ok(null) : requestFailed(cleaned.error, unit, manager);
  },

  'unit.mount': async ({ unit, source, target, image, readOnly, make }, { manager }) => {
    const mounted = await manager.mount({ unit, source, target, image, readOnly, make });
    return mounted.ok ? ok(null) : requestFailed(mounted.error, unit, manager);
  },

  'unit.freeze': freezing(true),
  'unit.thaw': freezing(false),

  'unit.reset-failed': ({ unit }, { manager }) => {
    const reset = manager.resetFailed(unit);
    return reset.ok ? ok(null) : requestFailed(reset.error, unit ?? '', manager);
  },
};

function freezing(frozen: boolean): Handler<'unit.freeze'> & Handler<'unit.thaw'> {
  return ({ unit }, { manager }) => {
    const done = manager.freeze(unit, frozen);
    return done.ok ? ok(null) : requestFailed(done.error, unit, manager);
  };
}

function chosen(
  properties: Readonly<Record<string, string>> | undefined,
  only: readonly string[] | undefined,
): Readonly<Record<string, string>> | undefined {
  if (properties === undefined || only === undefined) return properties;
  return Object.fromEntries(only.flatMap((name) => (properties[name] === undefined ? [] : [[name, properties[name]]])));
}
