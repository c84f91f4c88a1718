import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UnitConfig } from '../../src/unit/config.ts';
import { loadUnit } from '../../src/unit/load.ts';
import { initialValues } from '../../src/unit/settings/parts.ts';
import { UnitDirectory } from '../../src/unit/unit-directory.ts';
import { facts } from './facts.ts';
import { type Node, Tree } from './tree.ts';

const ETC = '/etc/systemd/system';
const RUN = '/run/systemd/system';
const LIB = '/usr/lib/systemd/system';
const searchPath = [ETC, RUN, LIB];
const service = '[Service]\nExecStart=/bin/true\n';

function load(name: string, nodes: Readonly<Record<string, Node>>, notices = false): UnitConfig {
  return loadUnit(name, { directory: new UnitDirectory(new Tree(nodes), searchPath), facts, notices });
}

function told(config: UnitConfig): readonly string[] {
  return config.diagnostics.map(({ path, line, column, severity, code }) => `${path}:${line}:${column}: ${severity} ${code}`);
}

function edges(config: UnitConfig): readonly string[] {
  return config.dependencies.map(({ key, unit }) => `${key} ${unit}`);
}

test('a unit has its own settings over shared defaults', () => {
  const config = load('a.service', {
    [`${LIB}/a.service`]: '[Unit]\nDescription=A of %n\n[Service]\nExecStart=/bin/true\nRestart=always\n',
  });
  assert.deepEqual(config.load, { state: 'loaded' });
  assert.equal(config.fragment, `${LIB}/a.service`);
  assert.equal(config.unit.Description, 'A of a.service');
  assert.equal(config.service?.Restart, 'always');
  assert.deepEqual(Object.keys(config.service ?? {}), ['ExecStart', 'Restart']);
  assert.equal(config.service?.TimeoutStartFailureMode, 'terminate');
  assert.equal(config.exec, initialValues.exec);
  assert.equal(config.socket, undefined);
});

test('the first directory with a file of the name wins', () => {
  const nodes = {
    [`${ETC}/a.service`]: `[Unit]\nDescription=etc\n${service}`,
    [`${LIB}/a.service`]: `[Unit]\nDescription=lib\n${service}`,
  };
  assert.equal(load('a.service', nodes).unit.Description, 'etc');
});

test('a unit without a file is not found, a slice needs none', () => {
  assert.deepEqual(load('a.service', {}).load, { state: 'not-found' });
  assert.deepEqual(load('a-b.slice', {}).load, { state: 'loaded' });
});

test('an empty file, a link to /dev/null and a link to an empty file mask a unit', () => {
  const nodes = {
    [`${ETC}/a.service`]: '',
    [`${LIB}/a.service`]: service,
    [`${ETC}/b.service`]: { link: '/dev/null' },
    [`${ETC}/c.service`]: { link: '/srv/empty' },
    '/srv/empty': '',
  };
  for (const name of ['a.service', 'b.service', 'c.service']) assert.deepEqual(load(name, nodes).load, { state: 'masked' }, name);
});

test('all names of a unit lead to one unit that goes by the name of its file', () => {
  const nodes = {
    [`${LIB}/a.service`]: service,
    [`${ETC}/b.service`]: { link: '../../../usr/lib/systemd/system/a.service' },
    [`${ETC}/c.service`]: { link: 'b.service' },
  };
  for (const name of ['a.service', 'b.service', 'c.service']) {
    const config = load(name, nodes);
    assert.equal(config.name, 'a.service');
    assert.deepEqual(config.names.toSorted(), ['a.service', 'b.service', 'c.service']);
    assert.equal(config.names[0], 'a.service');
  }
});

test('a link out of the search path is the unit itself, under the name of the link', () => {
  const config = load('a.service', { [`${ETC}/a.service`]: { link: '/opt/app/other.service' }, '/opt/app/other.service': service });
  assert.deepEqual([config.name, config.load.state, config.fragment], ['a.service', 'loaded', `${ETC}/a.service`]);
});

