import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTysd, wanting } from './tysd.ts';

// Fields that begin with an underline are for the journal to say: it knows better who writes.
test('what a unit says about its messages decides which are kept, and which fields they have', async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('talks.service'),
      'talks.service': `[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo "<6>quiet"; echo "<4>secret"; echo "<4>loud"'
LogLevelMax=warning
LogFilterPatterns=~secret
LogExtraFields=COLOUR=red "SHAPE=round and = flat" _UID=99
LogNamespace=apart
`,
    },
  });
  await daemon.untilLog('talks.service', (line) => line === 'loud');
  const { status, out } = await daemon.tysctl('logs', '-u', 'talks.service', '-n', 'all', '-o', 'json', 'SYSLOG_IDENTIFIER=sh');
  assert.equal(status, 0);
  const entries = out.trimEnd().split('\n').map(fieldsOf);
  assert.deepEqual(entries, [
    { MESSAGE: 'loud', PRIORITY: '4', COLOUR: 'red', SHAPE: 'round and = flat', _NAMESPACE: 'apart', _UID: String(process.getuid?.()) },
  ]);
});

function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  const entry: unknown = JSON.parse(line);
  assert.ok(typeof entry === 'object' && entry !== null);
  const wanted = new Set(['MESSAGE', 'PRIORITY', 'COLOUR', 'SHAPE', '_NAMESPACE', '_UID']);
  return Object.fromEntries(Object.entries(entry).filter(([name]) => wanted.has(name)));
}
