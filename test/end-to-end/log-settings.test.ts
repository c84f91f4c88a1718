import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
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
  const { status, out } = await daemon.tysctl(
    'logs',
    '--namespace=apart',
    '-u',
    'talks.service',
    '-n',
    'all',
    '-o',
    'json',
    'SYSLOG_IDENTIFIER=sh',
  );
  assert.equal(status, 0);
  const entries = out.trimEnd().split('\n').map(fieldsOf);
  assert.deepEqual(entries, [
    { MESSAGE: 'loud', PRIORITY: '4', COLOUR: 'red', SHAPE: 'round and = flat', _NAMESPACE: 'apart', _UID: String(process.getuid?.()) },
  ]);
});

test('what is logged goes to standard error as JSON where that is asked for, the messages of services and of tysd alike', async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('talks.service'),
      'talks.service': `[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo "<4>loud"; echo "<7>too chatty"; echo "<6>last"'
`,
    },
    options: ['--log-target=console', '--log-format=json', '--show-status=no'],
  });
  await daemon.untilConsole(/"last"/);
  await daemon.untilConsole(/Finished talks/);
  const entries = daemon.console
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
  const own = entries.filter((entry) => entry['_SYSTEMD_UNIT'] === 'talks.service');
  assert.deepEqual(
    own.map(({ MESSAGE, PRIORITY, SYSLOG_IDENTIFIER }) => [MESSAGE, PRIORITY, SYSLOG_IDENTIFIER]),
    [
      ['loud', '4', 'sh'],
      ['last', '6', 'sh'],
    ],
  );
  assert.ok(own.every((entry) => /^\d{16}$/.test(String(entry['__REALTIME_TIMESTAMP']))));
  const told = entries.find((entry) => entry['UNIT'] === 'talks.service' && entry['JOB_RESULT'] === 'done');
  assert.equal(told?.['SYSLOG_IDENTIFIER'], 'systemd');
  // Once, and not beside it as a line of tysd's own.
  assert.equal(daemon.console.split('Finished talks').length, 2);
});

function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  const entry: unknown = JSON.parse(line);
  assert.ok(typeof entry === 'object' && entry !== null);
  const wanted = new Set(['MESSAGE', 'PRIORITY', 'COLOUR', 'SHAPE', '_NAMESPACE', '_UID']);
  return Object.fromEntries(Object.entries(entry).filter(([name]) => wanted.has(name)));
}

test('what a service has said before a start is answered is in the log for whoever looks then, be the journal ever so late', async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': '',
      'says@.service': `[Service]
Type=oneshot
ExecStart=/bin/echo word-%i
`,
    },
  });
  const journal = await daemon.journalPid();
  for (const [index, verb] of [
    ['1', ['logs', '-n', '4', '-o', 'cat', '-u']],
    ['2', ['status']],
  ] as const) {
    process.kill(journal, 'SIGSTOP');
    assert.equal((await daemon.tysctl('start', `says@${index}.service`)).status, 0);
    const seen = daemon.tysctl(...verb, `says@${index}.service`);
    // Long enough for one who does not wait to have missed it.
    await setTimeout(1000);
    process.kill(journal, 'SIGCONT');
    assert.match((await seen).out, new RegExp(`word-${index}$`, 'm'));
  }
});
