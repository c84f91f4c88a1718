import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { corpus, text } from '../../test/corpus/corpus.ts';
import { locate, parseUnitText } from './syntax.ts';
import type { UnitText } from './syntax.ts';

const parse = (source: string): UnitText => parseUnitText(new TextEncoder().encode(source));
const bytes = (latin1: string): Uint8Array => Uint8Array.from(latin1, (character) => character.charCodeAt(0));
const valuesOf = ({ assignments }: UnitText): readonly string[] =>
  assignments.map(({ section, key, value }) => `[${section}] ${key}=${value}`);

test('every known file gives the last value of its setting', () => {
  // The record without a file only says how to make one; the test of long lines does.
  const cases = corpus('config-syntax').filter((record) => typeof record['file'] === 'string');
  assert.equal(corpus('config-syntax').length - cases.length, 1);
  assert.equal(cases.length, 11);
  for (const record of cases) {
    const last = parse(text(record, 'file')).assignments.findLast(({ section, key }) => section === 'Section' && key === 'setting1');
    assert.equal(last?.value, record['setting1'], text(record, 'name'));
  }
});

test('assignments have their places', () => {
  assert.deepEqual(parse('# comment\n[Unit]\nDescription = a b \n\n  After=x\n[Service]\nExecStart=\n'), {
    assignments: [
      { section: 'Unit', key: 'Description', value: 'a b', line: 3, keyColumn: 1, column: 15 },
      { section: 'Unit', key: 'After', value: 'x', line: 5, keyColumn: 3, column: 9 },
      { section: 'Service', key: 'ExecStart', value: '', line: 7, keyColumn: 1, column: 11 },
    ],
    problems: [],
  });
});

test('a place in a continued value is found on its own line', () => {
  const [assignment] = parse('[Service]\nExecStart=/bin/a one \\\n  # not this\n   two\\\n\tthree\n').assignments;
  assert.ok(assignment !== undefined);
  assert.equal(assignment.value, '/bin/a one  two three');
  assert.deepEqual(locate(assignment, 0), { line: 2, column: 11 });
  assert.deepEqual(locate(assignment, assignment.value.indexOf('two')), { line: 4, column: 4 });
  assert.deepEqual(locate(assignment, assignment.value.indexOf('three')), { line: 5, column: 2 });
});

test('a value that begins on the line after its key has its place there', () => {
  const [assignment] = parse('[Unit]\nAfter=\\\n  a\\\n  b\n').assignments;
  assert.ok(assignment !== undefined);
  assert.deepEqual(locate(assignment, 0), { line: 3, column: 3 });
  assert.deepEqual(locate(assignment, assignment.value.indexOf('b')), { line: 4, column: 3 });
});

test('a backslash before blanks does not continue the line, as systemd 252 was seen to do', () => {
  assert.deepEqual(valuesOf(parse('[Unit]\nDescription=a\\ \nAfter=x\n')), ['[Unit] Description=a\\', '[Unit] After=x']);
});

test('CR LF, CR and NUL end lines', () => {
  const padding = `#${'-'.repeat(1100)}\n`;
  const parsed = parse(`${padding}[Unit]\r\nA=1\r\nB=2\rC=3\0D=4`);
  assert.deepEqual(valuesOf(parsed), ['[Unit] A=1', '[Unit] B=2', '[Unit] C=3', '[Unit] D=4']);
  assert.deepEqual(
    parsed.assignments.map(({ line }) => line),
    [3, 4, 5, 6],
  );
});

test('a byte order mark is skipped', () => {
  assert.deepEqual(valuesOf(parse('\ufeff[Unit]\nA=1\n')), ['[Unit] A=1']);
});

