// Compares systemd and tysd on the nets of many seeds, and shrinks those on which they differ: hunt.ts FROM COUNT
import { saidByBoth } from '../run/both.ts';
import { difference } from './compare.ts';
import { generate, type Net } from './generate.ts';
import { caseOf } from './script.ts';
import { smaller } from './shrink.ts';

const [from = 1, count = 50] = process.argv.slice(2).map(Number);
const atOnce = 40;
const found: { readonly seed: number; readonly net: Net }[] = [];
for (let seed = from; seed < from + count; seed += atOnce) {
  const seeds = Array.from({ length: Math.min(atOnce, from + count - seed) }, (_, index) => seed + index);
  const differing = differingNets(seeds.map((each) => generate(each)));
  for (const index of differing.keys()) found.push({ seed: seeds[index] ?? 0, net: generate(seeds[index] ?? 0) });
  console.log(`seeds ${seed} to ${seed + seeds.length - 1}: ${differing.size} differ at first`);
}
for (const { seed, net } of found) {
  // Time may have been short: what differs twice, alone, counts.
  if (!differsAgain(net)) {
    console.log(`seed ${seed}: not again`);
    continue;
  }
  const small = shrink(net);
  const [why] = differingNets([small]).values();
  const shown = caseOf(small, 'net');
  console.log(
    `\n=== seed ${seed}\n${Object.entries(shown.units ?? {})
      .map(([file, text]) => `--- ${file}\n${text.replaceAll(/DefaultDependencies=no\n|StartLimitIntervalSec=0\n/g, '')}`)
      .join('')}--- script\n${shown.script.replaceAll(/^(calm|began).*\n?/gm, '')}\n${why ?? 'gone'}`,
  );
}
console.log(`${found.length} of ${count} seeds differed at first`);

/** The nets that differ and how, by their index. */
function differingNets(nets: readonly Net[]): ReadonlyMap<number, string> {
  const said = saidByBoth(Object.fromEntries(nets.map((net, index) => [`n${index}`, caseOf(net, `n${index}`)])));
  const differing = new Map<number, string>();
  for (const [index, net] of nets.entries()) {
    const answer = said.get(`n${index}`);
    const why = answer === undefined ? 'no answer' : difference(net, answer);
    if (why !== undefined) differing.set(index, why);
  }
  return differing;
}

function differsAgain(net: Net): boolean {
  return differingNets([net, net, net]).size === 3;
}

/** The smallest net that one finds by taking away bit after bit. */
function shrink(net: Net): Net {
  for (let small = net; ;) {
    const candidates = smaller(small).slice(0, 40);
    const differing = differingNets(candidates);
    const [best] = [...differing.keys()].filter((index) => differsAgain(candidates[index] ?? small));
    const next = best === undefined ? undefined : candidates[best];
    if (next === undefined) return small;
    small = next;
  }
}