test('a link to another type or to itself is told and hides nothing', () => {
  const config = load('a.service', { [`${ETC}/a.service`]: { link: `${ETC}/b.socket` }, [`${LIB}/a.service`]: service });
  assert.equal(config.load.state, 'loaded');
  const alone = load('a.service', { [`${ETC}/a.service`]: { link: `${LIB}/a.service` }, [`${LIB}/b.service`]: service });
  assert.deepEqual([alone.load.state, told(alone)], ['not-found', [`${ETC}/a.service:0:0: error unusable`]]);
});

test('links that go round and links to nowhere are not found, each with one clear message', () => {
  const nodes = {
    [`${ETC}/a.service`]: { link: 'b.service' },
    [`${ETC}/b.service`]: { link: 'a.service' },
    [`${ETC}/c.service`]: { link: 'gone.service' },
    [`${ETC}/d.service`]: { link: '/opt/gone.service' },
  };
  for (const name of ['a.service', 'c.service', 'd.service']) {
    const config = load(name, nodes);
    assert.deepEqual([config.load.state, config.diagnostics.length], ['not-found', 1], name);
    assert.equal(config.diagnostics[0]?.path, `${ETC}/${name}`);
  }
});

test('an instance is made of its template, and a file of its own comes first', () => {
  const nodes = {
    [`${LIB}/a@.service`]: `[Unit]\nDescription=%i of %p\n${service}`,
    [`${ETC}/a@two.service`]: `[Unit]\nDescription=own\n${service}`,
  };
  const one = load('a@one.service', nodes);
  assert.deepEqual(
    [one.name, one.names, one.fragment, one.unit.Description],
    ['a@one.service', ['a@one.service'], `${LIB}/a@.service`, 'one of a'],
  );
  assert.equal(load('a@two.service', nodes).unit.Description, 'own');
});

test('an alias of a template gives aliases of its instances', () => {
  const nodes = { [`${LIB}/a@.service`]: service, [`${LIB}/b@.service`]: { link: 'a@.service' } };
  const config = load('b@x.service', nodes);
  assert.deepEqual([config.name, config.names], ['a@x.service', ['a@x.service', 'b@x.service']]);
});

test('a template cannot be loaded by itself, and neither can what is no unit name', () => {
  assert.equal(load('a@.service', { [`${LIB}/a@.service`]: service }).load.state, 'error');
  assert.equal(load('a b', {}).load.state, 'error');
});

test('drop-ins apply in the order of their names, whatever their directories', () => {
  const nodes = {
    [`${LIB}/a-b.service`]: service,
    [`${ETC}/service.d/10-x.conf`]: '[Unit]\nDescription=type10\n',
    [`${LIB}/a-b.service.d/10-x.conf`]: '[Unit]\nDescription=own10\n',
    [`${LIB}/a-.service.d/05-y.conf`]: '[Unit]\nDescription=pre05\n',
    [`${ETC}/service.d/20-z.conf`]: '[Unit]\nDescription=type20\n',
    [`${ETC}/service.d/ignored.txt`]: 'no',
  };
  const config = load('a-b.service', nodes);
  assert.deepEqual(config.dropIns, [`${LIB}/a-.service.d/05-y.conf`, `${LIB}/a-b.service.d/10-x.conf`, `${ETC}/service.d/20-z.conf`]);
  assert.equal(config.unit.Description, 'type20');
});

