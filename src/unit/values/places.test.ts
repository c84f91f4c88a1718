import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus, field, followed, text } from '../../../test/corpus/corpus.ts';
import { contextOf, taken, valueOf } from '../../../test/corpus/value-context.ts';
import { rate, weight } from './cgroup-limit.ts';
import { deviceRule, perDevice } from './device.ts';
import { inputData, inputText } from './input-data.ts';
import { addressPrefixList, formatIpAddress, parseIpAddress } from './ip-address.ts';
import { configurationDirectories, isWithinAnother, managedDirectories, parentsFirst } from './managed-directory.ts';
import { openFile } from './open-file.ts';
import {
  absolutePath,
  bindList,
  fileNameValue,
  optionalPath,
  pathList,
  pidFile,
  prefixedPathList,
  searchPath,
  temporaryFileSystemList,
  workingDirectory,
} from './path.ts';
import { formatSocketAddress, listenAddress, parseSocketAddress } from './socket-address.ts';
import { inputSource, outputTarget } from './standard-stream.ts';

const families: Readonly<Record<string, string>> = {
  unix: 'AF_UNIX',
  inet: 'AF_INET',
  inet6: 'AF_INET6',
  any: 'AF_INET6',
  vsock: 'AF_VSOCK',
};

test('every known socket address is parsed', () => {
  // One record needs to know that there is no interface xxxxasdf; that is found out when the socket is bound.
  const cases = corpus('socket-address').filter(
    (record) => record['test'] === 'socket_address_parse' && field(record, 'args', 'ret') !== '-ENODEV',
  );
  assert.equal(cases.length, 21);
  for (const record of cases) {
    const input = text(record, 'args', 'in');
    const address = parseSocketAddress(input);
    assert.equal(address.ok ? families[address.value.family] : 0, field(record, 'args', 'family'), input);
    if (address.ok)
      assert.equal(formatSocketAddress(address.value), field(record, 'args', 'expected') ?? input.replace(/^vsock:4294967295:/, 'vsock::'));
  }
});

test('every known netlink address is judged', () => {
  // One record is not UTF-8; such lines never come to a parser.
  const cases = corpus('socket-address').filter(
    (record) => record['test'] === 'socket_address_parse_netlink' && typeof field(record, 'args', 0) === 'string',
  );
  assert.equal(cases.length, 7);
  for (const record of cases)
    assert.equal(valueOf(listenAddress('netlink'), String(field(record, 'args', 0))) !== undefined, record['ok'], JSON.stringify(record));
});

test('every known IP address comes back from its bytes', () => {
  // 26 records are about DNS servers, whose ports and names stand in no setting; of the 7 of addresses, 4 have an interface behind them.
  const cases = corpus('socket-address').filter((record) => record['test'] === 'in_addr_ifindex_to_string');
  assert.equal(cases.length, 7);
  for (const record of cases) {
    const address = parseIpAddress(text(record, 'args', 'a'));
    assert.ok(address !== undefined);
    assert.equal(formatIpAddress(address), text(record, 'args', 'b').split('%', 1)[0]);
  }
});

test('sockets listen on what their kind allows', () => {
  assert.deepEqual(taken(listenAddress('stream'), '8080'), { kind: 'stream', address: { family: 'any', port: 8080 }, text: '8080' });
  assert.deepEqual(taken(listenAddress('stream'), '[fe80::1]:80%%eth0'), {
    kind: 'stream',
    address: { family: 'inet6', address: 'fe80::1', port: 80, scope: 'eth0' },
    text: '[fe80::1]:80%eth0',
  });
  assert.deepEqual(taken(listenAddress('datagram'), '@abstract-%i'), {
    kind: 'datagram',
    address: { family: 'unix', path: 'abstract-bar', abstract: true },
    text: '@abstract-bar',
  });
  assert.deepEqual(taken(listenAddress('fifo'), '%t//x/'), { kind: 'fifo', path: '/run/x', text: '/run//x/' });
  assert.equal(valueOf(listenAddress('sequential-packet'), '80'), undefined);
  assert.equal(valueOf(listenAddress('fifo'), 'x'), undefined);
  assert.deepEqual(parseSocketAddress('127.0.0.1:99999'), {
    ok: false,
    error: { message: '99999 is no port: expected 1 to 65535', offset: 10 },
  });
  assert.equal(parseSocketAddress(`/${'x'.repeat(107)}`).ok, false);
});

