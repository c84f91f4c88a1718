import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { configurationPaths, readConfiguration, resolveOptions, type Resolved } from './configuration.ts';
import { gatherFacts } from './facts.ts';
import { parseOptions } from './options.ts';

const facts = gatherFacts('user', {});
const tysdConf = '[Tysd]\nUnit=file.target\nUnitPath=/file\nRuntimeDirectory=/file/run\nStateDirectory=/file/state\n';
const rustysdConf = '{"unit_dirs":["/rusty"],"target_unit":"rusty.target","notifications_dir":"/rusty/run","logging_dir":"/rusty/logs"}';

test('the command line is stronger than tysd.conf, that than RUSTYSD_*, and that than the defaults', () => {
  using scene = makeScene({ 'tysd.conf': tysdConf, 'empty.conf': '' });
  const rusty = {
    RUSTYSD_UNIT_DIRS: '/rusty',
    RUSTYSD_TARGET_UNIT: 'rusty.target',
    RUSTYSD_NOTIFICATIONS_DIR: '/rusty/run',
    RUSTYSD_LOGGING_DIR: '/rusty/logs',
  };
  const line = ['--unit=line.target', '--unit-path=/line', '--runtime-directory=/line/run', '--state-directory=/line/state'];
  const [conf, empty] = [`--config=${scene.path('tysd.conf')}`, `--config=${scene.path('empty.conf')}`];
  assert.deepEqual(
    [
      placesOf(scene.resolve([...line, conf], rusty)),
      placesOf(scene.resolve([conf], rusty)),
      placesOf(scene.resolve([empty], rusty)),
      placesOf(scene.resolve([empty, '--unit-path=/only'], { XDG_STATE_HOME: '/home/state' })),
    ],
    [
      ['line.target', ['/line'], '/line/run', '/line/state'],
      ['file.target', ['/file'], '/file/run', '/file/state'],
      ['rusty.target', ['/rusty'], '/rusty/run', '/rusty/logs'],
      ['default.target', ['/only'], '/tmp/tysd-7', '/home/state/tysd'],
    ],
  );
});

test('output goes to another journal where tysd.conf says so, and by itself only where tysd is process 1', () => {
  using scene = makeScene({ 'own.conf': '[Tysd]\nJournal=own\n', 'system.conf': '[Tysd]\nJournal=system\n', 'auto.conf': '' });
  const told = ['own', 'system', 'auto'].map((name) => scene.resolve([`--config=${scene.path(`${name}.conf`)}`], {}).handsOver);
  assert.deepEqual(told, [false, true, false]);
});

test("a user's own configuration files are read in order, drop-ins over them, and those of a rustysd directory beside them", () => {
  using scene = makeScene({
    'config/systemd/user.conf': '[Manager]\nLogLevel=debug\nDefaultTimeoutStartSec=5\n',
    'config/tysd/user.conf': tysdConf,
    'config/tysd/user.conf.d/10-mine.conf': '[Tysd]\nUnit=mine.target\n[Manager]\nDefaultTimeoutStartSec=7\n',
    'rusty/rustysd_config.json': rustysdConf,
  });
  const environment = { XDG_CONFIG_HOME: scene.path('config') };
  const resolved = scene.resolve(['-c', scene.path('rusty')], environment);
  assert.deepEqual(placesOf(resolved), ['mine.target', ['/file'], '/file/run', '/file/state']);
  assert.equal(resolved.logLevel, 'debug');
  assert.equal(readConfiguration(resolved, facts, environment).manager.DefaultTimeoutStartSec, 7_000_000);
  const found = () => configurationPaths(resolved, environment).filter((path) => path.startsWith(scene.directory));
  const first = ['systemd/user.conf', 'tysd/user.conf', 'tysd/user.conf.d/10-mine.conf'].map((path) => scene.path(`config/${path}`));
  assert.deepEqual(found(), first);
  // A reload finds what was not there at the start.
  const later = scene.path('config/tysd/user.conf.d/20-later.conf');
  writeFileSync(later, '[Manager]\nDefaultTimeoutStartSec=8\n');
  assert.deepEqual(found(), [...first, later]);
  assert.equal(readConfiguration(resolved, facts, environment).manager.DefaultTimeoutStartSec, 8_000_000);
});

