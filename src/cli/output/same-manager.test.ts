import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameManager } from './same-manager.ts';

test('the options that say which manager is meant are given on, so that a shell reads them back', () => {
  assert.deepEqual(
    [
      sameManager({ scope: undefined, runtimeDirectory: undefined }),
      sameManager({ scope: 'system', runtimeDirectory: '/run/tysd' }),
      sameManager({ scope: 'user', runtimeDirectory: "/tmp/it's mine" }),
    ],
    ['', ' --runtime-directory=/run/tysd', " --user --runtime-directory=$'/tmp/it\\'s mine'"],
  );
});
