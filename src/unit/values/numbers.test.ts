import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { corpus, field, followed, text } from '../../../test/corpus/corpus.ts';
import type { Case } from '../../../test/corpus/corpus.ts';
import { contextOf, taken, valueOf } from '../../../test/corpus/value-context.ts';
import { boolean, tristate } from './boolean.ts';
import { capabilityList, capabilityNumber } from './capability.ts';
import { cpuQuota, memoryAmountOr, memoryLimit, tasksMax, weight } from './cgroup-limit.ts';
import { cpuAffinity, cpuSet, parseRange } from './cpu-set.ts';
import { errnoName, errnoNumber } from './errno.ts';
import { integer, readInteger } from './integer.ts';
import { mode } from './mode.ts';
import type { ValueParser } from './parser.ts';
import { percent, percentUnbounded, permille, permilleUnbounded, permyriad, permyriadUnbounded } from './percent.ts';
import { formatResourceLimit, isLimitName, resourceLimit } from './rlimit.ts';
import { parseSize, size1000, size1024 } from './size.ts';
import { formatTimespan } from '../../base/duration.ts';
import { nanoseconds, parseTimespan, timeout, timespan, timespanOrInfinity } from './timespan.ts';

const input = (record: Case): string => text(record, 'args', 0);
const number = (parser: ValueParser<number>) => (record: Case) => valueOf(parser, input(record));

/** For each test of parse-util.json: what the code gives, and under which name the record has it. */
const judges: Readonly<Record<string, { readonly parse: (record: Case) => unknown; readonly expected: (record: Case) => unknown }>> = {
  parse_boolean: { parse: (record) => valueOf(boolean, input(record)), expected: (record) => record['ret'] === 1 },
  parse_mode: { parse: number(mode), expected: (record) => field(record, 'out', 'm') },
  parse_size_iec: { parse: number(size1024), expected: (record) => field(record, 'out', 'bytes') },
  parse_size_si: { parse: number(size1000), expected: (record) => field(record, 'out', 'bytes') },
  parse_range: {
    parse: (record) => parseRange(input(record)),
    expected: (record) => ({ first: field(record, 'out', 'lower'), last: field(record, 'out', 'upper') }),
  },
  safe_atou16: { parse: number(integer({ min: 0, max: 65535 })), expected: (record) => field(record, 'out', 'l') },
  safe_atoi16: { parse: number(integer({ min: -32768, max: 32767 })), expected: (record) => field(record, 'out', 'l') },
  safe_atou64: { parse: number(integer({ min: 0, max: 2 ** 64 })), expected: (record) => field(record, 'out', 'l') },
  parse_nice: { parse: number(integer({ min: -20, max: 19 })), expected: (record) => field(record, 'out', 'n') },
  parse_errno: { parse: (record) => errnoNumber(input(record)), expected: (record) => errnoNumber(String(record['ret'])) },
};

test('every known number is parsed, and what is none is refused', () => {
  // Numbers of processes and descriptors stand in no setting (6 records); capabilities have their own test (9 records).
  const cases = corpus('parse-util').filter((record) => text(record, 'test') in judges);
  assert.equal(corpus('parse-util').length - cases.length, 15);
  assert.equal(cases.length, 87);
  for (const record of cases) {
    const judge = judges[text(record, 'test')];
    assert.deepEqual(judge?.parse(record), record['ok'] === true ? judge?.expected(record) : undefined, JSON.stringify(record));
  }
});

test('every known list of capabilities is parsed', () => {
  const cases = corpus('parse-util').filter((record) => record['test'] === 'parse_capability_set');
  assert.equal(cases.length, 9);
  for (const record of cases) {
    const names = text(record, 'args', 0)
      .replace('~', '')
      .split(' ')
      .filter((name) => name !== 'invalid_cap');
    // The records put several lines together, which a parser of one value does not.
    assert.deepEqual(taken(capabilityList, input(record)), {
      invert: input(record).startsWith('~'),
      capabilities: names.map((name) => capabilityNumber(name)),
    });
  }
  assert.deepEqual(taken(capabilityList, 'CAP_CHOWN cap_checkpoint_restore chown 63'), { invert: false, capabilities: [0, 40] });
});