test('a socket below /var/run is moved to /run with a remark', () => {
  const context = contextOf();
  assert.deepEqual(taken(listenAddress('stream'), '/var/run/x.sock', context), {
    kind: 'stream',
    address: { family: 'unix', path: '/run/x.sock', abstract: false },
    text: '/run/x.sock',
  });
  assert.equal(context.warnings.length, 1);
});

test('every known file to open is parsed', () => {
  const cases = corpus('open-file');
  assert.equal(cases.length, 7);
  for (const record of cases) {
    const file = valueOf(openFile, text(record, 'input'));
    assert.equal(file !== undefined, record['ok'], text(record, 'input'));
    if (file === undefined) continue;
    const flags = file.flags.map((flag) => `OPENFILE_${flag.toUpperCase().replace('-', '_')}`).join('|');
    assert.deepEqual(
      { path: file.path, name: file.name, flags: flags === '' ? '0' : flags },
      { path: record['path'], name: record['fdname'], flags: String(record['flags']).replaceAll(/[()]/g, '') },
    );
  }
});

test('every known path is simplified', () => {
  const cases = followed(corpus('conf-parser-values')).filter((record) => record['test'] === 'config_parse_path');
  assert.equal(cases.length, 3);
  for (const record of cases) assert.equal(taken(absolutePath, text(record, 'args', 'rvalue')), field(record, 'args', 'expected'));
});

test('paths are absolute, without .. and not too long', () => {
  assert.equal(taken(absolutePath, '/srv/%i'), '/srv/bar');
  for (const path of ['', 'a', '/a/../b', `/${'x'.repeat(5000)}`]) assert.equal(valueOf(absolutePath, path), undefined, path);
  assert.deepEqual(taken(pathList, '/a "/b c" d'), ['/a', '/b c']);
  assert.deepEqual(taken(optionalPath, '-/etc/default/%p'), { path: '/etc/default/foo', optional: true });
  assert.deepEqual(taken(prefixedPathList, '/a -/b +/c -+/d'), [
    { path: '/a', ignoreMissing: false, relativeToRoot: false },
    { path: '/b', ignoreMissing: true, relativeToRoot: false },
    { path: '/c', ignoreMissing: false, relativeToRoot: true },
    { path: '/d', ignoreMissing: true, relativeToRoot: true },
  ]);
  assert.deepEqual(taken(searchPath, '/a:/b::/c'), ['/a', '/b', '/c']);
  assert.equal(valueOf(fileNameValue, 'a/b'), undefined);
});

test('working directories may be missing only with a -', () => {
  assert.deepEqual(taken(workingDirectory, '-/a/'), { path: '/a', missingOk: true });
  assert.deepEqual(taken(workingDirectory, '~'), { path: '~', missingOk: false });
  assert.equal(taken(workingDirectory, ''), undefined);
  const relative = ['a', '-a'].map((path) => workingDirectory(path, contextOf()));
  assert.deepEqual(
    relative.map((parsed) => (parsed.ok ? undefined : parsed.error.fatal)),
    [true, false],
  );
});

test('a PID file is below the runtime directory', () => {
  assert.deepEqual(
    ['x.pid', '/a/x.pid', '/var/run/x.pid'].map((path) => taken(pidFile, path)),
    ['/run/x.pid', '/a/x.pid', '/run/x.pid'],
  );
});

test('mounts have a destination and options', () => {
  assert.deepEqual(taken(bindList, String.raw`/a -/b:/c "/d e":/f:norbind /g\:h:/i x`), [
    { source: '/a', destination: '/a', ignoreMissing: false, recursive: true },
    { source: '/b', destination: '/c', ignoreMissing: true, recursive: true },
    { source: '/d e', destination: '/f', ignoreMissing: false, recursive: false },
    { source: '/g:h', destination: '/i', ignoreMissing: false, recursive: true },
  ]);
  assert.deepEqual(taken(temporaryFileSystemList, '/a:ro,size=%i /b'), [
    { path: '/a', options: 'ro,size=bar' },
    { path: '/b', options: '' },
  ]);
});

test('directories that are managed are relative, and links of the same one are put together', () => {
  const context = contextOf();
  assert.deepEqual(taken(managedDirectories, '%p/x a:b a:c private /abs ../up', context), [
    { path: 'foo/x', symlinks: [] },
    { path: 'a', symlinks: ['b', 'c'] },
  ]);
  assert.deepEqual(
    context.warnings.map(({ offset }) => offset),
    [13, 21, 26],
  );
});

