import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { homeDirectory } from './home.ts';

test('$HOME comes before the account', () => {
  assert.equal(homeDirectory({ HOME: '/h' }), '/h');
  assert.match(homeDirectory({}), /^\//);
});

test('a uid without an account has / for its home', { skip: process.getuid?.() !== 0 && 'needs root' }, () => {
  const script = `import { homeDirectory } from '${join(import.meta.dirname, 'home.ts')}'; console.log(homeDirectory({}));`;
  const as = ['--reuid=54321', '--regid=54321', '--clear-groups', process.execPath, '-e', script];
  const { stdout, stderr } = spawnSync('setpriv', as, { encoding: 'utf8', cwd: '/', env: { PATH: '/usr/bin:/bin' } });
  assert.deepEqual([stdout, stderr], ['/\n', '']);
});
