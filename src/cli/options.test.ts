import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommandLine, type Options } from './options.ts';

/** What differs from a command line without options, and the words. */
function parse(...argv: readonly string[]): readonly [changed: Partial<Options>, words: readonly string[]] | string {
  const plain = parseCommandLine('tysctl', []);
  const parsed = parseCommandLine('tysctl', argv);
  if (!parsed.ok || !plain.ok) return parsed.ok ? '' : parsed.error;
  const before: ReadonlyMap<string, unknown> = new Map(Object.entries(plain.value.options));
  const changed = Object.entries(parsed.value.options).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before.get(name)),
  );
  return [Object.fromEntries(changed), parsed.value.words];
}

test('options may stand anywhere, glued or apart, long ones shortened as far as they stay clear', () => {
  const cases: readonly (readonly [argv: readonly string[], changed: Partial<Options>, words: readonly string[]])[] = [
    [['start', 'a', '--no-block'], { block: false }, ['start', 'a']],
    [['-t', 'service', '--type=socket,target', 'list-units'], { types: ['service', 'socket', 'target'] }, ['list-units']],
    [['-aqt', 'mount'], { all: true, quiet: true, types: ['mount'] }, []],
    [['-tmount', '-n0'], { types: ['mount'], lines: 0 }, []],
    [['--prop=Id', '-p', 'Names', '--value'], { properties: ['Id', 'Names'], value: true }, []],
    [['-P', 'Id'], { properties: ['Id'], value: true }, []],
    [['--failed', '--state', 'dead'], { states: ['failed', 'dead'] }, []],
    [['-ff', '--force'], { force: 3 }, []],
    [['--legend=no'], { legend: false }, []],
    [['--kill-who=main', '-s', '9'], { whom: 'main', signal: '9' }, []],
    [['--user', '--runtime-directory=/x', '--root=/y'], { scope: 'user', runtimeDirectory: '/x', root: '/y' }, []],
    [['--irreversible'], { jobMode: 'replace-irreversibly' }, []],
    [['--timestamp=pretty'], {}, []],
    [['--timestamp=unix'], { timestamp: 'unix' }, []],
    [['--timestamp=µs+utc'], { timestamp: 'us+utc' }, []],
    [['stop', '--', '-.mount', '--now'], {}, ['stop', '-.mount', '--now']],
    [['-', 'x'], {}, ['-', 'x']],
    [['--no-wall', '--no-ask-password', '-i', '--message=x', '-r'], {}, []],
  ];
  assert.deepEqual(
    cases.map(([argv]) => [argv, parse(...argv)]),
    cases.map(([argv, changed, words]) => [argv, [changed, words]]),
  );
});

const noOptions = "'--no-block' '--no-legend' '--no-pager' '--no-wall' '--no-reload' '--no-ask-password'";
const dash = [
  "tysctl: invalid option -- '.'",
  'Hint: to specify units starting with a dash, use "--":',
  '      tysctl [OPTIONS...] COMMAND -- -.mount ...',
].join('\n');

test('what cannot be read is refused as getopt_long refuses it', () => {
  const cases: readonly (readonly [argv: readonly string[], error: string])[] = [
    [['--foo=1'], "tysctl: unrecognized option '--foo=1'"],
    [['-Z'], "tysctl: invalid option -- 'Z'"],
    [['--type'], "tysctl: option '--type' requires an argument"],
    [['-at'], "tysctl: option requires an argument -- 't'"],
    [['--quiet=yes'], "tysctl: option '--quiet' doesn't allow an argument"],
    [['--no-r=x'], "tysctl: option '--no-reload' doesn't allow an argument"],
    [['--no-'], `tysctl: option '--no-' is ambiguous; possibilities: ${noOptions}`],
    [['--user', '-.mount'], dash],
    [['--wait', '--no-block'], '--wait may not be combined with --no-block.'],
    [['--output=x'], "Unknown output 'x'."],
    [['-n', 'x'], "Failed to parse lines 'x'"],
    [['--legend=maybe'], 'Failed to parse boolean argument to --legend: maybe.'],
    [['--timestamp=x'], 'Invalid value: x.'],
  ];
  assert.deepEqual(
    cases.map(([argv]) => [argv, parse(...argv)]),
    cases,
  );
});

test('names that every object has are no options', () => {
  assert.equal(parse('--constructor'), "tysctl: unrecognized option '--constructor'");
});
