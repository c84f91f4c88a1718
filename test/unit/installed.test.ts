import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { loadUnit } from '../../src/unit/load.ts';
import { UnitDirectory } from '../../src/unit/unit-directory.ts';
import { disk } from '../differential/disk.ts';
import { facts } from './facts.ts';

for (const scope of ['system', 'user'] as const) {
  const path = `/lib/systemd/${scope}`;
  const skip = existsSync(path) ? false : `this machine has no ${path}`;

  test(`all unit files of the packages on this machine load without a word: ${scope}`, { skip }, () => {
    const directory = new UnitDirectory(disk, [path]);
    const wrong = directory.names().flatMap((name) => {
      const config = loadUnit(name.replace('@.', '@instance.'), { directory, facts: { ...facts, scope } });
      const isUsable = config.load.state === 'loaded' || config.load.state === 'masked';
      return isUsable && config.diagnostics.length === 0 ? [] : [{ name, load: config.load, diagnostics: config.diagnostics }];
    });
    assert.deepEqual(wrong, []);
  });
}
