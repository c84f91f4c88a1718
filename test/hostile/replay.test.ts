import assert from 'node:assert/strict';
import { test } from 'node:test';

import { targets } from './targets.ts';

const seed = Number(process.env['SEED'] ?? 1);

for (const target of targets) {
  test(`what is hostile is only told of, never believed and never fatal: ${target.name}, ${target.kept} kept inputs and 150 new ones`, async () => {
    const finding = await target.hunt(150, seed);
    assert.equal(finding, undefined, `${finding?.text}\n${JSON.stringify(finding?.input)}`);
  });
}
