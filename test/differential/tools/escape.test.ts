import { test } from 'node:test';
import * as fc from 'fast-check';
import { assertTwins, runs, whyNoTools } from './twin.ts';

const skip = whyNoTools();

const characters = fc.constantFrom(
  'a',
  'Z',
  '7',
  '-',
  '_',
  '.',
  ':',
  '@',
  '\\',
  '/',
  ' ',
  '\t',
  '%',
  '*',
  'ö',
  '\\x2d',
  '\\x5',
  '/..',
  '//',
  '~',
  '😀',
);
const word = fc.oneof(
  { weight: 6, arbitrary: fc.array(characters, { maxLength: 8 }).map((parts) => parts.join('')) },
  fc.constantFrom(
    'a@b-c.service',
    'foo@.service',
    'foo@x\\x20y.service',
    'bar@x.mount',
    'plain.service',
    '/dev/sda',
    '/',
    '.',
    '..',
    '-.mount',
    'x'.repeat(260),
  ),
);
const option = fc.constantFrom(
  '-p',
  '--path',
  '-u',
  '--unescape',
  '--un',
  '-m',
  '--mangle',
  '-up',
  '-pu',
  '--suffix=mount',
  '--suffix=bogus',
  '--suffix=',
  '--template=foo@.service',
  '--template=foo@x.service',
  '--template=bar@.mount',
  '--instance',
  '--inst',
  '--path=x',
  '-x',
  '--nonsense',
  '--suffix',
  '--',
);
/** Systemd 257 and later, and tysd, take `/..` for the root in names that people type. */
const argv = fc
  .tuple(fc.array(option, { maxLength: 3 }), fc.array(word, { minLength: 1, maxLength: 3 }))
  .map((parts) => parts.flat())
  .filter((words) => !words.some((each) => /^\/+(\.\/+)*\.\.(\/|$)/.test(each)));

test('systemd-escape does what systemd’s does with generated words and options', { skip, timeout: 120_000 }, () =>
  fc.assert(
    fc.asyncProperty(argv, (words) => assertTwins({ program: 'systemd-escape', argv: words.filter((each) => !each.includes('\0')) })),
    runs(400),
  ),
);

const known: readonly (readonly string[])[] = [
  [],
  ['a b', '/x//y'],
  ['-p', '/x//y/', '..'],
  ['-p', 'a', 'b'],
  ['-p', ''],
  [''],
  ['-u', '-m', 'foo\\x20'],
  ['--', '-p'],
  ['a', '-p', 'b'],
  ['-u', '--template=foo@.service', 'foo@a-b.service', 'bar@a-b.service'],
  ['-u', '--template=foo@.service', 'x y'],
  ['-u', '--instance', 'foo@.service'],
  ['--template=a@.service', ''],
  ['--suffix=x', '--nonsense'],
  ['--version', '--nonsense'],
];

test('systemd-escape does what systemd’s does with known words', { skip }, async () => {
  for (const words of known) await assertTwins({ program: 'systemd-escape', argv: words }, withoutBuild);
});

/** Of --version. */
function withoutBuild(text: string): string {
  return text.replace(/^systemd 252 .*$/s, 'systemd 252');
}
