import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus, field, followed, text } from '../../../test/corpus/corpus.ts';
import { contextOf, taken, valueOf } from '../../../test/corpus/value-context.ts';
import { unitTypes } from '../name.ts';
import { either, expanded, fatal, listOf, mapped, orEmpty } from './combine.ts';
import { condition } from './condition.ts';
import { boolean } from './boolean.ts';
import { booleanOr, nameSet, oneOf } from './enum.ts';
import { exitStatus, exitStatusCode, exitStatuses, exitStatusList, exitStatusName } from './exit-status.ts';
import { fileDescriptorName } from './file-descriptor-name.ts';
import { id128 } from './id128.ts';
import { integer } from './integer.ts';
import { invertibleNames } from './name-list.ts';
import { signal, signalName, signalNumber } from './signal.ts';
import { plainString, string } from './string.ts';
import { syscallAction, syscallList } from './syscall-list.ts';
import { logFacility, logLevel } from './syslog.ts';
import { growsInstance, installNames, unitName, unitNames, unitNamesOf } from './unit-name.ts';
import { groupList, socketUserOrGroup, userOrGroup } from './user-name.ts';
import { rawWords, words } from './words.ts';

test('every known signal is parsed', () => {
  const cases = corpus('signal');
  assert.equal(cases.length, 18);
  const numbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGTERM: 15, SIGRTMIN: 34, SIGRTMAX: 64 };
  for (const record of cases) {
    const expected = field(record, 'args', 'val');
    const value = valueOf(signal, String(field(record, 'args', 's') ?? expected));
    assert.equal(value, typeof expected === 'number' ? expected : numbers[String(expected)], JSON.stringify(record));
  }
});

test('a signal comes back from its name', () => {
  for (let number = 1; number <= 64; number++) {
    const name = signalName(number);
    if (name !== undefined) assert.equal(signalNumber(name), number);
  }
  assert.deepEqual(
    [signalName(9), signalName(37), signalName(33), signalNumber('SIGRTMAX-1'), signalNumber('POLL')],
    ['KILL', 'RTMIN+3', undefined, 63, 29],
  );
});

test('the exit statuses are those that systemd names', () => {
  assert.deepEqual(
    exitStatuses.map(([code, name, from]) => ({ code, name, class: from })),
    corpus('exit-status-table').map((record) => ({ code: record['code'], name: record['name'], class: record['class'] })),
  );
  assert.deepEqual(
    [exitStatusCode('DATAERR'), exitStatusCode('256'), exitStatusName(203), exitStatusName(100)],
    [65, undefined, 'EXEC', undefined],
  );
});

test('SuccessExitStatus= takes numbers, names and signals, and drops the rest with a warning', () => {
  const context = contextOf();
  assert.deepEqual(taken(exitStatusList, '1 TEMPFAIL SIGTERM KILL 300 nonsense', context), { codes: [1, 75], signals: [15, 9] });
  assert.deepEqual(
    context.warnings.map(({ offset }) => offset),
    [24, 28],
  );
  assert.deepEqual([taken(exitStatus, ''), taken(exitStatus, '255'), valueOf(exitStatus, '256')], [undefined, 255, undefined]);
});

test('a dependency list keeps backslashes, expands specifiers and drops what is no unit', () => {
  const context = contextOf('a-b@c.service');
  assert.deepEqual(taken(unitNames, String.raw`dev-x\x2dy.device %p@%i.socket tmpl@.service "q.service" nonsense %t.mount`, context), [
    String.raw`dev-x\x2dy.device`,
    'a-b@c.socket',
    'tmpl@c.service',
  ]);
  assert.deepEqual(
    context.warnings.map(({ message }) => message),
    [
      `"\\"q.service\\"" is no unit name: expected a unit type behind the last dot: ${unitTypes.join(', ')}`,
      '"nonsense" is no unit name: expected a unit name with a type suffix such as .service',
      '%t is not a known specifier in the name of a dependency; write %% for a percent sign',
    ],
  );
});

