import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHiddenOrBackup } from './backup-name.ts';

test('hidden files, and those that editors and package managers leave behind, are no content', () => {
  const names = ['.a', 'a~', 'a.bak', 'a.dpkg-new', 'lost+found', 'a', 'a.conf', 'bak', 'a.new.job'];
  assert.deepEqual(names.filter(isHiddenOrBackup), ['.a', 'a~', 'a.bak', 'a.dpkg-new', 'lost+found']);
});
