import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { corpus, field, text } from '../../test/corpus/corpus.ts';
import { escapeName, escapePath, unescapeName, unescapePath } from './escape.ts';
import { mangleUnitName } from './mangle.ts';
import {
  buildUnitName,
  instanceOfPath,
  instantiate,
  isHashedName,
  isInstance,
  isPrefix,
  isUnitName,
  parseUnitName,
  pathOfUnit,
  templateOf,
  unitOfPath,
  unitTypeOf,
  unitTypes,
  withType,
} from './name.ts';
import { isSliceName, parentSlice, sliceInside } from './slice.ts';

const forms = { UNIT_NAME_PLAIN: 'plain', UNIT_NAME_TEMPLATE: 'template', UNIT_NAME_INSTANCE: 'instance' } as const;
const typeOf = (suffix: string) => unitTypeOf(`x${suffix}`);

test('every known case of unit names is covered by a test here', () => {
  const tested = new Set(Object.keys(judges));
  // Whether two names have the same prefix is not asked by anybody here.
  const untested = corpus('unit-name').filter((record) => !tested.has(text(record, 'test')));
  assert.deepEqual(new Set(untested.map((record) => record['test'])), new Set(['unit_name_prefix_equal']));
  assert.equal(untested.length, 4);
});

/** What the code says to a record, and what it should say. */
const judges: Readonly<Record<string, (record: object) => readonly [actual: unknown, expected: unknown]>> = {
  unit_name_is_valid: (record) => {
    const wanted = arg(record, 'flags').split('|');
    const allowed = Object.entries(forms).flatMap(([flag, form]) => (wanted.includes(flag) ? [form] : []));
    return [isUnitName(arg(record, 'name'), ...allowed), field(record, 'args', 'expected')];
  },
  unit_name_replace_instance: (record) => [
    instantiate(arg(record, 'pattern'), arg(record, 'repl')) ?? null,
    field(record, 'args', 'expected'),
  ],
  unit_name_from_path: (record) => [
    unitOfPath(arg(record, 'path'), typeOf(arg(record, 'suffix')) ?? 'mount') ?? null,
    field(record, 'args', 'expected'),
  ],
  unit_name_from_path_instance: (record) => [
    instanceOfPath(arg(record, 'pattern'), arg(record, 'path'), arg(record, 'suffix').slice(1)) ?? null,
    field(record, 'args', 'expected'),
  ],
  unit_name_to_path: (record) => [pathOfUnit(arg(record, 'unit')) ?? null, field(record, 'args', 'path')],
  unit_name_mangle: (record) => [
    mangleUnitName(arg(record, 'pattern'), { allowGlobs: field(record, 'args', 'allow_globs') === true }),
    { name: field(record, 'args', 'expect'), changed: field(record, 'args', 'ret') === 1 },
  ],
  unit_name_mangle_with_suffix: (record) => [
    mangleUnitName(arg(record, 'arg')),
    { name: field(record, 'args', 'expected_name'), changed: true },
  ],
  unit_name_mangle_with_suffix_strict: (record) => [
    mangleUnitName(arg(record, 'arg'), { suffix: typeOf(arg(record, 'suffix')) ?? 'service', strict: true })?.name ?? null,
    field(record, 'args', 'expected_name'),
  ],
  build_parent_slice: (record) => [parentSlice(arg(record, 'name')) ?? null, field(record, 'args', 'expect')],
  build_subslice: (record) => [sliceInside(positional(record, 0), positional(record, 1)) !== undefined, field(record, 'ok')],
  slice_name_is_valid: (record) => [isSliceName(positional(record, 0)), field(record, 'ret')],
  unit_name_template: (record) => [templateOf(arg(record, 'name')), field(record, 'args', 'expected')],
  unit_name_path_unescape: (record) => [unescapePath(arg(record, 'name')) ?? null, field(record, 'args', 'path')],
  unit_name_to_prefix: (record) => [partsOf(arg(record, 'input'))?.prefix ?? null, field(record, 'args', 'output')],
  unit_name_is_hashed: (record) => [isHashedName(positional(record, 0)), field(record, 'ret')],
  unit_instance_is_valid: (record) => [isInstance(positional(record, 0)), field(record, 'ret')],
  unit_prefix_is_valid: (record) => [isPrefix(positional(record, 0)), field(record, 'ret')],
  unit_name_change_suffix: (record) => [
    withType(positional(record, 0), typeOf(positional(record, 1)) ?? 'mount'),
    field(record, 'out', 't'),
  ],
  unit_name_build: (record) => [
    buildUnitName(positional(record, 0), positional(record, 1), positional(record, 2).slice(1)),
    field(record, 'out', 't'),
  ],
  unit_name_to_instance: (record) => [partsOf(positional(record, 0))?.instance ?? null, field(record, 'out', 'instance')],
};

