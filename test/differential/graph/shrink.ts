import type { Net } from './generate.ts';

/** Nets that have a little less than this one: first those with far less. */
export function smaller(net: Net): readonly Net[] {
  const { units, requests } = net;
  const used = new Set([
    ...units.flatMap(({ relations }) => relations.map(({ to }) => to)),
    ...requests.flatMap((request) => request.units),
  ]);
  const cutRequests = requests.map((_, index) => ({ units, requests: requests.toSpliced(index, 1) }));
  const cutUnits = units.flatMap((unit, index) => (unit.relations.length === 0 ? [] : [withUnit(net, index, { ...unit, relations: [] })]));
  const cutRelations = units.flatMap((unit, index) =>
    unit.relations.map((_, at) => withUnit(net, index, { ...unit, relations: unit.relations.toSpliced(at, 1) })),
  );
  const cutSettings = units.flatMap((unit, index) => (unit.settings.length === 0 ? [] : [withUnit(net, index, { ...unit, settings: [] })]));
  const cutOptions = requests.flatMap((request, index) => [
    ...(request.options.length === 0 || request.verb === 'kill'
      ? []
      : [{ units, requests: requests.with(index, { ...request, options: [] }) }]),
    ...(request.units.length < 2
      ? []
      : request.units.map((_, at) => ({ units, requests: requests.with(index, { ...request, units: request.units.toSpliced(at, 1) }) }))),
  ]);
  const unused = units.flatMap((unit, index) =>
    used.has(index) || unit.behaviour === 'missing' || unit.relations.length > 0
      ? []
      : [withUnit(net, index, { behaviour: 'missing', settings: [], relations: [] })],
  );
  return [...cutRequests, ...(unused.length > 0 ? [dropAll(net, used)] : []), ...cutUnits, ...cutRelations, ...cutSettings, ...cutOptions];
}

function withUnit(net: Net, index: number, unit: Net['units'][number]): Net {
  return { units: net.units.with(index, unit), requests: net.requests };
}

/** All units that nothing mentions become names without a file. */
function dropAll({ units, requests }: Net, used: ReadonlySet<number>): Net {
  return {
    requests,
    units: units.map((unit, index) =>
      used.has(index) || unit.relations.length > 0 ? unit : { behaviour: 'missing', settings: [], relations: [] },
    ),
  };
}
