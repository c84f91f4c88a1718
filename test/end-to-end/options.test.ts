import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, startTysd, tysd, wanting } from './tysd.ts';

const demo = { 'mine.target': wanting('mine.service'), 'mine.service': '[Service]\nExecStart=/bin/sleep infinity\n' };

test('--help and --version print and exit with 0', async () => {
  const help = await run(tysd, ['--help']);
  assert.deepEqual([help.status, help.err], [0, '']);
  assert.match(help.out, /--unit-path=DIR/);
  const version = await run(tysd, ['--version']);
  assert.deepEqual([version.status, version.err], [0, '']);
  assert.match(version.out, /^tysd \d+\.\d+/);
});

for (const [argv, says] of [
  [['--nonsense'], /unknown option --nonsense/],
  [['--unit-path='], /--unit-path needs a value/],
  [['--log-level=loud'], /--log-level needs one of .*, not loud/],
  [['--show-status=perhaps'], /--show-status needs yes or no, not perhaps/],
] as const) {
  test(`${argv.join(' ')} is refused with one line and status 2`, async () => {
    const ran = await run(tysd, argv);
    assert.deepEqual([ran.status, ran.out, ran.err.trimEnd().split('\n').length], [2, '', 1]);
    assert.match(ran.err, says);
  });
}

test('a second tysd with the same runtime directory is refused, and the first goes on', async () => {
  await using daemon = await startTysd({ units: { 'default.target': wanting() } });
  const second = await run(tysd, [
    '--user',
    `--unit-path=${daemon.units}`,
    `--runtime-directory=${daemon.runtimeDirectory}`,
    `--state-directory=${daemon.stateDirectory}`,
  ]);
  assert.equal(second.status, 1);
  assert.match(second.err, /another tysd runs with /);
  assert.equal(await daemon.state('default.target'), 'active (active)');
});