for (const [name, judge] of Object.entries(judges)) {
  test(`known cases of ${name} hold`, () => {
    const cases = corpus('unit-name').filter((record) => record['test'] === name);
    assert.ok(cases.length > 0);
    for (const record of cases) {
      const [actual, expected] = judge(record);
      assert.deepEqual(actual, expected, JSON.stringify(record));
    }
  });
}

test('a name divides at the first @ and the last dot', () => {
  assert.deepEqual(parseUnitName('a@b@c.d.service'), {
    ok: true,
    value: { name: 'a@b@c.d.service', prefix: 'a', instance: 'b@c.d', type: 'service', isTemplate: false },
  });
  assert.deepEqual(parseUnitName('a@.socket'), {
    ok: true,
    value: { name: 'a@.socket', prefix: 'a', instance: '', type: 'socket', isTemplate: true },
  });
  assert.deepEqual(parseUnitName('-.slice'), { ok: true, value: { name: '-.slice', prefix: '-', type: 'slice', isTemplate: false } });
});

test('what is wrong with a name is told with its place', () => {
  const messages = ['', 'foo', 'foo.servce', 'f o.service', 'f\u00fc.service', '@x.service', '.service', `${'a'.repeat(248)}.service`].map(
    (name) => {
      const parsed = parseUnitName(name);
      return parsed.ok ? undefined : parsed.error;
    },
  );
  assert.deepEqual(messages, [
    { message: 'expected a unit name, found nothing', offset: 0 },
    { message: 'expected a unit name with a type suffix such as .service', offset: 3 },
    { message: `expected a unit type behind the last dot: ${unitTypes.join(', ')}`, offset: 3 },
    { message: '" " may not stand in a unit name', offset: 1 },
    { message: '"ü" may not stand in a unit name', offset: 1 },
    { message: 'expected a prefix in front of the @', offset: 0 },
    { message: 'expected a name in front of the type suffix', offset: 0 },
    { message: 'expected a unit name of at most 255 characters, found 256', offset: 255 },
  ]);
});

test('any text comes back from its escaped form', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (original) => unescapeName(escapeName(original)) === original));
});

test('any simplified path comes back from its unit', () => {
  const component = fc.string({ minLength: 1, maxLength: 8 }).filter((part) => !/^\.{1,2}$|[/\0]/.test(part));
  fc.assert(
    fc.property(fc.array(component, { minLength: 1, maxLength: 4 }), (parts) => {
      const path = `/${parts.join('/')}`;
      assert.equal(unescapePath(escapePath(path) ?? ''), path);
      assert.equal(pathOfUnit(unitOfPath(path, 'mount') ?? ''), path);
    }),
  );
});

test('a mangled name is a unit name', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (input) => {
      const mangled = mangleUnitName(input);
      return mangled === undefined || isUnitName(mangled.name);
    }),
  );
});

function partsOf(name: string) {
  const parsed = parseUnitName(name);
  return parsed.ok ? parsed.value : undefined;
}

function arg(record: object, name: string): string {
  return String(field(record, 'args', name));
}

function positional(record: object, index: number): string {
  return String(field(record, 'args', index));
}
