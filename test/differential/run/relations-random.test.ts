import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { whyNoImage } from '../../system/image.ts';
import { difference } from '../graph/compare.ts';
import { generate } from '../graph/generate.ts';
import { caseOf } from '../graph/script.ts';
import { askUntilAlike, type Said } from './both.ts';

/** Seeds of nets that once showed a difference, and some more. `bun test/differential/graph/hunt.ts FROM COUNT` looks for others. */
const seeds: readonly number[] = [
  1,
  2,
  7,
  9,
  12,
  15,
  18,
  19,
  27,
  43,
  53,
  110,
  127,
  152,
  2079,
  2151,
  2164,
  ...Array.from({ length: 6 }, (_, index) => 1000 + index),
];

describe('nets of random relations and requests', { skip: whyNoImage() }, () => {
  let differences: ReadonlyMap<string, string | undefined> = new Map();
  before(
    () => {
      const nets = new Map(seeds.map((seed) => [`n${seed}`, generate(seed)]));
      const differenceIn = (name: string, said: Said) => {
        const net = nets.get(name);
        return net === undefined ? 'no net' : difference(net, said);
      };
      const said = askUntilAlike(
        Object.fromEntries([...nets].map(([name, net]) => [name, caseOf(net, name)])),
        (name, answer) => differenceIn(name, answer) === undefined,
      );
      differences = new Map([...said].map(([name, answer]) => [name, differenceIn(name, answer)]));
    },
    { timeout: 600_000 },
  );
  for (const seed of seeds) {
    test(`seed ${seed}`, () => {
      assert.ok(differences.has(`n${seed}`));
      assert.equal(differences.get(`n${seed}`), undefined);
    });
  }
});
