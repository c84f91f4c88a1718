import { compile } from '../src/exec/plan.ts';
import { UnitDirectory } from '../src/unit/unit-directory.ts';
import { loadUnit } from '../src/unit/load.ts';
import { mainRequest, rootContext } from '../test/exec/example.ts';
import { facts } from '../test/unit/facts.ts';
import { Tree } from '../test/unit/tree.ts';
import { generateUnits, serviceName } from './units.ts';

const COUNT = 200;
const ROUNDS = 20;

/** Processor time in microseconds that it takes to make the plan of a hardened service: of each one's first process, and of a later one when all is warm. */
export function measureCompile(): { readonly firstUs: number; readonly laterUs: number } {
  const tree = new Tree(
    Object.fromEntries([...generateUnits('hardened', COUNT)].map(([name, text]) => [`/etc/systemd/system/${name}`, text])),
  );
  const directory = new UnitDirectory(tree, ['/etc/systemd/system']);
  const requests = Array.from({ length: COUNT }, (_, number) => mainRequest(loadUnit(serviceName(number), { directory, facts })));
  const context = {
    ...rootContext,
    space: { owner: 'x.service', id: 'x', tmp: { tmp: '/tmp/a', varTmp: '/var/tmp/a' } },
    cgroupFacts: { slices: [], devices: { nodes: new Map(), drivers: [] }, interfaces: new Map() },
  };
  const round = (): void => {
    for (const request of requests) if (!compile(request, context).ok) throw new Error('a hardened service has no plan');
  };
  const first = processorTime(round);
  for (let count = 0; count < ROUNDS; count++) round();
  const later = processorTime(() => {
    for (let count = 0; count < ROUNDS; count++) round();
  });
  return { firstUs: first / COUNT, laterUs: later / COUNT / ROUNDS };
}

function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user;
}