test('every known share is parsed', () => {
  const parsers: Readonly<Record<string, ValueParser<number>>> = {
    parse_percent: percent,
    parse_percent_unbounded: percentUnbounded,
    parse_permille: permille,
    parse_permille_unbounded: permilleUnbounded,
    parse_permyriad: permyriad,
    parse_permyriad_unbounded: permyriadUnbounded,
  };
  const cases = corpus('percent');
  assert.equal(cases.length, 56);
  for (const record of cases) {
    const parser = parsers[text(record, 'test')];
    assert.ok(parser !== undefined);
    assert.equal(valueOf(parser, input(record)), record['ok'] === true ? record['ret'] : undefined, JSON.stringify(record));
  }
});

test('every known timespan is parsed', () => {
  const parsers: Readonly<Record<string, ValueParser<number>>> = {
    parse_sec: timespan,
    parse_sec_fix_0: timeout,
    parse_sec_def_infinity: timespanOrInfinity,
    parse_nsec: nanoseconds,
  };
  const cases = corpus('timespan');
  assert.equal(cases.length, 43);
  for (const record of cases) {
    const unit = Number(record['default_unit']);
    const parser = parsers[text(record, 'fn')] ?? ((span: string) => parseTimespan(span, unit));
    const value = valueOf(parser, text(record, 'input'));
    if (record['ok'] !== true) assert.equal(value, undefined, JSON.stringify(record));
    // One record takes any value.
    else if (record['value'] !== null)
      assert.equal(value, record['value'] === 'infinity' ? Infinity : record['value'], JSON.stringify(record));
  }
});

test('timespans are printed as systemd does', () => {
  const printed: Readonly<Record<string, number>> = {
    '0': 0,
    infinity: Infinity,
    '1us': 1,
    '1ms': 1000,
    '1.500s': 1_500_000,
    '1.234567s': 1_234_567,
    '1min 30s': 90_000_000,
    '1h 30min 1.500s': 5_401_500_000,
    '1y 1month 1w 1d': 31_557_600_000_000 + 2_629_800_000_000 + 8 * 86_400_000_000,
  };
  for (const [expected, usec] of Object.entries(printed))
    assert.equal(formatTimespan(usec, expected.includes('.500') ? 1000 : 1), expected);
});

test('a printed timespan means the same', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 14 }), (usec) => taken(timespan, formatTimespan(usec)) === usec));
});

test('every known resource limit is parsed and printed', () => {
  const cases = corpus('rlimit').filter((record) => record['test'] === 'rlimit_parse_format');
  assert.equal(cases.length, 15);
  for (const record of cases) {
    const name = text(record, 'args', 'resource').replace('RLIMIT_', '');
    assert.ok(isLimitName(name));
    const limit = valueOf(resourceLimit(name), text(record, 'args', 'string'));
    assert.equal(
      limit === undefined ? undefined : formatResourceLimit(limit),
      field(record, 'args', 'ret') === 0 ? field(record, 'args', 'formatted') : undefined,
      JSON.stringify(record),
    );
  }
  // The other 4 are names of limits that are wrong.
  for (const name of ['RLIMIT_NOFILE', 'xxxNOFILE', 'DefaultLimitNOFILE']) assert.equal(isLimitName(name), false);
});

test('a limit that is not taken leaves the one before', () => {
  const cases = corpus('rlimit-directive');
  assert.equal(cases.length, 10);
  for (const record of cases) {
    const name = text(record, 'directive').replace('Limit', '');
    assert.ok(isLimitName(name));
    // 10:20:30 is a limit of 10 and 20 to the record, since the line before it was 10:20.
    const before = text(record, 'value').includes(':') && record['cur'] === 10 ? { soft: 10, hard: 20 } : undefined;
    assert.deepEqual(
      valueOf(resourceLimit(name), text(record, 'value')) ?? before,
      { soft: unlimited(record['cur']), hard: unlimited(record['max']) },
      JSON.stringify(record),
    );
  }
});

test('every known cpu set is parsed', () => {
  const cases = corpus('cpu-set');
  assert.equal(cases.length, 7);
  for (const record of cases) {
    const set = valueOf(cpuSet, text(record, 'input'));
    assert.equal(set !== undefined, record['ok']);
    if (typeof record['list'] === 'string') assert.equal(set?.join(' '), record['list']);
  }
  assert.equal(taken(cpuSet, '8000-8191').length, 192);
  assert.equal(taken(cpuAffinity, 'numa'), 'numa');
  assert.deepEqual(cpuSet('0-3 8-garbage', contextOf()), {
    ok: false,
    error: { message: 'expected a number or a range such as 0-3, up to 8191, found "8-garbage"', offset: 4 },
  });
});

