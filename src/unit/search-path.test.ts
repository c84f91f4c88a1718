import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitSearchPath, unitSearchPath } from './search-path.ts';

// What `systemd-analyze unit-paths` of systemd 252 prints.
test('the search path of the system is that of systemd', () => {
  assert.deepEqual(unitSearchPath('system', {}), [
    '/etc/systemd/system.control',
    '/run/systemd/system.control',
    '/run/systemd/transient',
    '/run/systemd/generator.early',
    '/etc/systemd/system',
    '/etc/systemd/system.attached',
    '/run/systemd/system',
    '/run/systemd/system.attached',
    '/run/systemd/generator',
    '/usr/local/lib/systemd/system',
    '/lib/systemd/system',
    '/usr/lib/systemd/system',
    '/run/systemd/generator.late',
  ]);
});

test('the search path of a user follows the XDG variables', () => {
  const usual = unitSearchPath('user', { HOME: '/home/x', XDG_RUNTIME_DIR: '/run/user/9' });
  assert.deepEqual(usual, [
    '/home/x/.config/systemd/user.control',
    '/run/user/9/systemd/user.control',
    '/run/user/9/systemd/transient',
    '/run/user/9/systemd/generator.early',
    '/home/x/.config/systemd/user',
    '/etc/xdg/systemd/user',
    '/etc/systemd/user',
    '/run/user/9/systemd/user',
    '/run/systemd/user',
    '/run/user/9/systemd/generator',
    '/home/x/.local/share/systemd/user',
    '/usr/local/share/systemd/user',
    '/usr/share/systemd/user',
    '/usr/local/lib/systemd/user',
    '/usr/lib/systemd/user',
    '/run/user/9/systemd/generator.late',
  ]);
  const moved = unitSearchPath('user', {
    HOME: '/h',
    XDG_CONFIG_HOME: '/c',
    XDG_DATA_HOME: '/d',
    XDG_DATA_DIRS: '/a:/b',
    XDG_CONFIG_DIRS: '/x:relative',
  });
  assert.deepEqual(moved, [
    '/c/systemd/user.control',
    '/c/systemd/user',
    '/x/systemd/user',
    '/etc/systemd/user',
    '/run/systemd/user',
    '/d/systemd/user',
    '/a/systemd/user',
    '/b/systemd/user',
    '/usr/local/lib/systemd/user',
    '/usr/local/share/systemd/user',
    '/usr/lib/systemd/user',
    '/usr/share/systemd/user',
  ]);
});

test('SYSTEMD_UNIT_PATH replaces the path, or goes before it where it ends in a colon', () => {
  assert.deepEqual(unitSearchPath('system', { SYSTEMD_UNIT_PATH: '/a:/b/' }), ['/a', '/b']);
  const before = unitSearchPath('system', { SYSTEMD_UNIT_PATH: '/a:' });
  assert.deepEqual([before[0], before.length], ['/a', 14]);
  assert.deepEqual(splitSearchPath('/a::relative:/a:/'), ['/a', '/']);
});
