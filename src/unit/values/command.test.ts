import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus, field, text } from '../../../test/corpus/corpus.ts';
import { contextOf, taken } from '../../../test/corpus/value-context.ts';
import { commands } from './command.ts';
import type { Command } from './types.ts';

const plain = { ignoreFailure: false, expand: true, privilege: 'normal' } as const;

test('every known command line gives its commands or makes the unit bad', () => {
  const cases = corpus('exec-command');
  assert.equal(cases.length, 23);
  for (const record of cases) {
    const context = contextOf();
    const parsed = commands(text(record, 'rvalue'), context);
    const about = text(record, 'id');
    if (record['result'] === 'ENOEXEC') {
      assert.equal(parsed.ok ? 'taken' : parsed.error.fatal, true, about);
      continue;
    }
    assert.ok(parsed.ok, about);
    const expected = Array.isArray(record['commands']) ? record['commands'] : [];
    assert.deepEqual(
      parsed.value.map(({ path, argv, ignoreFailure }) => ({ path, argv, ignoreFailure })),
      expected.map((command) => ({
        path: field(command, 'path'),
        argv: field(command, 'argv_prefix'),
        ignoreFailure: field(command, 'ignore_failure'),
      })),
      about,
    );
    if (record['result'] === 'ok-nothing-added') assert.equal(context.warnings.length, 1, about);
  }
});

test('prefixes stand in any order, each once', () => {
  const prefixes: Readonly<Record<string, Partial<Command>>> = {
    '-': { ignoreFailure: true },
    ':': { expand: false },
    '+': { privilege: 'full' },
    '!': { privilege: 'no-credentials' },
    '!!': { privilege: 'ambient-fallback' },
    '-:!!': { ignoreFailure: true, expand: false, privilege: 'ambient-fallback' },
    '!:-': { ignoreFailure: true, expand: false, privilege: 'no-credentials' },
  };
  for (const [prefix, expected] of Object.entries(prefixes)) {
    assert.deepEqual(taken(commands, `${prefix}/bin/x y`), [{ path: '/bin/x', argv: ['/bin/x', 'y'], ...plain, ...expected }]);
  }
  for (const wrong of ['::/bin/x', '+!/bin/x', '!!!/bin/x', '@@/bin/x y']) assert.equal(commands(wrong, contextOf()).ok, false, wrong);
});

test('specifiers are expanded in each word after quotes are gone, and variables are left alone', () => {
  assert.deepEqual(taken(commands, '/opt/%p/run "%i and %%" $HOME ${X}'), [
    { path: '/opt/foo/run', argv: ['/opt/foo/run', 'bar and %', '$HOME', '${X}'], ...plain },
  ]);
});

test('a bare file name is a program to be looked up', () => {
  assert.deepEqual(taken(commands, 'sleep 5'), [{ path: 'sleep', argv: ['sleep', '5'], ...plain }]);
});

test('what is wrong is told with its place', () => {
  assert.deepEqual(errorOf('  bin/x'), { message: 'expected an absolute path or a bare file name, found "bin/x"', offset: 2, fatal: true });
  assert.deepEqual(errorOf('/bin/x a "b'), {
    message: 'expected a closing " for the quote that opens at character 10',
    offset: 11,
    fatal: true,
  });
  assert.deepEqual(errorOf('/bin/x a b%Zc'), {
    message: '%Z is not a known specifier; write %% for a percent sign',
    offset: 10,
    fatal: true,
  });
  assert.deepEqual(errorOf('@/bin/x'), {
    message: 'expected the name of the process after the path, because of the prefix @',
    offset: 1,
    fatal: true,
  });
  assert.deepEqual(errorOf('/bin/'), {
    message: 'expected the path of a program, found that of a directory: "/bin/"',
    offset: 0,
    fatal: true,
  });
});

test('a first word that cannot be read loses the line, not the unit', () => {
  const parsed = commands('"/bin/x', contextOf());
  assert.deepEqual(parsed.ok ? undefined : parsed.error.fatal, undefined);
});

test('what goes wrong after a - keeps the commands before it', () => {
  const context = contextOf();
  assert.deepEqual(taken(commands, '/bin/a ; -bin/b ; /bin/c', context), [{ path: '/bin/a', argv: ['/bin/a'], ...plain }]);
  assert.equal(context.warnings[0]?.message, 'expected an absolute path or a bare file name, found "bin/b"; the command is ignored');
});

function errorOf(line: string): unknown {
  const parsed = commands(line, contextOf());
  return parsed.ok ? undefined : parsed.error;
}
