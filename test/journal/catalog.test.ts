import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTimeText } from '../../src/base/timestamp.ts';
import { messageIds } from '../../src/graph/message-ids.ts';
import { readCatalog } from '../../src/journal/output/catalog-files.ts';
import { createFormat, type OutputOptions } from '../../src/journal/output/output.ts';
import type { Entry, Field } from '../../src/journal/record.ts';
import { Tree } from '../unit/tree.ts';

const options: OutputOptions = {
  time: createTimeText(true),
  journalId: 'id',
  all: false,
  hostname: true,
  color: false,
  columns: undefined,
  unicode: true,
  highlight: undefined,
  fields: undefined,
  explained: { mark: '\u2591\u2591', catalog: readCatalog(new Tree({}), '', []) },
};

function entry(fields: Readonly<Record<string, string>>): Entry {
  const extra: readonly Field[] = Object.entries(fields);
  return {
    id: 1,
    realtimeUsec: 1_700_000_000_000_000,
    monotonicUsec: 5,
    origin: { identifier: 'systemd', fields: { SYSLOG_IDENTIFIER: 'systemd', _PID: '1', _HOSTNAME: 'host' } },
    priority: 6,
    message: 'What happened.',
    extra,
  };
}

test('an entry that has an id is explained below it, with its fields', () => {
  const failed = { MESSAGE_ID: messageIds.unitFailureResult, UNIT: 'a\x1b.service', UNIT_RESULT: 'exit-code' };
  assert.equal(
    createFormat('short', options)(entry(failed), undefined),
    `Nov 14 22:13:20 host systemd[1]: What happened.
░░ Subject: a .service has failed
░░ Defined-By: tysd
░░ 
░░ Its result is exit-code. It stays in the list of what has failed until it is started again, or systemctl reset-failed a .service.
░░ 
░░ The last lines before this one may tell the reason: journalctl -u a .service.
`,
  );
});

test('all messages of the manager that have an id have an explanation, and others, and other formats, none', () => {
  const format = createFormat('short', options);
  const lines = (fields: Readonly<Record<string, string>>, name: 'short' | 'cat' = 'short'): number =>
    String((name === 'cat' ? createFormat('cat', options) : format)(entry(fields), undefined)).split('\n').length - 1;
  assert.deepEqual(
    Object.values(messageIds).filter((id) => lines({ MESSAGE_ID: id, UNIT: 'a.service' }) < 5),
    [],
  );
  assert.equal(lines({ UNIT: 'a.service' }), 1);
  assert.equal(lines({ MESSAGE_ID: 'f'.repeat(32) }), 1);
  assert.equal(lines({ MESSAGE_ID: 'constructor' }), 1);
  assert.equal(lines({ MESSAGE_ID: messageIds.unitStarted }, 'cat'), 1);
});