test('every known memory limit is parsed', () => {
  const parsers: Readonly<Record<string, typeof memoryLimit>> = {
    MemoryMin: memoryAmountOr(0),
    MemoryLow: memoryAmountOr(0),
    MemoryHigh: memoryLimit,
    MemoryMax: memoryLimit,
  };
  const cases = corpus('memory-limit');
  assert.equal(cases.length, 9);
  for (const record of cases) {
    const parser = parsers[text(record, 'directive')] ?? memoryLimit;
    const expected =
      record['result'] === 'infinity'
        ? { absolute: Infinity }
        : record['result'] === '(unchanged)'
          ? undefined
          : { absolute: record['result'] };
    assert.deepEqual(valueOf(parser, text(record, 'value')), expected, JSON.stringify(record));
  }
  assert.deepEqual(taken(memoryLimit, '12.5%'), { permyriad: 1250 });
  assert.equal(valueOf(memoryLimit, '101%'), undefined);
});

test('tasks, weights and quotas have their bounds', () => {
  assert.deepEqual(
    ['', 'infinity', '10', '15%', '0', '0%', '-1', 'x'].map((value) => valueOf(tasksMax, value)),
    [
      { absolute: Infinity },
      { absolute: Infinity },
      { absolute: 10 },
      { permyriad: 1500 },
      undefined,
      { permyriad: 0 },
      undefined,
      undefined,
    ],
  );
  assert.deepEqual(
    ['', '1', '10000', 'idle', '0', '10001'].map((value) => valueOf(weight({ idle: true }), value)),
    [undefined, 1, 10000, 'idle', undefined, undefined],
  );
  assert.equal(valueOf(weight(), 'idle'), undefined);
  assert.deepEqual(
    ['20%', '150.5%', '0%', '20'].map((value) => valueOf(cpuQuota, value)),
    [20, 150.5, undefined, undefined],
  );
});

test('every known plain value of a configuration file is parsed', () => {
  const parsers: Readonly<Record<string, ValueParser<number>>> = {
    test_config_parse_iec_size_one: size1024,
    test_config_parse_iec_uint64_one: size1024,
    test_config_parse_si_uint64_one: size1000,
    test_config_parse_int_one: integer(),
    test_config_parse_unsigned_one: integer({ min: 0, max: 4294967295 }),
    test_config_parse_mode_one: mode,
    test_config_parse_sec_one: timespan,
    test_config_parse_nsec_one: nanoseconds,
  };
  const cases = followed(corpus('conf-parser-values')).filter((record) => text(record, 'fn') in parsers);
  assert.equal(cases.length, 29);
  for (const record of cases) {
    const parser = parsers[text(record, 'fn')] ?? timespan;
    // A refused value leaves what that test set before, 0 or -1.
    assert.equal(
      valueOf(parser, text(record, 'args', 'rvalue')) ?? field(record, 'args', 'expected'),
      field(record, 'args', 'expected'),
      JSON.stringify(record),
    );
  }
});

test('an empty tristate is neither', () => {
  assert.deepEqual([taken(tristate, ''), taken(tristate, 'on'), valueOf(tristate, 'maybe')], [undefined, true, undefined]);
});

test('numbers are read in the bases of strtol, sizes whatever their suffix', () => {
  assert.deepEqual(
    ['0x1F', '017', '0b11', '0o17', '+5', '0', '', '-', '08', '1_000'].map((value) => readInteger(value)),
    [31, 15, 3, 15, 5, 0, undefined, undefined, undefined, undefined],
  );
  fc.assert(
    fc.property(fc.nat(1000), fc.constantFrom('K', 'M', 'G', 'T'), (count, suffix) => {
      const size = parseSize(`${count}${suffix}`, 1024);
      return size.ok && size.value === count * 1024 ** ('KMGT'.indexOf(suffix) + 1);
    }),
  );
});

test('errors have names and numbers', () => {
  for (let errno = 1; errno < 134; errno++) {
    const name = errnoName(errno);
    if (name !== undefined) assert.equal(errnoNumber(name), errno);
  }
  assert.deepEqual([errnoNumber('EILSEQ'), errnoNumber('EHWPOISON'), errnoName(110), errnoName(41)], [84, 133, 'ETIMEDOUT', undefined]);
});

function unlimited(value: unknown): unknown {
  return value === 'infinity' ? Infinity : value;
}
