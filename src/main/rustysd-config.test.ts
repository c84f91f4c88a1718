import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRustysdDirectory, readRustysdConfig, type RustysdConfig } from './rustysd-config.ts';

const json = 'rustysd_config.json';
const toml = 'rustysd_config.toml';

const everything: RustysdConfig = {
  unitPath: ['/units', '/more'],
  unit: 'mine.target',
  runtimeDirectory: '/notify',
  stateDirectory: '/logs',
};

const understood: readonly (readonly [file: string, text: string, config: RustysdConfig])[] = [
  [
    json,
    '{"unit_dirs":["/units","/more"],"target_unit":"mine.target","notifications_dir":"/notify","logging_dir":"/logs","log_to_disk":true,"selfpath":"./x"}',
    everything,
  ],
  [
    toml,
    'unit_dirs = ["/units", "/more"] # both\ntarget_unit = "mine.target"\nnotifications_dir = "/notify"\nlogging_dir = "/logs"\nlog_to_disk = true\n',
    everything,
  ],
  [json, '{}', {}],
  [toml, '', {}],
  [json, '{"unit_dirs":[]}', { unitPath: [] }],
  [json, '{"unit_dirs":"/units,/more:/third"}', { unitPath: ['/units', '/more', '/third'] }],
];

for (const [file, text, config] of understood) {
  test(`${file} with ${JSON.stringify(text)} is understood`, () => {
    using directory = makeDirectory({ [file]: text });
    assert.deepEqual(readRustysdConfig(directory.path, {}), { ok: true, value: config });
  });
}

test('RUSTYSD_* variables are stronger than the file, and need none', () => {
  const environment = {
    RUSTYSD_UNIT_DIRS: '/a,/b',
    RUSTYSD_TARGET_UNIT: 'other.target',
    RUSTYSD_UNHEARD_OF: 'x',
    TARGET_UNIT: 'no.target',
  };
  using directory = makeDirectory({ [json]: '{"unit_dirs":["/units"],"target_unit":"mine.target","logging_dir":"/logs"}' });
  assert.deepEqual(readRustysdConfig(directory.path, environment), {
    ok: true,
    value: { unitPath: ['/a', '/b'], unit: 'other.target', stateDirectory: '/logs' },
  });
  assert.deepEqual(readRustysdConfig(undefined, environment), { ok: true, value: { unitPath: ['/a', '/b'], unit: 'other.target' } });
  assert.deepEqual(readRustysdConfig(undefined, {}), { ok: true, value: {} });
});

const refused: readonly (readonly [what: string, files: Readonly<Record<string, string>>, says: RegExp])[] = [
  ['both formats', { [json]: '{}', [toml]: '' }, /holds both rustysd_config\.json and rustysd_config\.toml: keep one$/],
  ['neither format', {}, /holds neither rustysd_config\.json nor rustysd_config\.toml$/],
  ['JSON that is cut', { [json]: '{"unit_dirs":' }, /\/rustysd_config\.json: ./],
  ['TOML that is cut', { [toml]: 'unit_dirs = [' }, /\/rustysd_config\.toml: ./],
  ['a list for an object', { [json]: '[]' }, /\/rustysd_config\.json: not an object$/],
  ['null for an object', { [json]: 'null' }, /\/rustysd_config\.json: not an object$/],
  ['a number for unit_dirs', { [json]: '{"unit_dirs":5}' }, /^unit_dirs of the rustysd configuration is not a list of directories$/],
  ['a number in unit_dirs', { [toml]: 'unit_dirs = ["/a", 5]' }, /^unit_dirs of .* is not a list of directories$/],
  ['a list for target_unit', { [json]: '{"target_unit":["a"]}' }, /^target_unit of the rustysd configuration is not a text$/],
  ['a boolean for logging_dir', { [toml]: 'logging_dir = true' }, /^logging_dir of .* is not a text$/],
];

for (const [what, files, says] of refused) {
  test(`${what} in a rustysd directory is refused`, () => {
    using directory = makeDirectory(files);
    const read = readRustysdConfig(directory.path, {});
    assert.match(read.ok ? '' : read.error, says);
  });
}

test('-c names a rustysd directory only if it is a directory', () => {
  using directory = makeDirectory({ [json]: '{}' });
  assert.deepEqual([directory.path, join(directory.path, json), join(directory.path, 'nowhere')].map(isRustysdDirectory), [
    true,
    false,
    false,
  ]);
});

function makeDirectory(files: Readonly<Record<string, string>>) {
  const path = mkdtempSync(join(tmpdir(), 'tysd-rustysd-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
