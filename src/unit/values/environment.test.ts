import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus, field, text } from '../../../test/corpus/corpus.ts';
import { contextOf, taken } from '../../../test/corpus/value-context.ts';
import { parseEnvironmentFile } from './environment-file.ts';
import {
  environmentAssignments,
  environmentNames,
  environmentNamesOrAssignments,
  isEnvironmentAssignment,
  isEnvironmentName,
  isEnvironmentValue,
} from './environment.ts';
import { expandArguments, replaceVariables } from './expand.ts';

test('every known name, value and assignment is judged', () => {
  const judges: Readonly<Record<string, (value: string) => boolean>> = {
    env_name_is_valid: isEnvironmentName,
    env_value_is_valid: isEnvironmentValue,
    env_assignment_is_valid: isEnvironmentAssignment,
  };
  const cases = corpus('env-util');
  assert.equal(cases.length, 19);
  for (const record of cases) {
    // One record is of no text at all.
    const value = field(record, 'args', 0) === null ? '' : text(record, 'args', 0);
    assert.equal(judges[text(record, 'test')]?.(value), record['ret'], JSON.stringify(record));
  }
});

test('every known environment file is read', () => {
  const cases = corpus('env-file');
  assert.equal(cases.length, 4);
  for (const record of cases)
    assert.deepEqual(parseEnvironmentFile(text(record, 'file')).assignments, record['assignments'], text(record, 'test'));
});

test('quoted parts of a value are put together, and an unquoted part goes on to the end of the line', () => {
  assert.deepEqual(parseEnvironmentFile(`A='x' "y"z w  \nB=p'q'\nC="open\nend`).assignments, ['A=xyz w', "B=p'q'", 'C=open\nend']);
});

test('a comment ends with its line even where a backslash stands before', () => {
  assert.deepEqual(parseEnvironmentFile('# one \\\nA=1\n; two\n  B = 2\nno equals\nC=').assignments, ['A=1', 'B=2', 'C=']);
});

test('a name that no variable can have is told with its line', () => {
  assert.deepEqual(parseEnvironmentFile('A=1\nexport B=2\nA=3\n'), {
    assignments: ['A=3'],
    problems: [{ line: 2, message: 'expected the name of an environment variable before the =, found "export B"' }],
  });
});

test('Environment= takes quoted assignments with specifiers and drops what is none', () => {
  const context = contextOf();
  assert.deepEqual(taken(environmentAssignments, String.raw`A=1 "B=x y" 'C=%i' D=\x41\n 1=2 E`, context), [
    'A=1',
    'B=x y',
    'C=bar',
    'D=A\n',
  ]);
  assert.deepEqual(context.warnings, [
    { message: 'expected an assignment such as NAME=value, found "1=2"', offset: 28 },
    { message: 'expected an assignment such as NAME=value, found "E"', offset: 32 },
  ]);
});

test('PassEnvironment= takes names, UnsetEnvironment= assignments too', () => {
  assert.deepEqual(taken(environmentNames, 'A B=1 C'), ['A', 'C']);
  assert.deepEqual(taken(environmentNamesOrAssignments, 'A B=1 2C'), ['A', 'B=1']);
});

test('every known text has its variables replaced', () => {
  // What the records expect with an option is for environment generators, which tysd does not have yet.
  const cases = corpus('env-expand');
  assert.equal(cases.length, 7);
  for (const record of cases) {
    const env = new Map((Array.isArray(record['env']) ? record['env'] : []).map((entry: string) => [entry.slice(0, 3), entry.slice(4)]));
    assert.equal(
      replaceVariables(text(record, 'string'), (name) => env.get(name) ?? ''),
      record['expanded_without'],
      text(record, 'string'),
    );
  }
});

test('a word that is a variable becomes the words of its value, and one in braces stays whole', () => {
  const environment = new Map([
    ['ONE', 'one'],
    ['TWO', `'two two' too "open end`],
    ['EMPTY', ''],
  ]);
  assert.deepEqual(
    expandArguments(
      ['$ONE', '$TWO', '${TWO}', '$EMPTY', '${EMPTY}', '$MISSING', 'x$ONE', '$$ONE', '$$', '-a${ONE}-${NOT}b', '${1}'],
      environment,
    ),
    {
      argv: ['one', 'two two', 'too', 'open end', `'two two' too "open end`, '', 'x$ONE', '$ONE', '$', '-aone-b', ''],
      unset: ['MISSING', 'NOT'],
      invalid: ['1'],
    },
  );
});

test('dollar signs that name nothing do what systemd 252 was seen to do', () => {
  const environment = new Map([['FOO', 'val']]);
  const words = ['$FOO/bar', 'y$FOO', '$', '${', '$$', '$$FOO', '$5', '${5}', '$FOO$FOO', '${FOO', '${FOO:-x}', 'a${FOO}b', '$FOO-'];
  assert.deepEqual(expandArguments(words, environment).argv, ['y$FOO', '${', '$', '$FOO', '', '${FOO', '${FOO:-x}', 'avalb']);
});

test('arguments without a dollar sign are given back as they are', () => {
  const argv = ['a', 'b'];
  assert.equal(expandArguments(argv, new Map()).argv, argv);
});