test('a template cannot depend on ever longer instances of itself', () => {
  const cases = corpus('template-recursion');
  assert.equal(cases.length, 18);
  for (const record of cases) assert.equal(growsInstance(text(record, 'pattern')), record['superset'], text(record, 'pattern'));
  assert.deepEqual(taken(unitNames, 'foo@x%i.service foo@%i.socket other@%n', contextOf('foo@bar.service')), [
    'foo@bar.socket',
    'other@foo@bar.service',
  ]);
});

test('a template in a dependency of a plain unit gets its prefix as instance', () => {
  assert.deepEqual(taken(unitNames, 'tmpl@.service', contextOf('plain.service')), ['tmpl@plain.service']);
});

test('a name of one type is of that type', () => {
  assert.deepEqual(taken(unitNamesOf('socket'), 'a.socket b.service'), ['a.socket']);
  assert.equal(taken(unitName(), 'a.path'), 'a.path');
  assert.deepEqual(unitName('slice')('a.service', contextOf()), {
    ok: false,
    error: { message: 'expected the name of a slice unit, found "a.service"', offset: 0 },
  });
  assert.deepEqual(taken(installNames, 'a.target %p.target'), ['a.target', '%p.target']);
});

test('conditions have their prefixes in order', () => {
  const argument = { kind: 'PathExists', argument: '/a/b', trigger: false, negate: false };
  const parse = condition('PathExists', 'path');
  assert.deepEqual(taken(parse, '/a//b/'), argument);
  assert.deepEqual(taken(parse, '|!/a/b'), { ...argument, trigger: true, negate: true });
  assert.deepEqual(taken(parse, '!/a/%i'), { ...argument, argument: '/a/bar', negate: true });
  assert.deepEqual(parse('|!a', contextOf()), { ok: false, error: { message: 'expected an absolute path, found "a"', offset: 2 } });
  assert.deepEqual(taken(condition('Host', 'text'), '|box*'), { kind: 'Host', argument: 'box*', trigger: true, negate: false });
  assert.deepEqual(taken(condition('Host', 'text'), '| ! box'), { kind: 'Host', argument: 'box', trigger: true, negate: true });
  assert.deepEqual(parse('| /a', contextOf()), { ok: false, error: { message: 'expected an absolute path, found " /a"', offset: 1 } });
});

test('names out of a set are exact', () => {
  assert.equal(taken(oneOf('simple', 'exec'), 'exec'), 'exec');
  assert.deepEqual(oneOf('simple', 'exec')('Exec', contextOf()), {
    ok: false,
    error: { message: 'expected one of: simple, exec', offset: 0, kind: 'word' },
  });
  assert.deepEqual(
    [taken(booleanOr('full'), 'Yes'), taken(booleanOr('full'), 'full'), valueOf(booleanOr('full'), 'half')],
    [true, 'full', undefined],
  );
  assert.deepEqual(taken(nameSet('noroot', 'keep-caps'), '~noroot other'), { invert: true, names: ['noroot'] });
});

test('user and group names are judged by the relaxed rules', () => {
  for (const name of ['root', '0', '1000', '_x', 'a.b', 'Größe', '-foo', 'a b', 'user$'])
    assert.equal(valueOf(userOrGroup, name), name, name);
  for (const name of ['65535', '4294967295', '4294967296', '-1', 'a:b', 'a/b', '.', '..', ' a', '007']) {
    const parsed = userOrGroup(name, contextOf());
    assert.deepEqual(parsed.ok ? 'taken' : parsed.error.fatal, true, name);
  }
  assert.equal(taken(userOrGroup, ''), '');
  assert.equal(taken(socketUserOrGroup, '%p'), 'foo');
  assert.deepEqual(taken(groupList, 'adm 4'), ['adm', '4']);
  const bad = groupList('adm a:b', contextOf());
  assert.deepEqual(bad.ok ? undefined : [bad.error.fatal, bad.error.offset], [true, 4]);
});