test('directories of configuration have no links', () => {
  const context = contextOf();
  assert.deepEqual(taken(configurationDirectories, 'a b:c a/d', context), [
    { path: 'a', symlinks: [] },
    { path: 'a/d', symlinks: [] },
  ]);
  assert.deepEqual(
    context.warnings.map(({ offset }) => offset),
    [2],
  );
});

function one(path: string, ...symlinks: readonly string[]) {
  return { path, symlinks };
}

test('what is above other directories is made before them, and each once', () => {
  const sorted = parentsFirst([one('a/b/c', 'x'), one('a.d'), one('a'), one('b'), one('a/b/c', 'y'), one('a/b')]);
  assert.deepEqual(sorted, [one('a'), one('a/b'), one('a/b/c', 'x', 'y'), one('a.d'), one('b')]);
  assert.deepEqual(
    sorted.map((each) => isWithinAnother(each, sorted)),
    [false, true, true, false, false],
  );
});

test('standard streams name files and descriptors', () => {
  assert.deepEqual(
    ['null', 'tty-force', 'data', 'fd', 'fd:%p', 'file:/a/%i'].map((value) => taken(inputSource, value)),
    [
      { kind: 'null' },
      { kind: 'tty-force' },
      { kind: 'data' },
      { kind: 'fd' },
      { kind: 'fd', name: 'foo' },
      { kind: 'file', path: '/a/bar' },
    ],
  );
  assert.deepEqual(
    ['inherit', 'journal+console', 'append:/a', 'truncate:/b', 'file:/c', 'fd:x', 'syslog'].map((value) => taken(outputTarget, value)),
    [
      { kind: 'inherit' },
      { kind: 'journal+console' },
      { kind: 'append', path: '/a' },
      { kind: 'truncate', path: '/b' },
      { kind: 'file', path: '/c' },
      { kind: 'fd', name: 'x' },
      { kind: 'journal' },
    ],
  );
  for (const value of ['', 'data', 'append', 'fd:a:b', 'nonsense']) assert.equal(valueOf(outputTarget, value), undefined, value);
  assert.deepEqual(outputTarget('file:x', contextOf()), {
    ok: false,
    error: { message: 'expected an absolute path, found "x"', offset: 5 },
  });
});

test('input comes as text or as base64', () => {
  assert.equal(decode(taken(inputText, String.raw`a\tb %i \xc3\xbc`)), 'a\tb bar ü\n');
  assert.equal(decode(taken(inputData, 'aGVs bG8=')), 'hello');
  assert.deepEqual(inputText(String.raw`ab\q`, contextOf()), {
    ok: false,
    error: { message: 'expected a known escape sequence after the backslash', offset: 2 },
  });
  assert.equal(valueOf(inputData, 'aGV'), undefined);
});

test('networks have their names and their bits', () => {
  const context = contextOf();
  const written = taken(addressPrefixList, 'localhost 10.1.2.3/8 2001:db8::ff/32 10.0.0.0/33 x', context).map(
    (prefix) => `${formatIpAddress(prefix)}/${prefix.length}`,
  );
  assert.deepEqual(written, ['127.0.0.0/8', '::1/128', '10.0.0.0/8', '2001:db8::/32']);
  assert.deepEqual(
    context.warnings.map(({ offset }) => offset),
    [37, 49],
  );
  for (const wrong of ['1.2.3', '1.2.3.04', '::1::', '1:2', '12345::', '::1.2.3.4.5'])
    assert.equal(parseIpAddress(wrong), undefined, wrong);
});

test('devices have access rights, weights and rates', () => {
  assert.deepEqual(taken(deviceRule, '/dev/null rw'), { device: '/dev/null', access: 'rw' });
  assert.deepEqual(taken(deviceRule, 'char-%p'), { device: 'char-foo', access: 'rwm' });
  for (const value of ['/dev/null x', '/etc/passwd r', 'null']) assert.equal(valueOf(deviceRule, value), undefined, value);
  assert.deepEqual(taken(perDevice(weight()), '/dev/sda 200'), { device: '/dev/sda', value: 200 });
  assert.deepEqual(taken(perDevice(rate), '"/dev/disk a" 5M'), { device: '/dev/disk a', value: 5_000_000 });
  assert.deepEqual(perDevice(weight())('/dev/sda 0', contextOf()), {
    ok: false,
    error: { message: '0 is out of range: expected 1 to 10000', offset: 9, kind: 'range' },
  });
});

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
