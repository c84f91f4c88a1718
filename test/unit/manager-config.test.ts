import assert from 'node:assert/strict';
import { test } from 'node:test';
import { managerConfigPaths, readManagerConfig } from '../../src/unit/manager-config.ts';
import { facts } from './facts.ts';
import { type Node, Tree } from './tree.ts';

test('without files the manager has the defaults of systemd', () => {
  const { manager, tysd, diagnostics, assigned } = read({});
  assert.deepEqual([diagnostics, [...assigned]], [[], []]);
  assert.deepEqual(
    [manager.DefaultTimeoutStartSec, manager.DefaultTimeoutStopSec, manager.DefaultTimeoutAbortSec, manager.DefaultRestartSec],
    [90_000_000, 90_000_000, undefined, 100_000],
  );
  assert.deepEqual([manager.DefaultStartLimitIntervalSec, manager.DefaultStartLimitBurst], [10_000_000, 5]);
  assert.deepEqual([manager.DefaultStandardOutput, manager.DefaultStandardError], ['journal', 'inherit']);
  assert.deepEqual(manager.DefaultLimits['NOFILE'], { soft: 1024, hard: 524_288 });
  const own = {
    Unit: '',
    UnitPath: [],
    RuntimeDirectory: '',
    StateDirectory: '',
    Journal: 'auto',
    Sandbox: 'systemd',
    HTTP: '',
    JournalIdleSec: 10_000_000,
    ManagerIdleSec: Infinity,
    ManagerPatience: 30_000_000,
  };
  assert.deepEqual(tysd, Object.assign(Object.create(null), own));
});

test('drop-ins come after the main file, by name, and what is said to tysd comes last', () => {
  const tree = new Tree({
    '/etc/systemd/system.conf': '[Manager]\nDefaultTimeoutStartSec=1\n',
    '/usr/lib/systemd/system.conf.d/10-a.conf': '[Manager]\nDefaultTimeoutStartSec=2\n',
    '/etc/systemd/system.conf.d/10-a.conf': '[Manager]\nDefaultTimeoutStartSec=3\n',
    '/run/systemd/system.conf.d/05-b.conf': '[Manager]\nDefaultTimeoutStartSec=4\n',
    '/etc/tysd/tysd.conf': '[Tysd]\nUnit=own.target\nUnitPath=/a:/b\n',
  });
  const paths = managerConfigPaths(tree, 'system', {});
  assert.deepEqual(paths, [
    '/etc/systemd/system.conf',
    '/run/systemd/system.conf.d/05-b.conf',
    '/etc/systemd/system.conf.d/10-a.conf',
    '/etc/tysd/tysd.conf',
  ]);
  const { manager, tysd } = readManagerConfig(tree, paths, facts);
  assert.deepEqual([manager.DefaultTimeoutStartSec, tysd.Unit, tysd.UnitPath], [3_000_000, 'own.target', ['/a', '/b']]);
});

test('a user has files of his own before those of the machine', () => {
  const tree = new Tree({ '/home/x/.config/systemd/user.conf': '[Manager]\n', '/etc/systemd/user.conf': '[Manager]\n' });
  assert.deepEqual(managerConfigPaths(tree, 'user', { HOME: '/home/x' }), ['/home/x/.config/systemd/user.conf']);
});

test('limits share one property, old names lead to the new ones, lists add up', () => {
  const { manager } = read({
    '/c': '[Manager]\nDefaultLimitNOFILE=10:20\nDefaultLimitCORE=infinity\nDefaultStartLimitInterval=3\nDefaultEnvironment=A=1\nDefaultEnvironment=B=2\n',
  });
  assert.deepEqual(
    [manager.DefaultLimits['NOFILE'], manager.DefaultLimits['CORE']?.soft],
    [{ soft: 10, hard: 20 }, Number.POSITIVE_INFINITY],
  );
  assert.deepEqual([manager.DefaultStartLimitIntervalSec, manager.DefaultEnvironment], [3_000_000, ['A=1', 'B=2']]);
});

test('lines that cannot be taken are told with their place and ignored', () => {
  const { manager, diagnostics } = read({ '/c': '[Manager]\nDefaultTimoutStopSec=3\nDefaultStartLimitBurst=many\nX-Own=1\n[Unit]\nA=b\n' });
  assert.equal(manager.DefaultStartLimitBurst, 5);
  assert.deepEqual(
    diagnostics.map(({ path, line, column, code }) => `${path}:${line}:${column} ${code}`),
    ['/c:2:22 unknown-key', '/c:3:24 bad-value', '/c:6:3 unknown-section'],
  );
  assert.equal(diagnostics[0]?.message.includes('did you mean DefaultTimeoutStopSec=?'), true);
});

test('a file that nobody may read is told, a missing one is not', () => {
  const tree = new Tree({ '/secret': { unreadable: true } });
  const { diagnostics } = readManagerConfig(tree, ['/secret', '/missing'], facts);
  assert.deepEqual(
    diagnostics.map(({ path, code }) => `${path} ${code}`),
    ['/secret unreadable'],
  );
});

test('the file that Debian ships is taken without a word', () => {
  const keys = [
    'LogLevel=info',
    'ShowStatus=yes',
    'RuntimeWatchdogSec=off',
    'RebootWatchdogSec=10min',
    'StatusUnitFormat=combined',
    'DefaultTimerAccuracySec=1min',
    'DefaultTasksMax=15%',
    'DefaultLimitMEMLOCK=8M',
    'DefaultOOMPolicy=stop',
    'CPUAffinity=',
    'NUMAMask=',
    'TimerSlackNSec=',
    'DefaultTimeoutAbortSec=',
  ];
  assert.deepEqual(read({ '/c': `[Manager]\n${keys.join('\n')}\n` }).diagnostics, []);
});

function read(nodes: Readonly<Record<string, Node>>): ReturnType<typeof readManagerConfig> {
  return readManagerConfig(new Tree(nodes), Object.keys(nodes), facts);
}
