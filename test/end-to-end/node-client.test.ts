import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTysd, wanting } from './tysd.ts';

const hasNode = spawnSync('node', ['--version']).status === 0;

/** Writes to the journal as Node can without a module: by its output, and by a stream of its own (sd_journal_stream_fd(3)). */
const client = `
import { connect } from 'node:net';
console.log('<5>by its output');
const stream = connect(process.argv[2], () => {
  stream.write(['shop', '', '6', '1', '0', '0', '0', ''].join('\\n'));
  stream.end('<3>by a stream\\nwith the level of the stream\\n');
});
`;

test('a client in Node logs by its output and by a stream', { skip: hasNode ? false : 'node is not installed' }, async () => {
  await using daemon = await startTysd({ units: { 'default.target': wanting() } });
  const program = join(daemon.directory, 'client.mjs');
  writeFileSync(program, client);
  const run = ['run', '--unit=shop', '--wait', 'node', program, join(daemon.directory, 'run/stdout')];
  assert.equal((await daemon.tysctl(...run)).status, 0);
  await daemon.untilLog('shop.service', (line) => line === 'with the level of the stream');
  const { out } = await daemon.tysctl('logs', '-u', 'shop.service', '-n', 'all', '-o', 'json', '_TRANSPORT=stdout');
  const entries = out
    .trimEnd()
    .split('\n')
    .map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
  assert.deepEqual(
    entries.map(({ MESSAGE, PRIORITY, SYSLOG_IDENTIFIER }) => [MESSAGE, PRIORITY, SYSLOG_IDENTIFIER]),
    [
      ['by its output', '5', 'node'],
      ['by a stream', '3', 'shop'],
      ['with the level of the stream', '6', 'shop'],
    ],
  );
});