test('an empty drop-in or a link to /dev/null hides the one of its name in weaker directories', () => {
  const nodes = {
    [`${LIB}/a.service`]: service,
    [`${LIB}/a.service.d/10.conf`]: '[Unit]\nDescription=lib\n',
    [`${ETC}/a.service.d/10.conf`]: { link: '/dev/null' },
    [`${LIB}/a.service.d/20.conf`]: '[Unit]\nDescription=lib\n',
    [`${ETC}/a.service.d/20.conf`]: '',
  };
  const config = load('a.service', nodes);
  // They are listed all the same, as systemctl does.
  assert.deepEqual(
    [config.dropIns, config.unit.Description, config.diagnostics],
    [[`${ETC}/a.service.d/10.conf`, `${ETC}/a.service.d/20.conf`], '', []],
  );
});

test('drop-ins of an alias apply to the unit, and empty assignments in them reset lists', () => {
  const config = load('a.service', {
    [`${LIB}/a.service`]: '[Service]\nExecStart=/bin/one\n',
    [`${ETC}/b.service`]: { link: `${LIB}/a.service` },
    [`${ETC}/b.service.d/x.conf`]: '[Service]\nExecStart=\nExecStart=/bin/two\n',
  });
  assert.deepEqual(
    config.service?.ExecStart.map(({ path }) => path),
    ['/bin/two'],
  );
});

test('dependencies keep the line that they come from; other spellings and templates are resolved', () => {
  const path = `${LIB}/a@.service`;
  const config = load('a@x.service', {
    [path]: `[Unit]\nAfter=b.service c.service\nBindTo=%p@%i.socket\nWants=d@.service a@x.service\n${service}`,
  });
  assert.deepEqual(config.dependencies, [
    { key: 'After', unit: 'b.service', origin: { from: 'file', path, line: 2 } },
    { key: 'After', unit: 'c.service', origin: { from: 'file', path, line: 2 } },
    { key: 'BindsTo', unit: 'a@x.socket', origin: { from: 'file', path, line: 3 } },
    { key: 'Wants', unit: 'd@x.service', origin: { from: 'file', path, line: 4 } },
  ]);
});

test('links beside a unit make dependencies on the units that they are named after', () => {
  const nodes = {
    [`${LIB}/a.target`]: '[Unit]\nDescription=a\n',
    [`${ETC}/a.target.wants/b.service`]: { link: '/anywhere/b.service' },
    [`${LIB}/a.target.wants/c.service`]: { link: '../c.service' },
    [`${ETC}/a.target.wants/d.service`]: { link: '/dev/null' },
    [`${LIB}/a.target.wants/d.service`]: { link: '../d.service' },
    [`${ETC}/a.target.requires/e@.service`]: { link: '../e@.service' },
    [`${ETC}/a.target.upholds/f.service`]: { link: '../f.service' },
    [`${ETC}/a.target.wants/g.service`]: 'not a link',
  };
  const config = load('a.target', nodes);
  assert.deepEqual(edges(config), ['Wants b.service', 'Wants c.service', 'Requires e@a.service', 'Upholds f.service']);
  assert.deepEqual(config.dependencies[0]?.origin, { from: 'link', path: `${ETC}/a.target.wants/b.service` });
  assert.deepEqual(told(config), [`${ETC}/a.target.wants/g.service:0:0: warning ignored-link`]);
});

test('a dependency that would make ever longer instances is dropped', () => {
  const config = load('a@x.service', { [`${LIB}/a@.service`]: `[Unit]\nWants=a@b%i.service a@%i.service a@other.service\n${service}` });
  assert.deepEqual([edges(config), config.diagnostics.length], [['Wants a@other.service'], 1]);
});

test('what is taken as something else, or had better be something else, is not said to be ignored', () => {
  const lines =
    'PIDFile=/var/run/a.pid\nStandardOutput=syslog\nTimeoutSec=x\nKillMode=none\nMemoryLimit=1G\nSystemCallFilter=read redd @sysem\n';
  const config = load('a.service', { [`${LIB}/a.service`]: `${service}${lines}` });
  assert.deepEqual([config.service?.PIDFile, config.kill?.KillMode], ['/run/a.pid', 'none']);
  assert.deepEqual(
    config.diagnostics.map(({ message }) => message),
    [
      'StandardOutput=: syslog is obsolete, taken as journal',
      'TimeoutSec=: expected a timespan such as 5min 20s, ignored',
      'KillMode=: none leaves processes behind that nobody ends or looks after; mixed and control-group do not',
      'MemoryLimit=: it is about to go from systemd; MemoryMax= is what takes its place',
      'SystemCallFilter=: expected a system call or @group, with :errno if wanted, found "redd", ignored',
      'SystemCallFilter=: expected a system call or @group, with :errno if wanted, found "@sysem", ignored',
    ],
  );
});

