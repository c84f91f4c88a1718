import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeStyle } from '../../src/cli/output/terminal.ts';
import type { FakeManager } from '../api/fake-manager.ts';
import { withBench, type Bench } from './run.ts';

function example(manager: FakeManager): void {
  manager.add('nginx.service');
  manager.add('nothing.service', { load: 'not-found' });
}

const screen = {
  style: makeStyle({ colours: false, unicode: true }),
  width: 80,
  status: () => undefined,
  canRedraw: true,
};

/** Command lines with a name that is nearly right, the messages of systemctl, and what was meant. */
const cases: readonly (readonly [argv: readonly string[], err: readonly string[], near: string, status: number])[] = [
  [['start', 'ngnix'], ['Failed to start ngnix.service: Unit ngnix.service not found.'], 'nginx.service', 5],
  [['stop', 'ngnix'], ['Failed to stop ngnix.service: Unit ngnix.service not loaded.'], 'nginx.service', 5],
  [['status', 'nginx.socket'], ['Unit nginx.socket could not be found.'], 'nginx.service', 4],
  [['cat', 'ngnix'], ['No files found for ngnix.service.'], 'nginx.service', 1],
  [['help', 'ngnix'], ['Unit ngnix.service could not be found.'], 'nginx.service', 1],
  [['kill', 'ngnix'], ['Failed to kill unit ngnix.service: Unit ngnix.service not loaded.'], 'nginx.service', 1],
  [['reset-failed', 'ngnix'], ['Failed to reset failed state of unit ngnix.service: Unit ngnix.service not loaded.'], 'nginx.service', 1],
  [['is-enabled', 'wbe'], ['Failed to get unit file state for wbe.service: No such file or directory'], 'web.service', 1],
  [['status', '--at=now', 'ngnix'], [], 'nginx.service', 3],
  [['strat', 'nginx'], ['Unknown command verb strat.'], 'start', 1],
  [['start', '--no-blok', 'nginx'], ["systemctl: unrecognized option '--no-blok'"], '--no-block', 1],
  [['show', '--propertys=Id'], ["systemctl: unrecognized option '--propertys=Id'"], '--property', 1],
];

async function errorsOf(
  run: Bench['tysctl'],
  argv: readonly string[],
): Promise<{ readonly err: readonly string[]; readonly status: number }> {
  const { err, status } = await run(...argv);
  return { err: err.map((line) => line.replace(/^tysctl:/, 'systemctl:')), status };
}

test('what is nearly right is named below the message, which stays what it is; as systemctl only on a terminal', () =>
  withBench(example, async ({ tysctl, systemctl, watching }) => {
    for (const [argv, err, near, status] of cases) {
      const told = { err: [...err, `Did you mean ${near}?`], status };
      watching.errors = undefined;
      assert.deepEqual([argv, await errorsOf(systemctl, argv)], [argv, { err, status }]);
      assert.deepEqual([argv, await errorsOf(tysctl, argv)], [argv, told]);
      watching.errors = screen;
      assert.deepEqual([argv, await errorsOf(systemctl, argv)], [argv, told]);
    }
  }));

test('so it is with the verbs and options of other tools', () =>
  withBench(example, async ({ run, watching }) => {
    const others: readonly (readonly [program: string, argv: readonly string[], near: string])[] = [
      ['systemd-analyze', ['calender', 'daily'], 'calendar'],
      ['systemd-analyze', ['verify', '--recursve-errors=no'], '--recursive-errors'],
      ['systemd-run', ['--wiat', 'true'], '--wait'],
    ];
    for (const [program, argv, near] of others) {
      watching.errors = undefined;
      const before = await run(program, argv);
      watching.errors = screen;
      const after = await run(program, argv);
      assert.deepEqual([argv, after], [argv, { ...before, err: [...before.err, `Did you mean ${near}?`] }]);
    }
    watching.errors = undefined;
    assert.deepEqual((await run('tysctl', ['log', '-u', 'web'])).err, ["tysctl: invalid option -- 'u'", 'Did you mean logs?']);
    assert.deepEqual((await run('tysctl', ['run', '--wiat', 'true'])).err.at(-1), 'Did you mean --wait?');
    assert.deepEqual((await run('tysctl', ['analyze', 'calender', 'daily'])).err.at(-1), 'Did you mean calendar?');
  }));

test('what is near to nothing is not guessed', () =>
  withBench(example, async ({ tysctl }) => {
    assert.deepEqual((await tysctl('start', 'frobnicator')).err, [
      'Failed to start frobnicator.service: Unit frobnicator.service not found.',
    ]);
    assert.deepEqual((await tysctl('frobnicate')).err, ['Unknown command verb frobnicate.']);
    assert.deepEqual((await tysctl('--frobnicate')).err, ["tysctl: unrecognized option '--frobnicate'"]);
  }));

test('what does not exist but is not refused is told on a terminal only', () =>
  withBench(example, async ({ tysctl, watching }) => {
    assert.deepEqual((await tysctl('list-dependencies', 'ngnix')).err, []);
    watching.errors = screen;
    assert.deepEqual((await tysctl('list-dependencies', 'ngnix')).err, ['There is no ngnix.service. Did you mean nginx.service?']);
    assert.deepEqual((await tysctl('list-units', '-t', 'servce')).err.at(-1), 'Did you mean service?');
  }));

test('edit names what is near behind both lines of systemctl', () =>
  withBench(example, async ({ tysctl }) => {
    assert.deepEqual((await tysctl('edit', '--stdin', 'ngnix')).err, [
      'No files found for ngnix.service.',
      "Run 'tysctl edit --force --full ngnix.service' to create a new unit.",
      'Did you mean nginx.service?',
    ]);
  }));