test('lists of system calls have groups and errors', () => {
  const context = contextOf();
  assert.deepEqual(taken(syscallList, '~@system-service open:EPERM read:13 write:kill x:nonsense', context), {
    invert: true,
    rules: [{ name: '@system-service' }, { name: 'open', action: 1 }, { name: 'read', action: 13 }, { name: 'write', action: 'kill' }],
  });
  assert.equal(context.warnings[0]?.offset, 47);
  assert.deepEqual([taken(syscallAction, 'EACCES'), taken(syscallAction, 'kill'), valueOf(syscallAction, 'x')], [13, 'kill', undefined]);
  assert.deepEqual(taken(invertibleNames, '~ext4 @network'), { invert: true, names: ['ext4', '@network'] });
});

test('every known level and facility of the log is parsed', () => {
  const cases = corpus('conf-parser-values').filter((record) => text(record, 'fn').includes('_log_'));
  assert.equal(cases.length, 6);
  for (const record of cases) {
    const parser = text(record, 'fn').includes('level') ? logLevel : logFacility;
    const expected = field(record, 'args', 'expected');
    const name = valueOf<string>(parser, text(record, 'args', 'rvalue'));
    assert.equal(name === undefined ? 0 : `LOG_${name.toUpperCase()}`, expected, JSON.stringify(record));
  }
  assert.deepEqual([taken(logLevel, '3'), taken(logFacility, '16'), taken(logFacility, 'ftp')], ['err', 'local0', 'ftp']);
});

test('every known list of words is parsed', () => {
  // Records of a text that is not UTF-8 are left out: such lines never come to a parser. Those that drop repeated words are for other programs.
  const cases = followed(corpus('conf-parser-values')).filter(
    (record) =>
      text(record, 'fn') === 'test_config_parse_strv_one' &&
      field(record, 'args', 'filter_duplicates') !== true &&
      typeof field(record, 'args', 'rvalue') === 'string',
  );
  assert.equal(cases.length, 7);
  for (const record of cases) assert.deepEqual(taken(words, text(record, 'args', 'rvalue')), field(record, 'args', 'expected'));
  assert.deepEqual(taken(rawWords, String.raw`"a b" c\ d`), ['"a', 'b"', 'c d']);
});

test('parsers are put together', () => {
  assert.equal(taken(either(integer(), boolean), 'yes'), true);
  assert.deepEqual(either(integer(), boolean, 'expected a number or a boolean')('x', contextOf()), {
    ok: false,
    error: { message: 'expected a number or a boolean', offset: 0, kind: 'name' },
  });
  assert.equal(taken(orEmpty(integer(), 'none'), ''), 'none');
  assert.equal(taken(mapped(integer(), String), '0x10'), '16');
  assert.deepEqual(taken(listOf(integer()), '1 x 2'), [1, 2]);
  const failed = fatal(integer())('x', contextOf());
  assert.equal(failed.ok ? undefined : failed.error.fatal, true);
  assert.deepEqual(
    [taken(string, '%i%%'), taken(plainString, '%i'), taken(expanded(words), '%i "%p x"')],
    ['bar%', '%i', ['bar', 'foo x']],
  );
});

test('ids are 32 hex digits', () => {
  assert.equal(taken(id128, '01234567-89AB-cdef-0123-456789abcdef'), '0123456789abcdef0123456789abcdef');
  assert.equal(valueOf(id128, '0123'), undefined);
});

test('descriptor names are printable and without colons', () => {
  assert.equal(taken(fileDescriptorName, 'a b-%p'), 'a b-foo');
  for (const name of ['', 'a:b', 'é', 'x'.repeat(256)]) assert.equal(valueOf(fileDescriptorName, name), undefined, name);
});