test('lines that cannot be taken are told with their place, and the rest of the unit loads', () => {
  const path = `${LIB}/a.service`;
  const text =
    '[Unit]\nDescripton=x\nX-Mine=1\nStopWhenUnneeded=perhaps\n[Servce]\nA=b\n[Socket]\nC=d\n[X-Own]\nE=f\n[Service]\nExecStart=/bin/true\nAfter=b\n';
  const config = load('a.service', { [path]: text });
  assert.equal(config.load.state, 'loaded');
  assert.deepEqual(told(config), [
    `${path}:2:1: warning unknown-key`,
    `${path}:4:18: warning bad-value`,
    `${path}:6:1: warning unknown-section`,
    `${path}:8:1: warning unknown-section`,
    `${path}:13:1: warning unknown-key`,
  ]);
  const messages = config.diagnostics.map(({ message }) => message).join('\n');
  for (const hint of [
    'did you mean Description=?',
    'did you mean [Service]?',
    'a service has no section [Socket]',
    'it belongs in [Unit]',
  ]) {
    assert.equal(messages.includes(hint), true, hint);
  }
});

test('a fatal line makes the unit bad-setting, and says which line', () => {
  const path = `${LIB}/a.service`;
  const config = load('a.service', { [path]: `${service}User=no:such:name\n` });
  assert.equal(config.load.state, 'bad-setting');
  assert.equal('reason' in config.load && config.load.reason.startsWith(`${path}:3: User=`), true);
});

test('a header without its bracket, a program and a huge file are errors of that unit alone', () => {
  const nodes = {
    [`${LIB}/head.service`]: '[Service\nExecStart=/bin/true\n',
    [`${LIB}/binary.service`]: new Uint8Array(5000).map((_, at) => (at * 7) % 256),
    [`${LIB}/huge.service`]: new Uint8Array(10 * 1024 * 1024).fill(65),
    [`${LIB}/good.service`]: service,
  };
  for (const name of ['head.service', 'binary.service', 'huge.service']) {
    const config = load(name, nodes);
    assert.deepEqual([config.load.state, config.diagnostics.length, config.diagnostics[0]?.path], ['error', 1, `${LIB}/${name}`], name);
  }
  assert.equal(load('good.service', nodes).load.state, 'loaded');
});

test('a directory, a FIFO and a file that nobody may read are told once, and hide nothing that is of use', () => {
  const nodes: Readonly<Record<string, Node>> = {
    [`${ETC}/dir.service/x`]: '',
    [`${ETC}/fifo.service`]: { special: 'fifo' },
    [`${ETC}/secret.service`]: { unreadable: true },
    [`${ETC}/both.service/x`]: '',
    [`${LIB}/both.service`]: service,
  };
  for (const name of ['dir.service', 'fifo.service', 'secret.service']) {
    const config = load(name, nodes);
    assert.deepEqual([config.load.state, config.diagnostics.length, config.diagnostics[0]?.path], ['not-found', 1, `${ETC}/${name}`], name);
  }
  assert.deepEqual([load('both.service', nodes).load.state, load('both.service', nodes).diagnostics], ['loaded', []]);
});

