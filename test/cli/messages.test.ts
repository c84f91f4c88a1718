import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeStyle } from '../../src/cli/output/terminal.ts';
import { withBench } from './run.ts';

const programs = join(import.meta.dirname, '../../bin');
const bare = { PATH: process.env['PATH'] ?? '', TERM: 'xterm', TYSD_RUNTIME_DIRECTORY: '/nonexistent' };

type Environment = Readonly<Record<string, string>>;

/** What a command of this shell writes to a terminal, or to a pipe that both streams lead to. */
function shown(command: string, where: 'terminal' | 'pipe', environment: Environment = {}): string {
  const line = `PATH=${programs}:$PATH; ${command}`;
  const [program, ...argv] = where === 'terminal' ? ['script', '-qec', line, '/dev/null'] : ['sh', '-c', `{ ${line}; } 2>&1`];
  const { stdout, error } = spawnSync(program, argv, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...bare, ...environment },
  });
  assert.equal(error, undefined);
  return stdout.replaceAll('\r\n', '\n');
}

const unknown = 'Unknown command verb bogus.';
const red = (text: string) => `\x1b[0;1;31m${text}\x1b[0m\n`;
const bold = (text: string) => `\x1b[0;1;39m${text}\x1b[0m\n`;

test('a message is painted on a terminal, wherever standard output goes, and in a pipe it is as it is', () => {
  assert.deepEqual(
    [
      shown('systemctl bogus', 'terminal'),
      shown('systemctl bogus | cat', 'terminal'),
      shown('systemctl bogus 2>&1 | cat', 'terminal'),
      shown('systemctl bogus', 'pipe'),
    ],
    [red(unknown), red(unknown), `${unknown}\n`, `${unknown}\n`],
  );
});

test('the environment decides over the painting of messages', () => {
  const cases: readonly (readonly [where: 'terminal' | 'pipe', environment: Environment, painted: boolean])[] = [
    ['terminal', { NO_COLOR: '1' }, false],
    ['terminal', { TERM: 'dumb' }, false],
    ['terminal', { SYSTEMD_COLORS: '0' }, false],
    ['terminal', { SYSTEMD_LOG_COLOR: '0' }, false],
    ['pipe', { SYSTEMD_LOG_COLOR: '1' }, false],
    ['pipe', { SYSTEMD_COLORS: '1' }, true],
  ];
  assert.deepEqual(
    cases.map(([where, environment]) => shown('systemctl bogus', where, environment)),
    cases.map(([, , painted]) => (painted ? red(unknown) : `${unknown}\n`)),
  );
});

test('what getopt(3) says is no message of the tool; a hint below it is', () => {
  assert.deepEqual(
    [shown('systemctl --zzz', 'terminal'), shown('systemctl stop -.mount', 'terminal')],
    [
      "systemctl: unrecognized option '--zzz'\n",
      red("systemctl: invalid option -- '.'") +
        bold('Hint: to specify units starting with a dash, use "--":') +
        bold('      systemctl [OPTIONS...] COMMAND -- -.mount ...'),
    ],
  );
});

test('journalctl paints as the others do', () => {
  assert.deepEqual(
    [shown('journalctl -p bogus', 'terminal'), shown('journalctl --zzz', 'terminal'), shown('journalctl -p bogus', 'pipe')],
    [red('Unknown log level bogus'), "journalctl: unrecognized option '--zzz'\n", 'Unknown log level bogus\n'],
  );
});

test('each line has the colour of its level', () =>
  withBench(
    (manager) => manager.add('web.service', { active: 'active', sub: 'running' }),
    async ({ systemctl, watching }) => {
      watching.errors = {
        style: makeStyle({ colours: true, unicode: true }),
        width: 100,
        status: () => undefined,
        canRedraw: true,
      };
      const said = async (...argv: readonly string[]) => (await systemctl(...argv)).err.map((line) => `${line}\n`).join('');
      assert.equal(
        await said('start', 'none*'),
        '\x1b[0;1;38;5;185mWarning: \x1b[0;1;31msystemctl start called with a glob pattern.\x1b[0m\x1b[0m\n' +
          bold('Hint: unit globs expand to loaded units, so start will usually have no effect.') +
          bold('      Passing --all will also load units which are pulled in by other units.') +
          bold('      See systemctl(1) for more details.'),
      );
      assert.equal(
        await said('-t', 'nope'),
        `${red("Unknown unit type or load state 'nope'.")}Use -t help to see a list of allowed values.\n`,
      );
      assert.equal(await said('import-environment', 'NOT_SET'), bold('Environment variable $NOT_SET not set, ignoring.'));
    },
  ));
