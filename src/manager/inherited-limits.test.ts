import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeFiles } from '../port/files-fake.ts';
import { inheritedLimits } from './inherited-limits.ts';

test('limits are read as the kernel writes them, and what is not there is left out', () => {
  const files = new FakeFiles({
    '/proc/7/limits': [
      'Limit                     Soft Limit           Hard Limit           Units     ',
      'Max cpu time              unlimited            unlimited            seconds   ',
      'Max open files            1024                 524288               files     ',
      'Max nice priority         0                    0                    ',
    ].join('\n'),
  });
  assert.deepEqual(inheritedLimits(files, 7), {
    CPU: { soft: Infinity, hard: Infinity },
    NOFILE: { soft: 1024, hard: 524288 },
    NICE: { soft: 0, hard: 0 },
  });
  assert.deepEqual(inheritedLimits(files, 8), {});
});