test('a drop-in that cannot be read or parsed is told, and the unit loads without it', () => {
  const nodes: Readonly<Record<string, Node>> = {
    [`${LIB}/a.service`]: service,
    [`${ETC}/a.service.d/1.conf`]: { unreadable: true },
    [`${ETC}/a.service.d/2.conf`]: '[Unit\n',
    [`${ETC}/a.service.d/3.conf`]: '[Unit]\nDescription=three\n',
  };
  const config = load('a.service', nodes);
  assert.deepEqual([config.load.state, config.unit.Description], ['loaded', 'three']);
  assert.deepEqual(told(config), [
    `${ETC}/a.service.d/1.conf:0:0: error unreadable`,
    `${ETC}/a.service.d/2.conf:1:1: error bad-section-header`,
  ]);
});

test('a file full of garbage lines is told in a bounded number of lines', () => {
  const text = `[Service]\nExecStart=/bin/true\n${Array.from({ length: 5000 }, (_, at) => `Key${at}=1\n`).join('')}`;
  const config = load('a.service', { [`${LIB}/a.service`]: text });
  assert.equal(config.diagnostics.length, 101);
  assert.equal(config.diagnostics.at(-1)?.message.startsWith('4900 more problems'), true);
});

test('directives that have no effect or are not carried out are told where that is asked for', () => {
  const nodes = { [`${LIB}/a.service`]: `${service}RootImagePolicy=root\nNetClass=5\nStartLimitInterval=3\n` };
  const quiet = load('a.service', nodes);
  assert.deepEqual([quiet.diagnostics, quiet.unit.StartLimitIntervalSec], [[], 3_000_000]);
  assert.deepEqual(
    load('a.service', nodes, true).diagnostics.map(({ severity, code }) => `${severity} ${code}`),
    ['warning refused-key', 'notice obsolete-key', 'notice old-spelling'],
  );
});

test('essential units are there without files, and files come first', () => {
  const bare = load('default.target', {});
  assert.deepEqual(
    [bare.name, bare.names, bare.load.state, bare.fragment],
    ['multi-user.target', ['multi-user.target', 'default.target'], 'loaded', undefined],
  );
  assert.equal(edges(bare).includes('Requires basic.target'), true);
  const linked = load('default.target', {
    [`${ETC}/default.target`]: { link: 'own.target' },
    [`${ETC}/own.target`]: '[Unit]\nDescription=own\n',
  });
  assert.deepEqual([linked.name, linked.unit.Description], ['own.target', 'own']);
  const file = load('multi-user.target', {
    [`${LIB}/multi-user.target`]: '[Unit]\nDescription=file\n',
    [`${ETC}/multi-user.target.wants/a.service`]: { link: '../a.service' },
  });
  assert.deepEqual(
    [file.unit.Description, edges(file), file.names],
    ['file', ['Wants a.service'], ['multi-user.target', 'default.target']],
  );
  const wanted = load('multi-user.target', { [`${ETC}/default.target.wants/a.service`]: { link: '../a.service' } });
  assert.equal(edges(wanted).includes('Wants a.service'), true);
  assert.equal(load('systemd-poweroff.service', {}).unit.SuccessAction, 'poweroff-force');
  assert.deepEqual([load('-.slice', {}).perpetual, load('basic.target', {}).perpetual], [true, undefined]);
});

test('a link to where the file of a unit that is built in would be is an alias of it', () => {
  const vendors = { [`${LIB}/a.service`]: service };
  const linked = load('default.target', { ...vendors, [`${ETC}/default.target`]: { link: `${LIB}/rescue.target` } });
  assert.deepEqual(
    [linked.name, [...linked.names].toSorted(), linked.load.state],
    ['rescue.target', ['default.target', 'rescue.target'], 'loaded'],
  );
  const lost = load('default.target', { ...vendors, [`${ETC}/default.target`]: { link: `${LIB}/nowhere.target` } });
  assert.equal(lost.load.state, 'not-found');
  const twice = load('default.target', {
    ...vendors,
    [`${ETC}/default.target`]: { link: `${LIB}/other.target` },
    [`${ETC}/other.target`]: { link: `${LIB}/rescue.target` },
  });
  assert.equal(twice.name, 'rescue.target');
});