test('--config is read instead of the usual files, and again from the same place on a reload', () => {
  using scene = makeScene({ 'config/systemd/user.conf': '[Manager]\nLogLevel=debug\n', 'mine.conf': '[Manager]\nLogLevel=err\n' });
  const resolved = scene.resolve([`--config=${scene.path('mine.conf')}`], { XDG_CONFIG_HOME: scene.path('config') });
  assert.deepEqual([resolved.logLevel, resolved.configPath], ['err', scene.path('mine.conf')]);
  writeFileSync(scene.path('mine.conf'), '[Manager]\nLogLevel=crit\nNonsense=1\n');
  const { manager, diagnostics } = readConfiguration(resolved, facts, { XDG_CONFIG_HOME: scene.path('config') });
  assert.deepEqual([manager.LogLevel, diagnostics.map(({ line, code }) => `${line} ${code}`)], ['crit', ['3 unknown-key']]);
});

test('jobs are told on the console if the command line or else a file says so, and for PID 1', () => {
  using scene = makeScene({ 'yes.conf': '[Manager]\nShowStatus=yes\n', 'no.conf': '[Manager]\nShowStatus=no\n', 'empty.conf': '' });
  const shown = (...argv: readonly string[]) => scene.resolve(argv).showStatus;
  const [yes, no, empty] = ['yes', 'no', 'empty'].map((name) => `--config=${scene.path(`${name}.conf`)}`);
  assert.deepEqual(
    [shown(yes ?? ''), shown(no ?? ''), shown(empty ?? ''), shown(yes ?? '', '--show-status=no'), shown(no ?? '', '--show-status')],
    [true, false, false, false, true],
  );
});

test('relative paths are taken from where tysd was started, and symlinks to unit directories are followed', () => {
  using scene = makeScene({ 'units/a.service': '', 'empty.conf': '' });
  symlinkSync(scene.path('units'), scene.path('link'));
  const resolved = scene.resolve([
    `--config=${scene.path('empty.conf')}`,
    `--unit-path=${scene.path('link')}:missing`,
    '--runtime-directory=run',
    '--state-directory=./state',
  ]);
  assert.deepEqual(placesOf(resolved), ['default.target', [scene.path('units'), resolve('missing')], resolve('run'), resolve('state')]);
});

const refused: readonly (readonly [what: string, files: Readonly<Record<string, string>>, config: string, says: RegExp])[] = [
  ['that is not there', {}, 'nowhere', /^there is no configuration file .*\/nowhere$/],
  ['that is a directory without one', { 'directory/other': '' }, 'directory', /\/directory holds neither /],
  ['of rustysd that is broken', { 'rusty/rustysd_config.json': '{' }, 'rusty', /\/rusty\/rustysd_config\.json: /],
];

for (const [what, files, config, says] of refused) {
  test(`a configuration ${what} is refused`, () => {
    using scene = makeScene(files);
    const resolved = resolveOptions({ scope: 'user', passedOver: [], config: scene.path(config) }, facts, 7, {});
    assert.match(resolved.ok ? '' : resolved.error, says);
  });
}

/** A directory with these files, and what tysd makes of a command line there. */
function makeScene(files: Readonly<Record<string, string>>) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'tysd-configuration-')));
  const path = (name: string) => join(directory, name);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  }
  return {
    directory,
    path,
    resolve: (argv: readonly string[], environment: NodeJS.ProcessEnv = {}): Resolved => {
      const options = parseOptions(argv, false, 7);
      assert(options.ok, options.ok ? '' : options.error);
      const resolved = resolveOptions(options.value, facts, 7, environment);
      assert(resolved.ok, resolved.ok ? '' : resolved.error);
      return resolved.value;
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function placesOf({ unit, unitPath, runtimeDirectory, stateDirectory }: Resolved) {
  return [unit, unitPath, runtimeDirectory, stateDirectory];
}