test('lines that cannot be used are told and skipped', () => {
  assert.deepEqual(parse('A=1\n[Unit]\nnonsense\n=value\nB=2\n'), {
    assignments: [{ section: 'Unit', key: 'B', value: '2', line: 5, keyColumn: 1, column: 3 }],
    problems: [
      {
        code: 'assignment-outside-section',
        message: 'expected a section such as [Unit] before the first assignment, ignored',
        line: 1,
        column: 1,
      },
      { code: 'missing-equals', message: 'expected Key=value, found "nonsense", ignored', line: 3, column: 1 },
      { code: 'missing-key', message: 'expected a key before the =, ignored', line: 4, column: 1 },
    ],
  });
});

test('lines that are not UTF-8 are skipped with those that continue them', () => {
  const parsed = parseUnitText(bytes('[Unit]\nA=\xff\\\nB=2\nC=3\n# \xff\n'));
  assert.deepEqual(valuesOf(parsed), ['[Unit] C=3']);
  assert.deepEqual(parsed.problems, [{ code: 'invalid-utf8', message: 'the line is not valid UTF-8, ignored', line: 2, column: 1 }]);
});

test('a section header that is not closed spoils the whole file', () => {
  assert.deepEqual(parse('[Unit]\nA=1\n[Service\n'), {
    assignments: [],
    problems: [],
    fatal: { code: 'bad-section-header', message: 'expected ] at the end of the section header "[Service"', line: 3, column: 1 },
  });
});

test('lines of more than 1 MiB spoil the whole file, continued or not', () => {
  const continued = `[Section]\nsetting1=${`${'x'.repeat(1049)}\\\n`.repeat(1000)}`;
  for (const source of [continued, `[Section]\nsetting1=${'x'.repeat(1024 * 1024)}\n`]) {
    assert.equal(parse(source).fatal?.message, 'the line is longer than 1 MiB');
  }
});

test('a file of 10 MB gets one message', () => {
  assert.deepEqual(parseUnitText(new Uint8Array(10_000_000).fill(0xff)), {
    assignments: [],
    problems: [],
    fatal: { code: 'file-too-large', message: 'the file is 9.5 MiB long: a unit file has at most 4 MiB', line: 1, column: 1 },
  });
});

test('a program in place of a unit gets one message', () => {
  assert.deepEqual(parseUnitText(bytes('\x7fELF\x02\x01\n\x01\x00\x00\x00')), {
    assignments: [],
    problems: [],
    fatal: { code: 'not-text', message: 'the file is not text: it has a NUL byte here', line: 2, column: 2 },
  });
});

test('a file of nonsense gets a few messages and a number', () => {
  const { problems } = parse(`[Unit]\n${'nonsense\n'.repeat(5000)}`);
  assert.deepEqual(
    problems.map(({ line, message }) => ({ line, message })),
    [
      { line: 2, message: 'expected Key=value, found "nonsense", ignored' },
      { line: 3, message: 'expected Key=value, found "nonsense", ignored' },
      { line: 4, message: 'expected Key=value, found "nonsense", ignored (and 4997 more such lines)' },
    ],
  );
});

test('any bytes are taken apart without harm, and every value is where it is said to be', () => {
  const alphabet = fc.constantFrom('[', ']', '=', '\\', '#', ';', ' ', '\t', '\r', '\n', 'A', 'b', 'é', '\0');
  const source = fc.array(fc.oneof({ arbitrary: alphabet, weight: 9 }, { arbitrary: fc.constant('[S]\nk=v\\\nw\n'), weight: 1 }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(source, (pieces) => {
      // The padding keeps a NUL out of the head of the file, where it would mean that this is no text.
      const file = `;${'.'.repeat(1100)}\n${pieces.join('')}`;
      const lines = file.split(/\r\n|\n\r|\r\0|\0\r|\n\0|\0\n|[\r\n\0]/);
      for (const assignment of parse(file).assignments) {
        for (let offset = 0; offset < assignment.value.length; offset++) {
          const place = locate(assignment, offset);
          const character = assignment.value[offset];
          if (character !== ' ') assert.equal(lines[place.line - 1]?.[place.column - 1], character);
        }
      }
    }),
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (any) => parseUnitText(any).assignments.length >= 0));
});
