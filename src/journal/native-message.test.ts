import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nativeMessage } from './native-message.ts';
import { parseNative } from './native.ts';

test('a record of the manager is read as what it was, with who says it', () => {
  const record = { MESSAGE: 'two\nlines', PRIORITY: '3', UNIT: 'a.service' };
  const who = [
    ['SYSLOG_FACILITY', '3'],
    ['SYSLOG_IDENTIFIER', 'systemd'],
  ];
  assert.deepEqual(parseNative(nativeMessage(record, true)), [[...who, ...Object.entries(record)]]);
  assert.deepEqual(parseNative(nativeMessage(record, false)), [[...who, ['OBJECT_SYSTEMD_UNIT', 'a.service'], ...Object.entries(record)]]);
});
