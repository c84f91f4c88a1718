import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { payload } from './payload.ts';
import { isRoot, needsRoot, startTysd, type Daemon } from './tysd.ts';

const oneshot = (...lines: readonly string[]) => `[Service]\nType=oneshot\n${lines.join('\n')}\n`;
const service = (...lines: readonly string[]) => `[Service]\n${lines.join('\n')}\n`;

// Services of other users are a matter of the system's manager.
const units: Readonly<Record<string, string>> = {
  'default.target': '[Unit]\n',
  'nobody.service': oneshot(
    'User=nobody',
    'StandardOutput=truncate:@dir@/nobody',
    'ExecStart=/bin/sh -c \'id -u; id -g; id -G; echo "$HOME $USER"\'',
  ),
  'nobody-notifies.service': service('Type=notify', 'User=nobody', `ExecStart=${payload} notify READY=1 wait`),
  'nobody-groups.service': oneshot(
    'User=nobody',
    'SupplementaryGroups=adm  tty',
    'StandardOutput=truncate:@dir@/groups',
    'ExecStart=/usr/bin/id -Gn',
  ),
};

let daemon: Daemon;
before(async () => {
  if (isRoot) daemon = await startTysd({ units, options: ['--system'] });
});
after(async () => {
  if (isRoot) await daemon[Symbol.asyncDispose]();
});

async function start(unit: string): Promise<void> {
  assert.equal(await daemon.job('start', unit), 'done', daemon.console);
}

test("User= without Group= runs with the user's group and name; nobody has no home", { skip: needsRoot }, async () => {
  await start('nobody.service');
  assert.equal(readFileSync(daemon.path('nobody'), 'utf8'), '65534\n65534\n65534\n nobody\n');
});

test('a notify service with User= becomes ready', { skip: needsRoot }, async () => {
  await start('nobody-notifies.service');
  assert.equal(await daemon.job('stop', 'nobody-notifies.service'), 'done');
});

test('SupplementaryGroups= may have more than one space between names', { skip: needsRoot }, async () => {
  await start('nobody-groups.service');
  assert.equal(readFileSync(daemon.path('groups'), 'utf8'), 'nogroup adm tty\n');
});
