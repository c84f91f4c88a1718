import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const program = `
  const { lookAtTimeZone } = await import('${join(import.meta.dirname, 'local-time.ts')}');
  const { createTimeText } = await import('${join(import.meta.dirname, '../base/timestamp.ts')}');
  const DateTimeFormat = Intl.DateTimeFormat;
  let asked = 0;
  Intl.DateTimeFormat = class extends DateTimeFormat { constructor(...words) { super(...words); asked += 1; } };
  lookAtTimeZone();
  console.log(createTimeText(false).full(1_700_000_000_000_000), asked > 0);
`;

/** The text of a time in a process with this time zone, and whether the runtime was asked for a zone. */
function told(zone: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', env: { ...process.env, TZ: zone } });
  return stdout.trim() || stderr;
}

test('where local time is UTC, nobody asks the runtime for its time zones', () => {
  for (const zone of ['UTC', 'Etc/UTC', ':UTC', 'UTC0']) assert.equal(told(zone), 'Tue 2023-11-14 22:13:20 UTC false', zone);
});

test('another time zone is that which it is', () => {
  assert.equal(told('Europe/Berlin'), 'Tue 2023-11-14 23:13:20 CET true');
  assert.equal(told('Asia/Kathmandu'), 'Wed 2023-11-15 03:58:20 +0545 true');
});