test('every unit that is built in loads without a word', () => {
  const names = [
    'basic',
    'sysinit',
    'multi-user',
    'graphical',
    'rescue',
    'emergency',
    'sockets',
    'timers',
    'paths',
    'slices',
    'swap',
    'local-fs',
    'local-fs-pre',
    'remote-fs',
    'remote-fs-pre',
    'network',
    'network-pre',
    'network-online',
    'nss-lookup',
    'nss-user-lookup',
    'time-sync',
    'time-set',
    'getty',
    'shutdown',
    'umount',
    'final',
    'halt',
    'poweroff',
    'reboot',
    'kexec',
    'exit',
    'ctrl-alt-del',
  ];
  const others = [
    'system.slice',
    'user.slice',
    'machine.slice',
    '-.slice',
    'init.scope',
    '-.mount',
    'systemd-halt.service',
    'systemd-exit.service',
  ];
  for (const name of [...names.map((stem) => `${stem}.target`), ...others]) {
    const config = load(name, {});
    assert.deepEqual([name, config.load, config.diagnostics], [name, { state: 'loaded' }, []]);
  }
});

test('directories are listed once, and what comes later is found after a refresh', () => {
  const tree = new Tree({ [`${LIB}/a.service`]: service });
  const directory = new UnitDirectory(tree, searchPath);
  const before = { ...tree.calls };
  for (let at = 0; at < 100; at++) loadUnit(`missing-${at}.service`, { directory, facts });
  assert.deepEqual(tree.calls, before);
  tree.put(`${ETC}/b.service`, service);
  assert.equal(loadUnit('b.service', { directory, facts }).load.state, 'not-found');
  assert.equal(directory.refresh(), true);
  assert.equal(loadUnit('b.service', { directory, facts }).load.state, 'loaded');
  assert.equal(directory.refresh(), false);
});

test('one file that is known to have come or gone costs no listing of its directory', () => {
  const tree = new Tree({
    [`${LIB}/a.service`]: service,
    [`${ETC}/other.service`]: service,
    [`${ETC}/link.service`]: { link: 'late.service' },
  });
  const directory = new UnitDirectory(tree, searchPath);
  const { list } = tree.calls;
  const loaded = (name: string): string => loadUnit(name, { directory, facts }).fragment ?? 'none';
  tree.put(`${ETC}/a.service`, service);
  directory.noteFile(ETC, 'a.service');
  const come = [loaded('a.service'), directory.refresh(), loaded('a.service')];
  tree.remove(`${ETC}/a.service`);
  directory.noteFile(ETC, 'a.service');
  const gone = [loaded('a.service'), directory.refresh(), tree.calls.list - list];
  tree.put(`${ETC}/late.service`, service);
  directory.noteFile(ETC, 'late.service');
  assert.deepEqual(
    [come, gone, loaded('link.service')],
    [[`${ETC}/a.service`, false, `${ETC}/a.service`], [`${LIB}/a.service`, false, 0], `${ETC}/late.service`],
  );
});

test('a template is read once for all its instances', () => {
  const tree = new Tree({ [`${LIB}/a@.service`]: service });
  const directory = new UnitDirectory(tree, searchPath);
  for (let at = 0; at < 50; at++) assert.equal(loadUnit(`a@${at}.service`, { directory, facts }).load.state, 'loaded');
  assert.equal(tree.calls.read, 1);
});

test('a key on 20,000 lines is read in one go', () => {
  const config = load('a.service', { [`${LIB}/a.service`]: `[Service]\nType=oneshot\n${'ExecStart=/bin/true\n'.repeat(20_000)}` });
  assert.deepEqual([config.load.state, config.service?.ExecStart.length], ['loaded', 20_000]);
});
