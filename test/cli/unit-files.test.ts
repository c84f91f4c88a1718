import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withBench } from './run.ts';

const nobody = (): void => undefined;

test('enable says what it linked, then has the manager reload', () =>
  withBench(nobody, async ({ manager, install, systemctl }) => {
    assert.deepEqual(await systemctl('enable', 'web', '--runtime', '-f'), {
      out: [],
      err: ['Created symlink /etc/systemd/system/multi-user.target.wants/web.service → /etc/systemd/system/web.service.'],
      status: 0,
    });
    assert.deepEqual((await systemctl('disable', 'web')).err, ['Removed "/etc/systemd/system/multi-user.target.wants/web.service".']);
    assert.deepEqual(install.calls, [
      'enable web.service {"runtime":true,"force":true,"global":false,"presetMode":"full"}',
      'disable web.service {"runtime":false,"force":false,"global":false,"presetMode":"full"}',
    ]);
    assert.deepEqual(manager.calls, ['reload', 'reload']);
  }));

test('--no-reload leaves the manager alone, and --quiet says nothing', () =>
  withBench(nobody, async ({ manager, systemctl }) => {
    assert.deepEqual(await systemctl('enable', '--no-reload', '-q', 'web'), { out: [], err: [], status: 0 });
    assert.deepEqual(manager.calls, []);
  }));

test('--now starts what was enabled, and stops what was disabled', () =>
  withBench(
    (manager) => manager.add('web.service'),
    async ({ manager, systemctl }) => {
      await systemctl('enable', '--now', 'web');
      await systemctl('disable', '--now', 'web');
      assert.deepEqual(manager.calls, ['reload', 'start web.service replace', 'reload', 'stop web.service replace']);
    },
  ));

test('a unit file that is not there is an error in the words of each verb', () =>
  withBench(nobody, async ({ systemctl }) => {
    const words = { enable: 'enable unit', disable: 'disable unit', preset: 'preset unit', reenable: 'reenable unit' };
    for (const [verb, what] of Object.entries(words)) {
      assert.deepEqual(await systemctl(verb, 'nope'), {
        out: [],
        err: [`Failed to ${what}: Unit file nope.service does not exist.`],
        status: 1,
      });
    }
  }));

test('a unit without [Install] is explained, and that is no failure', () =>
  withBench(nobody, async ({ systemctl }) => {
    const ran = await systemctl('enable', 'static.service');
    assert.equal(ran.status, 0);
    assert.equal(ran.err[0], 'The unit files have no installation config (WantedBy=, RequiredBy=, Also=,');
    assert.equal(ran.err.length, 13);
  }));

test('masking what is not there is said, and done', () =>
  withBench(nobody, async ({ install, systemctl }) => {
    const ran = await systemctl('mask', 'web', 'other');
    assert.equal(ran.err[0], 'Unit other.service does not exist, proceeding anyway.');
    assert.equal(ran.status, 0);
    assert.equal(install.calls.length, 1);
    assert.deepEqual((await systemctl('mask', '*')).err.slice(0, 2), [
      'Glob pattern passed to mask, but globs are not supported for this.',
      'Invalid unit name "*" escaped as "\\x2a".',
    ]);
  }));

test('link wants a path, and paths are made absolute', () =>
  withBench(nobody, async ({ install, systemctl }) => {
    assert.deepEqual(await systemctl('link', 'foo'), {
      out: [],
      err: [
        'Link argument must contain at least one directory separator.',
        'If you intended to link a file in the current directory, try ./foo.service instead.',
      ],
      status: 1,
    });
    await systemctl('link', '/srv/../opt/./web.service', './a.service');
    assert.equal(install.calls[0]?.split(' {')[0], `link /opt/web.service ${process.cwd()}/a.service`);
  }));

test('is-enabled prints a word for each unit file, and ends at one that is not there', () =>
  withBench(nobody, async ({ systemctl }) => {
    assert.deepEqual(await systemctl('is-enabled', 'web', 'basic.target'), { out: ['disabled', 'static'], err: [], status: 0 });
    assert.deepEqual(await systemctl('is-enabled', 'web'), { out: ['disabled'], err: [], status: 1 });
    assert.deepEqual(await systemctl('is-enabled', '-q', 'basic.target'), { out: [], err: [], status: 0 });
    assert.deepEqual(await systemctl('is-enabled', 'web', 'nope', 'basic.target'), {
      out: ['disabled'],
      err: ['Failed to get unit file state for nope.service: No such file or directory'],
      status: 1,
    });
  }));

test('list-unit-files lists by type, and fails where patterns match nothing', () =>
  withBench(nobody, async ({ systemctl }) => {
    assert.deepEqual(await systemctl('list-unit-files'), {
      out: ['UNIT FILE    STATE    PRESET', 'web.service  disabled enabled', 'basic.target static   -', '', '2 unit files listed.'],
      err: [],
      status: 0,
    });
    assert.deepEqual(await systemctl('list-unit-files', 'nope*'), {
      out: ['UNIT FILE STATE PRESET', '', '0 unit files listed.'],
      err: [],
      status: 1,
    });
    assert.deepEqual((await systemctl('list-unit-files', '-o', 'json', '--state=static')).out, [
      '[{"unit_file":"basic.target","state":"static","preset":null}]',
    ]);
  }));

test('the default target is shown and set', () =>
  withBench(nobody, async ({ install, systemctl }) => {
    assert.deepEqual((await systemctl('get-default')).out, ['graphical.target']);
    assert.equal((await systemctl('set-default', 'rescue')).status, 0);
    assert.equal(install.calls[0]?.split(' {')[0], 'set-default rescue.target');
  }));

test('with --root= the tool does the work itself, and tells no manager', () =>
  withBench(nobody, async ({ install, local, manager, systemctl }) => {
    assert.equal((await systemctl('--root=/tmp', 'enable', 'web')).status, 0);
    assert.deepEqual([install.calls.length, local.calls.length, manager.calls.length], [0, 1, 0]);
  }));

test('where no manager runs, as while an image is built, unit files are enabled all the same', () =>
  withBench(
    nobody,
    async ({ local, systemctl }) => {
      assert.equal((await systemctl('enable', 'web')).status, 0);
      assert.deepEqual((await systemctl('is-enabled', 'basic.target')).out, ['static']);
      assert.deepEqual((await systemctl('cat', 'web')).out[0], '# /etc/systemd/system/web.service');
      assert.equal(local.calls.length, 1);
    },
    false,
  ));

test('verify prints file, line and column; only a unit that does not load fails', () =>
  withBench(
    nobody,
    async ({ tysctl, run }) => {
      const err = ['/etc/web.service:7:1: warning: Unknown key Foo=.'];
      assert.deepEqual(await tysctl('verify', 'web'), { out: [], err, status: 0 });
      const started = await run('systemd-analyze', ['verify', '--man=no', 'web.service']);
      assert.equal(started.err[1], 'web.service: Command /bin/nowhere is not executable: No such file or directory');
      assert.deepEqual([started.err.length, started.status], [2, 1]);
      const broken = await tysctl('verify', 'broken');
      assert.deepEqual([broken.status, broken.err[1]], [1, 'broken.service: error: not loaded (bad-setting)']);
    },
    false,
  ));