test('a keeper that was built for another tysd is refused with what to do', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-old-keeper-'));
  try {
    const keeper = join(directory, 'tysd-keeper');
    const program = readFileSync(join(import.meta.dirname, '../../keeper/build/tysd-keeper'));
    program.write('0', program.indexOf('tysd-keeper interface ') + 'tysd-keeper interface '.length);
    writeFileSync(keeper, program, { mode: 0o755 });
    const places = [`--unit-path=${directory}`, `--runtime-directory=${directory}/run`, `--state-directory=${directory}/state`];
    const { status, err } = await run(tysd, ['--user', ...places], { TYSD_KEEPER_PATH: keeper });
    assert.equal(status, 1);
    assert.match(err, /^tysd: \S+ was built for another tysd \(interface 0\..*make -C keeper makes it anew/);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('sockets that a killed tysd left behind do not keep the next from starting', async () => {
  await using daemon = await startTysd({
    units: { 'default.target': wanting() },
    before:
      'mkdir -m 700 run && for name in control.sock keeper.sock notify; do perl -MSocket -e \'socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un("run/$ARGV[0]"))\' $name; done',
  });
  assert.equal(await daemon.state('default.target'), 'active (active)');
});

/** A directory with a configuration of rustysd. */
function rustysd(files: Readonly<Record<string, string>>): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'tysd-rustysd-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

test("rustysd's JSON configuration chooses the target, under our own options", async () => {
  using config = rustysd({
    'rustysd_config.json':
      '{"unit_dirs":["/nowhere"],"target_unit":"mine.target","log_to_stdout":true,"log_to_disk":true,"selfpath":"./x"}',
  });
  await using daemon = await startTysd({ units: demo, options: ['-c', config.path] });
  assert.deepEqual([await daemon.state('mine.target'), await daemon.state('mine.service')], ['active (active)', 'active (running)']);
});

test("rustysd's TOML configuration is read, and RUSTYSD_* variables are stronger", async () => {
  using config = rustysd({ 'rustysd_config.toml': 'target_unit = "other.target"\nlog_to_stdout = true\nlog_to_disk = true\n' });
  await using daemon = await startTysd({
    units: demo,
    options: ['--conf', config.path],
    environment: { RUSTYSD_TARGET_UNIT: 'mine.target' },
  });
  assert.equal(await daemon.state('mine.service'), 'active (running)');
});

test('RUSTYSD_* variables count without a configuration too', async () => {
  await using daemon = await startTysd({ units: demo, environment: { RUSTYSD_TARGET_UNIT: 'mine.target' } });
  assert.equal(await daemon.state('mine.service'), 'active (running)');
});

const badConfigurations: Readonly<Record<string, { readonly files: Readonly<Record<string, string>>; readonly says: RegExp }>> = {
  'both JSON and TOML': { files: { 'rustysd_config.json': '{}', 'rustysd_config.toml': '' }, says: /holds both/ },
  'no file': { files: {}, says: /holds neither/ },
  'broken JSON': { files: { 'rustysd_config.json': '{"unit_dirs":' }, says: /rustysd_config\.json: / },
  'broken TOML': { files: { 'rustysd_config.toml': 'unit_dirs = [' }, says: /rustysd_config\.toml: / },
  'a wrong type': { files: { 'rustysd_config.json': '{"unit_dirs":5}' }, says: /unit_dirs .* is not a list of directories/ },
};

for (const [what, { files, says }] of Object.entries(badConfigurations)) {
  test(`a rustysd configuration with ${what} is refused with one clear message`, async () => {
    using config = rustysd(files);
    const ran = await run(tysd, [
      '--user',
      `--runtime-directory=${config.path}/run`,
      `--state-directory=${config.path}/state`,
      '-c',
      config.path,
    ]);
    assert.equal(ran.status, 1);
    assert.match(ran.err, says);
  });
}

test('a configuration file that is not there is refused, and a bad line in one is told with its number', async () => {
  const ran = await run(tysd, ['--user', '--config=/no/such/file']);
  assert.equal(ran.status, 1);
  assert.match(ran.err, /there is no configuration file \/no\/such\/file/);
  using config = rustysd({ 'tysd.conf': '[Manager]\nDefaultTimeoutStartSec=soon\nNoSuchSetting=1\n' });
  await using daemon = await startTysd({ units: { 'default.target': wanting() }, options: [`--config=${config.path}/tysd.conf`] });
  assert.match(daemon.console, /tysd\.conf:2: .*DefaultTimeoutStartSec/);
  assert.match(daemon.console, /tysd\.conf:3: .*NoSuchSetting/);
});

test('the words that a kernel or a container runtime passes are not fatal to --log-target and its like', async () => {
  await using daemon = await startTysd({
    units: { 'default.target': wanting() },
    options: ['--log-target=console', '--deserialize', '20', '--switched-root'],
  });
  assert.equal(await daemon.state('default.target'), 'active (active)');
});

test('the console says what failed once, with the mark of its kind, and what to type for more', async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('fails.service', 'asserts.service'),
      'fails.service': '[Unit]\nBefore=default.target\n[Service]\nType=oneshot\nExecStart=/bin/false\n',
      'asserts.service': '[Unit]\nBefore=default.target\nAssertPathExists=/no/such\n[Service]\nExecStart=/bin/true\n',
    },
  });
  await daemon.untilConsole(/Reached target default/);
  const lines = daemon.console.split('\n');
  const at = lines.indexOf('[FAILED] Failed to start fails.service.');
  assert.equal(lines[at + 1], `See 'tysctl --user --runtime-directory=${daemon.runtimeDirectory} status fails.service' for details.`);
  assert.equal(lines.filter((line) => line.includes('Failed to start')).length, 1);
  assert.deepEqual(
    lines.filter((line) => line.includes('Assertion')),
    ['[ASSERT] Assertion failed for asserts.service.'],
  );
});
