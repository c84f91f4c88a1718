import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommandLine, readProcess, readProcessFields } from './machine.ts';

test('a process that is gone has no fields, and ours has its own', () => {
  assert.deepEqual(readProcessFields(0x7fff_fffe, Infinity), {});
  assert.equal(readProcessFields(process.pid, Infinity)['_UID'], String(process.getuid?.()));
});

test('a process that began later than what was heard of its pid is another one', () => {
  assert.deepEqual(readProcessFields(process.pid, 1), {});
  const start = readProcess(process.pid)?.start ?? 0;
  assert.deepEqual([readCommandLine(process.pid, start) !== '', readCommandLine(process.pid, start - 1)], [true, '']);
});
