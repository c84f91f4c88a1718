import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignedLines } from './assigned-lines.ts';

test('an assignment in a section that does not have it is none', () => {
  const text =
    '[Unit]\nAfter=b.service\n[Service]\nStartLimitIntervalSec=0\nStartLimitInterval=3\nExecStart=/bin/a\n[Strange]\nAfter=c.service\n';
  assert.deepEqual(
    assignedLines('a.service', [{ path: '/a', text }]).map(({ key, at }) => `${key} ${at}`),
    ['After /a:2', 'StartLimitInterval /a:5', 'ExecStart /a:6'],
  );
});
