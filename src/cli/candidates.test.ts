import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidates } from './candidates.ts';

function directories(request: Partial<Parameters<typeof candidates>[0]>): readonly string[] {
  const found = candidates({ scope: undefined, runtimeDirectory: undefined, uid: 1000, environment: {}, ...request });
  return found.map(({ directory, suspicious }) => (suspicious ? `${directory} if ours` : directory));
}

test('a directory that was named is the only one', () => {
  assert.deepEqual(directories({ runtimeDirectory: '/x', environment: { TYSD_RUNTIME_DIRECTORY: '/y' } }), ['/x']);
  assert.deepEqual(directories({ environment: { TYSD_RUNTIME_DIRECTORY: '/y' } }), ['/y']);
});

test('a user has a directory below $XDG_RUNTIME_DIR, or one below /tmp or /dev/shm that must be theirs', () => {
  assert.deepEqual(directories({ environment: { XDG_RUNTIME_DIR: '/run/user/1000' } }), [
    '/run/user/1000/tysd',
    '/tmp/tysd-1000 if ours',
    '/dev/shm/tysd-1000 if ours',
  ]);
  assert.deepEqual(directories({ environment: { XDG_RUNTIME_DIR: 'relative' } }), ['/tmp/tysd-1000 if ours', '/dev/shm/tysd-1000 if ours']);
  assert.deepEqual(directories({ scope: 'system' }), ['/run/tysd']);
});

test('root means the system manager, and its own user manager where there is none', () => {
  assert.deepEqual(directories({ uid: 0 }), ['/run/tysd', '/tmp/tysd-0 if ours', '/dev/shm/tysd-0 if ours']);
  assert.deepEqual(directories({ uid: 0, scope: 'user' }), ['/tmp/tysd-0 if ours', '/dev/shm/tysd-0 if ours']);
  assert.deepEqual(directories({ uid: 0, scope: 'system' }), ['/run/tysd', '/tmp/tysd-0 if ours', '/dev/shm/tysd-0 if ours']);
});
